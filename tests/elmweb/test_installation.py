"""System checks and ``manage.py doctor``."""

import json
import subprocess
import sys

import pytest
from django.core.management import call_command

from elmweb import checks, installation, paths
from elmweb.installation import Finding

ABSENT = Finding("sandbox", False, "the kernel has no seccomp", "use another kernel")


def test_check_warns_of_an_absent_sandbox_with_a_hint(monkeypatch):
    monkeypatch.setattr(installation, "sandbox", lambda: ABSENT)
    warning = next(w for w in checks.installation_is_complete() if w.id == "elmweb.W002")
    assert "no seccomp" in warning.msg
    assert warning.hint == "use another kernel"


def test_check_warns_of_absent_weights(monkeypatch, tmp_path):
    monkeypatch.setattr(installation, "WEIGHTS", tmp_path)
    assert "elmweb.W003" in [w.id for w in checks.installation_is_complete()]


def test_checks_load_neither_torch_nor_transformers():
    code = (
        "import sys, django; django.setup(); from django.core.management import call_command\n"
        "call_command('check'); assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=paths.BASE_DIR, check=True, timeout=60)


@pytest.mark.django_db
def test_doctor_fails_when_something_essential_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(installation, "LOOKED_AT", (lambda: ABSENT,))
    with pytest.raises(SystemExit, match="1"):
        call_command("doctor")
    assert "MISSING sandbox: the kernel has no seccomp" in capsys.readouterr().out


@pytest.mark.django_db
def test_doctor_is_content_without_a_browser(monkeypatch, capsys):
    monkeypatch.setattr(installation, "find_chromium", lambda: "")
    monkeypatch.setattr(installation, "LOOKED_AT", (installation.chromium,))
    call_command("doctor", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["ok"]
    assert not report["findings"][0]["ok"]

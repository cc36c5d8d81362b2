"""System checks and ``manage.py doctor``."""

import json
import subprocess
import sys
import time

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from elmweb import checks, installation, paths
from elmweb.installation import Finding
from elmweb.supervisor import broker

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


@pytest.fixture
def foreign_broker(tmp_path, monkeypatch, settings):
    """Return what starts a real broker with other options than ELMWeb's own, and names it."""
    started = []

    def start(*options: str) -> None:
        binary, path = broker.find_broker().path, tmp_path / "b.sock"
        command = broker.server_command(binary, path, tmp_path)
        started.append(subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL))
        settings.REDIS_URL = f"unix://{path}"
        monkeypatch.setenv("ELMWEB_REDIS_URL", settings.REDIS_URL)
        deadline = time.monotonic() + 20
        while broker.ping(settings.REDIS_URL) and time.monotonic() < deadline:
            time.sleep(0.02)

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("options", "ok", "essential", "says"),
    [
        ((), True, True, "journaled"),
        (("--maxmemory-policy", "allkeys-lru"), False, True, "drops keys when full"),
        (("--appendonly", "no"), False, False, "keeps no journal"),
    ],
)
def test_a_broker_that_drops_or_forgets_is_told(foreign_broker, options, ok, essential, says):
    foreign_broker(*options)
    finding = installation.message_broker()
    assert (finding.ok, finding.essential) == (ok, essential)
    assert says in finding.detail


def test_a_secret_that_everybody_can_read_is_told(monkeypatch, tmp_path):
    key = tmp_path / "key"
    key.write_text("x" * 50)
    key.chmod(0o644)
    monkeypatch.setenv("ELMWEB_SECRET_KEY_FILE", str(key))
    assert "can be read by everybody" in installation.secrets().detail
    key.chmod(0o600)
    assert installation.secrets().ok


@pytest.mark.django_db
def test_tables_of_a_newer_version_are_told():
    assert installation.migrations().ok
    MigrationRecorder(connection).record_applied("archive", "9999_later")
    assert "made by a newer ELMWeb (archive.9999_later)" in installation.migrations().detail

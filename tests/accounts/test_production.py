"""Production settings: refused while something is missing, and clean in Django's own check."""

import os
import secrets
import subprocess
import sys

import pytest

from elmweb.paths import BASE_DIR

GOOD = {
    "ELMWEB_PRODUCTION": "true",
    "ELMWEB_SECRET_KEY": secrets.token_urlsafe(50),
    "ELMWEB_ALLOWED_HOSTS": "elm.example.org",
    "ELMWEB_REDIS_URL": "redis://redis:6379/0",
    "ELMWEB_PROXIES": "1",
    "DATABASE_URL": "postgres://elmweb:secret@postgres/elmweb",
}
CHECK = ("check", "--deploy", "--tag", "security", "--fail-level", "WARNING")
COOKIES = (
    "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, "
    "s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY, "
    "s.SECURE_SSL_REDIRECT)"
)


def manage(*arguments: str, environment: dict[str, str], data: str) -> subprocess.CompletedProcess:
    ours = ("ELMWEB_", "DATABASE_", "DJANGO_")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={**inherited, "ELMWEB_DATA": data, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_deployment_check_is_clean_and_cookies_are_for_https_only(tmp_path):
    checked = manage(*CHECK, environment=GOOD, data=str(tmp_path))
    assert checked.returncode == 0, checked.stderr
    shown = manage("shell", "-c", COOKIES, environment=GOOD, data=str(tmp_path))
    assert "__Host-elmweb True True True True True" in shown.stdout, shown.stderr
    assert not (tmp_path / "secret_key").exists()  # nothing is made up


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ELMWEB_SECRET_KEY": "", "DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"ELMWEB_SECRET_KEY": "short"}, "50 random ones"),
        ({"ELMWEB_ALLOWED_HOSTS": "*"}, "list yours"),
        ({"ELMWEB_ALLOWED_HOSTS": ""}, "ELMWEB_ALLOWED_HOSTS is not set"),
        ({"ELMWEB_LOG_LEVEL": "verbose"}, "use 'DEBUG' or 'INFO'"),
        ({"ELMWEB_DEBUG": "true"}, "unset it"),
        ({"ELMWEB_PROXIES": "0"}, "ELMWEB_HTTPS=false"),
    ],
)
def test_what_is_missing_or_unsafe_is_refused_with_a_sentence(change, said, tmp_path):
    refused = manage("check", environment=GOOD | change, data=str(tmp_path))
    assert refused.returncode != 0
    assert said in refused.stderr
    assert GOOD["ELMWEB_SECRET_KEY"] not in refused.stderr


def test_the_brokers_address_may_come_from_a_file(tmp_path):
    file = tmp_path / "redis"
    file.write_text("redis://:password@elsewhere:6379/0\n")
    given = GOOD | {"ELMWEB_REDIS_URL": "", "ELMWEB_REDIS_URL_FILE": str(file)}
    code = "from django.conf import settings; print(settings.REDIS_URL)"
    shown = manage("shell", "-c", code, environment=given, data=str(tmp_path))
    assert "redis://:password@elsewhere:6379/0" in shown.stdout, shown.stderr


def test_without_tls_on_an_inner_network_it_starts_when_told_so(tmp_path):
    plain = GOOD | {"ELMWEB_HTTPS": "false", "ELMWEB_PROXIES": "0"}
    shown = manage("shell", "-c", COOKIES, environment=plain, data=str(tmp_path))
    assert "False True False True False" in shown.stdout, shown.stderr

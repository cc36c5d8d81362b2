"""Readers of environment variables: secrets from files, and the database's password apart."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from elmweb import env


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ELMWEB_SECRET_KEY", raising=False)
    monkeypatch.setenv("ELMWEB_SECRET_KEY_FILE", str(tmp_path / "key"))
    return tmp_path / "key"


def test_secret_comes_from_the_variable_or_the_file(file, monkeypatch):
    file.write_text("from the file\n")
    assert env.secret("ELMWEB_SECRET_KEY") == "from the file"
    monkeypatch.delenv("ELMWEB_SECRET_KEY_FILE")
    assert env.secret("ELMWEB_SECRET_KEY") == ""
    monkeypatch.setenv("ELMWEB_SECRET_KEY", "from the variable")
    assert env.secret("ELMWEB_SECRET_KEY") == "from the variable"


def test_secret_given_twice_absent_or_empty_is_refused(file, monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        env.secret("ELMWEB_SECRET_KEY")
    file.write_text(" \n")
    with pytest.raises(ImproperlyConfigured, match="is empty"):
        env.secret("ELMWEB_SECRET_KEY")
    file.write_text("one")
    monkeypatch.setenv("ELMWEB_SECRET_KEY", "two")
    with pytest.raises(ImproperlyConfigured, match="both"):
        env.secret("ELMWEB_SECRET_KEY")


def test_database_password_comes_from_the_url_or_else_from_its_file(tmp_path, monkeypatch):
    (tmp_path / "password").write_text("s3cret/@:\n")
    monkeypatch.delenv("DATABASE_PASSWORD", raising=False)
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("DATABASE_URL", "postgres://elm@db:5432/elm")
    assert env.postgres("DATABASE_URL")["PASSWORD"] == "s3cret/@:"
    monkeypatch.setenv("DATABASE_URL", "postgres://elm:a%40b@db:5432/elm")
    assert env.postgres("DATABASE_URL")["PASSWORD"] == "a@b"

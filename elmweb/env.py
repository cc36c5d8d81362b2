"""Typed readers of environment variables that refuse nonsense with a sentence."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from simulation.sandbox import read_setting
from simulation.sandbox.environment import Setting


def text(name: str, default: str = "") -> str:
    """Return the variable's text, or ``default`` when it is unset or empty."""
    return os.environ.get(name) or default


def secret(name: str) -> str:
    """Return the variable's text, or what the file holds that ``NAME_FILE`` names; "" for neither.

    Raises:
        ImproperlyConfigured: both are set, or the file cannot be read or is empty.
    """
    value, path = text(name), text(f"{name}_FILE")
    if not path:
        return value
    if value:
        raise ImproperlyConfigured(f"both {name} and {name}_FILE are set: unset one of them")
    try:
        value = Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE={path} cannot be read: {error}") from None
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE={path}: the file is empty")
    return value


def boolean(name: str, default: bool) -> bool:
    """Return the variable as a bool; only 'true' and 'false' are accepted."""
    value = text(name).lower()
    if value in ("", "true", "false"):
        return {"": default, "true": True, "false": False}[value]
    raise ImproperlyConfigured(f"{name}={value}: use 'true' or 'false'")


def integer(name: str, default: int, *, low: int, high: int) -> int:
    """Return the variable as an int within [low, high]."""
    value = text(name, str(default))
    if not value.lstrip("-").isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name}={value}: use a whole number from {low} to {high}")
    return int(value)


def choice(name: str, default: str, *, of: tuple[str, ...]) -> str:
    """Return the variable, one of the words ``of``."""
    value = text(name, default)
    if value not in of:
        raise ImproperlyConfigured(f"{name}={value}: use {' or '.join(map(repr, of))}")
    return value


def sandbox() -> Setting:
    """Return which sandbox to use and what programs may use in it."""
    try:
        return read_setting()
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from None


def folder(name: str) -> Path | None:
    """Return the variable as an absolute path; None when it is unset or names a bucket.

    Raises:
        ImproperlyConfigured: another scheme than ``s3://``, or a relative path.
    """
    value = text(name)
    if not value or value.startswith("s3://"):
        return None
    path = Path(value).expanduser()
    if not path.is_absolute():
        raise ImproperlyConfigured(f"{name}={value}: use a path from the root on, or s3://bucket")
    return path


def bucket(name: str) -> dict[str, object] | None:
    """Return Django's storage settings for an ``s3://bucket/prefix`` URL; None for a folder.

    Keys, region and endpoint are what boto3 finds in ``AWS_…`` variables or its own files.
    """
    parts = urlsplit(text(name))
    if parts.scheme != "s3":
        return None
    if not parts.netloc:
        raise ImproperlyConfigured(f"{name}: expected s3://bucket or s3://bucket/prefix")
    options = {"bucket_name": parts.netloc, "location": parts.path.strip("/")}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {**options, "file_overwrite": True, "querystring_auth": True},
    }


def postgres(name: str) -> dict[str, object] | None:
    """Return Django's database settings for the URL that the variable holds; None when unset."""
    url = secret(name)
    return postgres_at(url, name) if url else None


def postgres_at(url: str, name: str) -> dict[str, object]:
    """Return Django's database settings for a ``postgres://user:password@host:port/name`` URL.

    A password that the URL does not hold comes from ``DATABASE_PASSWORD`` or its file.

    Args:
        name: what the URL is called where it comes from, for the refusal.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"{name}: expected postgres://user:password@host:port/name, got scheme "
            f"'{parts.scheme}' and database name '{parts.path.strip('/')}'"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or "") or secret("DATABASE_PASSWORD"),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }

"""One-time login links of the embedded mode: who can read the data folder may log in.

A link's token is kept only as a hash, as the name of an empty file. Using it removes the file,
and a file can be removed only once: two requests at the same moment cannot both get in.
"""

import hashlib
import secrets
from pathlib import Path


def mint(data: Path) -> str:
    """Return a new token that logs in once, until the next start of ``manage.py up``."""
    token = secrets.token_urlsafe(32)
    _folder(data).mkdir(mode=0o700, exist_ok=True)
    (_folder(data) / _hash(token)).touch(mode=0o600)
    return token


def consume(data: Path, token: str) -> bool:
    """Return whether ``token`` was good; it is not from now on."""
    try:
        (_folder(data) / _hash(token)).unlink()
    except FileNotFoundError:
        return False
    return True


def forget_all(data: Path) -> None:
    """Make every link given out so far worthless."""
    if _folder(data).is_dir():
        for used in _folder(data).iterdir():
            used.unlink(missing_ok=True)


def address(url: str, token: str) -> str:
    """Return the link for a token at the server's ``url``."""
    return f"{url}/login/{token}/"


def _folder(data: Path) -> Path:
    return data / "login_links"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

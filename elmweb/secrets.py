"""The installation's own secret key, made at first use and kept in the data folder."""

import os
import secrets

from elmweb.paths import ensure_data_dir


def secret_key() -> str:
    """Return the key of this data folder; several processes may ask at once, all get the same."""
    path = ensure_data_dir() / "secret_key"
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _read_complete(path)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(50) + "\n")
    return _read_complete(path)


def _read_complete(path: os.PathLike[str]) -> str:
    import time

    for _ in range(100):  # another process may be between creating and writing the file
        with open(path) as file:
            key = file.read()
        if key.endswith("\n"):
            return key.strip()
        time.sleep(0.02)
    raise RuntimeError(f"{path} holds no complete key: delete it and start again")

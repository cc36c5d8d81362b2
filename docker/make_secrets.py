"""Makes each file of a random secret that is not there yet: ``make_secrets.py FILE...``.

Readable for every user of the containers that mount its volume, and for nobody else: the images of
Postgres and ELMWeb run as different users, and a volume has no path outside the engine's own.
"""

import os
import secrets
import sys
from pathlib import Path


def make(path: Path) -> None:
    """Write a new secret to ``path`` unless it exists; one that is half written is never there."""
    if path.exists():
        return
    part = path.with_name(f".{path.name}.part")
    part.write_text(secrets.token_urlsafe(50))
    part.chmod(0o444)
    os.replace(part, path)
    print(f"made {path}")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        make(Path(name))

"""A sign of life for containers: a file whose age a health check reads without starting Python."""

from pathlib import Path

from elmweb import env


def say() -> None:
    """Touch the file that ``ELMWEB_ALIVE_FILE`` names; nothing is done when it names none."""
    if path := env.text("ELMWEB_ALIVE_FILE"):
        Path(path).touch()

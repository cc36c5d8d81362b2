"""Returns jobs whose holder is gone, every two seconds, in a thread of the supervisor.

``manage.py scheduler`` does it in a process of its own.
"""

import logging
import threading

from django.db import close_old_connections

SECONDS = 2.0
log = logging.getLogger(__name__)


class Reaper:
    """Calls ``archive.services.reap`` until told to stop; one failure never ends it."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reaper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop and wait a moment; a stuck one ends with the process."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(1)

    def _run(self) -> None:
        while not self._stop.wait(SECONDS):
            reap_once()


def reap_once() -> bool:
    """Do what is due now and return whether it worked; a failure is logged."""
    from archive import services  # here: the application registry is ready only now

    close_old_connections()
    try:
        services.reap()
    except Exception:
        log.exception("The reaper failed; it tries again in %g s.", SECONDS)
        return False
    finally:
        close_old_connections()
    return True

"""Some things may be done only while ELMWeb stands still."""

from django.db import DatabaseError, connection

from elmweb import paths
from elmweb.supervisor.lock import DataLock


class StillRunning(RuntimeError):
    """ELMWeb is at work; the text says who and what to stop."""


def refuse_while_running() -> None:
    """Make sure that nobody works on the database in use.

    Raises:
        StillRunning: ``manage.py up`` runs on the data folder, or others are connected.
    """
    holder = DataLock(paths.DATA_DIR).holder()
    if holder is not None:
        raise StillRunning(
            f"ELMWeb runs on {paths.DATA_DIR} (process {holder.pid}): stop it with Ctrl-C first"
        )
    others = _others()
    if others:
        raise StillRunning(
            f"{others} other connections to the database are open: stop web, workers and scheduler"
        )


def _others() -> int:
    if connection.vendor != "postgresql":
        return 0
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            return int(cursor.fetchone()[0])
    except DatabaseError as error:
        raise StillRunning(f"the database does not answer: {error}") from None

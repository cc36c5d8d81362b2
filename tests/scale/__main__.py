"""``python -m tests.scale``: what grows how, measured on this machine, on data of its own.

Prints one line, with ``--json`` one JSON object, for each figure: children a second by the number
of evaluate workers, children recorded a second by the number of writers, what a viewer costs, and
how many bytes a child takes in the database.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import django

PARTS = ("evaluate", "record", "viewers", "rows")


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=" ".join(PARTS))
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--json", action="store_true", help="one JSON object a figure")
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no part called {', '.join(sorted(unknown))}: use {', '.join(PARTS)}")
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="elmweb-scale-")))
        os.environ["ELMWEB_DATA"] = str(folder / "data")
        os.environ["DJANGO_SETTINGS_MODULE"] = "elmweb.settings"
        os.environ["ELMWEB_LOG_LEVEL"] = "WARNING"
        if given.postgres:
            os.environ["DATABASE_URL"] = _postgres(ending)
        django.setup()
        _measure(given, folder, ending)
    return 0


def _postgres(ending: ExitStack) -> str:
    from tests.postgres import Cluster, NoPostgres

    try:
        return ending.enter_context(Cluster(durable=True)).url()
    except NoPostgres as reason:
        sys.exit(str(reason))


def _measure(given: argparse.Namespace, folder: Path, ending: ExitStack) -> None:
    from django.conf import settings

    from elmweb import bench, paths
    from elmweb.commands import ensure_database
    from elmweb.supervisor import broker
    from tests.chaos.kept import Kept
    from tests.scale import measure
    from tests.stack import wait

    ensure_database()
    socket = paths.broker_socket()
    broker.private_folder(socket.parent)
    broker.private_folder(folder / "broker")
    command = broker.server_command(broker.find_broker().path, socket, folder / "broker")
    server = Kept(command, folder / "broker.log")
    server.start()
    ending.callback(server.stop)
    wait(lambda: not broker.ping(settings.REDIS_URL), 10, "the broker")
    for part in given.parts or PARTS:
        for found in getattr(measure, part)(folder):
            print(bench.as_json(found) if given.json else measure.in_words(found), flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""``python -m tests.chaos``: minutes of faults on a stack of its own, and a report.

Exit status 0 when nothing was lost, doubled or stuck, 1 when something was, 2 on wrong arguments.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import django


def main() -> int:
    """Run the harness as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long faults happen")
    parser.add_argument("--seed", type=int, help="of the faults' order; drawn when absent")
    parser.add_argument(
        "--postgres", action="store_true", help="on a PostgreSQL cluster and a sandbox service"
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    parser.add_argument("--logs", type=Path, help="folder to copy every log to")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and unmount the disk
    with tempfile.TemporaryDirectory() as unused:
        # This process only watches; its settings must not touch anybody's data folder.
        os.environ["ELMWEB_DATA"] = unused
        os.environ["DJANGO_SETTINGS_MODULE"] = "elmweb.settings"
        django.setup()
        return _run(given)


def _run(given: argparse.Namespace) -> int:
    from tests.chaos.bed import Bed
    from tests.chaos.harness import unleash

    seed = random.SystemRandom().randrange(10_000) if given.seed is None else given.seed
    with Bed(postgres=given.postgres) as bed:
        report = unleash(
            bed,
            seconds=60 * given.minutes,
            seed=seed,
            say=lambda text: print(text, file=sys.stderr, flush=True),
        )
        if given.logs is not None:
            given.logs.mkdir(parents=True, exist_ok=True)
            for log in bed.every_log():
                shutil.copy(log, given.logs)
    print(report.as_json() if given.json else report)
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())

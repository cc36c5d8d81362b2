"""``manage.py bench``: how fast the parts are, each beside a rival measured in the same run."""

import platform
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elmweb import bench
from elmweb.commands import ensure_database


class Command(BaseCommand):
    help = f"Measure {', '.join(bench.BENCHES)} (all when none is named); writes bench.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME")
        parser.add_argument("--json", action="store_true", help="one JSON object a measurement")

    def handle(self, *args: Any, **options: Any) -> None:
        names = options["names"] or list(bench.BENCHES)
        for name in names:
            if name not in bench.BENCHES:
                raise CommandError(
                    f"no bench called {name!r}: use {', '.join(bench.BENCHES)}", returncode=2
                )
        ensure_database()
        if not options["json"]:
            self.stdout.write(f"{platform.platform()}, Python {platform.python_version()}")
        lines = []
        for name in names:
            for measurement in bench.BENCHES[name]():
                lines.append(bench.as_json(measurement))
                self.stdout.write(
                    lines[-1]
                    if options["json"]
                    else f"{measurement.name:22} {measurement.value:10.1f} {measurement.unit:16} "
                    f"{measurement.ratio:6.2f} x {measurement.against}"
                )
        Path("bench.json").write_text("\n".join(lines) + "\n")

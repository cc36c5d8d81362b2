"""``manage.py demo``: starts the demo run in the ELMWeb that is running on this data folder."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive import services
from archive.services.runs import DEMO_BUDGET
from elmweb.commands import ensure_database


class Command(BaseCommand):
    help = "Start the demo run; the workers of `manage.py up` (or `make run`) carry it out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--evaluations", type=int, default=DEMO_BUDGET, help=f"of the run ({DEMO_BUDGET:,})"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_database()
        try:
            run = services.start_demo(budget=options["evaluations"])
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        if options["json"]:
            self.stdout.write(json.dumps({"run": run.pk, "path": f"/runs/{run.pk}/"}))
        else:
            self.stdout.write(f"Demo run {run.pk} started: open /runs/{run.pk}/ on the page.")

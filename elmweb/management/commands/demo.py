"""``manage.py demo``: starts the demo run in the ELMWeb that is running on this data folder."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from archive import services
from elmweb.commands import ensure_database


class Command(BaseCommand):
    help = "Start the demo run; the workers of `manage.py up` (or `make run`) carry it out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_database()
        run = services.start_demo()
        if options["json"]:
            self.stdout.write(json.dumps({"run": run.pk, "path": f"/runs/{run.pk}/"}))
        else:
            self.stdout.write(f"Demo run {run.pk} started: open /runs/{run.pk}/ on the page.")

"""``manage.py rebuild``: proves, or restores, that the map is the fold of its children."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.models import Run
from archive.services import recording
from elmweb.commands import ensure_database


class Command(BaseCommand):
    help = (
        "Fold a run's children anew: --check compares the stored map with it, else it is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="the run's number")
        parser.add_argument("--check", action="store_true", help="exit 1 with the first difference")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_database()
        run = Run.objects.filter(pk=options["run"]).first()
        if run is None:
            known = list(Run.objects.values_list("pk", flat=True)[:10])
            raise CommandError(
                f"there is no run {options['run']}; "
                + (
                    f"the newest are {', '.join(map(str, known))}"
                    if known
                    else "there are none yet"
                ),
                returncode=2,
            )
        if not options["check"]:
            recording.rebuild_map(run)
        difference = recording.check_map(run)
        cells = run.cells.count()
        if options["json"]:
            data = {
                "run": run.pk,
                "equal": difference is None,
                "difference": difference,
                "cells": cells,
            }
            self.stdout.write(json.dumps(data))
        if difference is not None:
            raise CommandError(f"run {run.pk}: {difference}", returncode=1)
        if not options["json"]:
            children = run.last_seq + 1
            self.stdout.write(
                f"run {run.pk}: the map of {cells} cells equals the fold of {children} children"
            )

"""``manage.py prune``: makes room by the rules of retention."""

import json
from argparse import ArgumentTypeError
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from elmweb.commands import ensure_database
from elmweb.operations import retention

DAYS = 30


class Command(BaseCommand):
    help = (
        "Remove what is old and not needed: sources of failed children of runs that are over, "
        "closed jobs, logs that were set aside, checkpoints of stopped trainings."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=_days, default=DAYS, help=f"older than this many days (default: {DAYS})"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what it would free")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_database()
        older, dry_run = timedelta(days=options["days"]), options["dry_run"]
        freed = retention.prune(timezone.now(), older, dry_run=dry_run)
        if options["json"]:
            told = {"dry_run": dry_run, "freed": [asdict(one) for one in freed]}
            self.stdout.write(json.dumps(told))
            return
        for one in freed:
            verb = "would free" if dry_run else "freed"
            size = f", about {filesizeformat(one.size)}" if one.size else ""
            self.stdout.write(f"{verb} {one.number:,} {one.what}{size}")


def _days(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 100_000:
        raise ArgumentTypeError(f"'{text}' is no number of days: use a whole number from 1")
    return int(text)

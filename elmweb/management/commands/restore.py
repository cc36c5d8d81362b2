"""``manage.py restore FILE``: what ``backup`` wrote takes the place of database and models."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elmweb.operations import backup
from elmweb.operations.standing import StillRunning, refuse_while_running


class Command(BaseCommand):
    help = "Put a backup in the place of database and models, after comparing its checksums."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument(
            "--force", action="store_true", help="overwrite the runs and accounts that are here"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            refuse_while_running()
            manifest = backup.restore(options["file"], force=options["force"])
        except (backup.BackupError, StillRunning) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Restored {manifest.database} and {len(manifest.checksums) - 1} files of models as "
            f"they were at {manifest.created}. Compare a map: manage.py rebuild RUN --check"
        )

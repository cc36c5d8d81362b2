"""``manage.py backup FILE``: database and models in one file, while everything runs."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elmweb.commands import ensure_database
from elmweb.operations import backup


class Command(BaseCommand):
    help = "Write database and models into one tar file; nothing has to be stopped for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="FILE.tar, or FILE.tar.gz to have it packed")
        parser.add_argument("--force", action="store_true", help="overwrite FILE")
        parser.add_argument(
            "--portable",
            action="store_true",
            help="write a PostgreSQL as SQLite, which either can take back",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_database()
        file: Path = options["file"].absolute()
        try:
            manifest = backup.write(file, portable=options["portable"], force=options["force"])
        except backup.BackupError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            told = {"file": str(file), "bytes": file.stat().st_size, **asdict(manifest)}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(
                f"{file}: {manifest.database} and {len(manifest.checksums) - 1} files of models, "
                f"{file.stat().st_size:,} bytes. Keys and passwords are not in it."
            )

"""``manage.py migrate_to_postgres URL``: everything moves from SQLite to PostgreSQL."""

import time
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from elmweb import env
from elmweb.commands import ensure_database
from elmweb.operations import copying
from elmweb.operations.backup import beside
from elmweb.operations.standing import StillRunning, refuse_while_running

TARGET = "target"


class Command(BaseCommand):
    help = "Copy all rows from the SQLite of the data folder into an empty PostgreSQL, and compare."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="postgres://user:password@host:port/name")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError("DATABASE_URL names a PostgreSQL already: unset it for this command")
        try:
            refuse_while_running()
            database = env.postgres_at(options["url"], "URL")
        except (StillRunning, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None
        ensure_database()
        began = time.monotonic()
        with beside(database, TARGET):
            try:
                rows, runs = self._move()
            except (DatabaseError, copying.NotEqual) as error:
                raise CommandError(f"nothing was moved, the target: {error}") from None
        self.stdout.write(
            f"Moved {rows:,} rows in {time.monotonic() - began:.1f} s; all counts and {runs} maps "
            "are equal. Start ELMWeb with DATABASE_URL set to that address; the models stay in "
            "the data folder, and so does the SQLite file, which nothing reads any more."
        )

    def _move(self) -> tuple[int, int]:
        call_command("migrate", database=TARGET, verbosity=0, interactive=False)
        if copying.is_occupied(TARGET):
            raise CommandError("the target holds runs or accounts already: name an empty database")
        rows = copying.copy_rows("default", TARGET, self.stdout.write)
        return rows, copying.check_maps("default", TARGET, self.stdout.write)

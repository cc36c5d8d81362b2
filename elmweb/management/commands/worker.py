"""``manage.py worker``: one kind of worker, in the foreground, for containers and other hosts."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from elmweb.supervisor import worker


class Command(BaseCommand):
    help = "Work on the jobs of one kind until SIGTERM; `manage.py up` starts both kinds itself."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=worker.KINDS)

    def handle(self, *args: Any, **options: Any) -> None:
        command = worker.command(options["kind"])
        os.execve(command.argv[0], command.argv, os.environ | command.env)

"""``manage.py web``: the pages alone, for containers; ``manage.py up`` starts everything."""

from typing import Any

import uvicorn
from django.core.management.base import BaseCommand, CommandParser

from elmweb import login_links, paths
from elmweb.supervisor.web import configuration


class Command(BaseCommand):
    help = "Serve pages, API and live feed until SIGTERM; workers and scheduler run elsewhere."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        login_links.forget_all(paths.ensure_data_dir())
        uvicorn.Server(configuration(host=options["host"], port=options["port"])).run()

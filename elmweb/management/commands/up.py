"""``manage.py up``: the embedded mode, everything from one command."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from elmweb.supervisor.broker import BrokerUnavailable
from elmweb.supervisor.lock import AlreadyRunning
from elmweb.supervisor.readiness import StartFailed
from elmweb.supervisor.supervisor import DEFAULT_PORT, Options, Supervisor


class Command(BaseCommand):
    help = "Start ELMWeb on this machine: broker, web page and workers, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port",
            type=_port,
            help=f"port on 127.0.0.1, exactly this one (default: {DEFAULT_PORT} or the next free)",
        )
        parser.add_argument(
            "--no-open", action="store_true", help="do not open the page in a browser"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = Options(port=options["port"], open_browser=not options["no_open"])
        try:
            Supervisor(wanted).run()
        except (AlreadyRunning, BrokerUnavailable, StartFailed) as error:
            raise CommandError(str(error)) from None


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise ArgumentTypeError(f"'{text}' is not a port: use a whole number from 1 to 65535")
    return int(text)

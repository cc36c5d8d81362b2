"""``manage.py scheduler``: what must happen every few seconds, in a process of its own."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from archive.services.processes import keep_saying
from elmweb import alive
from elmweb.supervisor import reaper


class Command(BaseCommand):
    help = (
        "Return the jobs of dead workers and keep runs going until SIGTERM; `manage.py up` does it "
        "itself. More than one at a time do no harm."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        keep_saying("scheduler")
        while not stop.wait(reaper.SECONDS):
            if reaper.reap_once():
                alive.say()

"""``manage.py login-link``: another one-time link to the running ELMWeb."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from elmweb import env, login_links, paths
from elmweb.supervisor.lock import DataLock


class Command(BaseCommand):
    help = "Print a fresh one-time login link for the ELMWeb that runs on this data folder."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if url := env.text("ELMWEB_URL"):
            self.stdout.write(
                login_links.address(url.rstrip("/"), login_links.mint(paths.DATA_DIR))
            )
            return
        holder = DataLock(paths.DATA_DIR).holder()
        if holder is None:
            raise CommandError(f"No ELMWeb runs on {paths.DATA_DIR}: start it with manage.py up.")
        if not holder.url:
            raise CommandError("ELMWeb is still starting: ask again when it says READY.")
        self.stdout.write(login_links.address(holder.url, login_links.mint(paths.DATA_DIR)))

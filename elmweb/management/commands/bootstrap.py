"""``manage.py bootstrap``: the first admin, who adds everybody else in the browser."""

import getpass
import sys
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from elmweb import env
from elmweb.accounts import audit, people
from elmweb.accounts.models import User
from elmweb.commands import ensure_database


class Command(BaseCommand):
    help = (
        "Make the first admin. The password comes from --password-file, from ELMWEB_ADMIN_PASSWORD "
        "or the file of ELMWEB_ADMIN_PASSWORD_FILE, from a prompt at a terminal, or is made up and "
        "printed this once. Changes nothing when there is an admin with a password already."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", default="admin", help="name to log in with")
        parser.add_argument("--password-file", type=Path, help="file that holds the password")
        parser.add_argument(
            "--no-input", action="store_true", help="ask nothing: make a password up"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_database()
        if admin := people.admin_with_password():
            self.stdout.write(f"There is an admin already: {admin.username}. Nothing was changed.")
            return
        username = options["username"]
        given = self._password(options)
        try:
            if given:
                validate_password(given, User(username=username))
            made = people.make_first_admin(username, given)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        if made is None:  # another bootstrap was quicker
            self.stdout.write("There is an admin already. Nothing was changed.")
            return
        user, password = made
        audit.record("bootstrap", actor=user, note="the first admin")
        self.stdout.write(f"Made {username} an admin.")
        if not given:
            self.stdout.write(f"Password, shown this once: {password}")

    def _password(self, options: dict[str, Any]) -> str:
        """Return the password that was given, "" to make one up."""
        if path := options["password_file"]:
            try:
                text = path.read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"{path} cannot be read: {error}") from None
            if not text:
                raise CommandError(f"{path} is empty: write the password into it")
            return text
        if text := env.secret("ELMWEB_ADMIN_PASSWORD"):
            return text
        if options["no_input"] or not sys.stdin.isatty():
            return ""
        first = getpass.getpass(f"Password of {options['username']} (empty: make one up): ")
        if first and getpass.getpass("Again: ") != first:
            raise CommandError("The two are not the same: nothing was changed.")
        return first

"""``manage.py doctor``: does this machine have what ELMWeb needs?"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from elmweb import installation


class Command(BaseCommand):
    help = "Look at this installation and say what to do; exit 1 when something essential lacks."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = [look() for look in installation.LOOKED_AT]
        healthy = all(finding.ok or not finding.essential for finding in findings)
        if options["json"]:
            report = {"ok": healthy, "findings": [asdict(finding) for finding in findings]}
            self.stdout.write(json.dumps(report))
        else:
            for finding in findings:
                mark = "ok     " if finding.ok else "MISSING" if finding.essential else "absent "
                self.stdout.write(f"{mark} {finding.name}: {finding.detail}")
                if not finding.ok:
                    self.stdout.write(f"        {finding.advice}")
        if not healthy:
            raise SystemExit(1)

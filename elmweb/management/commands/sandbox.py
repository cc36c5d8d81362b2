"""``manage.py sandbox``: run programs in the sandbox, or say what it protects with here."""

import json
import sys
from argparse import SUPPRESS
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from simulation.sandbox import (
    RemoteSandbox,
    SandboxPool,
    SandboxUnavailable,
    Status,
    Tier,
    Verdict,
    check_sandbox,
    explain,
    open_sandbox,
)

_WRONG_ARGUMENTS, _REFUSED = 2, 1


class Command(BaseCommand):
    help = (
        "Run Python programs in the sandbox and say how each ended. Exit status 0 whatever the "
        "programs do, 1 when this machine cannot run them safely, 2 on wrong arguments."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.error = _one_line_error  # type: ignore[method-assign]
        parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="a Python program")
        parser.add_argument("--check", action="store_true", help="say how programs are contained")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument("--rng-seed", type=int, default=0, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = options["files"]
        if options["check"] == bool(files):
            _one_line_error(
                "give the programs to run, or --check" if not files else "--check takes no programs"
            )
        for file in files:
            if not file.is_file():
                _one_line_error(f"{file}: no such file")
        if options["check"]:
            self._check(options["json"])
        else:
            self._run(files, options["json"], options["rng_seed"])

    def _check(self, as_json: bool) -> None:
        report = check_sandbox()
        self.stdout.write(json.dumps(report) if as_json else "\n".join(explain(report)))
        if report["tier"] == Tier.REFUSED:
            sys.exit(_REFUSED)

    def _run(self, files: list[Path], as_json: bool, rng_seed: int) -> None:
        try:
            with open_sandbox() as sandbox:
                for file in files:
                    verdict = _run_file(sandbox, file, rng_seed)
                    self.stdout.write(
                        _as_json(file, verdict) if as_json else _as_text(file, verdict)
                    )
        except SandboxUnavailable as unavailable:
            raise CommandError(str(unavailable), returncode=_REFUSED) from unavailable


def _run_file(sandbox: SandboxPool | RemoteSandbox, file: Path, rng_seed: int) -> Verdict:
    most = sandbox.limits.source_bytes
    try:
        with file.open("rb") as opened:
            data = opened.read(most + 1)  # no need to read a huge file to refuse it
        if len(data) > most:
            message = f"The program has more than {most} bytes."
            return Verdict(Status.TOO_LARGE_SOURCE, message=message)
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The file is not UTF-8 text (byte {error.start})."
        return Verdict(Status.ERROR, message=message, error="UnicodeDecodeError")
    except OSError as error:
        _one_line_error(f"{file}: {error.strerror}")
    return sandbox.run(source, rng_seed=rng_seed)


def _as_json(file: Path, verdict: Verdict) -> str:
    answer = {"file": str(file), "status": str(verdict.status)}
    return json.dumps({**answer, "message": verdict.message, "value": verdict.value})


def _as_text(file: Path, verdict: Verdict) -> str:
    if verdict.value is None:
        said = verdict.message
    else:
        joints, muscles = len(verdict.value["joints"]), len(verdict.value["muscles"])
        said = f"{joints} joints, {muscles} muscles"
    return f"{file}: {verdict.status}: {said} [{verdict.cpu_ms:.0f} ms]"


def _one_line_error(message: str) -> NoReturn:
    sys.stderr.write(f"manage.py sandbox: {message}\n")
    sys.exit(_WRONG_ARGUMENTS)

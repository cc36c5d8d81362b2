"""``manage.py evaluate``: programs in sandbox and physics; a database only for saved terrains."""

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from archive.services.terrains import spec_named
from simulation.domains import get_domain
from simulation.evaluate import Evaluation, Evaluator, SandboxLost
from simulation.sandbox import SandboxUnavailable, open_sandbox
from simulation.terrain import KINDS, Terrain, make_terrain

WRONG_ARGUMENTS = 2  # exit status


class Command(BaseCommand):
    help = "Evaluate walker programs: outcome, distance walked, height, width and mass."
    requires_system_checks = []  # neither database nor broker matter here

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a Python program")
        parser.add_argument(
            "--terrain",
            default="flat",
            help="kind, kind:difficulty, kind:difficulty:seed, or a saved one's name; "
            f"kinds: {', '.join(KINDS)}",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args, **options) -> None:
        terrain = _terrain(options["terrain"])
        programs = [(file, _source(file)) for file in options["files"]]
        write = self.stdout.write
        if not options["json"]:
            write(
                f"{'outcome':<14}{'fitness':>8}{'height':>8}{'width':>8}{'mass':>8}  file: reason"
            )
        try:
            with open_sandbox() as sandbox:
                evaluator = Evaluator(sandbox, get_domain("sodarace"), terrain)
                for file, source in programs:
                    evaluation = evaluator.evaluate(source)
                    write(_json(file, evaluation) if options["json"] else _row(file, evaluation))
        except (SandboxUnavailable, SandboxLost) as error:
            raise CommandError(f"the sandbox does not work here: {error}") from error


def _terrain(name: str) -> Terrain:
    try:
        return make_terrain(spec_named(name))
    except ValueError as error:
        raise CommandError(str(error), returncode=WRONG_ARGUMENTS) from None


def _source(file: str) -> str:
    path = Path(file)
    if not path.is_file():
        what = "is not a file" if path.exists() else "does not exist"
        raise CommandError(f"{file} {what}", returncode=WRONG_ARGUMENTS)
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        why = error.strerror
    except UnicodeDecodeError:
        why = "not a text file in UTF-8"
    raise CommandError(f"{file} cannot be read: {why}", returncode=WRONG_ARGUMENTS)


def _json(file: str, evaluation: Evaluation) -> str:
    measures = None
    if evaluation.measures is not None:
        measures = dict(zip(("height", "width", "mass"), evaluation.measures, strict=True))
    return json.dumps(
        {
            "file": file,
            "outcome": str(evaluation.outcome),
            "reason": evaluation.reason,
            "fitness": evaluation.fitness,
            "measures": measures,
            "joints": evaluation.details.get("joints"),
            "muscles": evaluation.details.get("muscles"),
            "trajectory_hash": evaluation.trajectory_hash,
        },
        allow_nan=False,
    )


def _row(file: str, evaluation: Evaluation) -> str:
    numbers = (evaluation.fitness, *(evaluation.measures or (None, None, None)))
    cells = _columns(*("-" if x is None else f"{x:.1f}" for x in numbers))
    return f"{evaluation.outcome:<14}{cells}  {file}: {evaluation.reason}"


def _columns(*cells: str) -> str:
    return "".join(f"{cell:>8}" for cell in cells)

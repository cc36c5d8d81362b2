"""``manage.py bugfix``: how often one mutation repairs a function, by operator and task."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.bugfix_rows import OWN, SHIPPED
from archive.services import registry
from elmweb.commands import ensure_database
from elmweb.paths import BASE_DIR
from simulation.evaluate import SandboxLost
from simulation.sandbox import SandboxUnavailable, open_sandbox
from workers.benchmark import results
from workers.benchmark.bugs import FUNCTIONS, TASKS, Task, tasks_called
from workers.benchmark.comparison import rewrite_tables
from workers.benchmark.judge import LIMITS, Judge
from workers.benchmark.measure import (
    TINY_GP,
    OperatorWriter,
    Row,
    TinyGP,
    Writer,
    key_of,
    measure,
)
from workers.benchmark.published import GP_TRIALS
from workers.mutation.operator import BUILT_IN, load_operator

DOCUMENT = BASE_DIR / "docs/bugfix.md"


class Command(BaseCommand):
    help = (
        "Measure how often one mutation repairs 4-parity (1 to 5 bugs) and quadratic (1 or 2), "
        "as in appendix A of the paper. Rows are kept in --out as they come; what it holds "
        "already is not measured again."
    )
    requires_system_checks = []  # no broker; a database only for models that people added

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--operator",
            action="append",
            metavar="NAME",
            help=f"{TINY_GP}, or a model of the Models page; may be repeated "
            f"({TINY_GP} and bundled)",
        )
        parser.add_argument(
            "--task",
            action="append",
            metavar="TASK",
            help=f"{', '.join(f.name for f in FUNCTIONS)}, or with a number of bugs such as "
            "4-parity:3; may be repeated (all)",
        )
        parser.add_argument(
            "--trials", type=int, default=GP_TRIALS, help=f"mutations of {TINY_GP} a task"
        )
        parser.add_argument(
            "--samples", type=int, default=1000, help="mutations of any other operator a task"
        )
        parser.add_argument("--temperature", type=float, default=0.8)
        parser.add_argument("--rng-seed", type=int, default=0)
        kept = parser.add_mutually_exclusive_group()
        kept.add_argument("--out", type=Path, default=OWN, help="a file of JSON rows")
        kept.add_argument(
            "--docs",
            action="store_true",
            help="keep the rows in docs/bugfix.json and write the tables of docs/bugfix.md anew",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a row")

    def handle(self, *args: Any, **options: Any) -> None:
        out = SHIPPED if options["docs"] else options["out"]
        for name in ("trials", "samples"):
            if options[name] < 1:
                raise CommandError(f"--{name} must be 1 or more, got {options[name]}", returncode=2)
        try:
            tasks = [t for name in options["task"] or () for t in tasks_called(name)] or TASKS
            names = options["operator"] or [TINY_GP, "bundled"]
            writers = [_writer(name, options["temperature"]) for name in names]
            known = {row.key: row for row in results.load(out)}
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        except RuntimeError as error:
            raise CommandError(str(error)) from None
        try:
            with open_sandbox(LIMITS) as sandbox:
                judge = Judge(sandbox)
                for writer in writers:
                    for task in dict.fromkeys(tasks):
                        trials = options["trials" if writer.name == TINY_GP else "samples"]
                        row = known.get(key_of(writer, task, trials, options["rng_seed"]))
                        if row is None:
                            row = measure(
                                task, writer, trials, options["rng_seed"], judge,
                                partial(self._show, writer, task, trials),
                            )  # fmt: skip
                            results.store(out, row)
                        self.stdout.write(
                            json.dumps(row.as_json()) if options["json"] else _words(row)
                        )
                        self.stdout.flush()
        except (SandboxUnavailable, SandboxLost) as error:
            raise CommandError(f"the sandbox does not work here: {error}") from error
        if options["docs"]:
            text = DOCUMENT.read_text(encoding="utf-8")
            DOCUMENT.write_text(rewrite_tables(text, results.load(out)), encoding="utf-8")

    def _show(self, writer: Writer, task: Task, trials: int, done: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{writer.name} {task.label}: {done:,} of {trials:,} ", ending="")


def _writer(name: str, temperature: float) -> Writer:
    if name == TINY_GP:
        return TinyGP()
    if name not in BUILT_IN:
        ensure_database()  # where the models are that people added
    operator = load_operator(registry.loadable(name), temperature=temperature)
    return OperatorWriter(name, operator, temperature)


def _words(row: Row) -> str:
    low, high = row.interval
    return (
        f"{row.operator:18} {row.task:>9}, {row.bugs} bug{'s' if row.bugs > 1 else ' '}  "
        f"{row.rate:9.4%}  ({low:.4%} to {high:.4%})  {row.solved:,} of {row.trials:,}, "
        f"{row.cpu_seconds:.0f} CPU s"
    )

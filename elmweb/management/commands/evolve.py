"""``manage.py evolve``: a whole run without Celery or a server, repeatable from its rng seed."""

import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.config import PAPER_MESSAGES, RunConfig
from archive.live import RunView
from archive.models import Driver, Run, SeedProgram
from archive.services import checks, local, runs
from archive.services.terrains import spec_named as spec_named_terrain
from elmweb.commands import ensure_database, print_json, spec_named
from elmweb.supervisor.exec_child import die_with_parent
from simulation.domains import get_domain
from simulation.fitness import FITNESSES
from simulation.pool import EvaluationPool
from simulation.sandbox import SandboxUnavailable
from workers.mutation.backends import MAX_TRIES
from workers.mutation.operator import load_operator


class Command(BaseCommand):
    help = "Evolve walkers from a seed program; twice with one --rng-seed gives the same children."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seed-program", default="square", help="a bundled one's name, or a file"
        )
        parser.add_argument("--evaluations", type=int, required=True, help="children to make")
        parser.add_argument("--rng-seed", type=int, default=0)
        parser.add_argument("--backend", default="bundled", help="bundled or random_gp")
        parser.add_argument("--temperature", type=float, default=0.8)
        parser.add_argument(
            "--terrain",
            action="append",
            help="kind, kind:difficulty, kind:difficulty:seed, or a saved one's name; may be "
            "repeated; default: flat",
        )
        parser.add_argument("--over", default="mean", help="of several terrains: mean or min")
        parser.add_argument("--fitness", default="distance", help=f"one of {', '.join(FITNESSES)}")
        parser.add_argument(
            "--message",
            action="append",
            metavar="WEIGHT:TEXT",
            help="commit message; may be repeated",
        )
        parser.add_argument("--name", default="")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            config = RunConfig(
                budget=options["evaluations"],
                models=((options["backend"], 100.0),),
                temperature=options["temperature"],
                terrains=tuple(map(spec_named_terrain, options["terrain"] or ["flat"])),
                over=options["over"],
                fitness=options["fitness"],
                messages=_messages(options["message"]),
            )
            spec = spec_named(options["backend"])
            operator = load_operator(spec, temperature=config.temperature, tries=MAX_TRIES)
            source, label = _source(options["seed_program"])
        except (ValueError, RuntimeError) as error:
            raise CommandError(str(error), returncode=2) from None
        ensure_database()
        try:
            run = runs.create_run(
                config=config,
                seed_program=SeedProgram.objects.filter(bundled=True, name=label).first(),
                source=source,
                name=options["name"] or f"{label}, {config.budget:,} children",
                rng_seed=options["rng_seed"],
                driver=Driver.COMMAND,
            )
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        self._evolve(run, config, operator, options["json"])

    def _evolve(self, run: Run, config: RunConfig, operator: Any, as_json: bool) -> None:
        started = time.monotonic()

        def show(done: int) -> None:
            if sys.stderr.isatty():
                self.stderr.write(f"\r{done}/{config.budget} children", ending="")

        pool = EvaluationPool(
            config.domain, config.course, on_start=partial(die_with_parent, signal.SIGKILL)
        )
        try:
            run = local.evolve(run, operator, pool, on_batch=show)
        except (local.SeedProgramFailed, SandboxUnavailable) as error:
            runs.fail(run, str(error))
            raise CommandError(str(error), returncode=1) from None
        except (KeyboardInterrupt, SystemExit):
            runs.stop(run)
            raise CommandError(f"stopped; run {run.pk} keeps what it has", returncode=130) from None
        except Exception as error:
            runs.fail(run, f"the command broke: {error}")
            raise
        finally:
            pool.close()
        summary = _summary(run, time.monotonic() - started)
        if as_json:
            print_json(self.stdout, summary)
            return
        if sys.stderr.isatty():
            self.stderr.write("")
        for name, value in summary.items():
            self.stdout.write(f"{name:14} {value}")


def _summary(run: Run, seconds: float) -> dict[str, Any]:
    view = RunView(run)
    view.advance()
    stats = view.stats
    outcomes: dict[str, int] = {}
    for key, count in sorted(stats.outcomes.items()):
        outcome = key.split(":")[0]
        outcomes[outcome] = outcomes.get(outcome, 0) + count
    return {
        "run": run.pk,
        "children": stats.children,
        "outcomes": outcomes,
        "valid_rate": stats.valid_rate,
        "runnable_rate": stats.runnable_rate,
        "novel_rate": stats.novel_rate,
        "coverage": stats.coverage,
        "qd_score": stats.qd_score,
        "max_fitness": stats.max_fitness,
        "children_hash": local.children_hash(run),
        "seconds": round(seconds, 2),
    }


def _messages(given: list[str] | None) -> tuple[tuple[str, float], ...]:
    if not given:
        return PAPER_MESSAGES
    messages = []
    for one in given:
        weight, colon, text = one.partition(":")
        try:
            messages.append((text.strip(), float(weight)))
        except ValueError:
            colon = ""
        if not colon:
            raise ValueError(f"--message {one!r}: expected WEIGHT:TEXT, such as 30:Add a leg")
    return tuple(messages)


def _source(name: str) -> tuple[str, str]:
    """Return the seed program's text and a short label."""
    bundled = get_domain("sodarace").seed_programs
    if name in bundled:
        return bundled[name].source, name
    path = Path(name)
    if not path.is_file():
        raise ValueError(
            f"--seed-program {name}: no such file, and no bundled seed program of that name "
            f"({', '.join(bundled)})"
        )
    return checks.text_of(path.read_bytes()), path.stem[:80]

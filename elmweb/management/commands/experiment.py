"""``manage.py experiment``: bundled against fine-tuned model, random GP and no archive."""

import argparse
import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.config import RunConfig
from archive.services.local import SeedProgramFailed
from elmweb import experiment
from elmweb.commands import ensure_database, print_json
from elmweb.paths import BASE_DIR
from elmweb.supervisor.exec_child import die_with_parent
from simulation.sandbox import SandboxUnavailable
from workers.experiment import figures, measured, page, picture
from workers.experiment.measured import Measured
from workers.experiment.plan import ARMS, EVALUATIONS, PROGRAMS, RNG_SEEDS, Unit, units

SHIPPED = BASE_DIR / "docs" / "science"
PAGE = BASE_DIR / "docs" / "science.md"
RUN, TUNING, STUDY = "run", "tuning", "study"  # pieces of work, each in a process of its own


class Command(BaseCommand):
    help = (
        "Evolve from the four seed programs with the bundled model, with one fine-tuned on other "
        "runs, with random GP, and with the seed program as every parent; keep the curves of each "
        "run in --out and draw and tabulate them. What is there already is not made again; several "
        "of these commands may work on one --out at once."
    )
    requires_system_checks = []  # no broker, and a database of its own

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programs", nargs="+", default=list(PROGRAMS), metavar="NAME")
        parser.add_argument("--rng-seeds", nargs="+", type=int, default=list(RNG_SEEDS))
        parser.add_argument("--evaluations", type=int, default=EVALUATIONS, help="of each run")
        parser.add_argument("--arms", nargs="+", default=list(ARMS), metavar="NAME")
        parser.add_argument(
            "--out", type=Path, default=SHIPPED, help="folder of data and pictures (docs/science)"
        )
        parser.add_argument(
            "--finetune-study",
            action="store_true",
            help="instead: fine-tune on one run from square and compare from its map",
        )
        parser.add_argument(
            "--plots-only", action="store_true", help="only draw and tabulate what is there"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a run, then all")
        # The command calls itself so, in a data folder of the piece's own.
        parser.add_argument("--piece", choices=(RUN, TUNING, STUDY), help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"].resolve()
        try:
            wanted = units(options["arms"], options["programs"], options["rng_seeds"])
            RunConfig(budget=options["evaluations"])
            found = measured.load(out / "data")
            measured.refuse_mix(found, out / "data")
            if not (options["plots_only"] or options["finetune_study"]):
                budgets = [*(run.evaluations for run in found), options["evaluations"]]
                measured.refuse_several("budgets", budgets, out / "data")
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        if options["piece"]:
            self._do(options["piece"], wanted[0], options["evaluations"], out)
            return
        work = _Work(out, options["evaluations"])
        try:
            if options["finetune_study"] and not options["plots_only"]:
                self._study(work)
            elif not options["plots_only"]:
                self._measure(work, wanted, as_json=options["json"])
        except KeyboardInterrupt:
            raise CommandError(
                "stopped; the same command goes on after the last run", returncode=130
            ) from None
        self._publish(out, as_json=options["json"])

    def _measure(self, work: "_Work", wanted: list[Unit], *, as_json: bool) -> None:
        elsewhere = []
        for number, unit in enumerate(wanted, start=1):
            if work.is_done(unit):
                continue
            with work.lock(unit.key) as is_ours:
                if not is_ours:
                    elsewhere.append(unit.key)
                    continue
                if work.is_done(unit):  # by the one who had the lock before
                    continue
                if ARMS[unit.arm].model == "tuned":
                    work.tune()
                work.do(RUN, unit)
            made = measured.read(work.path_of(unit))
            if as_json:
                print_json(self.stdout, _finals(made))
            else:
                self.stdout.write(_words(made, number, len(wanted)))
            self.stdout.flush()
        if elsewhere:
            self.stderr.write(f"other processes are at work on {', '.join(elsewhere)}")

    def _study(self, work: "_Work") -> None:
        with work.lock(STUDY) as is_ours:
            if not is_ours:
                raise CommandError("another process is at work on the study", returncode=1)
            if not (work.data / experiment.STUDY).is_file():
                work.do(STUDY)

    def _do(self, piece: str, unit: Unit, evaluations: int, out: Path) -> None:
        """Do one piece in this process, which dies with the one that asked for it."""
        die_with_parent(signal.SIGTERM)
        ensure_database()
        data, weights = out / "data", out / "work" / "weights"
        try:
            if piece == RUN:
                experiment.measure(unit, evaluations, data, weights)
            elif piece == TUNING:
                experiment.tune(evaluations, data, weights)
            else:
                experiment.study(evaluations, data)
        except measured.Mixed as error:
            raise CommandError(str(error), returncode=2) from None
        except (ValueError, SeedProgramFailed, SandboxUnavailable) as error:
            raise CommandError(str(error), returncode=1) from None
        except KeyboardInterrupt:
            sys.exit(130)

    def _publish(self, out: Path, *, as_json: bool) -> None:
        """Draw and tabulate all that is there."""
        data = out / "data"
        found = measured.load(data)
        summary = figures.summary(found)
        tuning, study = (experiment.read(data / n) for n in (experiment.TUNING, experiment.STUDY))
        for plot in picture.PLOTS if found else ():
            measured.write(out / f"{plot.name}.svg", picture.draw(plot, found))
        sections = {
            "experiment": page.experiment(summary, tuning, out.name),
            "study": page.study(study),
        }
        if out == SHIPPED:
            measured.write(PAGE, page.rewrite(PAGE.read_text(encoding="utf-8"), sections))
        if as_json:
            print_json(self.stdout, {"summary": summary, "tuning": tuning, "study": study})
        else:
            self.stdout.write("".join(sections.values()))


class _Work:
    """The pieces of one experiment folder: who does which, and in which process."""

    def __init__(self, out: Path, evaluations: int) -> None:
        self.out, self.evaluations = out, evaluations
        self.data, self.folder = out / "data", out / "work"

    def path_of(self, unit: Unit) -> Path:
        return measured.path_of(self.data, unit)

    def is_done(self, unit: Unit) -> bool:
        """Whether the run is there."""
        return self.path_of(unit).is_file()

    @contextmanager
    def lock(self, name: str, *, wait: bool = False) -> Iterator[bool]:
        """Hold a piece while it is done; says whether we do. A dead holder's lock is free."""
        folder = self.folder / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / name, "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True

    def tune(self) -> None:
        """See that the fine-tuned model is there; waits while another process makes it."""
        with self.lock(TUNING, wait=True):
            self.do(TUNING)

    def do(self, piece: str, unit: Unit | None = None) -> None:
        """Do a piece in a process with a data folder of its own, which goes when it is done."""
        folder = self.folder / (unit.key if unit else piece)
        if piece == RUN:  # begins anew; the others go on
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, str(BASE_DIR / "manage.py"), "experiment", "--piece", piece]
        command += ["--out", str(self.out), "--evaluations", str(self.evaluations)]
        if unit:
            command += ["--arms", unit.arm, "--programs", unit.program]
            command += ["--rng-seeds", str(unit.rng_seed)]
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        environment["ELMWEB_DATA"] = str(folder)
        code = subprocess.run(command, env=environment).returncode
        if code:
            name = unit.key if unit else piece
            raise CommandError(f"{name} ended without a result (above)", returncode=max(code, 1))
        shutil.rmtree(folder)


def _finals(made: Measured) -> dict[str, Any]:
    return {
        "run": made.unit.key,
        "model": made.model,
        "evaluations": made.evaluations,
        **{name: made.final(name) for name in figures.METRICS},
        "seconds": made.seconds,
    }


def _words(made: Measured, number: int, count: int) -> str:
    return (
        f"{number:3} of {count}  {made.unit.key:24} {made.seconds:6.0f} s  "
        f"coverage {made.final('coverage'):.1%}  QD score {made.final('qd_score'):,.1f}  "
        f"max {made.final('max_fitness'):.1f}  runnable {made.final('runnable'):.1%}"
    )

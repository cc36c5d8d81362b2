"""``manage.py train_diff_model``: makes the bundled model's weights again, from nothing."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.models import Run
from archive.services import datasets, registry
from archive.tuning import TuneConfig
from elmweb.commands import ensure_database
from elmweb.paths import DATA_DIR

SHARDS = {"plain": 16, "broad": 12, "library": 8, "directed": 10, "practice": 2}


class Command(BaseCommand):
    help = (
        "Draw the corpus, learn the vocabulary and train the diff model; interrupted, it goes on "
        "where it was when called again. Prints one JSON object a step. The weights end up in "
        "OUT/weights; copy them over workers/mutation/weights to use them."
    )
    requires_system_checks = []  # neither broker nor the present weights matter here

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--cpu-minutes", type=float, default=180.0, help="of training, of all threads"
        )
        parser.add_argument("--threads", type=int, default=1, help="for the training")
        parser.add_argument("--out", type=Path, default=DATA_DIR / "diff_model")
        parser.add_argument("--rng-seed", type=int, default=0)
        parser.add_argument(
            "--start", type=Path, help="weights to train on, instead of from nothing"
        )
        parser.add_argument(
            "--runs", nargs="+", type=int, metavar="N", help="learn from what these accepted, too"
        )
        for kind, shards in SHARDS.items():
            parser.add_argument(
                f"--{kind}", type=int, default=shards, help="shards of this kind, 700 programs each"
            )
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count() or 1, help="for the corpus"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("cpu_minutes", *SHARDS, "processes", "threads"):
            if options[name] <= 0:
                raise CommandError(f"{name} must be above 0, got {options[name]}", returncode=2)
        from workers.training.make import Recipe, add_harvest, make  # loads torch

        if options["runs"]:
            edits = add_harvest(options["out"], _accepted(options["runs"]))
            self.stdout.write(json.dumps({"harvested": edits, "runs": options["runs"]}))

        wanted = ("cpu_minutes", "rng_seed", "start", *SHARDS)
        recipe = Recipe(**{name: options[name] for name in wanted})
        weights = make(
            recipe,
            options["out"],
            processes=options["processes"],
            threads=options["threads"],
            report=lambda line: self.stdout.write(json.dumps(line)),
        )
        self.stdout.write(json.dumps({"weights": str(weights)}))


def _accepted(runs: list[int]) -> Iterator[tuple[str, str, str]]:
    """Yield parent, commit message and child of the diffs that runs accepted."""
    ensure_database()
    missing = set(runs) - set(Run.objects.filter(pk__in=runs).values_list("pk", flat=True))
    if missing:
        raise CommandError(f"there is no run {min(missing)}", returncode=2)
    for edit in datasets.accepted(TuneConfig(base=registry.DEFAULT, runs=tuple(runs))):
        yield edit.parent, edit.message, edit.child

"""``manage.py train_adapter``: makes the adapter that teaches SmolLM2 to write line edits."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.services import registry
from elmweb.paths import DATA_DIR
from workers.mutation.install_smollm2 import ADAPTER, NAME, is_installed

# Shards of the corpus: walkers as different people write them, most of them with edits that have
# the effect that their message asks for, and functions of the standard library.
SHARDS = {"many": 2, "manydirected": 3, "library": 1}
VALID = 3  # programs of each kind that the loss is reported on; more cost a tenth of the time


class Command(BaseCommand):
    help = (
        "Train a LoRA adapter of SmolLM2 on the corpus of the bundled model; interrupted, it goes "
        "on where it was. Prints one JSON object every ten minutes. The adapter ends up in "
        "OUT/adapter; copy it over workers/mutation/adapters/smollm2 to ship it."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--edits", type=int, default=30_000, help="to see in all, those of --start not counted"
        )
        parser.add_argument("--threads", type=int, default=1, help="for the training")
        parser.add_argument("--base", type=Path, default=registry.MODELS_DIR / NAME)
        parser.add_argument("--corpus", type=Path, default=DATA_DIR / "diff_model" / "corpus")
        parser.add_argument("--out", type=Path, default=DATA_DIR / "adapter")
        parser.add_argument("--start", type=Path, help=f"adapter to go on from, such as {ADAPTER}")
        parser.add_argument("--rng-seed", type=int, default=0)
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("edits", "threads", "processes"):
            if options[name] <= 0:
                raise CommandError(f"{name} must be above 0, got {options[name]}", returncode=2)
        if not is_installed(options["base"]):
            raise CommandError(
                f"there is no model in {options['base']}: `manage.py models install {NAME}`",
                returncode=2,
            )
        import torch

        from workers.training import adapter, make
        from workers.training.corpus import generate

        torch.set_num_threads(options["threads"])
        if "WORLD_SIZE" in os.environ:  # by torchrun
            torch.distributed.init_process_group("gloo")
        rank, world = adapter.share_of_processes()
        config = adapter.AdapterConfig(options["edits"], options["rng_seed"])
        training = adapter.AdapterTraining(
            config, options["base"], options["out"], options["start"]
        )
        report = self._report if rank == 0 else lambda line: None
        if rank > 0:
            torch.distributed.barrier()  # until the first has drawn the corpus
        shards = make.make_corpus(
            SHARDS, options["rng_seed"], options["corpus"], options["processes"], report
        )
        if rank == 0 and world > 1:
            torch.distributed.barrier()
        drawn = (e for kind in shards.values() for p in kind for e in generate.read(p))
        rows = training.pack_all(drawn)
        validation = {
            name: training.pack_all(generate.read(options["corpus"] / f"val-{name}.jsonl"))[:VALID]
            for name in make.VALIDATION
        }
        report({"parents": len(rows), "edits": sum(row.edits for row in rows)})
        training.run(rows, validation, report)
        if rank == 0:
            training.export(options["out"] / "adapter")
            report({"adapter": str(options["out"] / "adapter")})
        if world > 1:
            torch.distributed.destroy_process_group()

    def _report(self, line: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(line))
        self.stdout.flush()

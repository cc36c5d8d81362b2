"""``manage.py finetune``: a fine-tuning with its comparison in one process, without Celery."""

import json
import signal
import sys
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.config import RunConfig
from archive.models import Driver, Run, RunState, Training, TrainingState
from archive.services import local, registry, trainings, trials
from archive.tuning import PRESETS, TuneConfig, preset
from elmweb.commands import ensure_database, print_json
from elmweb.supervisor.exec_child import die_with_parent
from simulation.pool import EvaluationPool
from workers.mutation.operator import load_operator

SLICE = 20.0  # [s] between checkpoints
# Settings that have an option of their own; the others come from the preset.
_OPTIONS = {
    "weighting": str, "held_out": float, "rehearsal": float, "epochs": float,
    "learning_rate": float, "batch_tokens": int, "patience": int, "min_gain": float,
    "since_seq": int, "compare": int, "rng_seed": int,
}  # fmt: skip


class Command(BaseCommand):
    help = (
        "Fine-tune a diff model on what runs accepted, compare it with its base on equal budget, "
        "and store it as a model that runs may use. Prints one line for each point of the curves."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--run", type=int, action="append", required=True, help="repeatable")
        parser.add_argument("--base", default=registry.DEFAULT, help="the model to start from")
        parser.add_argument("--preset", default="normal", choices=list(PRESETS))
        parser.add_argument("--name", default="", help="of the new model")
        for name, kind in _OPTIONS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=None)
        parser.add_argument(
            "--json", action="store_true", help="print JSON lines, the last one with the result"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_database()
        chosen = {n: options[n] for n in _OPTIONS if options[n] is not None}
        try:
            config = TuneConfig(
                base=options["base"],
                runs=tuple(options["run"]),
                **{**preset(options["preset"]), **chosen},
            )
            training = trainings.create(
                config,
                name=options["name"] or _free_name(config),
                by_workers=False,
            )
        except (ValueError, TypeError) as error:
            raise CommandError(str(error), returncode=2) from None
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        run = RunConfig.from_json(Run.objects.get(pk=config.runs[0]).config)
        pool = EvaluationPool(
            run.domain, run.course, on_start=partial(die_with_parent, signal.SIGKILL)
        )
        try:
            training = self._train(training, pool, as_json=options["json"])
            if training.state == TrainingState.COMPARING:
                training = self._compare(training, config.compare, pool)
        except (KeyboardInterrupt, SystemExit):
            trainings.fail(training, "the command was stopped")
            raise CommandError(f"training {training.pk} was stopped", returncode=130) from None
        except (ValueError, OSError) as error:
            trainings.fail(training, str(error))
            raise CommandError(str(error), returncode=1) from None
        except Exception as error:
            trainings.fail(training, f"the command broke: {error}")
            raise
        finally:
            pool.close()
        self._report(training, as_json=options["json"])

    def _train(self, training: Training, pool: EvaluationPool, *, as_json: bool) -> Training:
        from workers.slices import Workshop, tidy  # loads torch

        workshop, number = Workshop(), 0
        while training.state == TrainingState.RUNNING:
            done = workshop.work(training, SLICE, label=f"command-{number}")
            number += 1
            kept = trainings.finish_slice(training, done)
            assert kept is not None  # nobody else works on it
            for step, children in done.probes:
                found = pool.submit([source for source, _ in children], 0).result()
                trainings.finish_probe(kept, step, trainings.count_valid(found, children))
            kept.refresh_from_db()
            for point in kept.metrics[len(training.metrics) :]:
                words = "  ".join(f"{name} {value}" for name, value in point.items())
                self.stdout.write(json.dumps(point) if as_json else words)
                self.stdout.flush()
            training = kept
            tidy(training)
        return training

    def _compare(self, training: Training, children: int, pool: EvaluationPool) -> Training:
        """Let both arms run, one after the other, and judge them."""
        assert training.run is not None
        for arm in trials.start_arms(training, training.run, children, driver=Driver.COMMAND):
            (model, _), *_ = arm.mix
            settings = RunConfig.from_json(arm.config)
            operator = load_operator(
                registry.loadable(model), temperature=settings.temperature, tries=settings.tries
            )
            arm = local.evolve(arm, operator, pool, on_batch=lambda _: trainings.see(training))
            if arm.state != RunState.FINISHED:
                raise ValueError(f"the comparison ended early: run {arm.pk} {arm.state}")
        return trainings.finish_comparison(training)

    def _report(self, training: Training, *, as_json: bool) -> None:
        made = training.model_version
        summary = {
            "training": training.pk,
            "state": str(training.state),
            "reason": training.reason,
            "name": made.name if made else None,
            "version": made.version if made else None,
            "dataset": training.dataset,
            "loss": made.card["loss"] if made else None,
            "seconds": training.progress.get("seconds"),
            "tokens_per_s": training.progress.get("tokens_per_s"),
            "arms": trials.arms(training),
            "result": training.result,
        }
        if as_json:
            print_json(self.stdout, summary)
            return
        for name, value in summary.items():
            if name != "result":
                self.stdout.write(f"{name:14} {value}")
        for row in training.result.get("rows", []):
            base, tuned, difference = (
                "{:.3f} ({:.3f} to {:.3f})".format(*row[key])
                for key in ("base", "tuned", "difference")
            )
            self.stdout.write(
                f"{row['metric']:14} base {base}, tuned {tuned}, difference {difference}"
            )
        self.stdout.write(training.result.get("verdict", ""))


def _free_name(config: TuneConfig) -> str:
    """Return a name that no model has."""
    stem = f"{config.base}-run{config.runs[0]}"[:56]
    number = 1
    while registry.is_taken(f"{stem}-{number}"):
        number += 1
    return f"{stem}-{number}"

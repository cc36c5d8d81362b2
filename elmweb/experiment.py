"""One piece of the experiment, done in this process: a run, the fine-tuned model, or the study.

The data folder is the experiment's own (``manage.py experiment`` sees to that), so nothing of it
comes into the database that people use.
"""

import io
import json
import shutil
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management import call_command

from archive import comparison
from archive.config import RunConfig
from archive.live import RunView
from archive.models import Child, Driver, Run, RunState, Training
from archive.services import local, registry, runs, trainings, trials
from archive.stats import ORIGIN, RunStats
from elmweb.supervisor.exec_child import die_with_parent
from simulation.domains import get_domain
from simulation.outcome import Outcome
from simulation.physics import WORLD_VERSION
from simulation.pool import EvaluationPool
from workers.experiment import measured
from workers.experiment.measured import POINTS, Measured
from workers.experiment.plan import ARMS, HARVEST_SEED, PROGRAMS, STUDY_SEED, Unit
from workers.mutation.operator import Operator, load_operator
from workers.mutation.spec import ModelSpec

TUNING, STUDY = "tuning.json", "study.json"
STUDY_PROGRAM = "square"
STUDY_CHILDREN = 2000  # of each arm of the comparison, at most as many as the run had
TEMPERATURE = RunConfig(budget=1).temperature


class Expected(NamedTuple):
    """What a run will be stored with: enough to tell whether it fits the others."""

    arm: str
    evaluations: int
    model: str
    base: str
    temperature: float = TEMPERATURE
    world: str = WORLD_VERSION


def measure(unit: Unit, evaluations: int, folder: Path, weights: Path) -> Measured:
    """Make a run, keep its curves in ``folder`` and return them.

    Args:
        weights: folder of the fine-tuned model; other arms do not look at it.

    Raises:
        Mixed: what is in ``folder`` was measured with other versions or settings.
        SeedProgramFailed, SandboxUnavailable: as ``archive.services.local.evolve``.
    """
    arm = ARMS[unit.arm]
    spec = ModelSpec(
        kind=arm.model, name=arm.model, folder=str(weights) if arm.model == "tuned" else ""
    )
    config = RunConfig(budget=evaluations, models=((arm.model, 100.0),), parents=arm.parents)
    operator = _operator(spec, config)
    base = "" if arm.model == "random_gp" else bundled_version()
    expected = Expected(unit.arm, evaluations, operator.version, base)
    measured.refuse_mix([*measured.load(folder), expected], folder)
    started = time.monotonic()
    run = evolve(unit.key, unit.program, unit.rng_seed, config, operator)
    found = Measured(
        **expected._asdict(),
        program=unit.program,
        rng_seed=unit.rng_seed,
        children_hash=local.children_hash(run),
        seconds=round(time.monotonic() - started, 1),
        curve=curve_of(run, evaluations),
    )
    measured.store(folder, found)
    return found


def _operator(model: str | ModelSpec, config: RunConfig) -> Operator:
    return load_operator(model, temperature=config.temperature, tries=config.tries)


def evolve(name: str, program: str, rng_seed: int, config: RunConfig, operator: Operator) -> Run:
    """Return the finished run of this name; made now unless it is there already."""
    for run in Run.objects.filter(name=name):
        if run.state == RunState.FINISHED and run.config == config.to_json():
            return run
    run = runs.create_run(
        config=config,
        source=get_domain(config.domain).seed_programs[program].source,
        name=name,
        rng_seed=rng_seed,
        driver=Driver.COMMAND,
    )
    pool = EvaluationPool(
        config.domain, config.course, on_start=partial(die_with_parent, signal.SIGKILL)
    )
    try:
        return local.evolve(run, operator, pool, on_batch=lambda done: None)
    finally:
        pool.close()


def curve_of(run: Run, evaluations: int) -> dict[str, list[float]]:
    """Return a run's curves at ``POINTS`` even points (at every child, if it has fewer)."""
    view = RunView(run)
    events = view.advance()
    stats = RunStats(cells_in_grid=view.stats.cells_in_grid)
    marks = {round(evaluations * n / POINTS) for n in range(1, POINTS + 1)} - {0}
    tries = dict(Child.objects.filter(run=run).values_list("seq", "tries"))
    points, repeated, answers, first = [], 0, 0, 0
    for event in events:
        before = stats.children
        stats.add(event)
        if stats.children == before:
            continue  # the seed program
        repeated += event.outcome == Outcome.DUPLICATE
        answers += tries[event.seq]
        first += tries[event.seq] == 1 and Outcome(event.outcome).has_body
        if stats.children in marks:
            points.append(
                {
                    "children": stats.children,
                    "coverage": round(stats.coverage, 6),
                    "qd_score": round(stats.qd_score, 3),
                    "max_fitness": round(stats.max_fitness, 3),
                    "valid": stats.applied,
                    "runnable": stats.runnable,
                    "novel": stats.novel,
                    "repeated": repeated,
                    "first": first,
                    "answers": answers,
                }
            )
    return {name: [point[name] for point in points] for name in points[0]}


def tune(evaluations: int, folder: Path, weights: Path) -> None:
    """Make the fine-tuned model in the folder ``weights``, unless it is there.

    It learns from one run of the bundled model from each seed program, with an rng seed that no
    measured run has. What it was made from is kept in ``folder``.

    Raises:
        Mixed: the runs in ``folder`` come from another version of the bundled model.
        ValueError: it never became better than its base, so there is nothing to measure.
    """
    base = bundled_version()
    bases = [run.base for run in measured.load(folder) if run.base]
    measured.refuse_several("versions of the bundled model", [*bases, base], folder)
    known = read(folder / TUNING)
    if weights.is_dir() and known and (known["base"], known["evaluations"]) == (base, evaluations):
        return
    config = RunConfig(budget=evaluations)
    operator = _operator("bundled", config)
    name = f"tuned-{base.rpartition('-')[2]}-{evaluations}"
    harvest = [
        evolve(f"{name} {program}", program, HARVEST_SEED, config, operator) for program in PROGRAMS
    ]
    made = _finetune(name, harvest, compare=0)
    shutil.rmtree(weights, ignore_errors=True)
    shutil.copytree(registry.loadable(name).folder, weights)
    data = {
        "base": base,
        "evaluations": evaluations,
        "rng_seed": HARVEST_SEED,
        "children_hashes": {run.name.split()[1]: local.children_hash(run) for run in harvest},
        **{key: made[key] for key in ("model", "dataset", "loss", "seconds")},
    }
    _keep(folder / TUNING, data)


def study(evaluations: int, folder: Path) -> None:
    """Fine-tune on one run and compare on equal budget from its map; keep the result in ``folder``.

    Raises:
        ValueError: fine-tuning never became better than its base.
    """
    base = bundled_version()
    name = f"study-{base.rpartition('-')[2]}-{evaluations}"
    config = RunConfig(budget=evaluations)
    operator = _operator("bundled", config)
    run = evolve(name, STUDY_PROGRAM, STUDY_SEED, config, operator)
    made = _finetune(name, [run], compare=min(STUDY_CHILDREN, evaluations))
    arms = made.pop("arms")
    data = {
        "base": base,
        "run": {"program": STUDY_PROGRAM, "rng_seed": STUDY_SEED, "evaluations": evaluations},
        "children_hash": local.children_hash(run),
        "first": _first_answers(*arms),
        **made,
    }
    _keep(folder / STUDY, data)


def _first_answers(base: Run, tuned: Run) -> list[dict[str, Any]]:
    """Compare two arms by what came of first answers alone: asking again hides most refusals."""
    both = []
    for arm in (base, tuned):
        given = Child.objects.filter(run=arm, seq__gt=0).exclude(actor=ORIGIN).order_by("seq")
        both.append(
            [
                result._replace(valid=result.valid and n == 1, runnable=result.runnable and n == 1)
                for result, n in zip(
                    trials.results(arm), given.values_list("tries", flat=True), strict=True
                )
            ]
        )
    rows = comparison.compare(*both)["rows"]
    return [
        row | {"label": f"{row['label']}, at the first answer"}
        for row in rows
        if row["metric"] in ("valid", "runnable")
    ]


def _finetune(name: str, harvest: list[Run], *, compare: int) -> dict[str, Any]:
    """Return what ``manage.py finetune`` says of the model ``name``; done now unless it was."""
    done = Training.objects.filter(name=name).exclude(model_version=None).order_by("-pk").first()
    if done is not None and (done.result or not compare):
        return _told(done)
    for training in Training.objects.filter(name=name):
        trainings.fail(training, "the command that did it was killed")
        if training.model_version is not None:  # killed in the comparison: made again
            registry.remove(training.model_version)
    chosen = [f"--run={run.pk}" for run in harvest]
    options = [f"--name={name}", f"--compare={compare}", "--preset=normal", "--json"]
    call_command("finetune", *chosen, *options, stdout=io.StringIO())
    done = Training.objects.filter(name=name).order_by("-pk")[0]
    if done.model_version is None or (compare and not done.result):
        raise ValueError(f"fine-tuning gave nothing to measure: {done.reason}")
    return _told(done)


def _told(training: Training) -> dict[str, Any]:
    made = training.model_version
    assert made is not None
    return {
        "model": f"tuned-{made.version.rpartition('-')[2]}",  # as an operator of these weights says
        "dataset": training.dataset,
        "loss": made.card["loss"],
        "seconds": training.progress["seconds"],
        "result": training.result,
        "arms": list(training.arms.order_by("pk")),
    }


def bundled_version() -> str:
    """Return the version of the weights that come with the program."""
    return registry.tunable(registry.DEFAULT)[0].version


def read(path: Path) -> dict[str, Any] | None:
    """Return what ``tune`` or ``study`` kept, None before that."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _keep(path: Path, data: dict[str, Any]) -> None:
    measured.write(path, json.dumps(data, indent=1) + "\n")

"""Small builders for tests of the archive: runs and children without a model or a sandbox."""

from collections.abc import Sequence
from itertools import count

from archive.config import RunConfig
from archive.models import Child, Job, Run, RunState
from archive.services import recording, runs
from archive.services.recording import Candidacy
from simulation.evaluate import Evaluation
from simulation.outcome import Outcome

SEED_SOURCE = "def make_walker():\n    return None\n"
_numbers = count(1)


def make_run(budget: int = 100, state: RunState = RunState.RUNNING, **config: object) -> Run:
    """Return a run whose seed program is already recorded as child 0."""
    run = runs.create_run(
        config=RunConfig(budget=budget, **config), source=SEED_SOURCE, name="test", rng_seed=1
    )
    Run.objects.filter(pk=run.pk).update(state=state)
    run.refresh_from_db()
    recording.record(run.pk, [runs.seed_candidacy(run)], [evaluated((5.0, 5.0, 30.0), 1.0)])
    run.refresh_from_db()
    return run


def evaluated(measures: Sequence[float], fitness: float, body: str = "") -> Evaluation:
    """Return an evaluation that went well; every body differs unless one is named."""
    return Evaluation(
        outcome=Outcome.EVALUATED,
        reason="The walker was simulated.",
        fitness=fitness,
        measures=tuple(measures),
        walker={"joints": [[0, 0], [1, 0]], "muscles": []},
        body_hash=body or f"body{next(_numbers)}",
        trajectory_hash="t",
        world_version="w",
    )


def candidacy(source: str | None = None, **fields: object) -> Candidacy:
    """Return a child that waits for evaluation; every source differs unless one is given."""
    source = source if source is not None else f"x = {next(_numbers)}\n"
    defaults = {"operator": "diff", "commit_message": "Changed make walker function."}
    return Candidacy(source=source, **{**defaults, **fields})


def add_children(run: Run, placed: Sequence[tuple[Sequence[float], float]]) -> list[Child]:
    """Record one evaluated child for each (measures, fitness)."""
    given = [candidacy() for _ in placed]
    return recording.record(run.pk, given, [evaluated(m, f) for m, f in placed])


def leased_job(run: Run, kind: Job.Kind = Job.Kind.EVALUATE) -> Job:
    """Return a job as a worker holds it."""
    from archive.services import jobs

    job = Job.objects.create(kind=kind, payload={}, run=run)
    claimed = jobs.claim(job.pk)
    assert claimed is not None
    return claimed

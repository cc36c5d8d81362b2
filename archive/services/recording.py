"""Puts finished children into the archive: one transaction, one sequence of numbers a run."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from archive.config import RunConfig
from archive.grid import Candidate, GridSpec, Held, fold, place
from archive.models import Cell, Child, Job, ModelVersion, Program, Run
from archive.services import feed, jobs
from simulation.domains import get_domain
from simulation.evaluate import Evaluation
from simulation.outcome import Outcome

REASON_LENGTH = 1000


@dataclass(frozen=True)
class Candidacy:
    """One completion on its way into the archive.

    ``outcome`` is set when it ended before evaluation; otherwise ``source`` waits to be evaluated.
    """

    operator: str
    parent_id: int | None = None
    commit_message: str = ""
    model: str = ""  # version of the weights
    source: str | None = None
    diff: str = ""
    completion: str = ""
    how_applied: str = ""
    outcome: str | None = None
    reason: str = ""
    timings: dict[str, Any] = field(default_factory=dict)
    tries: int = 1  # answers asked for, this one included
    actor: str = "model"


def sha256_of(source: str) -> str:
    """Identity of a program: SHA-256 of its text in UTF-8, hex."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


def grid_of(config: RunConfig) -> GridSpec:
    """Return the grid of a run's domain."""
    axes = get_domain(config.domain).axes
    return GridSpec(
        bins=tuple(axis.bins for axis in axes),
        low=tuple(axis.low for axis in axes),
        high=tuple(axis.high for axis in axes),
    )


def already_tried(run: Run, candidacies: Sequence[Candidacy]) -> list[bool]:
    """For each candidacy, whether its program was tried in this run or earlier in this batch."""
    hashes = [sha256_of(c.source) if c.source is not None else None for c in candidacies]
    known = _known_programs(run, {h for h in hashes if h})
    tried = []
    for sha in hashes:
        tried.append(sha in known)
        if sha:
            known.add(sha)
    return tried


def _known_programs(run: Run, hashes: set[str]) -> set[str]:
    children = Child.objects.filter(run=run, program__sha256__in=hashes)
    return set(children.values_list("program__sha256", flat=True))


def record(
    run_id: int,
    candidacies: Sequence[Candidacy],
    evaluations: Sequence[Evaluation | None],
    *,
    job: Job | None = None,
) -> list[Child]:
    """Append the children of one batch and place them; return them in order.

    All or nothing, and at most once a job: when another worker has taken ``job`` over, nothing is
    recorded and the list is empty.

    Args:
        candidacies: (N,) in the order in which they get their numbers.
        evaluations: (N,) None for those that ended before evaluation.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        if job is not None and not jobs.finish(job):
            return []
        children = _children(run, candidacies, evaluations, job)
        cells = _place(run, [child for child in children if child.outcome == Outcome.EVALUATED])
        Child.objects.bulk_create(children)
        _write_cells(run, cells)
        run.last_seq += len(children)
        run.save(update_fields=["last_seq"])
        feed.announce(run.pk)
    return children


def record_given(run: Run, children: Sequence[Child]) -> None:
    """Make evaluated children, which come with everything but number and placement, a run's first.

    Args:
        children: (N,) in the order in which they get their numbers; the run has none yet.
    """
    bodies: set[str] = set()
    for seq, child in enumerate(children):
        child.run, child.seq, child.is_novel = run, seq, child.body_hash not in bodies
        bodies.add(child.body_hash)
    with transaction.atomic():
        run.last_seq = len(children) - 1
        if not Run.objects.filter(pk=run.pk, last_seq=-1).update(last_seq=run.last_seq):
            raise ValueError(f"run {run.pk} has children already")
        cells = _place(run, list(children))
        Child.objects.bulk_create(children)
        _write_cells(run, cells)


def _children(
    run: Run,
    candidacies: Sequence[Candidacy],
    evaluations: Sequence[Evaluation | None],
    job: Job | None,
) -> list[Child]:
    tried = already_tried(run, candidacies)
    programs = _programs(candidacies, evaluations)
    models = {version: _model_version(version) for version in {c.model for c in candidacies}}
    bodies = _known_bodies(run, [e.body_hash for e in evaluations if e])
    children = []
    for slot, (given, evaluation) in enumerate(zip(candidacies, evaluations, strict=True)):
        if given.source is not None and tried[slot]:
            outcome, reason, evaluation = Outcome.DUPLICATE, Outcome.DUPLICATE.sentence, None
        elif evaluation is not None:
            outcome, reason = evaluation.outcome, evaluation.reason
        else:
            assert given.outcome is not None
            outcome, reason = Outcome(given.outcome), given.reason
        child = Child(
            run=run,
            seq=run.last_seq + 1 + slot,
            job=job,
            slot=slot,
            program=programs.get(sha256_of(given.source)) if given.source is not None else None,
            parent_id=given.parent_id,
            operator=given.operator,
            commit_message=given.commit_message,
            model_version=models[given.model],
            diff=given.diff,
            completion=given.completion,
            how_applied=given.how_applied,
            outcome=outcome,
            reason=reason[:REASON_LENGTH],
            timings=given.timings,
            tries=given.tries,
            actor=given.actor,
        )
        if evaluation is not None:
            _set_evaluation(child, evaluation, bodies)
        children.append(child)
    return children


def _set_evaluation(child: Child, evaluation: Evaluation, bodies: set[str]) -> None:
    child.measures = list(evaluation.measures) if evaluation.measures else None
    child.clipped = evaluation.clipped
    child.fitness = evaluation.fitness
    child.body_hash = evaluation.body_hash
    child.trajectory_hash = evaluation.trajectory_hash
    child.world_version = evaluation.world_version
    child.details = evaluation.details
    child.timings = child.timings | {
        "sandbox_ms": round(evaluation.sandbox_ms, 2),
        "physics_ms": round(evaluation.physics_ms, 2),
    }
    child.is_novel = bool(evaluation.body_hash) and evaluation.body_hash not in bodies
    bodies.add(evaluation.body_hash)


def _known_bodies(run: Run, hashes: list[str]) -> set[str]:
    children = Child.objects.filter(run=run, body_hash__in=[h for h in hashes if h])
    return set(children.values_list("body_hash", flat=True))


def _programs(
    candidacies: Sequence[Candidacy], evaluations: Sequence[Evaluation | None]
) -> dict[str, Program]:
    """Store the programs that are new; return all of them by hash."""
    wanted: dict[str, Program] = {}
    for given, evaluation in zip(candidacies, evaluations, strict=True):
        if given.source is not None:
            sha = sha256_of(given.source)
            walker = evaluation.walker if evaluation else None
            wanted.setdefault(sha, Program(sha256=sha, source=given.source, walker=walker))
    in_order = [wanted[sha] for sha in sorted(wanted)]  # two runs that lock the same rows
    Program.objects.bulk_create(in_order, ignore_conflicts=True)
    stored = {p.sha256: p for p in Program.objects.filter(sha256__in=wanted)}
    for sha, program in stored.items():
        if program.walker is None and wanted[sha].walker is not None:
            program.walker = wanted[sha].walker
            program.save(update_fields=["walker"])
    return stored


def _model_version(version: str) -> ModelVersion | None:
    if not version:
        return None
    backend = version.rpartition("-")[0][:40] or version[:40]  # of what comes with the program
    defaults = {"backend": backend, "name": backend}
    return ModelVersion.objects.get_or_create(version=version, defaults=defaults)[0]


def _place(run: Run, evaluated: list[Child]) -> dict[int, Held]:
    """Set cell, placement and gain of each child, in order; return the cells they touched."""
    grid = grid_of(RunConfig.from_json(run.config))
    for child in evaluated:
        child.cell = grid.index_of(child.measures or ())
    stored = Cell.objects.filter(run=run, index__in={child.cell for child in evaluated})
    cells = {cell.index: Held(cell.seq, cell.fitness, cell.visits) for cell in stored}
    for child in evaluated:
        assert child.cell is not None
        assert child.fitness is not None
        placement, gain = place(cells, Candidate(child.seq, child.cell, child.fitness))
        child.placement, child.gain = placement, gain
    return cells


def _write_cells(run: Run, cells: dict[int, Held]) -> None:
    """Store these cells; what a person set on them (pins, bans) stays."""
    seqs = [held.seq for held in cells.values()]
    elites = dict(Child.objects.filter(run=run, seq__in=seqs).values_list("seq", "pk"))
    Cell.objects.bulk_create(
        [
            Cell(
                run=run,
                index=index,
                elite_id=elites[held.seq],
                seq=held.seq,
                fitness=held.fitness,
                visits=held.visits,
            )
            for index, held in cells.items()
        ],
        update_conflicts=True,
        unique_fields=["run", "index"],
        update_fields=["elite", "seq", "fitness", "visits"],
    )


def check_map(run: Run) -> str | None:
    """Compare the stored map with the fold of the children; return the first difference or None.

    All is read from the database that ``run`` came from, and nothing is recorded meanwhile.
    """
    with transaction.atomic(using=run._state.db):
        Run.objects.using(run._state.db).select_for_update().get(pk=run.pk)
        return _difference(run)


def _difference(run: Run) -> str | None:
    cells: dict[int, Held] = {}
    rows = run.children.filter(outcome=Outcome.EVALUATED).order_by("seq")
    placements = rows.values_list("seq", "placement", "gain")
    for candidate, (seq, *stored_as) in zip(_candidates(run), placements.iterator(), strict=True):
        expected = list(place(cells, candidate))
        if expected != stored_as:
            return f"child {seq} is stored as {stored_as}, the fold says {expected}"
    numbers = run.children.order_by("seq").values_list("seq", flat=True)
    for position, seq in enumerate(numbers.iterator()):
        if seq != position:
            return f"child number {position} is missing: the next one stored is {seq}"
    stored = {c.index: Held(c.seq, c.fitness, c.visits) for c in run.cells.all()}
    for index in sorted(cells.keys() | stored.keys()):
        if cells.get(index) != stored.get(index):
            return f"cell {index}: stored {stored.get(index)}, the fold says {cells.get(index)}"
    return None


def rebuild_map(run: Run) -> int:
    """Write the map anew from the children; pins and bans stay. Returns the number of cells."""
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        cells = fold(_candidates(run))
        Cell.objects.filter(run=run).exclude(index__in=cells).delete()
        _write_cells(run, cells)
    return len(cells)


def _candidates(run: Run) -> Iterator[Candidate]:
    rows = run.children.filter(outcome=Outcome.EVALUATED).order_by("seq")
    for seq, cell, fitness in rows.values_list("seq", "cell", "fitness").iterator():
        assert cell is not None
        assert fitness is not None
        yield Candidate(seq, cell, fitness)

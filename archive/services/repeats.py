"""Finds programs that do not do the same twice, before they get onto the map.

Every program that is about to become an elite is run once more: a few of a batch, at a few
milliseconds each. The map only gets better, so what would be turned down by the map as it is now
is turned down later as well, and no elite goes without its second run.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from archive.config import RunConfig
from archive.grid import Candidate, Held, Placement, place
from archive.models import Cell, Run
from archive.services.recording import Candidacy, grid_of
from simulation.evaluate import Evaluation, SecondRun
from simulation.outcome import Outcome

KEY = "second_run"  # of a child's details
RunAgain = Callable[[list[tuple[str, dict]]], Sequence[SecondRun]]


def with_second_runs(
    run: Run,
    candidacies: Sequence[Candidacy],
    evaluations: Sequence[Evaluation | None],
    run_again: RunAgain,
) -> list[Evaluation | None]:
    """Return the evaluations; those that the map would admit say what a second run came to.

    Args:
        candidacies: (N,) one batch, in the order in which it will be recorded.
        evaluations: (N,) None for those that ended before evaluation.
        run_again: programs with their walkers -> what the second run of each came to.
    """
    checked = list(evaluations)
    slots = _admissible(run, evaluations)
    programs = []
    for slot in slots:
        evaluation = evaluations[slot]
        assert evaluation is not None
        programs.append((str(candidacies[slot].source), evaluation.walker or {}))
    for slot, came_to in zip(slots, run_again(programs) if programs else (), strict=True):
        evaluation = evaluations[slot]
        assert evaluation is not None
        checked[slot] = replace(evaluation, details=evaluation.details | {KEY: str(came_to)})
    return checked


def _admissible(run: Run, evaluations: Sequence[Evaluation | None]) -> list[int]:
    """Slots that would change the map if the batch were recorded now."""
    grid = grid_of(RunConfig.from_json(run.config))
    candidates = [
        Candidate(slot, grid.index_of(one.measures or ()), one.fitness)
        for slot, one in enumerate(evaluations)
        if one is not None and one.outcome is Outcome.EVALUATED and one.fitness is not None
    ]
    stored = Cell.objects.filter(run=run, index__in={one.index for one in candidates})
    cells = {cell.index: Held(cell.seq, cell.fitness, cell.visits) for cell in stored}
    return [one.seq for one in candidates if place(cells, one)[0] is not Placement.REJECTED]

"""A model worker that is killed while it trains: the training goes on, and so does the run."""

import json

import pytest

from tests.chaos.test_kill_anything import (
    assert_nothing_counted_twice,
    numbers,
    query,
    run,  # noqa: F401 (a fixture)
    wait_for_children,
)
from tests.stack import Stack

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

TRAINED_WITHIN = 400.0  # [s] some twenty small steps and their samples, under load

CREATE = """
from archive.models import Run
from archive.services import trainings
from archive.tuning import TuneConfig
run = Run.objects.get(pk={run})
config = TuneConfig(base="bundled", runs=(run.pk,), epochs=0.7, batch_tokens=1024, compare=0,
                    patience=0, held_out=0.2)
print(trainings.create(config, name="survivor", run=run).pk)
"""


def test_a_training_survives_the_death_of_its_worker(stack: Stack, run: int):  # noqa: F811
    wait_for_children(stack, run, 64)
    # The first jobs all mutate the seed program, and a training needs parents to hold out.
    stack.until(lambda: accepted_parents(stack, run) >= 10, 60, "accepted diffs of ten parents")
    made = stack.manage("shell", "--no-imports", "-c", CREATE.format(run=run))
    assert made.returncode == 0, made.stderr
    training = int(made.stdout)
    before = len(numbers(stack, run))
    kept = until_step(stack, training, 3)
    for _ in range(2):
        dead = stack.kill("model")
        stack.until(lambda dead=dead: stack.pid("model") not in (None, dead), 20, "model again")
        # What was trained when it died is not lost: the next step that counts is a later one.
        kept = until_step(stack, training, kept + 2)
    stack.until(
        lambda: progress(stack, training)[0] == "finished", TRAINED_WITHIN, "the training's end"
    )
    _, now, metrics, version = progress(stack, training)
    assert now["step"] == now["steps"]
    steps = [point["step"] for point in metrics]
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, now["steps"])
    learnt = min(point["validation"] for point in metrics) < metrics[0]["validation"]
    assert (version is not None) == learnt
    assert len(numbers(stack, run)) > before + 32  # evolution went on meanwhile
    check = stack.manage("rebuild", str(run), "--check")
    assert check.returncode == 0, check.stdout + check.stderr
    assert_nothing_counted_twice(stack, run)


def accepted_parents(stack: Stack, number: int) -> int:
    """Return how many different programs have children on the map."""
    ((count,),) = query(
        stack,
        "SELECT count(DISTINCT parent.program_id) FROM archive_child child "
        "JOIN archive_child parent ON parent.id = child.parent_id "
        "WHERE child.run_id = ? AND child.placement IN ('new_cell', 'improved')",
        number,
    )
    return count


def progress(stack: Stack, training: int) -> tuple[str, dict, list[dict], int | None]:
    """Return state, progress, points of the curves and the id of the model it made."""
    ((state, now, metrics, version),) = query(
        stack,
        "SELECT state, progress, metrics, model_version_id FROM archive_training WHERE id = ?",
        training,
    )
    return state, json.loads(now), json.loads(metrics), version


def until_step(stack: Stack, training: int, step: int) -> int:
    """Wait until a training has come so far (or to its end) and return how far it is."""
    return stack.until(
        lambda: (
            (now := progress(stack, training)[1])
            and now["step"] >= min(step, now["steps"])
            and now["step"]
        ),
        TRAINED_WITHIN,
        f"step {step} of the training",
    )

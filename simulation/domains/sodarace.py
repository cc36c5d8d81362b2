"""Sodarace: programs build bodies of point masses and springs that walk (Lehman et al. 2022, 4)."""

import time
from dataclasses import replace

from simulation.body import BadBody, Body, build_body
from simulation.domains.base import Axis, Domain
from simulation.evaluate import Evaluation
from simulation.outcome import Outcome
from simulation.physics import RUN_SECONDS, WORLD_VERSION, fits, simulate
from simulation.seeds import SEED_PROGRAMS
from simulation.terrain import Terrain

# 12 cells an axis as in the paper, section 5; the bounds are not in it: chosen so that the four
# seed programs lie inside and random walkers spread over the map. Outside belongs to the edge.
AXES = (
    Axis("height", "u", 0.0, 30.0, 12),
    Axis("width", "u", 0.0, 30.0, 12),
    Axis("mass", "", 0.0, 240.0, 12),
)

# The paper's three with its shares, section 5.1.
COMMIT_MESSAGES = (
    ("Changed make walker function.", 0.4),
    ("Changed parameters in make walker function.", 0.3),
    ("Small change to make walker function.", 0.3),
)


def evaluate_walker(walker: dict, terrain: Terrain) -> Evaluation:
    """Return the evaluation of a walker: measured at rest, then run for ten seconds.

    Fitness is the distance [u] that its center of mass moves along x, either way.
    """
    started = time.perf_counter()
    evaluation = _evaluate(walker, terrain)
    return replace(evaluation, physics_ms=(time.perf_counter() - started) * 1000)


def _evaluate(walker: dict, terrain: Terrain) -> Evaluation:
    body = build_body(walker)
    if isinstance(body, Body) and not fits(body, terrain):
        body = BadBody(
            "does_not_fit",
            f"It is {body.width:.1f} wide and {body.height:.1f} tall and does not fit under the "
            f"ceiling where it starts, on the terrain {terrain.name}.",
        )
    if isinstance(body, BadBody):
        return Evaluation(
            Outcome.BAD_BODY,
            body.reason,
            walker=walker,
            details={"code": body.code},
            world_version=WORLD_VERSION,
        )
    trajectory = simulate(body, terrain)
    measures = (body.height, body.width, body.mass)
    first_half, second_half = trajectory.halves
    if trajectory.reason is None:
        outcome, fitness = Outcome.EVALUATED, abs(trajectory.signed_distance)
        reason = f"It went {fitness:.1f} units in {RUN_SECONDS} s."
    else:
        outcome, fitness, reason = Outcome.UNSTABLE, None, trajectory.reason
    details = {
        "signed_distance": trajectory.signed_distance,
        "first_half": first_half,
        "second_half": second_half,
        "airborne": trajectory.airborne,
        "rise": trajectory.rise,
        "joints": len(body.positions),
        "muscles": len(body.a),
        "notes": list(body.notes),
    }
    if outcome is Outcome.UNSTABLE:  # a run that broke may hold nan, which JSON has no word for
        details |= dict.fromkeys(("signed_distance", "first_half", "second_half", "rise"))
    return Evaluation(
        outcome=outcome,
        reason=reason,
        fitness=fitness,
        measures=measures,
        clipped=any(not axis.low <= x <= axis.high for axis, x in zip(AXES, measures, strict=True)),
        walker=walker,
        details=details,
        trajectory_hash=trajectory.trajectory_hash,
        body_hash=body.body_hash,
        world_version=WORLD_VERSION,
    )


DOMAIN = Domain("sodarace", AXES, SEED_PROGRAMS, COMMIT_MESSAGES, evaluate_walker)

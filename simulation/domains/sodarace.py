"""Sodarace: programs build bodies of point masses and springs that walk (Lehman et al. 2022, 4)."""

import hashlib
import math
import time
from dataclasses import dataclass, replace

from simulation.body import BadBody, Body, build_body
from simulation.course import Course
from simulation.domains.base import Axis, Domain
from simulation.evaluate import Evaluation
from simulation.fitness import FIGURES, Walk, get_fitness
from simulation.outcome import Outcome
from simulation.physics import RUN_SECONDS, WORLD_VERSION, fits, simulate
from simulation.seeds import SEED_PROGRAMS

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


def evaluate_walker(walker: dict, course: Course) -> Evaluation:
    """Return the evaluation of a walker: measured at rest, then run for ten seconds.

    It runs on each terrain of the course, from a fresh start; one walk that breaks breaks all.
    """
    started = time.perf_counter()
    evaluation = _evaluate(walker, course)
    return replace(evaluation, physics_ms=(time.perf_counter() - started) * 1000)


def _evaluate(walker: dict, course: Course) -> Evaluation:
    body = build_body(walker)
    if isinstance(body, Body):
        body = _fitting(body, course)
    if isinstance(body, BadBody):
        return Evaluation(
            Outcome.BAD_BODY,
            body.reason,
            walker=walker,
            details={"code": body.code},
            world_version=WORLD_VERSION,
        )
    measures = (body.height, body.width, body.mass)
    of_body = {
        "joints": len(body.positions),
        "muscles": len(body.a),
        "notes": list(body.notes),
    }
    judged = _judge(body, course)
    return Evaluation(
        outcome=Outcome.EVALUATED if judged.fitness is not None else Outcome.UNSTABLE,
        reason=judged.reason,
        fitness=judged.fitness,
        measures=measures,
        clipped=any(not axis.low <= x <= axis.high for axis, x in zip(AXES, measures, strict=True)),
        walker=walker,
        details=judged.details | of_body,
        trajectory_hash=judged.trajectory_hash,
        body_hash=body.body_hash,
        world_version=WORLD_VERSION,
    )


def _fitting(body: Body, course: Course) -> Body | BadBody:
    """Return the body, or why it cannot start on one of the terrains."""
    tight = next((terrain for terrain in course.terrains if not fits(body, terrain)), None)
    if tight is None:
        return body
    return BadBody(
        "does_not_fit",
        f"It is {body.width:.1f} wide and {body.height:.1f} tall and does not fit under the "
        f"ceiling where it starts, on the terrain {tight.name}.",
    )


@dataclass(frozen=True)
class _Judged:
    """What its walks, one or several, say of a body."""

    fitness: float | None  # None: a walk does not count
    reason: str
    details: dict
    trajectory_hash: str


def _judge(body: Body, course: Course) -> _Judged:
    fitness_of = get_fitness(course.fitness).of
    rows, fitnesses = [], []
    for terrain in course.terrains:
        trajectory = simulate(body, terrain)
        walk = Walk(trajectory.signed_distance, *trajectory.halves,
                    trajectory.airborne, trajectory.rise)  # fmt: skip
        if trajectory.reason is not None:
            where = f"On the terrain {terrain.name}: " if len(course.terrains) > 1 else ""
            # a run that broke may hold nan, which JSON has no word for
            details = dict.fromkeys(FIGURES) | {"airborne": walk.airborne}
            return _Judged(None, where + trajectory.reason, details, trajectory.trajectory_hash)
        fitnesses.append(fitness_of(walk))
        rows.append(_figures(walk) | {"trajectory_hash": trajectory.trajectory_hash})
    fitness = course.total(fitnesses)
    if len(rows) == 1:
        trajectory_hash = rows[0].pop("trajectory_hash")
        return _Judged(fitness, _sentence(course, rows[0], fitness), rows[0], trajectory_hash)
    details = (
        {name: rows[fitnesses.index(fitness)][name] for name in FIGURES}  # of the one that decides
        if course.over == "min"
        else {name: math.fsum(row[name] for row in rows) / len(rows) for name in FIGURES}
    )
    details["terrains"] = [
        {"terrain": terrain.name, "fitness": one} | row
        for terrain, one, row in zip(course.terrains, fitnesses, rows, strict=True)
    ]
    hashes = "".join(row["trajectory_hash"] for row in rows)
    return _Judged(
        fitness,
        _sentence(course, details, fitness),
        details,
        hashlib.sha256(hashes.encode()).hexdigest(),
    )


def _figures(walk: Walk) -> dict:
    return {name: getattr(walk, name) for name in FIGURES}


def _sentence(course: Course, details: dict, fitness: float) -> str:
    rows = details.get("terrains")
    if rows:
        each = ", ".join(f"{row['fitness']:.1f} on {row['terrain']}" for row in rows)
        return (
            f"Its {get_fitness(course.fitness).label} over {len(rows)} terrains is {fitness:.1f} "
            f"units in {RUN_SECONDS} s ({course.over} of {each})."
        )
    went = f"It went {details['distance']:.1f} units in {RUN_SECONDS} s"
    if course.fitness == "distance":
        return f"{went}."
    return f"{went}; its {get_fitness(course.fitness).label} is {fitness:.1f}."


DOMAIN = Domain("sodarace", AXES, SEED_PROGRAMS, COMMIT_MESSAGES, evaluate_walker)

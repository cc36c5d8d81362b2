"""Measurements, each beside what it is compared with, in one run on one machine."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.transaction import set_rollback

from simulation.body import BadBody, build_body
from simulation.domains import get_domain
from simulation.evaluate import Evaluation
from simulation.outcome import Outcome
from simulation.physics import FPS, RUN_SECONDS, STEPS_PER_FRAME, build_space, place, simulate
from simulation.sandbox import Sandbox
from simulation.terrain import make_terrain


@dataclass(frozen=True)
class Measurement:
    """One figure and its rival: ``ratio`` is ours over theirs, both in ``unit``."""

    name: str
    value: float
    unit: str
    against: str
    ratio: float


def best_of(repeats: int, work: Callable[[], object]) -> float:
    """Return the shortest time [s] that ``work`` took; the noise of a machine only adds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def physics() -> Iterator[Measurement]:
    """A whole simulation against bare Chipmunk steps of the same world."""
    flat = make_terrain("flat")
    with Sandbox() as sandbox:
        for name, info in get_domain("sodarace").seed_programs.items():
            walker = sandbox.run(info.source).value
            assert walker is not None
            body = build_body(walker)
            assert not isinstance(body, BadBody)
            ours = best_of(5, partial(simulate, body, flat))
            space, _ = build_space(body, flat, place(body, flat))
            steps = RUN_SECONDS * FPS * STEPS_PER_FRAME

            def bare(space: object = space, steps: int = steps) -> None:
                for _ in range(steps):
                    space.step(1 / (FPS * STEPS_PER_FRAME))  # type: ignore[attr-defined]

            theirs = best_of(3, bare)
            yield Measurement(
                f"physics.{name}", ours * 1e3, "ms a simulation", "bare engine steps", ours / theirs
            )


def sandbox() -> Iterator[Measurement]:
    """Programs a second through the fork server against a fresh interpreter for each."""
    source = get_domain("sodarace").seed_programs["square"].source
    with Sandbox() as box:
        box.run(source)
        ours = best_of(3, lambda: [box.run(source) for _ in range(100)]) / 100
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "program.py"
        script.write_text("import math, random, json\nprint(json.dumps({}))\n")
        fresh = [sys.executable, "-I", str(script)]
        theirs = best_of(3, lambda: subprocess.run(fresh, check=True, capture_output=True))
    yield Measurement(
        "sandbox.programs", 1 / ours, "programs/s", "fresh interpreter, no isolation", theirs / ours
    )


def archive() -> Iterator[Measurement]:
    """Children recorded and placed a second, in batches of 16 against one by one."""
    from archive.config import RunConfig
    from archive.services import recording, runs
    from archive.services.recording import Candidacy

    def evaluation(number: int) -> Evaluation:
        return Evaluation(
            outcome=Outcome.EVALUATED,
            reason="",
            fitness=float(number % 97),
            measures=(number % 30, number % 29, number % 240),
            walker={"joints": [[0, 0], [1, 1]] * 5, "muscles": []},
            body_hash=str(number),
        )

    def fill(children: int, size: int) -> None:
        run = runs.create_run(config=RunConfig(budget=children), source="x = 0\n")
        for first in range(0, children, size):
            numbers = range(first, first + size)
            given = [Candidacy(operator="bench", source=f"x = {n}{run.pk}\n" * 20) for n in numbers]
            recording.record(run.pk, given, [evaluation(n) for n in numbers])

    with transaction.atomic():
        ours = best_of(2, lambda: fill(800, 16)) / 800
        theirs = best_of(2, lambda: fill(200, 1)) / 200
        set_rollback(True)  # leaves no trace in the database
    yield Measurement("archive.record", 1 / ours, "children/s", "one by one", theirs / ours)


def model() -> Iterator[Measurement]:
    """Children a second from the bundled model: 16 in one call against one a call."""
    from workers.mutation.operator import MutationRequest, load_operator

    operator = load_operator("bundled")
    source = get_domain("sodarace").seed_programs["square"].source
    message = "Changed make walker function."
    batch = [MutationRequest(source, message, 4)] * 4
    single = [MutationRequest(source, message, 1)]
    operator.propose(single, rng_seed=0)
    ours = best_of(3, lambda: operator.propose(batch, rng_seed=1)) / 16
    theirs = best_of(3, lambda: [operator.propose(single, rng_seed=n) for n in range(4)]) / 4
    yield Measurement("model.children", 1 / ours, "children/s", "one a call", theirs / ours)


BENCHES: dict[str, Callable[[], Iterator[Measurement]]] = {
    "physics": physics,
    "sandbox": sandbox,
    "archive": archive,
    "model": model,
}


def as_json(measurement: Measurement) -> str:
    """Return one line of JSON with the fields' names as keys."""
    return json.dumps(vars(measurement))

"""Measurements, each beside what it is compared with, in one run on one machine."""

import importlib.util
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pymunk
from django.db import transaction
from django.db.transaction import set_rollback

from elmweb import bench_sandbox
from simulation.body import Body, build_body
from simulation.domains import get_domain
from simulation.evaluate import Evaluation, Evaluator
from simulation.outcome import Outcome
from simulation.physics import FPS, STEPS_PER_FRAME, build_space, place, simulate
from simulation.sandbox import Sandbox
from simulation.terrain import Terrain, make_terrain

if TYPE_CHECKING:
    from workers.mutation.backends import Prompt
    from workers.mutation.backends.diff_lm import DiffLM


@dataclass(frozen=True)
class Measurement:
    """One figure and its rival: ``ratio`` is ours over theirs, both in ``unit``."""

    name: str
    value: float
    unit: str
    against: str
    ratio: float


def best_of(
    repeats: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the shortest time [s] that ``work`` took; the noise of a machine only adds."""
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def physics() -> Iterator[Measurement]:
    """A whole simulation, set-up and verdict included, against what others take for its steps.

    Against the engine's steps alone in a loop of machine code, the same loop from Python, and
    Box2D at the same rate (where it is installed). The last row of each kind is the geometric mean.
    """
    flat = make_terrain("flat")
    ratios: dict[str, list[float]] = {}
    for name, body in _gallery().items():
        ours = best_of(5, partial(simulate, body, flat), time.process_time)
        frames = len(simulate(body, flat).frames) - 1
        for rival, work in _physics_rivals(body, flat, frames):
            theirs = best_of(3, work, time.process_time)
            ratios.setdefault(rival, []).append(ours / theirs)
            yield Measurement(f"physics.{name}", ours * 1e3, "ms", rival, ours / theirs)
    for rival, found in ratios.items():
        mean = statistics.geometric_mean(found)
        yield Measurement("physics.mean", mean, "of their time", rival, mean)


def _gallery() -> dict[str, Body]:
    bodies = {}
    with Sandbox() as sandbox:
        for name, info in get_domain("sodarace").seed_programs.items():
            walker = sandbox.run(info.source).value
            assert walker is not None
            body = build_body(walker)
            assert isinstance(body, Body)
            bodies[name] = body
    return bodies


def _physics_rivals(
    body: Body, flat: Terrain, frames: int
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what takes as many steps as a simulation of ``frames``, with its name."""
    from simulation import compiled

    def space() -> pymunk.Space:
        return build_space(body, flat, place(body, flat))[0]

    bare = compiled.World(space(), [], [], 1 / (FPS * STEPS_PER_FRAME), STEPS_PER_FRAME)
    nothing = np.zeros((1, 0))
    yield "bare engine steps", partial(bare.run, nothing, nothing, frames, math.inf)
    yield "public interface", partial(simulate, body, flat, "public")
    if box2d := _box2d(body, frames / FPS, FPS * STEPS_PER_FRAME):
        yield "Box2D, same rate", box2d


def _box2d(body: Body, seconds: float, rate: int) -> Callable[[], object] | None:
    """Return what simulates ``body`` in Box2D at ``rate`` steps a second; None without Box2D."""
    if not importlib.util.find_spec("Box2D"):
        return None
    from elmweb import box2d_rival

    return partial(box2d_rival.simulate, body, seconds, rate)


def sandbox() -> Iterator[Measurement]:
    """Programs through the sandbox, each way measured beside two that isolate nothing."""
    sources = [info.source for info in get_domain("sodarace").seed_programs.values()]
    ours = bench_sandbox.ours(sources, 400)
    rivals = {
        "fresh": ("a fresh interpreter each", bench_sandbox.fresh(sources, 12)),
        "pool": ("a pool each call, as OpenELM", bench_sandbox.pool(sources, 6, 10)),
    }
    for name, (what, theirs) in rivals.items():
        for key, mine, other, unit in (
            ("programs", 1 / ours.wall, 1 / theirs.wall, "programs/s"),
            ("core", 1 / ours.cpu, 1 / theirs.cpu, "programs/CPU s"),
            ("p50", ours.p50 * 1e3, theirs.p50 * 1e3, "ms a program"),
            ("p99", ours.p99 * 1e3, theirs.p99 * 1e3, "ms a program"),
        ):
            yield Measurement(f"sandbox.{name}.{key}", mine, unit, what, mine / other)


def evaluation() -> Iterator[Measurement]:
    """From program text to archive row, beside OpenELM's path with a pool of processes.

    Each seed program as often as the others. Theirs is a batch of ten through a new pool, then
    Box2D (where it is installed) for as many simulated seconds, at our rate of steps and at
    theirs; their archive, a dictionary in memory, is left out. Processor time of all processes.
    """
    gallery, flat = _gallery(), make_terrain("flat")
    sources = [info.source for info in get_domain("sodarace").seed_programs.values()]
    ours = evaluation_cpu(sources, 4 * len(sources), 16)
    isolating = bench_sandbox.pool(sources, 6, 10).cpu
    seconds = {name: (len(simulate(b, flat).frames) - 1) / FPS for name, b in gallery.items()}
    for what, rate in (("our_rate", FPS * STEPS_PER_FRAME), ("their_rate", FPS)):
        walks = [_box2d(body, seconds[name], rate) for name, body in gallery.items()]
        if not all(walks):
            return
        walking = statistics.mean(best_of(2, walk, time.process_time) for walk in walks if walk)
        yield Measurement(
            f"evaluation.{what}",
            1 / ours,
            "evaluations/CPU s",
            f"OpenELM's pool and Box2D, {rate} steps/s",
            (isolating + walking) / ours,
        )


def evaluation_cpu(sources: Sequence[str], programs: int, size: int) -> float:
    """Return the processor time [s] of one evaluation, recorded in batches of ``size``."""
    from archive.config import RunConfig
    from archive.services import recording, runs
    from archive.services.recording import Candidacy

    def evaluate(numbers: Sequence[int]) -> None:
        texts = [f"{sources[n % len(sources)]}# {n}\n" for n in numbers]
        found = [evaluator.evaluate(text) for text in texts]
        given = [Candidacy(operator="bench", source=text) for text in texts]
        recording.record(run.pk, given, found)

    with Sandbox() as sandbox, transaction.atomic():
        evaluator = Evaluator(sandbox, get_domain("sodarace"), make_terrain("flat"))
        run = runs.create_run(config=RunConfig(budget=programs), source="x = 0\n")
        evaluate(range(-size, 0))  # warms up
        began = time.process_time() + sandbox.cpu_s()
        for first in range(0, programs, size):
            evaluate(range(first, min(first + size, programs)))
        cpu = time.process_time() + sandbox.cpu_s() - began
        set_rollback(True)  # leaves no trace in the database
    return cpu / programs


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


MESSAGE = "Changed make walker function."
TEMPERATURE = 0.8
RNG_SEEDS = range(3)
JOBS = ((1, 32), (2, 16), (4, 8), (4, 4), (8, 4))  # parents, children of each


def model() -> Iterator[Measurement]:
    """Children a CPU minute of one core from the bundled model against ``transformers.generate``.

    Same weights, batch, temperature and nucleus, from program texts to edit texts; transformers
    in the type that suits it better. The parents are read anew each time.
    """
    import torch

    from workers.mutation import gate
    from workers.mutation.backends import Prompt
    from workers.mutation.backends.diff_lm import load_diff_lm
    from workers.mutation.backends.diff_lm_write import LONGEST, NUCLEUS

    torch.set_num_threads(1)
    engines = {"masked": load_diff_lm(), "raw": load_diff_lm(masked=False)}
    sources = [info.source for info in get_domain("sodarace").seed_programs.values()]
    sources += [f"{source}# again\n" for source in sources]
    rivals = [Plain(dtype, NUCLEUS, LONGEST) for dtype in (torch.float32, torch.bfloat16)]
    few = [Prompt(source, MESSAGE, 8) for source in sources[:2]]
    rival = min(rivals, key=lambda r: best_of(2, partial(r.complete, few, 0), time.process_time))

    def write_all(prompts: list[Prompt]) -> None:
        for rng_seed in RNG_SEEDS:
            rival.complete(prompts, rng_seed)

    def write(engine: "DiffLM", prompts: list[Prompt]) -> None:
        gate.check.cache_clear()
        gate.statements.cache_clear()
        for rng_seed in RNG_SEEDS:
            engine.parent_of.cache_clear()
            engine.complete(prompts, temperature=TEMPERATURE, rng_seed=rng_seed)

    for parents, each in JOBS:
        prompts = [Prompt(source, MESSAGE, each) for source in sources[:parents]]
        theirs = best_of(1, partial(write_all, prompts), time.process_time)
        for name, engine in engines.items():
            ours = best_of(3, partial(write, engine, prompts), time.process_time)
            yield Measurement(
                f"model.{name}.{parents}x{each}",
                60 * parents * each * len(RNG_SEEDS) / ours,
                "children/CPU min",
                "transformers.generate",
                theirs / ours,
            )


class Plain:
    """The bundled model written with by ``transformers.generate``, one padded batch."""

    def __init__(self, dtype, nucleus: float, longest: int):
        from tokenizers import Tokenizer
        from transformers import AutoModelForCausalLM

        from workers.mutation.backends.diff_lm import WEIGHTS

        self.model = AutoModelForCausalLM.from_pretrained(WEIGHTS, dtype=dtype).eval()
        self.tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
        self.options = {
            "do_sample": True,
            "temperature": TEMPERATURE,
            "top_p": nucleus,
            "top_k": 0,
            "max_new_tokens": longest,
        }

    def complete(self, prompts: Sequence["Prompt"], rng_seed: int) -> list[str]:
        """Return the edits of all samples of all prompts."""
        import torch

        from workers.mutation import prompt as layout

        rows = []
        for p in prompts:
            lines = layout.encode_parent(self.tokenizer, layout.split_source(p.parent))
            rows += [lines + layout.encode_message(self.tokenizer, p.message)] * p.samples
        width = max(map(len, rows))
        ids = torch.tensor([[layout.PAD] * (width - len(row)) + row for row in rows])
        torch.manual_seed(rng_seed)
        with torch.inference_mode():
            found = self.model.generate(
                input_ids=ids,
                attention_mask=(ids != layout.PAD).long(),
                eos_token_id=layout.EOS,
                pad_token_id=layout.PAD,
                **self.options,
            )
        answers = found[:, width:].tolist()
        return [layout.decode_edits(self.tokenizer, answer) for answer in answers]


BENCHES: dict[str, Callable[[], Iterator[Measurement]]] = {
    "physics": physics,
    "sandbox": sandbox,
    "evaluation": evaluation,
    "archive": archive,
    "model": model,
}


def as_json(measurement: Measurement) -> str:
    """Return one line of JSON with the fields' names as keys."""
    return json.dumps(vars(measurement))

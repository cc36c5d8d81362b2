"""Several warm sandboxes behind one door, and a separate one for second opinions."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulation.ahead import ahead
from simulation.evaluate import SecondRun, run_again
from simulation.sandbox import Limits, Sandbox, SandboxPool, SandboxUnavailable, Status
from simulation.sandbox.pool import PoolBusy

from .conftest import GOOD
from .processes import all_gone

SLOW = """
import time
def f():
    time.sleep(0.5)
    return {"joints": [[0, 0]], "muscles": []}
"""
LONG = Limits(wall_s=20)


def started_pool(slots: int) -> SandboxPool:
    pool = SandboxPool(slots, LONG)
    try:
        pool.start()
    except SandboxUnavailable as unavailable:
        pytest.skip(str(unavailable))
    return pool


def zygotes(pool: SandboxPool) -> list[int]:
    return [box._zygote.pid for box in (*pool._sandboxes, pool._second) if box._zygote]


def test_slots_are_warm_once_the_pool_has_started() -> None:
    with started_pool(2) as pool:
        assert len(zygotes(pool)) == 2
        before = zygotes(pool)
        assert pool.run(GOOD).status is Status.OK
        assert zygotes(pool) == before


def test_slots_run_at_once() -> None:
    with started_pool(3) as pool, ThreadPoolExecutor(3) as threads:
        before = time.monotonic()
        verdicts = list(threads.map(pool.run, [SLOW] * 3))
        assert all(verdict.status is Status.OK for verdict in verdicts)
        assert time.monotonic() - before < 1.4


def test_run_waits_for_a_free_slot_and_says_when_none_comes() -> None:
    with started_pool(1) as pool, ThreadPoolExecutor(1) as threads:
        running = threads.submit(pool.run, SLOW)
        time.sleep(0.1)
        with pytest.raises(PoolBusy, match="all 1 slots were busy"):
            pool.run_bytes(GOOD.encode(), LONG, 0, wait_s=0.05)
        assert pool.run(GOOD).status is Status.OK
        assert running.result().status is Status.OK


def test_slot_that_lost_its_zygote_serves_again() -> None:
    with started_pool(1) as pool:
        lost = zygotes(pool)
        os.kill(lost[0], signal.SIGKILL)
        assert all_gone(lost, within_s=2)
        assert pool.run(GOOD).status is Status.OK


def test_pool_without_slots_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one slot"):
        SandboxPool(0)


def test_second_opinion_comes_from_another_process() -> None:
    with started_pool(1) as pool:
        pool.run(GOOD)
        first = zygotes(pool)
        pool.run(GOOD, again=True)
        assert zygotes(pool)[0] == first[0]
        assert len(zygotes(pool)) == 2


PROGRAMS = {  # the x of the one joint
    "seeded": ("random.random()", SecondRun.SAME),
    "sets of text": ("[len(word) for word in {'a', 'bc', 'def'}][0]", SecondRun.SAME),
    "clock": ("time.time()", SecondRun.OTHER),
    "fresh generator": ("np.random.default_rng().random()", SecondRun.OTHER),
    "system's random": ("random.SystemRandom().random()", SecondRun.OTHER),
    "addresses": ("id(make_walker) / 2**20", SecondRun.OTHER),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_second_run_finds_what_does_not_repeat(name: str) -> None:
    x, expected = PROGRAMS[name]
    body = f"return {{'joints': [[{x}, 0]], 'muscles': []}}"
    source = f"import random, time\ndef make_walker():\n    {body}"
    with started_pool(1) as pool:
        walker = pool.run(source, rng_seed=5).value
        assert walker is not None
        came_to = run_again(pool, source, walker, rng_seed=5)
        assert came_to is expected
        assert came_to.repeats == (expected is SecondRun.SAME)


def test_second_run_without_a_walker_is_told_apart() -> None:
    with started_pool(1) as pool:
        walker = {"joints": [[0.0, 0.0]], "muscles": []}
        assert run_again(pool, "raise ValueError", walker) is SecondRun.FAILED


def test_programs_run_ahead_give_the_verdicts_they_give_alone(sandbox: Sandbox) -> None:
    sources = [f"def f(): return {{'joints': [[{n}, 0]], 'muscles': []}}" for n in range(12)]
    sources[4:4] = ["raise ValueError", sources[0]]  # twice the same, too
    with started_pool(3) as pool, ahead(pool, sources, 9) as running:
        verdicts = [running.run(source, rng_seed=9) for source in sources]
    alone = [sandbox.run(source, rng_seed=9, limits=LONG) for source in sources]
    assert [(v.status, v.value) for v in verdicts] == [(v.status, v.value) for v in alone]


def test_programs_run_ahead_are_given_once() -> None:
    with started_pool(1) as pool, ahead(pool, [GOOD], 0) as running:
        running.run(GOOD)
        with pytest.raises((KeyError, IndexError)):
            running.run(GOOD)

"""Programs through the sandbox, through a fresh interpreter each, through a pool as OpenELM's.

All of them load numpy and the walker's interface and run the seed programs in turn, in one run.
The rivals isolate nothing; the pool is what OpenELM's ``pool_exec_processes`` does with two
processes (commit c844e14): a new ``multiprocessing.Pool`` each call, and in it ``exec`` under a
timer, in a temporary folder, with its result coming back by pickle.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from simulation.sandbox import Sandbox
from simulation.sandbox.process import WALKER_FILE

_PRELUDE = """
import contextlib, importlib.util, io, json, multiprocessing, os, signal, sys, tempfile, time
import numpy
spec = importlib.util.spec_from_file_location("walk_creator", sys.argv[1])
walker = sys.modules["walk_creator"] = sys.modules["soda"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(walker)

def run(source):
    names = {"np": numpy, "math": __import__("math"), **vars(walker)}
    exec(source, names)
    value = names["make_walker"]()
    return value.get_walker() if hasattr(value, "get_walker") else value
"""
_FRESH = _PRELUDE + "print(json.dumps(run(sys.stdin.read())))"
_POOL = (
    _PRELUDE
    + """
def guarded(source):
    def late(*_):
        raise TimeoutError
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, 2)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return run(source)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

if __name__ == "__main__":
    for line in sys.stdin:
        began = time.perf_counter()
        with multiprocessing.get_context("fork").Pool(2) as pool:
            answers = pool.map(guarded, json.loads(line))
        print(json.dumps(time.perf_counter() - began), flush=True)
"""
)


@dataclass(frozen=True)
class Pace:
    """How fast programs went. Times in seconds."""

    wall: float  # a program, on average
    cpu: float  # processor time a program takes, of all processes
    p50: float  # one program alone
    p99: float

    @classmethod
    def of(cls, times: Sequence[float], cpu: float, wall: float | None = None) -> "Pace":
        """From the time of each program, and the processor time of all of them."""
        parts = statistics.quantiles(times, n=100, method="inclusive")
        mean = sum(times) / len(times)
        return cls(mean if wall is None else wall, cpu / len(times), parts[49], parts[98])


def ours(sources: Sequence[str], programs: int) -> Pace:
    """One sandbox, one program after the other."""
    with Sandbox() as sandbox:
        for source in sources:
            sandbox.run(source)
        zygote = sandbox.cpu_s()
        began = time.process_time()
        times = [_timed(partial(sandbox.run, source)) for source in _in_turn(sources, programs)]
        return Pace.of(times, time.process_time() - began + sandbox.cpu_s() - zygote)


def fresh(sources: Sequence[str], programs: int) -> Pace:
    """An interpreter for each program."""
    command = [sys.executable, "-I", "-c", _FRESH, str(WALKER_FILE)]

    def run(source: str) -> None:
        subprocess.run(command, input=source, text=True, check=True, capture_output=True)

    began = _children_cpu()
    times = [_timed(partial(run, source)) for source in _in_turn(sources, programs)]
    return Pace.of(times, _children_cpu() - began)


def pool(sources: Sequence[str], calls: int, batch: int) -> Pace:
    """A pool of two processes for each call: ``calls`` with one program, ``calls`` with a batch."""
    command = [sys.executable, "-c", _POOL, str(WALKER_FILE)]
    alone = [[source] for source in _in_turn(sources, calls)]
    batches = [list(_in_turn(sources, batch))] * calls
    given = "".join(f"{json.dumps(one)}\n" for one in [*alone, *batches])
    began = _children_cpu()
    done = subprocess.run(command, input=given, text=True, check=True, capture_output=True)
    cpu = _children_cpu() - began
    times = [float(line) for line in done.stdout.splitlines()]
    pace = Pace.of(times[:calls], cpu)
    wall = sum(times[calls:]) / (calls * batch)
    return Pace(wall, cpu / (calls * (batch + 1)), pace.p50, pace.p99)


def _in_turn(sources: Sequence[str], count: int) -> list[str]:
    return [sources[n % len(sources)] for n in range(count)]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

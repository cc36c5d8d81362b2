"""The rivals of the sandbox's benchmark do the same work, and times become figures."""

import pytest

from elmweb import bench_sandbox
from simulation.domains import get_domain
from simulation.sandbox import Sandbox, SandboxUnavailable

SOURCES = [info.source for info in get_domain("sodarace").seed_programs.values()]


def test_pace_is_mean_median_and_tail() -> None:
    pace = bench_sandbox.Pace.of([1.0, 2.0, 3.0, 10.0], cpu=2.0)
    assert (pace.wall, pace.cpu, pace.p50) == (4.0, 0.5, 2.5)
    assert 9 < pace.p99 <= 10


def test_every_way_runs_every_seed_program() -> None:
    try:
        with Sandbox():
            pass
    except SandboxUnavailable as unavailable:
        pytest.skip(str(unavailable))
    for pace in (
        bench_sandbox.ours(SOURCES, len(SOURCES)),
        bench_sandbox.fresh(SOURCES, len(SOURCES)),
        bench_sandbox.pool(SOURCES, 2, len(SOURCES)),
    ):
        assert 0 < pace.p50 <= pace.p99
        assert pace.cpu > 0


def test_a_program_that_a_rival_cannot_run_is_no_figure() -> None:
    with pytest.raises(Exception, match="returned non-zero exit status"):
        bench_sandbox.fresh(["raise ValueError"], 1)

"""Replays for the browser: recomputed from the stored body, never stored."""

from functools import lru_cache
from typing import Any

from archive.config import RunConfig
from archive.models import Child, Job, SeedProgram
from simulation.body import BadBody, build_body
from simulation.physics import simulate
from simulation.replay import encode_replay
from simulation.terrain import make_terrain


class NoReplay(LookupError):
    """There is nothing to play; the message says why."""


def replay_of_child(child: Child) -> bytes:
    """Return a child's replay on its run's terrain.

    Raises:
        NoReplay: the child has no body.
    """
    walker = child.program.walker if child.program else None
    if walker is None or not child.body_hash:
        raise NoReplay(f"child {child.seq} has no body to show: {child.reason}")
    return replay_of_walker(walker, RunConfig.from_json(child.run.config).terrain)


def replay_of_seed_program(seed_program: SeedProgram) -> bytes:
    """Return a seed program's replay on flat ground."""
    if seed_program.program.walker is None:
        raise NoReplay(f"the seed program {seed_program.name} has no body stored")
    return replay_of_walker(seed_program.program.walker, "flat")


def replay_of_check(job: Job) -> bytes:
    """Return the replay of a program that was checked.

    Raises:
        NoReplay: the check is not done, or the program gave no body.
    """
    if job.result is None or not job.result.get("body_hash"):
        raise NoReplay("this check gave no body to show")
    return replay_of_walker(job.result["walker"], "flat")


def replay_of_walker(walker: dict[str, Any], terrain: str) -> bytes:
    """Simulate ``walker`` again and return its replay, binary (see ``simulation.replay``)."""
    return _replay(_Walker(walker), terrain)


class _Walker(dict):
    """A walker that can be a cache key: the same joints and muscles are the same walker."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(sorted(self.items())))


@lru_cache(maxsize=256)
def _replay(walker: _Walker, terrain: str) -> bytes:
    body = build_body(walker)
    if isinstance(body, BadBody):
        raise NoReplay(body.reason)
    ground = make_terrain(terrain)
    return encode_replay(body, simulate(body, ground), ground)

"""Replays for the browser: recomputed from the stored body, never stored, and checked.

A simulation gives the same frames bit for bit everywhere, so a replay whose trajectory hash is not
the stored one was made in another world (a newer version of the program, mostly). It is shown all
the same, and its header's ``check`` says so.
"""

import hashlib
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from archive.config import RunConfig
from archive.models import Child, Job, SeedProgram
from simulation.body import BadBody, Body, build_body
from simulation.domains import get_domain
from simulation.physics import WORLD_VERSION, Trajectory, fits, simulate
from simulation.replay import FORMAT_VERSION, encode_replay, read_header, read_positions
from simulation.terrain import Terrain, make_terrain

Walker = dict[str, Any]


class NoReplay(LookupError):
    """There is nothing to play; the message says why."""


# --- where each one walks


def terrains_of_child(child: Child) -> tuple[str, ...]:
    """Return the terrains on which a child was evaluated: its run's."""
    return RunConfig.from_json(child.run.config).terrains


def terrain_of_seed_program(seed_program: SeedProgram) -> str:
    """Return the terrain that a seed program shows itself on: its own for the bundled ones."""
    known = get_domain("sodarace").seed_programs.get(seed_program.name)
    return known.terrain if known and seed_program.bundled else "flat"


# --- replays


def replay_of_child(child: Child, terrain: str = "") -> bytes:
    """Return a child's replay on ``terrain``, by default its run's first.

    On a terrain of its run it is compared with what was stored when the child was found.

    Raises:
        NoReplay: the child has no body, or there is no such terrain.
    """
    homes = terrains_of_child(child)
    terrain, walker = terrain or homes[0], walker_of_child(child)
    if terrain not in homes:
        return replay_of_walker(walker, terrain)
    body, trajectory, ground = _simulate(_Key(walker), terrain)
    return encode_replay(body, trajectory, ground, check_of(child, trajectory, terrain))


def walker_of_child(child: Child) -> Walker:
    """Return the body that a child's program built.

    Raises:
        NoReplay: there is none.
    """
    if child.program is None or child.program.walker is None or not child.body_hash:
        raise NoReplay(f"child {child.seq} has no body to show: {child.reason}")
    return child.program.walker


def check_of(child: Child, trajectory: Trajectory, terrain: str) -> dict[str, Any]:
    """Return whether ``trajectory`` is the one that was stored with ``child``, and in words.

    ``terrain`` is the one of its run's on which it was made.

    ``{"same", "sentence", "stored_distance", "distance", "stored_world", "world"}``; ``same`` is
    None where nothing was stored to compare with.
    """
    known, now = _stored_walk(child, terrain), trajectory.signed_distance
    stored = known.get("signed_distance", child.fitness)
    hashed = known.get("trajectory_hash", "")
    same = (trajectory.trajectory_hash == hashed) if hashed else None
    if same is None:
        sentence = "No trajectory was stored with this child: nothing to compare this replay with."
    elif same:
        sentence = "Simulated again just now: frame by frame the run that was stored."
    elif child.world_version != WORLD_VERSION:
        sentence = (
            f"Found in another world ({child.world_version or 'unknown'}, now {WORLD_VERSION}): "
            f"{_went(stored)} then, {_went(now)} now."
        )
    else:
        sentence = (
            f"This replay is not the run that was stored: {_went(stored)} then, {_went(now)} now, "
            "in the same world. Its program gave another body, or the simulation has a fault."
        )
    return {
        "same": same,
        "sentence": sentence,
        "stored_distance": stored,
        "distance": now,
        "stored_world": child.world_version,
        "world": WORLD_VERSION,
    }


def _stored_walk(child: Child, terrain: str) -> dict[str, Any]:
    """Return the figures of a child's walk on a terrain of its run; none of a walk that broke
    where there were several, since it is not kept on which of them.
    """
    homes, details = terrains_of_child(child), child.details or {}
    if len(homes) == 1:
        return details | {"trajectory_hash": child.trajectory_hash}
    walks = dict(zip(homes, details.get("terrains", ()), strict=False))
    return walks.get(terrain, {})


def _went(distance: float | None) -> str:
    return "nowhere known" if distance is None else f"{abs(distance):.2f} u"


def replay_of_seed_program(seed_program: SeedProgram, terrain: str = "") -> bytes:
    """Return a seed program's replay on ``terrain``, by default its own.

    Raises:
        NoReplay: no body is stored, or there is no such terrain.
    """
    walker = seed_program.program.walker
    if walker is None:
        raise NoReplay(f"the seed program {seed_program.name} has no body stored")
    return replay_of_walker(walker, terrain or terrain_of_seed_program(seed_program))


def replay_of_check(job: Job, terrain: str = "") -> bytes:
    """Return the replay of a program that was checked.

    Raises:
        NoReplay: the check is not done, or the program gave no body.
    """
    if job.result is None or not job.result.get("body_hash"):
        raise NoReplay("this check gave no body to show")
    return replay_of_walker(job.result["walker"], terrain or "flat")


def replay_of_walker(walker: Walker, terrain: str) -> bytes:
    """Simulate ``walker`` again and return its replay, binary (see ``simulation.replay``).

    Raises:
        NoReplay: it has no body, does not fit on the terrain, or there is no such terrain.
    """
    return encode_replay(*_simulate(_Key(walker), terrain))


def replay_as_json(replay: bytes) -> dict[str, Any]:
    """Return a replay as plain JSON: its header, and ``positions`` [frame][joint][x, y] in u."""
    return read_header(replay) | {"positions": read_positions(replay).round(2).tolist()}


def version_of(one: Child | SeedProgram, terrain: str = "") -> str | None:
    """Return what names a replay for ever; None without a program.

    With it in the address (``?v=``) a browser may keep the bytes: they follow from the program,
    the terrain, the world, the format, and what was stored to compare with.
    """
    if one.program is None:
        return None
    if isinstance(one, Child):
        where, stored = terrain or terrains_of_child(one)[0], one.trajectory_hash
    else:
        where, stored = terrain or terrain_of_seed_program(one), ""
    parts = [one.program.sha256, where, stored, WORLD_VERSION, str(FORMAT_VERSION)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def version_query(one: Child | SeedProgram, terrain: str = "") -> str:
    """Return the query of a replay's address that names it for ever, "?" included."""
    fields = ({"terrain": terrain} if terrain else {}) | {"v": version_of(one, terrain) or ""}
    return f"?{urlencode(fields, safe=':')}"


class _Key(dict):
    """A walker that can be a cache key: the same joints and muscles are the same walker."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(sorted(self.items())))


@lru_cache(maxsize=128)  # a trajectory of 20 joints is 0.2 MB
def _simulate(walker: _Key, terrain: str) -> tuple[Body, Trajectory, Terrain]:
    body = build_body(walker)
    if isinstance(body, BadBody):
        raise NoReplay(body.reason)
    try:
        ground = make_terrain(terrain)
    except ValueError as refusal:
        raise NoReplay(str(refusal)) from None
    if not fits(body, ground):
        raise NoReplay(
            f"It is {body.width:.1f} wide and {body.height:.1f} tall and does not fit under the "
            f"ceiling where it starts, on the terrain {ground.name}."
        )
    return body, simulate(body, ground), ground

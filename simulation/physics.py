"""Ten simulated seconds of a body on a terrain: a pure function, bit for bit the same everywhere.

Every spring is a damped one with a bounded stiffness, so no walker can shake itself apart, and
muscles are force-bounded, so none can leap. The inner loop is ``simulation.compiled``, or pymunk's
public interface (``simulation.stepping``) where that is not to be had.
"""

import functools
import hashlib
import importlib
import importlib.util
import json
import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pymunk

from simulation import body as body_module
from simulation import terrain as terrain_module
from simulation.body import JOINT_RADIUS, Body
from simulation.contact import standing
from simulation.terrain import Terrain

MODEL = 1  # raise when a formula changes, not merely a constant
GRAVITY = 20.0  # [u/s2] with 30 the seed programs hardly move
FPS = 60
STEPS_PER_FRAME = 4  # 1/240 s: joints sink at most 0.1 u into the ground; 1/60 s tunnels
ITERATIONS = 4  # 1 to 30 give the same energy; 10 cost 1.5 times as much
AIR = 0.7  # share of its velocity that a joint keeps after a second; no swimming possible
FRICTION = 1.0
GROUND_RADIUS = 0.3  # [u] half the thickness of the terrain's lines
SLOP = 0.01  # [u] overlap that the solver allows
HZ = 1.0  # muscle cycles a second: one period for the whole world, as in the paper
RAMP_SECONDS = 0.5  # the stroke fades in, so no rest length jumps
RUN_SECONDS = 10  # ten muscle cycles
SETTLE_SECONDS = 3  # at most, before the run; not counted
REST_SPEED = 0.25  # [u/s] settled: no joint faster than this, two frames running

MAX_SPEED = 120.0  # [u/s] nothing sound was seen above 43
MAX_STRETCH = 3.0  # times a spring's rest length (of at least 1.5 u)
MAX_RISE = 30.0  # [u] of the center of mass above the ground it stood on
MAX_SINK = 1.5  # [u] of a joint under the ground
TOUCHING = 0.05  # [u] gap below which a joint counts as on the ground

STEPS_PER_CYCLE = round(FPS * STEPS_PER_FRAME / HZ)
RAMP_STEPS = round(RAMP_SECONDS * FPS * STEPS_PER_FRAME)
FAR_OUT = 1e5  # [u] stops a run before numbers overflow


def _world_version() -> str:
    """Return a short hash of every constant that decides a trajectory."""

    def constants(module: dict) -> dict:
        return {k: v for k, v in module.items() if k.isupper() and isinstance(v, (int, float))}

    modules: tuple[ModuleType, ...] = (body_module, terrain_module)
    world = [constants(globals()), *(constants(vars(module)) for module in modules)]
    engine = [pymunk.version, pymunk.chipmunk_version]
    return hashlib.sha256(json.dumps([world, engine], sort_keys=True).encode()).hexdigest()[:12]


WORLD_VERSION = _world_version()


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What a body did: settling frames first, then the run, which starts at ``settle_frames``."""

    frames: np.ndarray  # (F, N, 2) [u] positions of the joints
    settle_frames: int
    fps: int
    signed_distance: float  # [u] of the center of mass along x over the run
    halves: tuple[float, float]  # [u] the same for the run's first and second half
    airborne: float  # share of the run's frames in which no joint touches the ground
    rise: float  # [u] how far the center of mass rose above the ground it stood on
    reason: str | None  # why this run does not count, in a sentence; None if it does
    trajectory_hash: str  # sha256 of the frames as little-endian float64


BACKENDS = ("compiled", "public")  # of the inner loop: the one in use, and the reference


@functools.cache
def default_backend() -> str:
    """Return the fastest inner loop that this machine has."""
    return BACKENDS[0] if importlib.util.find_spec("numba") else BACKENDS[1]


def simulate(body: Body, terrain: Terrain, backend: str = "") -> Trajectory:
    """Return the trajectory of ``body`` on ``terrain``.

    The body is put on the middle of the course with its lowest joint just touching, settles
    with its muscles at rest until nothing moves (3 s at most), then its muscles run for 10 s.

    Args:
        backend: of ``BACKENDS``, by default the fastest; all give the same frames bit for bit.
    """
    start = place(body, terrain)
    space, joints, springs = build_space(body, terrain, start)
    muscles = [springs[i] for i in np.flatnonzero(body.stroke > 0)]
    module = importlib.import_module(_MODULES[backend or default_backend()])
    world = module.World(space, joints, muscles, 1 / (FPS * STEPS_PER_FRAME), STEPS_PER_FRAME)
    settling = world.settle(start, SETTLE_SECONDS * FPS, (REST_SPEED / FPS) ** 2)
    running = world.run(*rest_lengths(body), RUN_SECONDS * FPS, FAR_OUT)
    return _summarize(np.concatenate([settling, running]), len(settling) - 1, body, terrain)


# Loaded when first used: numba takes half a second, and a page without a replay never needs it.
_MODULES = {"compiled": "simulation.compiled", "public": "simulation.stepping"}


def place(body: Body, terrain: Terrain) -> np.ndarray:
    """Return the joints' positions (N, 2) at the start."""
    start = body.positions.copy()
    start[:, 0] -= body.width / 2
    gap = start[:, 1] - JOINT_RADIUS - GROUND_RADIUS - terrain.height(start[:, 0])
    start[:, 1] -= gap.min() - 0.001
    return start


def fits(body: Body, terrain: Terrain) -> bool:
    """Whether the body starts below every ceiling; a wide one may not."""
    start = place(body, terrain)
    highest = start[:, 1] + JOINT_RADIUS + GROUND_RADIUS
    return all(
        (highest < np.interp(start[:, 0], line[:, 0], line[:, 1], left=np.inf, right=np.inf)).all()
        for line in terrain.lines[1:]
    )


def build_space(
    body: Body, terrain: Terrain, start: np.ndarray
) -> tuple[pymunk.Space, list[pymunk.Body], list[pymunk.DampedSpring]]:
    """Return the world before its first step, with the body's joints and springs in their order."""
    space = pymunk.Space()
    space.gravity = (0, -GRAVITY)
    space.iterations = ITERATIONS
    space.damping = AIR
    space.collision_slop = SLOP
    for line in terrain.lines:
        points = [(x, y) for x, y in line.tolist()]
        for i in range(len(points) - 1):
            ground = pymunk.Segment(space.static_body, points[i], points[i + 1], GROUND_RADIUS)
            ground.friction = FRICTION
            ground.set_neighbors(points[max(i - 1, 0)], points[min(i + 2, len(points) - 1)])
            space.add(ground)
    own_kind = pymunk.ShapeFilter(group=1)  # joints never collide with each other
    joints = []
    for mass, position in zip(body.masses.tolist(), start.tolist(), strict=True):
        joint = pymunk.Body(mass, math.inf)  # no turning: a joint is a point, not a wheel
        joint.position = (position[0], position[1])
        circle = pymunk.Circle(joint, JOINT_RADIUS)
        circle.friction = FRICTION
        circle.filter = own_kind
        space.add(joint, circle)
        joints.append(joint)
    springs = []
    for a, b, length, stiffness, damping in zip(
        body.a.tolist(),
        body.b.tolist(),
        body.rest_lengths.tolist(),
        body.stiffness.tolist(),
        body.damping.tolist(),
        strict=True,
    ):
        spring = pymunk.DampedSpring(
            joints[a], joints[b], (0, 0), (0, 0), length, stiffness, damping
        )
        spring.collide_bodies = False
        space.add(spring)
        springs.append(spring)
    return space, joints, springs


def rest_lengths(body: Body) -> tuple[np.ndarray, np.ndarray]:
    """Return the muscles' rest lengths [u] by step of the run: those of the ramp, those of a cycle.

    Length + stroke * ramp * sin(2 pi (t + phase)) repeats every cycle after the ramp, so one
    cycle is tabled; its sines come from the C library, since numpy's differ between processors.
    """
    active = np.flatnonzero(body.stroke > 0)
    turn = 2 * math.pi
    offset = [turn * phase for phase in body.phase[active].tolist()]
    wave = np.outer(_CLOCK_SINES, [math.cos(o) for o in offset])
    wave += np.outer(_CLOCK_COSINES, [math.sin(o) for o in offset])
    ramp = np.arange(RAMP_STEPS) / RAMP_STEPS
    ramp = ramp * ramp * (3 - 2 * ramp)
    at_rest, swing = body.rest_lengths[active], body.stroke[active] * wave
    first = at_rest + ramp[:, None] * swing[np.arange(RAMP_STEPS) % STEPS_PER_CYCLE]
    return first, at_rest + swing


_CLOCK = [2 * math.pi * k / STEPS_PER_CYCLE for k in range(STEPS_PER_CYCLE)]
_CLOCK_SINES, _CLOCK_COSINES = [math.sin(t) for t in _CLOCK], [math.cos(t) for t in _CLOCK]


def _summarize(frames: np.ndarray, settle_frames: int, body: Body, terrain: Terrain) -> Trajectory:
    little_endian = np.ascontiguousarray(frames, dtype="<f8")
    trajectory_hash = hashlib.sha256(little_endian.tobytes()).hexdigest()
    with np.errstate(all="ignore"):  # a run that broke may hold nan
        center = (frames * body.masses[:, None]).sum(axis=1) / body.mass
        run = center[settle_frames:]
        middle = len(run) // 2
        ground = terrain.height(run[:, 0])
        lifted = run[:, 1] - run[0, 1] - np.maximum(ground - ground[0], 0)
        reach = JOINT_RADIUS + GROUND_RADIUS + TOUCHING
        on_ground = standing(frames[settle_frames:], terrain.lines[0], reach)
        reason = why_unstable(frames, lifted, body, terrain)
    return Trajectory(
        frames=frames,
        settle_frames=settle_frames,
        fps=FPS,
        signed_distance=float(run[-1, 0] - run[0, 0]),
        halves=(float(run[middle, 0] - run[0, 0]), float(run[-1, 0] - run[middle, 0])),
        airborne=float(1 - on_ground.mean()),
        rise=float(lifted.max()),
        reason=reason,
        trajectory_hash=trajectory_hash,
    )


def why_unstable(
    frames: np.ndarray, lifted: np.ndarray, body: Body, terrain: Terrain
) -> str | None:
    """Return why a run does not count, in a sentence, or None."""
    is_finite = (np.abs(frames) < FAR_OUT).all(axis=(1, 2))
    if not is_finite.all():
        return f"Its joints flew out of the world {is_finite.argmin() / FPS:.1f} s after the start."
    step = np.diff(frames, axis=0)
    speed = np.sqrt((step * step).sum(axis=2).max(axis=1)) * FPS
    if speed.max() > MAX_SPEED:
        return (
            f"A joint moved at {speed.max():.0f} units a second, {speed.argmax() / FPS:.1f} s "
            f"after the start; the limit is {MAX_SPEED:g}."
        )
    across = frames[:, body.a] - frames[:, body.b]
    stretch = np.sqrt((across * across).sum(axis=2).max(axis=0))
    stretch = (stretch / np.maximum(body.rest_lengths, 1.5)).max()
    if stretch > MAX_STRETCH:
        return (
            f"It broke apart: a spring stretched to {stretch:.1f} times its length; "
            f"the limit is {MAX_STRETCH:g}."
        )
    if lifted.max() > MAX_RISE:
        return (
            f"It flew off: its center of mass rose {lifted.max():.0f} units above the ground "
            f"it stood on; the limit is {MAX_RISE:g}."
        )
    x, y = frames[..., 0], frames[..., 1]
    ground = np.minimum(terrain.height(x - 0.5), terrain.height(x + 0.5))  # beside steep faces
    depth = (ground - y).max()
    if depth > MAX_SINK:
        return f"It sank: a joint was {depth:.1f} units under the ground; the limit is {MAX_SINK}."
    return None

"""From a walker's joints and muscles to a body that physics can run, or a reason why not.

The body builder is where sloppy walkers are put right: it welds, drops and bounds, says what it
did in ``Body.notes``, and refuses only what has no sensible body.
"""

import hashlib
import json
import math
from dataclasses import dataclass

import numpy as np

# Lengths in units u: the square seed program is 10 u wide. Values found by measuring walkers.
JOINT_RADIUS = 0.4  # [u]
JOINT_MASS = 1.0
MASS_PER_LENGTH = 0.25  # of a spring, lumped on its two ends
OMEGA = 200.0  # [rad/s] bound on the highest eigenfrequency: OMEGA * DT = 0.83 < 2 is stable
ZETA = 0.6  # damping of the springs, relative to the stiffness budget
ROD_WEIGHT = 6.0  # a rod's claim on its joints' stiffness budget; a muscle's is 1
MUSCLE_STIFFNESS = 400.0  # at most: with the stroke it bounds the force, so no leaps of 20 u
MUSCLE_ZETA = 0.3  # damping ratio of a muscle on its own two joints
STROKE_SHARE = 0.45  # the stroke saturates at this share of the rest length ...
AMPLITUDE_OF_HALF_STROKE = 2.0
LARGEST_STROKE = 3.0  # ... and at this many units; smooth, so every amplitude has its effect
SMALLEST_AMPLITUDE = 1e-9  # below it a muscle is a rod: its stroke would vanish in rounding

WELD_DISTANCE = 0.3  # [u] joints nearer than this become one
MAX_JOINTS = 400  # the paper's Centipede has 300
MAX_SPRINGS = 1000  # and 587 distinct springs
MAX_SIZE = 60.0  # [u] twice the map's bounds: larger bodies say nothing new
MAX_MASS = 2000.0


@dataclass(frozen=True, eq=False)
class Body:
    """A walker ready for physics; N joints, M springs.

    ``stroke`` is 0 for rods and positive for muscles. The lower left corner is at (0, 0).
    """

    positions: np.ndarray  # (N, 2) [u]
    masses: np.ndarray  # (N,)
    a: np.ndarray  # (M,) index of one end of each spring
    b: np.ndarray  # (M,) and of the other
    rest_lengths: np.ndarray  # (M,) [u]
    stiffness: np.ndarray  # (M,)
    damping: np.ndarray  # (M,)
    stroke: np.ndarray  # (M,) [u] half the way between shortest and longest rest length
    phase: np.ndarray  # (M,) [cycles] in [0, 1)
    width: float
    height: float
    mass: float
    notes: tuple[str, ...]  # what was put right, in words
    body_hash: str  # equal for equal joints and springs up to 1e-6 u, in any order


@dataclass(frozen=True)
class BadBody:
    """Why a walker has no body: a code for counting and a sentence for people."""

    code: str
    reason: str


def build_body(walker: dict) -> Body | BadBody:
    """Return the body of ``walker``, or the reason why it has none; never raises.

    Joints nearer than 0.3 u are welded; self-springs, repeated springs (the first counts),
    springs to joints that do not exist, and isolated joints are dropped; of several unconnected
    parts the heaviest stays. Each of these is told in ``notes``.

    Refused: not a walker at all, numbers that are not finite, nothing that moves, more than 400
    joints or 1,000 springs left, wider or taller than 60, heavier than 2,000.
    """
    try:
        joints, springs = _read(walker)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        return BadBody(
            "malformed",
            'A walker is {"joints": [[x, y], ...], "muscles": [[i, j, {"type": ...}], ...]}; '
            "this one is not.",
        )
    with np.errstate(all="ignore"):  # absurd coordinates overflow to infinity and are refused
        return _build(joints, springs)


def _build(joints: np.ndarray, springs: list[tuple]) -> Body | BadBody:
    if not np.isfinite(joints).all():
        return BadBody("not_finite", f"{_first_bad_joint(joints)} is not at a finite position.")
    for i, j, amplitude, phase in springs:
        if not (math.isfinite(amplitude) and math.isfinite(phase)):
            return BadBody(
                "not_finite",
                f"The muscle from joint {i} to joint {j} has an amplitude of {amplitude:g} and a "
                f"phase of {phase:g}; both must be finite.",
            )
    notes: list[str] = []
    into = _weld(joints)
    _note(
        notes, int((into != np.arange(len(joints))).sum()), "joint{s} closer than 0.3 {were} welded"
    )
    springs = _distinct(springs, into.tolist(), notes)
    part = _heaviest_part(joints, springs, into, notes)
    springs = [spring for spring in springs if part[spring[0]]]

    count = int(part.sum())
    if count > MAX_JOINTS:
        return BadBody("too_many_joints", f"It has {count:,} joints; at most {MAX_JOINTS} fit.")
    if len(springs) > MAX_SPRINGS:
        return BadBody(
            "too_many_springs", f"It has {len(springs):,} springs; at most {MAX_SPRINGS:,} fit."
        )
    if not any(amplitude for _, _, amplitude, _ in springs):
        what = f"none of its {len(springs)} springs is a muscle with an amplitude"
        what = what if springs else "it has no springs between two joints"
        return BadBody("nothing_moves", f"Nothing moves: {what}.")
    kept = np.flatnonzero(part)
    positions = joints[kept] - joints[kept].min(axis=0)
    width, height = (float(extent) for extent in positions.max(axis=0))
    if not (width <= MAX_SIZE and height <= MAX_SIZE):
        return BadBody(
            "too_large",
            f"It is {_figure(width)} wide and {_figure(height)} tall; at most "
            f"{MAX_SIZE:g} x {MAX_SIZE:g} fits.",
        )
    index = np.cumsum(part) - 1  # of a joint of the walker among those kept
    a = index[[i for i, _, _, _ in springs]]
    b = index[[j for _, j, _, _ in springs]]
    amplitude = np.array([amplitude for _, _, amplitude, _ in springs])
    phase = np.array([phase for _, _, _, phase in springs])
    return _equip(positions, a, b, amplitude, phase, tuple(notes))


def _equip(positions, a, b, amplitude, phase, notes) -> Body | BadBody:
    """Give joints and springs their masses, stiffness, damping and stroke."""
    count = len(positions)
    across = positions[a] - positions[b]
    lengths = np.sqrt((across**2).sum(axis=1))
    half = MASS_PER_LENGTH * lengths / 2
    masses = JOINT_MASS + np.bincount(a, half, count) + np.bincount(b, half, count)
    mass = math.fsum(masses)
    if mass > MAX_MASS:
        return BadBody("too_heavy", f"Its mass is {mass:,.0f}; at most {MAX_MASS:,.0f} is allowed.")

    is_active = amplitude != 0
    size = np.abs(amplitude)
    # size / (size + half) without overflow for absurd amplitudes
    stroke = STROKE_SHARE * lengths / (1 + AMPLITUDE_OF_HALF_STROKE / np.where(is_active, size, 1))
    stroke = np.where(is_active, LARGEST_STROKE * stroke / (stroke + LARGEST_STROKE), 0.0)
    # A negative amplitude is half a cycle of phase.
    phase = np.where(is_active, (phase % 1.0 + np.where(amplitude < 0, 0.5, 0.0)) % 1.0, 0.0)

    # Stiffness budget (Gershgorin): the highest eigenfrequency of any graph stays below OMEGA.
    weight = np.where(is_active, 1.0, ROD_WEIGHT)
    total = np.bincount(a, weight, count) + np.bincount(b, weight, count)
    share = weight * np.minimum(masses[a] / total[a], masses[b] / total[b])
    stiffness = 0.5 * OMEGA**2 * share
    damping = ZETA * OMEGA * share
    reduced_mass = masses[a] * masses[b] / (masses[a] + masses[b])
    stiffness = np.where(is_active, np.minimum(stiffness, MUSCLE_STIFFNESS), stiffness)
    soft = 2 * MUSCLE_ZETA * np.sqrt(stiffness * reduced_mass)
    damping = np.where(is_active, np.minimum(damping, soft), damping)

    width, height = (float(extent) for extent in positions.max(axis=0))
    return Body(
        positions, masses, a, b, lengths, stiffness, damping, stroke, phase,
        width, height, mass, notes, _body_hash(positions, a, b, stroke, phase),
    )  # fmt: skip


def _read(walker: dict) -> tuple[np.ndarray, list[tuple]]:
    """Return joints (N, 2) and springs (i, j, amplitude, phase); a rod has amplitude 0."""
    joints = [(float(x), float(y)) for x, y in walker["joints"]]
    springs = []
    for i, j, kind in walker["muscles"]:
        if i != int(i) or j != int(j):
            raise ValueError("a spring's ends are indices of joints")
        is_muscle = {"muscle": True, "distance": False}[kind["type"]]
        amplitude = float(kind["amplitude"]) if is_muscle else 0.0
        if abs(amplitude) < SMALLEST_AMPLITUDE:
            amplitude = 0.0
        phase = float(kind["phase"]) if is_muscle else 0.0
        springs.append((int(i), int(j), amplitude, phase))
    return np.array(joints, dtype=float).reshape(-1, 2), springs


def _weld(joints: np.ndarray) -> np.ndarray:
    """Return, for each joint, the first joint that it is welded into (itself if none)."""
    count = len(joints)
    into = np.arange(count)
    x, y = joints.T
    for block in range(0, count, 256):  # blocks bound the memory for many joints
        rows = slice(block, block + 256)
        near = (x[rows, None] - x) ** 2 + (y[rows, None] - y) ** 2 < WELD_DISTANCE**2
        for row in np.flatnonzero(near.sum(axis=1) > 1):
            first = block + int(row)
            if into[first] == first:
                later = np.flatnonzero(near[row, first:]) + first
                into[later[into[later] == later]] = first
    return into


def _distinct(springs: list[tuple], into: list[int], notes: list[str]) -> list[tuple]:
    """Return the springs between two different welded joints, the first of each pair."""
    seen: dict[tuple[int, int], tuple] = {}
    loops = missing = 0
    for i, j, amplitude, phase in springs:
        if not (0 <= i < len(into) and 0 <= j < len(into)):
            missing += 1
            continue
        i, j = into[i], into[j]
        if i == j:
            loops += 1
            continue
        seen.setdefault((min(i, j), max(i, j)), (i, j, amplitude, phase))
    repeated = len(springs) - missing - loops - len(seen)
    _note(notes, missing, "spring{s} to a joint that does not exist {were} dropped")
    _note(notes, loops, "spring{s} from a joint to itself {were} dropped")
    _note(notes, repeated, "repeated spring{s} {were} dropped")
    return list(seen.values())


def _heaviest_part(joints, springs, into, notes) -> np.ndarray:
    """Return which joints belong to the heaviest connected part (N booleans)."""
    count = len(joints)
    root = list(range(count))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i, j, _, _ in springs:
        low, high = sorted((find(i), find(j)))
        root[high] = low
    roots = np.array([find(i) for i in range(count)], dtype=int)
    is_joined = np.zeros(count, dtype=bool)
    mass = np.where(into == np.arange(count), JOINT_MASS, 0.0)
    for i, j, _, _ in springs:
        is_joined[i] = is_joined[j] = True
        mass[i] += MASS_PER_LENGTH * math.dist(joints[i], joints[j])
    isolated = int(((into == np.arange(count)) & ~is_joined).sum())
    _note(notes, isolated, "joint{s} without a spring {were} dropped")
    if not springs:
        return is_joined
    part_mass = np.bincount(roots[is_joined], mass[is_joined], count)
    kept = is_joined & (roots == int(part_mass.argmax()))
    parts = len(set(roots[is_joined].tolist()))
    if parts > 1:
        notes.append(
            f"it falls into {parts} unconnected parts: the heaviest stays, "
            f"{int(is_joined.sum() - kept.sum())} joints of the others were dropped"
        )
    return kept


def _body_hash(positions, a, b, stroke, phase) -> str:
    """Return the identity of a phenotype: independent of the order of joints and springs."""

    def rounded(values: np.ndarray) -> list:
        return (np.round(values, 6) + 0.0).tolist()  # + 0.0 turns -0.0 into 0.0

    points = [tuple(point) for point in rounded(positions)]
    springs = sorted(
        (*sorted((points[i], points[j])), s, f % 1.0)
        for i, j, s, f in zip(a.tolist(), b.tolist(), rounded(stroke), rounded(phase), strict=True)
    )
    return hashlib.sha256(json.dumps([sorted(points), springs]).encode()).hexdigest()


def _note(notes: list[str], count: int, text: str) -> None:
    if count:
        plural = {"s": "s", "were": "were"} if count > 1 else {"s": "", "were": "was"}
        notes.append(f"{count:,} {text.format(**plural)}")


def _first_bad_joint(joints: np.ndarray) -> str:
    i = int((~np.isfinite(joints).all(axis=1)).argmax())
    return f"Joint {i} (x = {joints[i, 0]:g}, y = {joints[i, 1]:g})"


def _figure(x: float) -> str:
    return f"{x:,.1f}" if x < 1e6 else f"{x:.2g}"

"""A run as bytes that a browser can play: a small JSON header, then the joints' positions."""

import json
import math
import struct
from typing import Any

import numpy as np

from simulation.body import JOINT_RADIUS, Body
from simulation.physics import GROUND_RADIUS, HZ, RAMP_SECONDS, WORLD_VERSION, Trajectory
from simulation.terrain import Terrain

FORMAT_VERSION = 3  # raise also when a figure of the header is reckoned in another way
SCALE = 0.01  # [u] a unit of the stored integers; int16 then reaches 327 u, the course 240
LARGEST = 32767


def encode_replay(
    body: Body, trajectory: Trajectory, terrain: Terrain, check: dict[str, Any] | None = None
) -> bytes:
    """Return a replay: 4 bytes of header length, the header, the frames.

    The length is a little-endian uint32; it counts the spaces that pad the header so that the
    frames start at a multiple of 4. The frames are little-endian int16 in units of ``scale``:
    for each joint its x over time, then its y over time, each as a first value and differences,
    so that a decoder takes cumulative sums (in int16, where a sum may wrap). Differences of
    smooth motion are small, so gzip brings 10 s of a seed program to a few kilobytes.

    ``check`` goes into the header as it is: whether this run is the one that was stored.
    """
    header = _header(body, trajectory, terrain) | ({"check": check} if check else {})
    packed = json.dumps(header, separators=(",", ":")).encode()
    packed += b" " * (-len(packed) % 4)
    planes = np.nan_to_num(trajectory.frames.transpose(1, 2, 0) / SCALE, posinf=LARGEST)
    steps = np.clip(np.rint(planes), -LARGEST, LARGEST).astype("<i2")
    steps[..., 1:] = np.diff(steps, axis=-1)
    return struct.pack("<I", len(packed)) + packed + np.ascontiguousarray(steps).tobytes()


def read_header(replay: bytes) -> dict[str, Any]:
    """Return the header of an encoded replay."""
    (length,) = struct.unpack_from("<I", replay)
    return json.loads(replay[4 : 4 + length])


def read_positions(replay: bytes) -> np.ndarray:
    """Return the positions (F, N, 2) [u] of an encoded replay, to half a hundredth."""
    header = read_header(replay)
    (length,) = struct.unpack_from("<I", replay)
    steps = np.frombuffer(replay, "<i2", offset=4 + length)
    planes = steps.reshape(header["joints"], 2, header["frames"])
    return planes.cumsum(axis=-1, dtype=np.int16).transpose(2, 0, 1) * header["scale"]


def _header(body: Body, trajectory: Trajectory, terrain: Terrain) -> dict[str, Any]:
    frames, joints, _ = trajectory.frames.shape
    distance = trajectory.signed_distance
    springs = zip(
        body.a.tolist(),
        body.b.tolist(),
        _rounded(body.stroke),
        _rounded(body.phase),
        (body.stroke > 0).astype(int).tolist(),
        _rounded(body.rest_lengths),
        strict=True,
    )
    return {
        "version": FORMAT_VERSION,
        "world_version": WORLD_VERSION,
        "fps": trajectory.fps,
        "joints": joints,
        "frames": frames,
        "settle_frames": trajectory.settle_frames,
        "scale": SCALE,
        "springs": [list(spring) for spring in springs],
        "masses": _rounded(body.masses),
        "radius": JOINT_RADIUS,
        "ground_radius": GROUND_RADIUS,
        "terrain": [_rounded(line) for line in terrain.lines],
        "terrain_name": terrain.name,
        "hz": HZ,
        "ramp_s": RAMP_SECONDS,
        "fitness": abs(distance) if trajectory.reason is None else None,
        "signed_distance": _finite(distance),
        "halves": [_finite(half) for half in trajectory.halves],
        "airborne": trajectory.airborne,
        "rise": _finite(trajectory.rise),
        "trajectory_hash": trajectory.trajectory_hash,
        "reason": trajectory.reason,
        "notes": list(body.notes),
    }


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _rounded(values: np.ndarray) -> list:
    return np.round(values, 4).tolist()

import dataclasses
import gzip
import json
import struct

import numpy as np
import pytest

from simulation.body import build_body
from simulation.physics import simulate
from simulation.replay import encode_replay
from simulation.seeds import SEED_PROGRAMS
from simulation.terrain import make_terrain
from tests.simulation.programs import run_seed_program, square

FLAT = make_terrain("flat")


def decode(replay: bytes) -> tuple[dict, np.ndarray]:
    """Return header and positions (F, N, 2), as a browser computes them."""
    (length,) = struct.unpack_from("<I", replay)
    header = json.loads(replay[4 : 4 + length])
    steps = np.frombuffer(replay, "<i2", offset=4 + length)
    planes = steps.reshape(header["joints"], 2, header["frames"])
    return header, planes.cumsum(axis=-1, dtype=np.int16).transpose(2, 0, 1) * header["scale"]


@pytest.mark.parametrize("name", SEED_PROGRAMS)
def test_a_replay_holds_every_frame_to_half_a_hundredth(name):
    body = build_body(run_seed_program(name))
    trajectory = simulate(body, FLAT)
    replay = encode_replay(body, trajectory, FLAT)
    header, positions = decode(replay)
    np.testing.assert_allclose(positions, trajectory.frames, atol=0.00501, rtol=0)
    assert header["settle_frames"] == trajectory.settle_frames
    assert header["fitness"] == abs(trajectory.signed_distance)
    assert len(gzip.compress(replay)) < 12_000


def test_the_header_says_how_the_body_is_made():
    body = build_body(square())
    trajectory = simulate(body, make_terrain("tunnel"))
    header, _ = decode(encode_replay(body, trajectory, make_terrain("tunnel")))
    assert [spring[:2] for spring in header["springs"]][:2] == [[0, 1], [1, 2]]
    assert [spring[4] for spring in header["springs"]] == [0, 0, 0, 0, 1, 1]
    assert header["springs"][5][3] == 0.3
    assert header["masses"] == body.masses.round(4).tolist()
    assert len(header["terrain"]) == 3
    assert (header["fps"], header["hz"], header["ramp_s"], header["radius"]) == (60, 1, 0.5, 0.4)


def test_frames_start_where_a_browser_can_read_them_in_place():
    body = build_body(square())
    replay = encode_replay(body, simulate(body, FLAT), FLAT)
    (length,) = struct.unpack_from("<I", replay)
    assert (4 + length) % 4 == 0


def test_a_run_that_broke_can_still_be_shown():
    body = build_body(square())
    trajectory = simulate(body, FLAT)
    frames = trajectory.frames.copy()
    frames[-1] = np.nan
    frames[-2] = 1e9
    broken = dataclasses.replace(
        trajectory, frames=frames, signed_distance=float("nan"), reason="It broke apart."
    )
    header, positions = decode(encode_replay(body, broken, FLAT))
    assert (header["fitness"], header["signed_distance"]) == (None, None)
    assert positions[-2].max() == pytest.approx(327.67)
    assert (positions[-1] == 0).all()

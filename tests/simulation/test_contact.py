"""When a body stands on the ground."""

import itertools

import numpy as np
import pytest

from simulation.contact import standing
from simulation.terrain import make_terrain

REACH = 0.75


@pytest.mark.parametrize("degrees", [0, 21, 30, 45, 70])
def test_joint_that_stands_on_a_slope_is_not_in_the_air(degrees: float) -> None:
    """From 21 degrees on it used to be: the way straight down was taken for the distance."""
    angle = np.radians(degrees)
    ground = np.array([[-20, -20 * np.tan(angle)], [20, 20 * np.tan(angle)]])
    away = np.array([-np.sin(angle), np.cos(angle)])  # from the slope
    frames = np.array([[away * (REACH - 0.01)], [away * (REACH + 0.01)]])
    assert standing(frames, ground, REACH).tolist() == [True, False]


@pytest.mark.parametrize("name", ["flat", "bumpy:0.5", "sine:0.9", "steps:0.5", "walls:0.3"])
def test_contact_is_the_distance_to_the_nearest_point_of_the_ground(name: str) -> None:
    ground = make_terrain(name).lines[0]
    rng = np.random.default_rng(5)
    x = rng.uniform(-60, 60, 400)
    points = np.stack([x, np.interp(x, *ground.T) + rng.uniform(-1, 3, 400)], axis=1)
    expected = [is_within(point, ground) for point in points]
    assert standing(points[:, None], ground, REACH).tolist() == expected
    assert 50 < sum(expected) < 350


def is_within(point: np.ndarray, ground: np.ndarray) -> bool:
    """The same by trying points of the ground, one every thousandth of a unit."""
    x, height = point[0], np.interp(point[0], *ground.T)
    near = ground[(ground[:, 0] > x - 2) & (ground[:, 0] < x + 2)]
    corners = np.vstack([[x - 2, np.interp(x - 2, *ground.T)], near,
                         [x + 2, np.interp(x + 2, *ground.T)]])  # fmt: skip
    dense = np.vstack([np.linspace(a, b, 5000) for a, b in itertools.pairwise(corners)])
    return bool(point[1] <= height or np.hypot(*(dense - point).T).min() <= REACH)


def test_one_joint_on_the_ground_is_enough() -> None:
    ground = np.array([[-9.0, 0.0], [9.0, 0.0]])
    frames = np.array([[[0.0, 5.0], [1.0, 0.5]], [[0.0, 5.0], [1.0, 3.0]]])
    assert standing(frames, ground, REACH).tolist() == [True, False]


def test_run_that_broke_stands_nowhere() -> None:
    ground = np.array([[-9.0, 0.0], [9.0, 0.0]])
    assert not standing(np.full((1, 3, 2), np.nan), ground, REACH).any()

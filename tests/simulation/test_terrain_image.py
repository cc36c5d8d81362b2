import numpy as np
import pytest

from simulation.polyline import spec_of
from simulation.terrain import KINDS, make_terrain
from simulation.terrain_image import terrain_image


@pytest.mark.parametrize("kind", KINDS)
def test_every_terrain_has_an_image_of_one_shape(kind):
    image = terrain_image(make_terrain(f"{kind}:0.7:1"))
    assert (image.shape, image.dtype) == ((2, 64, 256), np.float32)
    assert set(np.unique(image[0])) <= {0, 1}
    assert np.abs(image[1]).max() <= 1
    assert ((image[0] == 1) >= (image[1] < 0)).all()  # below the ground all is solid


def test_flat_ground_is_solid_below_zero_and_heights_are_told_in_twenty_units():
    solid, above = terrain_image(make_terrain("flat"))
    y = np.linspace(60, -15, 64)
    assert (solid[:, 128] == (y <= 0)).all()
    assert above[:, 128] == pytest.approx(np.clip(y / 20, -1, 1), abs=1e-6)


def test_a_ceiling_is_solid_and_the_start_is_free():
    solid, _ = terrain_image(make_terrain("tunnel:0.5"))
    assert solid[0, 200] == 1
    assert solid[0, 128] == 0


def test_right_is_right_and_up_is_first():
    image = terrain_image(make_terrain(spec_of("ramp", ((0, 0), (100, 40)))))
    right, left = image[0, :, 220].sum(), image[0, :, 30].sum()
    assert right > left
    assert image[0, -1].all()

"""When a body stands on the ground: by the way to its nearest line, not by the way straight down.

On a slope straight down is longer: a joint that stands on one of 21 degrees would be in the air.
"""

import numpy as np


def standing(frames: np.ndarray, ground: np.ndarray, reach: float) -> np.ndarray:
    """Return in which frames a joint is under the ground or at most ``reach`` away from it.

    Args:
        frames: (F, N, 2) [u] positions of the joints.
        ground: (n, 2) [u], a line whose x grows.
        reach: [u].

    Returns:
        (F,) bools.
    """
    height = np.interp(frames[..., 0], ground[:, 0], ground[:, 1])
    found = (frames[..., 1] - height <= reach).any(axis=1)
    in_doubt = np.flatnonzero(~found)
    found[in_doubt] = _near(frames[in_doubt], ground, reach).any(axis=1)
    return found


def _near(points: np.ndarray, ground: np.ndarray, reach: float) -> np.ndarray:
    """Return which of the points (…, 2) above the ground are at most ``reach`` away from it."""
    near = points[..., 1] - reach <= ground[:, 1].max()
    x, y = points[near].T
    # The lines that can be near enough: from the one that begins before x - reach on.
    first = np.clip(np.searchsorted(ground[:, 0], x - reach) - 1, 0, len(ground) - 2)
    last = np.clip(np.searchsorted(ground[:, 0], x + reach) - 1, 0, len(ground) - 2)
    found = np.zeros(len(x), dtype=bool)
    along_x, along_y = np.diff(ground, axis=0).T
    squared_length = along_x * along_x + along_y * along_y
    for step in range(int((last - first).max(initial=-1)) + 1):
        line = np.minimum(first + step, last)
        to_x, to_y = x - ground[line, 0], y - ground[line, 1]
        share = (to_x * along_x[line] + to_y * along_y[line]) / squared_length[line]
        share = np.clip(share, 0, 1)
        to_x -= share * along_x[line]
        to_y -= share * along_y[line]
        found |= to_x * to_x + to_y * to_y <= reach * reach
    near[near] = found
    return near

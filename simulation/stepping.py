"""A simulation's inner loop through pymunk's public interface: the reference of ``compiled``."""

from collections import deque

import numpy as np
import pymunk
from pymunk import batch


class World:
    """A pymunk space, stepped from Python; methods as those of ``simulation.compiled.World``."""

    def __init__(
        self,
        space: pymunk.Space,
        joints: list[pymunk.Body],
        muscles: list[pymunk.DampedSpring],
        dt: float,
        steps_per_frame: int,
    ):
        self.space, self.count, self.muscles = space, len(joints), muscles
        self.dt, self.steps = dt, steps_per_frame
        self.buffer = batch.Buffer()

    def settle(self, start: np.ndarray, most: int, calm_limit: float) -> np.ndarray:
        frames, calm = [start], 0
        while len(frames) <= most and calm < 2:
            for _ in range(self.steps):
                self.space.step(self.dt)
            frames.append(self._positions())
            way = ((frames[-1] - frames[-2]) ** 2).sum(axis=1).max()
            calm = calm + 1 if way < calm_limit else 0
        return np.array(frames)

    def run(self, first: np.ndarray, cycle: np.ndarray, number: int, far_out: float) -> np.ndarray:
        at_first, later = first.tolist(), cycle.tolist()
        set_rest_length = vars(pymunk.DampedSpring)["rest_length"].fset
        frames: list[np.ndarray] = []
        step = 0
        while len(frames) < number:
            for _ in range(self.steps):
                step += 1
                lengths = at_first[step] if step < len(at_first) else later[step % len(later)]
                deque(map(set_rest_length, self.muscles, lengths), maxlen=0)
                self.space.step(self.dt)
            frames.append(self._positions())
            if not np.abs(frames[-1]).max() < far_out:  # also true for nan
                break
        return np.array(frames)

    def _positions(self) -> np.ndarray:
        """Return all joints' positions (N, 2), in the order in which they were added."""
        self.buffer.clear()
        batch.get_space_bodies(self.space, batch.BodyFields.POSITION, self.buffer)
        values = np.frombuffer(self.buffer.float_buf(), dtype=np.float64)
        return values[: 2 * self.count].reshape(-1, 2).copy()  # the ground's body comes last

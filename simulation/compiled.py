"""A simulation's inner loop as machine code: the engine's own calls with no Python between them.

It calls the same three functions of Chipmunk that pymunk's public interface calls, in the same
order and with the same numbers, so the frames are the same bit for bit (a test compares them);
of pymunk it uses only where the functions and objects are. 4 to 7 times faster for small bodies.
"""

import numpy as np
import pymunk
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from pymunk._chipmunk_cffi import ffi, lib

DOUBLE, ADDRESS = ir.DoubleType(), ir.IntType(64)


def _address(pointer) -> int:
    return int(ffi.cast("intptr_t", pointer))


STEP = _address(ffi.addressof(lib, "cpSpaceStep"))
SET_REST_LENGTH = _address(ffi.addressof(lib, "cpDampedSpringSetRestLength"))
GET_POSITION = _address(ffi.addressof(lib, "cpBodyGetPosition"))


def _function_at(builder, address, result, *arguments):
    return builder.inttoptr(address, ir.FunctionType(result, arguments).as_pointer())


@intrinsic
def _call(typing, function, thing, number):
    """Call ``void function(void *thing, double number)``."""

    def generate(context, builder, signature, args):
        made = _function_at(builder, args[0], ir.VoidType(), ADDRESS, DOUBLE)
        builder.call(made, args[1:])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.float64), generate


@intrinsic
def _vector(typing, function, thing):
    """Return ``cpVect function(void *thing)`` as a pair."""
    pair = types.UniTuple(types.float64, 2)

    def generate(context, builder, signature, args):
        vector = ir.LiteralStructType([DOUBLE, DOUBLE])  # both halves come in registers
        found = builder.call(_function_at(builder, args[0], vector, ADDRESS), args[1:])
        halves = [builder.extract_value(found, k) for k in (0, 1)]
        return context.make_tuple(builder, pair, halves)

    return pair(types.int64, types.int64), generate


@njit(cache=True)
def _read(get_position, bodies, frame):
    for i in range(bodies.shape[0]):
        frame[i, 0], frame[i, 1] = _vector(get_position, bodies[i])


@njit(cache=True)
def _settle(functions, space, bodies, frames, dt, steps, calm_limit):
    """Step with muscles at rest until calm for two frames; return the number of frames made."""
    calm = 0
    for f in range(1, frames.shape[0]):
        for _ in range(steps):
            _call(functions[0], space, dt)
        _read(functions[2], bodies, frames[f])
        is_calm = True
        for i in range(bodies.shape[0]):
            dx, dy = frames[f, i, 0] - frames[f - 1, i, 0], frames[f, i, 1] - frames[f - 1, i, 1]
            is_calm &= dx * dx + dy * dy < calm_limit  # False for nan
        calm = calm + 1 if is_calm else 0
        if calm == 2:
            return f
    return frames.shape[0] - 1


@njit(cache=True)
def _run(functions, space, bodies, muscles, first, cycle, frames, dt, steps, far_out):
    """Step with the muscles running; return the number of frames made."""
    k = 0
    for f in range(frames.shape[0]):
        for _ in range(steps):
            k += 1
            ramping = k < first.shape[0]
            row = k if ramping else k % cycle.shape[0]
            for m in range(muscles.shape[0]):
                length = first[row, m] if ramping else cycle[row, m]
                _call(functions[1], muscles[m], length)
            _call(functions[0], space, dt)
        _read(functions[2], bodies, frames[f])
        for i in range(bodies.shape[0]):
            if not (abs(frames[f, i, 0]) < far_out and abs(frames[f, i, 1]) < far_out):
                return f + 1
    return frames.shape[0]


class World:
    """A pymunk space under the compiled loop."""

    def __init__(
        self,
        space: pymunk.Space,
        joints: list[pymunk.Body],
        muscles: list[pymunk.DampedSpring],
        dt: float,
        steps_per_frame: int,
    ):
        self.space = space  # kept, or what the addresses point at would go
        self.functions = np.array([STEP, SET_REST_LENGTH, GET_POSITION])
        self.address = _address(space._space)
        self.bodies = np.array([_address(joint._body) for joint in joints], dtype=np.int64)
        self.muscles = np.array([_address(m._constraint) for m in muscles], dtype=np.int64)
        self.dt, self.steps = dt, steps_per_frame

    def settle(self, start: np.ndarray, most: int, calm_limit: float) -> np.ndarray:
        """Return frames (F, N, 2) [u] from ``start`` (N, 2) on, ``most`` more at the most.

        Args:
            calm_limit: square of the way [u2] below which a joint is at rest for a frame.
        """
        frames = np.empty((most + 1, *start.shape))
        frames[0] = start
        made = _settle(
            self.functions, self.address, self.bodies, frames, self.dt, self.steps, calm_limit
        )
        return frames[: made + 1]

    def run(self, first: np.ndarray, cycle: np.ndarray, number: int, far_out: float) -> np.ndarray:
        """Return ``number`` frames (F, N, 2) [u], fewer when a joint gets ``far_out``.

        Args:
            first: (steps of the ramp, muscles) rest lengths [u] of the first steps, from step 0.
            cycle: (steps of a cycle, muscles) rest lengths afterwards, over and over.
        """
        frames = np.empty((number, len(self.bodies), 2))
        made = _run(
            self.functions, self.address, self.bodies, self.muscles, first, cycle, frames,
            self.dt, self.steps, far_out,
        )  # fmt: skip
        return frames[:made]

"""The interface that walker programs call: joints and muscles go in, a plain dictionary comes out.

Standard library only: the sandbox loads this module before it forks, and a program may import it
as ``walk_creator`` or ``soda``.
"""

import math

# Amplitude of an active muscle for which the program names none. Not in the paper (its Hopper
# calls ``add_muscle(a, b, False)``); 2 is where a muscle's stroke reaches half of its largest,
# so such a muscle moves and still has room both ways (``body.AMPLITUDE_OF_HALF_STROKE``).
DEFAULT_AMPLITUDE = 2.0
DEFAULT_PHASE = 0.0  # [cycles]


class walker_creator:
    """Collects the joints and muscles of one walker; y points up.

    The name is spelled as in the paper, since every program uses it.

    Tolerant on purpose (Lehman et al. 2022, section 4.1 and its published programs): coincident
    or isolated joints, self-springs, duplicates and huge amplitudes are taken as they come and
    put right by ``simulation.body``. Only what cannot be meant, such as a muscle to a joint that
    does not exist, is an error.
    """

    def __init__(self) -> None:
        self.joints: list[list[float]] = []
        self.muscles: list[list] = []

    def add_joint(self, x, y) -> int:
        """Return the handle of a new point mass at (x, y) [u]."""
        self.joints.append([_number(x, "x of a joint"), _number(y, "y of a joint")])
        return len(self.joints) - 1

    def add_muscle(self, j0, j1, *args, **named) -> int:
        """Join two joints with a spring and return its index.

        ``add_muscle(j0, j1, is_distance=True, amplitude=2.0, phase=0.0)`` is the paper's form:
        a distance spring keeps its length, and with ``False`` the spring is an active muscle
        with amplitude and phase [cycles]. Of five positional arguments the third is the flag,
        whatever its type; of three or four only if it is a bool. Otherwise the call is
        OpenELM's ``add_muscle(j0, j1, amplitude, phase)``, active if the amplitude is not 0.

        Raises:
            IndexError: a joint that does not exist.
            TypeError: something that is no joint or no number, or too many arguments.
        """
        ends = [self._index(j0), self._index(j1)]
        flag, amplitude, phase = _sort_arguments(args, named)
        if flag is None:
            is_distance = amplitude is None or _number(amplitude, "amplitude of a muscle") == 0
        else:
            is_distance = bool(flag)
        amplitude = DEFAULT_AMPLITUDE if amplitude is None else amplitude
        phase = DEFAULT_PHASE if phase is None else phase
        self.muscles.append(
            [
                *ends,
                {
                    "type": "distance" if is_distance else "muscle",
                    "amplitude": 0.0
                    if is_distance
                    else _number(amplitude, "amplitude of a muscle"),
                    "phase": 0.0 if is_distance else _number(phase, "phase of a muscle"),
                },
            ]
        )
        return len(self.muscles) - 1

    def get_walker(self) -> dict:
        """Return ``{"joints": [[x, y]...], "muscles": [[i, j, {type, amplitude, phase}]...]}``."""
        return {
            "joints": [list(joint) for joint in self.joints],
            "muscles": [[i, j, dict(kind)] for i, j, kind in self.muscles],
        }

    def _index(self, handle) -> int:
        """Return the index of the joint that ``handle`` names."""
        if not hasattr(handle, "__index__"):
            raise TypeError(
                f"add_muscle takes joints, the values that add_joint returned; got {_show(handle)}"
            )
        index = handle.__index__()
        if not 0 <= index < len(self.joints):
            raise IndexError(f"there is no joint {index}: {_count(self.joints)} so far")
        return index


WalkerCreator = walker_creator


def query_cppn(wc, xgrid, ygrid, scale, connect_func, amp_func, phase_func):
    """Add a lattice of joints whose muscles three functions of grid positions decide.

    Each function takes ``(x1, y1, x2, y2)`` in grid steps: whether two joints are connected,
    the amplitude, the phase. Returns the joints' handles by ``(x, y)``.

    Source: Lehman et al. 2022, appendix B. The skip rule is the one that ran there: it leaves
    out pairs on the main diagonal and lets self-springs through, which the body builder drops.
    """
    joints = {}
    for x in range(xgrid):
        for y in range(ygrid):
            joints[(x, y)] = wc.add_joint(x * scale, y * scale)
    for x1 in range(xgrid):
        for y1 in range(ygrid):
            for x2 in range(x1, xgrid):
                for y2 in range(y1, ygrid):
                    if x1 == y1 and x2 == y2:
                        continue
                    if connect_func(x1, y1, x2, y2):
                        amplitude = amp_func(x1, y1, x2, y2)
                        phase = phase_func(x1, y1, x2, y2)
                        wc.add_muscle(joints[x1, y1], joints[x2, y2], False, amplitude, phase)
    return joints


def _sort_arguments(args: tuple, named: dict) -> tuple:
    """Return (flag, amplitude, phase) of a call of ``add_muscle``, None for what was not given."""
    unknown = sorted(set(named) - {"is_distance", "amplitude", "phase"})
    if unknown:
        raise TypeError(
            f"add_muscle has no argument {unknown[0]!r}: it takes is_distance, amplitude, phase"
        )
    rest = list(args)
    flag, amplitude, phase = (named.get(name) for name in ("is_distance", "amplitude", "phase"))
    has_flag = (
        rest
        and "is_distance" not in named
        and (
            _is_bool(rest[0])
            or len(rest) > 2
            or "amplitude" in named
            or (len(rest) == 2 and "phase" in named)
        )
    )
    if has_flag:
        flag = rest.pop(0)
    if rest and "amplitude" not in named:
        amplitude = rest.pop(0)
    if rest and "phase" not in named:
        phase = rest.pop(0)
    if rest:
        raise TypeError(
            "add_muscle takes two joints and at most is_distance, amplitude, phase; "
            f"got {len(args) + len(named)} arguments after the joints"
        )
    return flag, amplitude, phase


def _is_bool(value) -> bool:
    """Whether ``value`` is Python's bool or numpy's (which this module may not import)."""
    return isinstance(value, bool) or type(value).__name__ in ("bool_", "bool")


def _number(value, what: str) -> float:
    """Return ``value`` as a float; infinities and nan pass, the body builder refuses them."""
    if isinstance(value, (str, bytes, bytearray)):
        raise TypeError(f"{what} must be a number, got {_show(value)}")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except (TypeError, ValueError):
        raise TypeError(f"{what} must be a number, got {_show(value)}") from None


def _show(value) -> str:
    """Name a wrong value shortly: its type, and itself where that is brief."""
    if value is None:
        return "None"
    try:
        text = repr(value)
    except Exception:  # a program's own class may have any __repr__; its error is not the point
        text = ""
    kind = type(value).__name__
    return f"{kind} {text}" if 0 < len(text) <= 40 else kind


def _count(joints: list) -> str:
    return "1 joint" if len(joints) == 1 else f"{len(joints)} joints"

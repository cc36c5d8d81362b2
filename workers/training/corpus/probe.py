"""Run a program of our own generator and see what it builds and what its names hold.

The corpus generator runs only programs that it wrote itself, from templates and edit operators in
this package, so a plain ``exec`` under a CPU-time limit is enough here and thousands a minute are
possible. What a model writes never comes here: it goes through ``simulation.sandbox``.
"""

import ast
import builtins
import importlib
import math
import signal
import sys
from dataclasses import dataclass, field

import numpy

from simulation import walker as walker_module

CPU_LIMIT = 0.4  # [s]; corpus programs need about 1 ms
MAX_JOINTS, MAX_MUSCLES = 130, 700  # larger bodies are valid but teach nothing new
MAX_SIZE = 45.0  # [u]; the builder refuses 60, the map ends at 30
FILE = "<corpus>"


class Joint(int):
    """A joint's handle that the tracer can tell from a number."""


class Creator(walker_module.walker_creator):
    """The real interface, with recognisable handles and a hard stop for runaway loops."""

    def add_joint(self, x, y) -> Joint:
        if len(self.joints) > MAX_JOINTS:
            raise OverflowError("too many joints for the corpus")
        return Joint(super().add_joint(x, y))

    def add_muscle(self, j0, j1, *args, **named) -> int:
        if len(self.muscles) > 3 * MAX_MUSCLES:
            raise OverflowError("too many muscles for the corpus")
        return super().add_muscle(j0, j1, *args, **named)


@dataclass(frozen=True)
class Shape:
    """What counts of a body when edits are chosen and named."""

    width: float
    height: float
    mass: float
    joints: int
    muscles: int
    active: int
    strength: float
    signature: tuple = field(repr=False)


class _Module:
    """Stands in for the modules that walker programs import."""

    walker_creator = WalkerCreator = Creator
    query_cppn = staticmethod(walker_module.query_cppn)


_IMPORTS = {"walk_creator": _Module, "soda": _Module, "math": math, "numpy": numpy} | {
    name: importlib.import_module(name)
    for name in (
        "cmath", "collections", "dataclasses", "enum", "functools", "itertools", "operator",
        "random", "typing",
    )
}  # fmt: skip


def _import(name, *_):
    if name not in _IMPORTS:
        raise ImportError(name)
    return _IMPORTS[name]


class OutOfTime(Exception):
    """The program used more CPU time than a corpus program may."""


def _alarm(*_):
    raise OutOfTime


def _namespace() -> dict:
    names = {**vars(builtins), "__import__": _import, "__build_class__": builtins.__build_class__}
    return {
        "__builtins__": names,
        "__name__": "program",
        "walker_creator": Creator,
        "query_cppn": walker_module.query_cppn,
        "math": math,
        "np": numpy,
    }


def run(source: str, tracer=None) -> dict | None:
    """Return the walker that ``source`` builds, or None when it fails in any way."""
    old = signal.signal(signal.SIGPROF, _alarm)
    try:
        code = compile(source, FILE, "exec", dont_inherit=True)
        names = _namespace()
        signal.setitimer(signal.ITIMER_PROF, CPU_LIMIT * (4 if tracer else 1))
        sys.settrace(tracer)
        exec(code, names)  # our own generator's program: see the module's docstring
        entry = names.get("make_walker")
        if entry is None:
            functions = [
                v
                for v in names.values()
                if type(v).__name__ == "function" and v.__code__.co_filename == FILE
            ]
            entry = functions[-1]
        walker = entry()
        return walker if isinstance(walker, dict) else walker.get_walker()
    except Exception:
        return None
    finally:
        sys.settrace(None)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)


def shape_of(walker: dict | None) -> Shape | None:
    """Return the shape of a body that is fit for the corpus, else None.

    A quick stand-in for ``simulation.body``: weld, drop self-springs and duplicates, keep the
    largest connected part; something must move and the body must be of a sensible size.
    """
    if walker is None or not 3 <= len(walker["joints"]) <= MAX_JOINTS:
        return None
    points = walker["joints"]
    if not all(math.isfinite(c) and abs(c) < 1e4 for p in points for c in p):
        return None
    place: dict[tuple[int, int], int] = {}
    weld = [place.setdefault((round(x * 4), round(y * 4)), k) for k, (x, y) in enumerate(points)]
    springs = {}
    for i, j, kind in walker["muscles"]:
        a, b = sorted((weld[i], weld[j]))
        if a != b and (a, b) not in springs:
            if not (math.isfinite(kind["amplitude"]) and math.isfinite(kind["phase"])):
                return None
            springs[a, b] = (kind["amplitude"], kind["phase"] % 1.0 if kind["amplitude"] else 0.0)
    if len(springs) > MAX_MUSCLES:
        return None
    part = _largest_part(springs)
    springs = {e: s for e, s in springs.items() if e[0] in part}
    active = [abs(a) for a, _ in springs.values() if a]
    if len(part) < 3 or not active:
        return None
    xs, ys = [points[k][0] for k in part], [points[k][1] for k in part]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    if max(width, height) > MAX_SIZE or max(width, height) < 0.8:
        return None
    mass = len(part) + 0.25 * sum(math.dist(points[a], points[b]) for a, b in springs)
    low = min(ys)
    signature = tuple(
        sorted(
            (
                round(points[a][0] - xs[0], 4),
                round(points[a][1] - low, 4),
                round(points[b][0] - xs[0], 4),
                round(points[b][1] - low, 4),
                round(s, 4),
                round(p, 4),
            )
            for (a, b), (s, p) in springs.items()
        )
    )
    return Shape(width, height, mass, len(part), len(springs), len(active), sum(active), signature)


def _largest_part(springs) -> set[int]:
    neighbours: dict[int, list[int]] = {}
    for a, b in springs:
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    best: set[int] = set()
    seen: set[int] = set()
    for start in neighbours:
        if start in seen:
            continue
        part, queue = {start}, [start]
        while queue:
            for k in neighbours[queue.pop()]:
                if k not in part:
                    part.add(k)
                    queue.append(k)
        seen |= part
        if len(part) > len(best):
            best = part
    return best


def probe(source: str) -> Shape | None:
    """Return the shape of the body that ``source`` builds, None when it is unfit for the corpus."""
    return shape_of(run(source))


@dataclass
class Held:
    """What the names hold each time a line is about to run (merged over its visits)."""

    joints: dict[str, int] = field(default_factory=dict)  # name -> 0
    rows: dict[str, int] = field(default_factory=dict)  # list or tuple of joints -> least length
    maps: dict[str, tuple] = field(default_factory=dict)  # dict of joints -> keys
    ints: dict[str, tuple[int, int]] = field(default_factory=dict)  # name -> (least, greatest)
    floats: set[str] = field(default_factory=set)
    sized: set[str] = field(default_factory=set)  # any other list
    creators: set[str] = field(default_factory=set)  # walker_creator objects
    links: set[str] = field(default_factory=set)  # bound add_muscle
    adders: set[str] = field(default_factory=set)  # bound add_joint
    callables: set[str] = field(default_factory=set)
    visits: int = 0


def _look(names: dict) -> Held:
    held = Held(visits=1)
    for name, value in names.items():
        if name.startswith("__"):
            continue
        _sort(held, name, value)
        if type(value).__module__ == "program" and hasattr(value, "__dict__"):
            for attribute, inner in vars(value).items():
                _sort(held, f"{name}.{attribute}", inner)
    return held


def _sort(held: Held, name: str, value) -> None:
    if isinstance(value, Joint):
        held.joints[name] = 0
    elif isinstance(value, bool):
        pass
    elif isinstance(value, int):
        held.ints[name] = (value, value)
    elif isinstance(value, float):
        held.floats.add(name)
    elif isinstance(value, Creator):
        held.creators.add(name)
    elif isinstance(value, (list, tuple)):
        if value and all(isinstance(v, Joint) for v in value):
            held.rows[name] = len(value)
        elif (
            value
            and all(isinstance(v, (list, tuple)) for v in value)
            and all(isinstance(w, Joint) for v in value for w in v)
        ):
            for k, row in enumerate(value):
                if row and k < 4:
                    held.rows[f"{name}[{k}]"] = len(row)
        elif isinstance(value, list):
            held.sized.add(name)
    elif isinstance(value, dict):
        if value and all(isinstance(v, Joint) for v in value.values()):
            held.maps[name] = tuple(value)
    elif callable(value):
        function = getattr(value, "__func__", None)
        if function is Creator.add_muscle:
            held.links.add(name)
        elif function is Creator.add_joint:
            held.adders.add(name)
        elif type(value).__name__ == "function":
            held.callables.add(name)


def _merge(a: Held, b: Held) -> None:
    a.visits += 1
    a.joints = {k: 0 for k in a.joints if k in b.joints}
    a.rows = {k: min(n, b.rows[k]) for k, n in a.rows.items() if k in b.rows}
    a.maps = {
        k: tuple(x for x in keys if x in b.maps[k]) for k, keys in a.maps.items() if k in b.maps
    }
    a.ints = {
        k: (min(v[0], b.ints[k][0]), max(v[1], b.ints[k][1]))
        for k, v in a.ints.items()
        if k in b.ints
    }
    for name in ("floats", "sized", "creators", "links", "adders", "callables"):
        setattr(a, name, getattr(a, name) & getattr(b, name))


@dataclass
class Trace:
    """One traced run: per executed statement line (from 0), what names hold before it."""

    shape: Shape
    lines: dict[int, Held]
    tree: ast.Module


def trace(source: str) -> Trace | None:
    """Return what ``source`` builds and what its names hold, None when it is unfit."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    firsts = {n.lineno for n in ast.walk(tree) if isinstance(n, ast.stmt)}
    lines: dict[int, Held] = {}

    def local(frame, event, _):
        if event == "line" and frame.f_lineno in firsts:
            at = frame.f_lineno - 1
            if frame.f_code.co_name in ("<listcomp>", "<genexpr>", "<lambda>", "<dictcomp>"):
                return local
            known = lines.get(at)
            if known is None:
                lines[at] = _look(_globals(frame) | frame.f_locals)
            elif known.visits < 40:
                _merge(known, _look(_globals(frame) | frame.f_locals))
        return local

    def outer(frame, *_):
        return local if frame.f_code.co_filename == FILE else None

    shape = shape_of(run(source, outer))
    return Trace(shape, lines, tree) if shape else None


def _globals(frame) -> dict:
    """Return what module level defines (constants and helper functions, not what is injected)."""
    if frame.f_locals is frame.f_globals:
        return {}
    return {
        k: v
        for k, v in frame.f_globals.items()
        if k not in ("walker_creator", "query_cppn", "math", "np", "__builtins__")
    }

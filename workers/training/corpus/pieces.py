"""What the templates of walker programs share: a program's frame, muscles, words for parts."""

import textwrap
from random import Random

from workers.training.corpus.draw import amplitude, phase

IMPORT = "from walk_creator import walker_creator"
_DOCS = (
    "Build the walker.", "Return a walker.", "Put all parts together.", "Make one walker.",
    "Joints first, then muscles.", "Construct the body and return it.",
)  # fmt: skip


def lines(text: str) -> list[str]:
    """Return the lines of an indented block without their common indentation."""
    return textwrap.dedent(text).strip("\n").rstrip().split("\n")


def program(rng: Random, body: str, *, imports: tuple[str, ...] = (), top: str = "") -> str:
    """Return a program: imports, what stands at the top, and ``body`` between creation and return."""
    out = [*imports, IMPORT]
    if rng.random() < 0.3:
        out = [IMPORT, *imports]
    if top:
        out += ["", *lines(top)]
    hint = " -> dict" if rng.random() < 0.08 else ""
    out += ["", f"def make_walker(){hint}:"]
    if rng.random() < 0.2:
        out.append(f'    """{rng.choice(_DOCS)}"""')
    out.append("    wc = walker_creator()")
    out += ["    " + line if line else "" for line in lines(body)]
    return "\n".join([*out, "    return wc.get_walker()"])


def active(rng: Random, *waves: str) -> str:
    """Return the arguments of an active muscle; ``waves`` are formulas its phase may be."""
    wave = rng.choice([*waves, *waves, phase(rng)])
    return f", False, {amplitude(rng)}, {wave}"


def tail(rng: Random, share: float = 0.35, *waves: str) -> str:
    """Return the arguments after two joints: mostly none, else an active muscle's."""
    return active(rng, *waves) if rng.random() < share else ""


def edges(rng: Random, n: int, more: int) -> list[tuple[int, int]]:
    """Return pairs of numbers below ``n`` that connect them all, and ``more`` others."""
    found = [(rng.randrange(i), i) for i in range(1, n)]
    for _ in range(more):
        pair = tuple(sorted(rng.sample(range(n), 2)))
        if pair not in found:
            found.append(pair)
    return found


def listed(rng: Random, name: str, rows: list[str], opening: str = "[", closing: str = "]") -> str:
    """Return an assignment of a table, in one line when short, else a row a line."""
    short = ", ".join(rows)
    if len(short) < 70 and rng.random() < 0.6:
        return f"{name} = {opening}{short}{closing}"
    return "\n".join([f"{name} = {opening}", *(f"    {row}," for row in rows), closing])


def joined(*blocks: str) -> str:
    """Return blocks of text below each other, each without its common indentation."""
    return "\n".join("\n".join(lines(block)) for block in blocks if block)


BODY_PARTS = {
    "hip": (0, 5), "chest": (6, 6), "head": (9, 9), "knee": (1, 2), "toe": (0, 0), "hand": (8, 1),
    "tail": (-4, 6), "neck": (8, 7), "elbow": (6, 3), "heel": (-2, 0), "back": (3, 7),
    "belly": (3, 4), "shoulder": (6, 7), "paw": (4, 0), "nose": (11, 8), "ear": (8, 11),
}  # fmt: skip


def places(rng: Random, count: int) -> dict[str, tuple[float, float]]:
    """Return ``count`` parts of a body with coordinates, as drawn on paper."""
    scale = rng.uniform(0.5, 1.8)
    digits = rng.choice((0, 1, 1))
    out: dict[str, tuple[float, float]] = {}
    for part in rng.sample(sorted(BODY_PARTS), count):
        x, y = (round((c + rng.uniform(-1, 1)) * scale, digits) for c in BODY_PARTS[part])
        out[part] = (int(x), int(y)) if digits == 0 else (x, y)
    return out

"""Random pieces of program text: numbers, names, expressions. Every draw takes its ``Random``."""

from random import Random

WORDS = [
    "left",
    "right",
    "front",
    "rear",
    "upper",
    "lower",
    "spine",
    "tail",
    "head",
    "leg",
    "foot",
    "arm",
    "hip",
    "knee",
    "ring",
    "rim",
    "edge",
    "side",
    "node",
    "point",
    "joint",
    "frame",
    "body",
    "base",
    "mast",
    "wing",
    "arc",
    "tri",
    "quad",
    "hub",
    "core",
    "row",
    "col",
    "seg",
    "part",
    "link",
    "bar",
    "rod",
    "beam",
    "top",
    "bottom",
    "inner",
    "outer",
    "start",
    "end",
    "pos",
    "num",
    "count",
    "size",
    "step",
    "scale",
    "width",
    "height",
    "span",
    "radius",
    "offset",
    "angle",
    "value",
    "idx",
    "item",
    "mid",
    "pivot",
    "anchor",
    "shell",
    "crown",
    "deck",
    "rail",
    "prop",
    "pole",
    "belt",
    "grid",
    "cell",
    "mesh",
    "net",
    "web",
    "star",
    "fan",
    "chain",
    "strip",
    "stack",
    "layer",
    "level",
    "bone",
    "limb",
    "torso",
    "neck",
    "toe",
    "heel",
    "paw",
    "vertex",
    "corner",
    "tip",
    "mass",
    "dot",
    "first",
    "last",
    "prev",
    "next",
    "cur",
    "low",
    "high",
    "power",
    "force",
    "drive",
    "wave",
    "phase",
    "amp",
    "beat",
    "pulse",
    "swing",
    "shift",
    "gap",
    "dist",
    "limit",
    "total",
    "half",
    "pair",
    "group",
    "band",
    "block",
    "unit",
    "bits",
    "walls",
]
SYLLABLES = [
    "ba",
    "be",
    "bo",
    "ca",
    "co",
    "da",
    "de",
    "do",
    "fa",
    "fi",
    "fo",
    "ga",
    "go",
    "ha",
    "hi",
    "ka",
    "ki",
    "la",
    "le",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "po",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "ti",
    "to",
    "va",
    "vi",
    "wa",
    "zo",
    "qu",
    "xi",
    "yu",
    "ju",
    "hex",
    "tor",
    "min",
    "lim",
    "gra",
    "ste",
    "plo",
]


def name(rng: Random, taken: set[str]) -> str:
    """Return a new identifier and add it to ``taken``."""
    while True:
        t = rng.random()
        if t < 0.2:
            new = rng.choice("abcdefghijmnopqrstuvwxyz")
        elif t < 0.48:
            new = rng.choice(WORDS)
        elif t < 0.68:
            new = rng.choice(WORDS) + "_" + rng.choice(WORDS)
        elif t < 0.8:
            new = rng.choice(WORDS) + str(rng.randint(0, 9))
        elif t < 0.86:
            new = rng.choice(WORDS) + "s"
        else:
            new = "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 3)))
        if new not in taken:
            taken.add(new)
            return new


def decimal(rng: Random, low: float, high: float, digits: int = 1) -> str:
    """Return a number as people write it; whole ones often without a point."""
    value = round(rng.uniform(low, high), digits)
    return str(int(value)) if value == int(value) and rng.random() < 0.6 else repr(value)


def amplitude(rng: Random) -> str:
    """Return an amplitude; half of the stroke is reached at 2."""
    return rng.choice((decimal(rng, 0.5, 10), decimal(rng, 0.5, 5), decimal(rng, 1, 10, 0)))


def phase(rng: Random) -> str:
    """Return a phase in cycles."""
    return rng.choice(("0.0", "0.0", "0.5", decimal(rng, 0, 1, 2), decimal(rng, 0, 1), "0.25", "0"))


def coordinate(rng: Random, low: float = -3, high: float = 14) -> str:
    """Return a coordinate [u]."""
    return rng.choice(
        (decimal(rng, low, high, 0), decimal(rng, low, high, 0), decimal(rng, low, high))
    )

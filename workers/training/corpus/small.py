"""What the small functions of arithmetic share: their names, documentation and frame."""

from dataclasses import dataclass
from random import Random

from workers.training.corpus import draw

_LETTERS = "adefghkmnpqrstuvwxyz"
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


@dataclass(frozen=True)
class Small:
    """A small function; ``arguments`` has a letter for each: ``n`` a number, ``l`` a list of them."""

    source: str
    arguments: str


def letters(rng: Random, count: int) -> list[str]:
    """Return parameter names in one of the ways in which people count them."""
    style = rng.random()
    if style < 0.3:
        start = rng.randrange(len(_LETTERS) - count)
        return list(_LETTERS[start : start + count])
    if style < 0.6:
        letter = rng.choice((*_LETTERS, "val", "arg", "num", "bit", "in", "side", "x_"))
        first = rng.choice((0, 1, 1))
        return [f"{letter}{k + first}" for k in range(count)]
    if style < 0.7:
        return list(_ORDINALS[:count])
    taken: set[str] = {"sum", "min", "max", "abs", "in", "is", "if", "or", "as"}
    return [draw.name(rng, taken) for _ in range(count)]


def define(rng: Random, name: str, parameters: list[str], doc: str, lines: list[str]) -> str:
    """Return a function; its name or a line of text tells what it should do."""
    has_name = rng.random() < 0.85
    if not has_name:
        name = draw.name(rng, {*parameters})
    comma = "," if rng.random() < 0.15 else ", "
    out = [f"def {name}({comma.join(parameters)}):"]
    style = rng.random()
    if style < 0.8 or not has_name:
        out.append(f'    """{doc}{rng.choice((".", "", "."))}"""')
    elif style < 0.9:
        out.append(f"    # {doc[0].lower()}{doc[1:]}")
    out += ["    " + line for line in lines]
    return "\n".join(out)


def result(rng: Random, value: str) -> list[str]:
    """Return the statements that hand back ``value``."""
    if rng.random() < 0.7:
        return [f"return {value}"]
    name = rng.choice(("result", "res", "total", "out", "answer", "ret"))
    return [f"{name} = {value}", f"return {name}"]


def joined_words(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"

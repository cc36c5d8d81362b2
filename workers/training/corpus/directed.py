"""Edits made for an effect: wider, lower, one joint fewer. A message gets what it asks for.

Among drawn edits each such effect is rare (0.2 to 0.7 %) and comes by chance, so a model that
learns from those obeys "Make the walker lower" hardly more often than a coin. Here the edit is
looked for that has the effect: joints' coordinates are scaled along an axis, numbers are changed
that were seen to move the figure, statements are added and removed. All edits of a parent stand
in one example, opposite directions beside each other, so that only the message tells them apart.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from workers.training.corpus import families, styles
from workers.training.corpus import messages as M
from workers.training.corpus import numeric as N
from workers.training.corpus import rewriting as R
from workers.training.corpus import structure as S
from workers.training.corpus.building import copy_limb, mirror_limb
from workers.training.corpus.generate import Example, choice_of, draw_parent
from workers.training.corpus.probe import Shape, probe
from workers.training.corpus.program import Program
from workers.training.corpus.retabling import copy_row

CLEARLY = 1.1  # times wider, taller, heavier: smaller differences are nobody's wish
MOST, PLAIN = 8, 2  # edits of a parent, see ``draw_directed``
MAX_SITES = 9  # coordinates scaled in one edit
MAX_LITERALS = 40  # numbers of a program that are tried
TRIES = 14  # of each group of operators
OWN_SHARE = 0.9  # of the edits, where there are others: fewer ways are learnt sooner
BROAD_SHARE = 0.7  # of the parents

Operator = Callable[[Random, Program], str | None]
Figures = Any  # of a body: width, height, mass, joints, muscles, strength; such as a ``Shape``


@dataclass(frozen=True)
class Effect:
    """What a message asks for: how people say it, and whether an edit has it."""

    messages: tuple[str, ...]  # the first one is the commonest
    holds: Callable[[Figures, Figures], bool]


def _grows(figure: str, clearly: float = CLEARLY) -> Callable[[Figures, Figures], bool]:
    return lambda old, new: getattr(new, figure) > clearly * max(getattr(old, figure), 0.1)


def _shrinks(figure: str, clearly: float = CLEARLY) -> Callable[[Figures, Figures], bool]:
    return lambda old, new: getattr(new, figure) * clearly < getattr(old, figure)


def _both(a, b) -> Callable[[Figures, Figures], bool]:
    return lambda old, new: a(old, new) and b(old, new)


EFFECTS = {
    "wider": Effect(
        ("Make the walker wider", "Make it wider", "Widen the body", "Make it longer",
         "Increase the width", "Make the body longer", "Stretch it sideways", "Wider"),
        _grows("width"),
    ),
    "narrower": Effect(
        ("Make the walker narrower", "Make it narrower", "Narrow the body", "Make it slimmer",
         "Reduce the width", "Make the walker less wide", "Squeeze it sideways", "Narrower"),
        _shrinks("width"),
    ),
    "taller": Effect(
        ("Make the walker taller", "Make it taller", "Make it higher", "Increase the height",
         "Raise the body", "Make the legs longer", "Stretch it upwards", "Taller"),
        _grows("height"),
    ),
    "lower": Effect(
        ("Make the walker lower", "Make it lower", "Make the walker shorter", "Reduce the height",
         "Flatten the body", "Make it less tall", "Bring it closer to the ground", "Lower"),
        _shrinks("height"),
    ),
    "bigger": Effect(
        ("Make the walker bigger", "Make it larger", "Make it bigger", "Scale the body up",
         "Increase the size"),
        _both(_grows("width"), _grows("height")),
    ),
    "smaller": Effect(
        ("Make the walker smaller", "Make it smaller", "Scale the body down", "Reduce the size",
         "Shrink it"),
        _both(_shrinks("width"), _shrinks("height")),
    ),
    "heavier": Effect(
        ("Make the walker heavier", "Make it heavier", "Increase the mass", "Add weight",
         "Make the body heavier"),
        _grows("mass"),
    ),
    "lighter": Effect(
        ("Make the walker lighter", "Make it lighter", "Reduce the mass", "Save weight",
         "Make the body lighter"),
        _shrinks("mass"),
    ),
    "joint": Effect(
        ("Add a joint", "Add a joint", "Add a leg", "Add another joint", "Add a foot",
         "Add one more joint"),
        lambda old, new: 0 < new.joints - old.joints <= 3,
    ),
    "joints": Effect(
        ("Add joints", "Use more joints", "Add more joints", "Add legs"),
        lambda old, new: new.joints > old.joints,
    ),
    "joint fewer": Effect(
        ("Remove a joint", "Remove a joint", "Delete a joint", "Take a joint away",
         "Remove one joint"),
        lambda old, new: -3 <= new.joints - old.joints < 0,
    ),
    "joints fewer": Effect(
        ("Use fewer joints", "Remove joints", "Use less joints", "Remove some joints"),
        lambda old, new: new.joints < old.joints,
    ),
    "muscle": Effect(
        ("Add a muscle", "Add a muscle", "Add another muscle", "Add one more muscle",
         "Connect two more joints"),
        lambda old, new: new.joints == old.joints and 0 < new.muscles - old.muscles <= 4,
    ),
    "muscles": Effect(
        ("Add muscles", "Use more muscles", "Add more muscles"),
        lambda old, new: new.muscles > old.muscles,
    ),
    "muscle fewer": Effect(
        ("Remove a muscle", "Remove a muscle", "Delete a muscle", "Take a muscle away"),
        lambda old, new: -4 <= new.muscles - old.muscles < 0,
    ),
    "muscles fewer": Effect(
        ("Use fewer muscles", "Use fewer muscles", "Remove muscles", "Remove some muscles"),
        lambda old, new: new.muscles < old.muscles,
    ),
    "stronger": Effect(
        ("Make the muscles stronger", "Increase the amplitude", "Stronger muscles"),
        _both(_grows("strength", 1.2), lambda old, new: new.muscles == old.muscles),
    ),
    "weaker": Effect(
        ("Make the muscles weaker", "Decrease the amplitude", "Weaker muscles"),
        _both(_shrinks("strength", 1.2), lambda old, new: new.muscles == old.muscles),
    ),
}  # fmt: skip
UP = (1.3, 1.4, 1.5, 1.5, 1.6, 1.8, 2, 2, 2.5, 3)
DOWN = (0.3, 0.4, 0.5, 0.5, 0.5, 0.6, 0.6, 0.7, 0.75)
# Which axes are scaled for which effect, and by how much.
SCALED = {
    "wider": ((0,), UP), "narrower": ((0,), DOWN), "taller": ((1,), UP), "lower": ((1,), DOWN),
    "bigger": ((0, 1), UP), "smaller": ((0, 1), DOWN),
    "heavier": ((0, 1), UP), "lighter": ((0, 1), DOWN),
}  # fmt: skip
COUNTED = {True: ("joint", "joints"), False: ("joint fewer", "joints fewer")}  # by more or less
BUILDING: tuple[Operator, ...] = (
    S.add_muscle, S.add_muscle, S.add_muscles, S.add_joint, S.add_joint, S.add_limb, S.add_feet,
    S.add_loop, S.second_part, S.add_row, S.bounds, N.tweak_count, copy_limb, mirror_limb, copy_row,
)  # fmt: skip
REMOVING: tuple[Operator, ...] = (
    S.delete_joint, S.delete_joint, S.delete_muscle, S.delete_muscle, S.delete, S.delete,
    S.drop_row, S.drop_row, S.bounds, N.tweak_count, R.limit,
)  # fmt: skip
STRENGTH: tuple[Operator, ...] = (N.amplitudes, N.amplitudes, N.amplitude)
OPERATORS: tuple[tuple[tuple[Operator, ...], tuple[str, ...]], ...] = (
    (BUILDING, ("joint", "joints", "muscle", "muscles")),
    (REMOVING, ("joint fewer", "joints fewer", "muscle fewer", "muscles fewer")),
    (STRENGTH, ("stronger", "weaker")),
)


def draw_directed(
    rng_seed: int, number: int, most: int = MOST, plain: int = PLAIN
) -> Iterator[Example]:
    """Yield ``number`` examples; the same seed gives the same ones.

    Args:
        most: directed edits of a parent.
        plain: further edits, under any other message, so that those stay known.
    """
    rng, told = Random(rng_seed), Counter[str]()
    while number > 0:
        pool = styles.BROAD if rng.random() < BROAD_SHARE else families.FAMILIES
        drawn = draw_parent(rng, pool)
        if drawn is None:
            continue
        family, program = drawn
        edits = _edits(rng, program, told, most)
        for _ in range(plain if edits else 0):
            found = M.child(rng, program, choice_of(family))
            if found and not _tells(found[0]) and found[1] not in {c for _, c in edits}:
                edits.append(found[:2])
        if len(edits) >= most // 2:
            rng.shuffle(edits)
            number -= 1
            yield Example(family, program.source, tuple(edits))


def _edits(rng: Random, program: Program, told: Counter[str], most: int) -> list[tuple[str, str]]:
    """Return directed edits, of the effects that were told least often first."""
    found = _children(rng, program)
    edits: list[tuple[str, str]] = []
    possible = [name for name in EFFECTS if found[name].of_its_own or found[name].by_chance]
    for name in sorted(possible, key=lambda name: told[name] + rng.random())[:most]:
        own, other = found[name].of_its_own, found[name].by_chance
        child = rng.choice(own if own and (not other or rng.random() < OWN_SHARE) else other)
        if child not in {c for _, c in edits}:
            told[name] += 1
            edits.append((said(rng, EFFECTS[name].messages), child))
    return edits


def _tells(message: str) -> bool:
    """Whether a message asks for an effect; edits drawn for their operator need not have it."""
    return message.lower().removesuffix(".") in _TELLING


_TELLING = {text.lower() for effect in EFFECTS.values() for text in effect.messages}


@dataclass(frozen=True)
class Found:
    """Children that have an effect: made by an edit meant for it, or by any other."""

    of_its_own: list[str]
    by_chance: list[str]


def said(rng: Random, messages: tuple[str, ...]) -> str:
    """Return one of ``messages`` as somebody may have typed it."""
    text = messages[0] if rng.random() < 0.5 else rng.choice(messages)
    if rng.random() < 0.15:
        text = text.lower() if rng.random() < 0.5 else text[0].lower() + text[1:]
    return text + "." * (rng.random() < 0.1)


def _children(rng: Random, program: Program) -> dict[str, Found]:
    """Return children of a program by the effects that they have."""
    found = {name: Found([], []) for name in EFFECTS}
    seen = {program.source}

    def sort(child: str | None, *meant: str) -> Shape | None:
        if not child or child in seen or len(child) > 4000:
            return None
        seen.add(child)
        shape = probe(child)
        for name, effect in EFFECTS.items() if shape else ():
            if effect.holds(program.shape, shape):
                side = found[name].of_its_own if name in meant else found[name].by_chance
                side.append(child)
        return shape

    for name, (axes, factors) in SCALED.items():
        for _ in range(2):
            sort(scaled(rng, program, axes, rng.choice(factors)), name)
    _by_numbers(rng, program, sort)
    for operators, meant in OPERATORS:
        for _ in range(TRIES):
            sort(rng.choice(operators)(rng, program), *meant)
    return found


def _by_numbers(rng: Random, program: Program, sort: Callable) -> None:
    """Try other values for single numbers, then for several that move the same figure."""
    literals = [n for n in N.constants(program) if n.value]  # what stands at 0 mostly stays there
    if len(literals) > MAX_LITERALS:
        literals = rng.sample(literals, MAX_LITERALS)
    movers: dict[str, list[tuple[ast.AST, str]]] = {name: [] for name in SCALED}
    for node in literals:
        for factor in (rng.choice(UP), rng.choice(DOWN)):
            text = _times(node.value, factor)
            meant = COUNTED[factor > 1] if isinstance(node.value, int) else ()
            shape = sort(program.replaced([(node, text)]), *meant)
            for name in SCALED if shape else ():
                if EFFECTS[name].holds(program.shape, shape):
                    movers[name].append((node, text))
    for changes in movers.values():
        if len(changes) > 1:
            several = rng.sample(changes, rng.randint(2, min(4, len(changes))))
            if len({id(node) for node, _ in several}) == len(several):
                sort(program.replaced(several))


def _times(value: float, factor: float) -> str:
    """Return a number literal near ``factor`` times a value, and not the value."""
    if isinstance(value, int):
        new = round(value * factor)
        return str(new if new != value else value + (1 if factor > 1 else -1))
    digits = 2 if abs(value) < 1 else 1
    return repr(round(value * factor, digits))


def scaled(rng: Random, program: Program, axes: tuple[int, ...], factor: float) -> str | None:
    """Return the program with the coordinates that joints are made with scaled along axes."""
    nodes = [
        call.args[axis]
        for call in program.joint_calls
        for axis in axes
        if not any(isinstance(a, ast.Starred) for a in call.args)
    ]
    nodes = [n for n in nodes if not (isinstance(n, ast.Constant) and n.value == 0)]
    if not 0 < len(nodes) <= MAX_SITES:
        return None
    is_before = rng.random() < 0.2
    return program.replaced([(n, _product(program, n, factor, is_before)) for n in nodes])


def _product(program: Program, node: ast.AST, factor: float, is_before: bool) -> str:
    text = program.text(node)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return _times(node.value, factor)
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    ):
        return "-" + _times(node.operand.value, factor)
    is_atom = isinstance(node, (ast.Name, ast.Call, ast.Subscript, ast.Attribute))
    is_factor = isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div))
    atom = text if is_atom or (is_factor and not is_before) else f"({text})"
    return f"{factor} * {atom}" if is_before else f"{atom} * {factor}"

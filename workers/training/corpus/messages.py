"""Choose an edit and the commit message that describes it.

Half of the messages are the paper's three, which steer every run (40/30/30 %, section 5 of
Lehman et al. 2022): ``Changed ...`` goes with any edit, ``Changed parameters ...`` with numbers,
``Small change ...`` with one small edit. The others name the edit, or what it does to the body.
"""

from dataclasses import dataclass
from random import Random

from workers.training.corpus import numeric as N
from workers.training.corpus import structure as S
from workers.training.corpus.probe import Shape, probe
from workers.training.corpus.program import Program

CHANGED = (
    "Changed make walker function.",
    "Changed make walker function.",
    "Changed make walker function.",
    "Changed make_walker function.",
    "Change the walker",
    "Try a different design",
    "Mutate the walker",
)
PARAMETERS = ("Changed parameters in make walker function.",) * 4 + (
    "Changed parameters in make_walker function.",
    "Tweak the numbers",
    "Change the constants",
)
SMALL = ("Small change to make walker function.",) * 4 + (
    "Small change to make_walker function.",
    "Small edit",
    "Change one thing",
)

_ADD_LIMB = ("Add a leg", "Add a limb", "Add an arm", "Grow a leg with a knee", "Add two joints")
_ADD_JOINT = (
    "Add a joint",
    "Add another joint",
    "Add a foot",
    "Add a joint with muscles",
    "Add a leg",
    "Add a tail",
)
_ADD_MUSCLE = (
    "Add a muscle",
    "Add another muscle",
    "Connect two joints",
    "Connect two more joints",
)
_LOOP = ("Add cross braces", "Brace the body", "Connect joints in a loop", "Add more connections")
_FORMULA = ("Change a formula", "Use another formula", "Change how the walker is built")
# (operator, weight, is it small, messages that name it)
EDITS = (
    (N.tweak, 3, False, ("Change some numbers", "Try other numbers")),
    (N.tweak_line, 1, True, ("Change the numbers of one line",)),
    (
        N.tweak_count,
        2.5,
        True,
        ("Change the number of parts", "Use a different number of segments", "Change a count"),
    ),
    (
        N.stretch,
        2.5,
        False,
        ("Scale the body", "Change the size of the body", "Change the proportions"),
    ),
    (N.grow, 2, True, ("Change the size", "Change the scale")),
    (
        N.amplitude,
        2,
        True,
        (
            "Change the amplitude of a muscle",
            "Change a muscle amplitude",
            "Change the strength of a muscle",
        ),
    ),
    (
        N.amplitudes,
        1,
        False,
        ("Change the amplitude of all muscles", "Change the strength of the muscles"),
    ),
    (
        N.phase,
        2,
        True,
        ("Change the phase of a muscle", "Shift a muscle phase", "Change the timing of a muscle"),
    ),
    (
        N.phases,
        0.7,
        False,
        ("Desynchronize the muscles", "Spread the phases", "Give the muscles different phases"),
    ),
    (
        N.toggle,
        2.5,
        True,
        (
            "Turn a distance muscle into an active muscle",
            "Make a link active",
            "Change the type of a muscle",
        ),
    ),
    (N.activate_all, 0.8, False, ("Make all links active", "Make the whole body active")),
    (
        N.reconnect,
        1.5,
        True,
        ("Connect a muscle to another joint", "Change which joints are connected"),
    ),
    (N.operator, 1.2, True, ("Change an operator", "Change a condition", *_FORMULA)),
    (N.wrap, 2.5, True, _FORMULA),
    (N.decision, 4, True, ("Change the connection rule", "Change the pattern", *_FORMULA)),
    (S.add_muscle, 2.5, True, _ADD_MUSCLE),
    (S.add_muscles, 1, False, ("Add some muscles", "Add muscles", "Add more connections")),
    (S.add_joint, 3, False, _ADD_JOINT),
    (S.add_limb, 1.5, False, _ADD_LIMB),
    (S.add_feet, 1.5, False, ("Add legs", "Add feet", "Add a row of legs")),
    (S.add_loop, 1.5, False, _LOOP),
    (S.all_pairs, 0.6, False, _LOOP),
    (S.delete_muscle, 1, True, ("Remove a muscle", "Delete a muscle")),
    (S.delete, 0.8, True, ("Remove a line", "Simplify the program", "Delete a statement")),
    (S.delete_joint, 0.6, False, ("Remove a joint", "Delete a joint")),
    (S.repeat, 1.2, True, ("Repeat a line with other numbers", "Duplicate a line")),
    (
        S.second_part,
        2,
        False,
        ("Add a second part", "Add a second body segment", "Add another part", "Add a head"),
    ),
    (S.condition, 1, True, ("Add a condition", "Make every second muscle different")),
    (S.otherwise, 0.6, True, ("Add an else branch", "Handle the other case")),
    (S.bounds, 1.5, True, ("Change the loop bounds", "Change the loop")),
    (S.add_row, 2, True, ("Add a row to the table", "Add an entry", "Add a point or link")),
    (S.drop_row, 0.7, True, ("Remove an entry", "Remove a row of the table")),
    (S.assign_more, 0.8, True, _FORMULA),
)
_NUMBERS = (N.tweak, N.tweak, N.tweak, N.tweak_line, N.tweak_count, N.stretch, N.grow, N.amplitudes)


@dataclass(frozen=True)
class Choice:
    """Operators with their weights, and the messages that name them."""

    any: tuple[list, list]
    small: tuple[list, list]
    names: dict
    tidying: frozenset  # operators that keep the body; only their own messages may say so

    @classmethod
    def of(cls, edits, tidying=frozenset()) -> "Choice":
        """Return the choice among rows of (operator, weight, is small, messages)."""
        small = [e for e in edits if e[2]]
        return cls(
            ([e[0] for e in edits], [e[1] for e in edits]),
            ([e[0] for e in small], [e[1] for e in small]),
            {e[0]: e[3] for e in edits},
            tidying,
        )


PLAIN = Choice.of(EDITS)


def child(rng: Random, program: Program, choice: Choice = PLAIN) -> tuple[str, str, Shape] | None:
    """Return (message, child source, child's shape) of a valid edit, None when a try fails."""
    mode = rng.random()
    for _ in range(12):
        if mode < 0.22:
            made, text = _changed(rng, program, choice), rng.choice(CHANGED)
        elif mode < 0.37:
            made, text = _numbers(rng, program), rng.choice(PARAMETERS)
        elif mode < 0.52:
            made, text = _one(rng, program, choice.small), rng.choice(SMALL)
        else:
            made, text = _one(rng, program, choice.any), ""
        if not made:
            continue
        source, operator = made
        if source == program.source or len(source) > 4000:
            continue
        shape = probe(source)
        if shape is None:
            continue
        if shape.signature == program.shape.signature:
            if text or operator not in choice.tidying:
                continue
            text = rng.choice(choice.names[operator])
        if not text:
            effects = _effects(program.shape, shape)
            text = (
                rng.choice(effects)
                if effects and rng.random() < 0.5
                else rng.choice(choice.names[operator])
            )
            if rng.random() < 0.1:
                text = text.lower() if rng.random() < 0.5 else text + "."
        return text, source, shape
    return None


def _one(rng: Random, program: Program, operators: tuple[list, list]):
    operator = rng.choices(*operators)[0]
    source = operator(rng, program)
    return (source, operator) if source else None


def _numbers(rng: Random, program: Program):
    operator = rng.choice(_NUMBERS)
    source = operator(rng, program)
    if source and operator is not N.tweak and rng.random() < 0.25:
        after = Program.read(source)
        source = (N.tweak(rng, after) if after else None) or source
    return (source, operator) if source else None


def _changed(rng: Random, program: Program, choice: Choice):
    """One to three edits of any kind, those that build first."""
    source, operator = None, None
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        made = _one(rng, program, choice.any)
        if made:
            source, operator = made
            after = Program.read(source)
            if after is None:
                return None
            program = after
    return (source, operator) if source else None


def _effects(old: Shape, new: Shape) -> list[str]:
    """Return what happened to the body, in the words of commit messages."""
    out = []
    wide, tall = new.width / max(old.width, 0.1), new.height / max(old.height, 0.1)
    if wide > 1.12:
        out += (
            ["Make the walker wider", "Make it longer"]
            if tall < 1.12
            else ["Make the walker bigger", "Make it larger"]
        )
    if wide < 0.88:
        out += ["Make the walker narrower"] if tall > 0.88 else ["Make the walker smaller"]
    if tall > 1.12 and wide <= 1.12:
        out += ["Make the walker taller", "Make it higher"]
    if tall < 0.88 and wide >= 0.88:
        out += ["Make the walker shorter", "Make the walker lower"]
    if new.mass > 1.2 * old.mass:
        out += ["Make the walker heavier"]
    elif new.mass < 0.83 * old.mass:
        out += ["Make the walker lighter"]
    if new.joints > old.joints:
        out += ["Add joints", "Use more joints"]
    elif new.joints < old.joints:
        out += ["Use fewer joints"]
    elif new.muscles > old.muscles:
        out += ["Add muscles", "Use more muscles"]
    elif new.muscles < old.muscles:
        out += ["Use fewer muscles"]
    elif new.strength > 1.15 * old.strength:
        out += ["Make the muscles stronger", "Increase the amplitude"]
    elif new.strength < 0.87 * old.strength:
        out += ["Make the muscles weaker", "Decrease the amplitude"]
    return out

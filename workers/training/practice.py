"""Edits that a half-trained model wrote itself and that did what their message asks for.

The model is asked for edits of corpus programs and of children that it wrote before; the sandbox
runs them, and those that are valid and obey are learnt from. Fine-tuning a model on what it did
right is what the paper does with accepted diffs (Lehman et al. 2022, section 5.1) and what Zelikman
et al. 2022 (arXiv 2203.14465) do with right answers; here it also sharpens words such as "lower".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from simulation.body import Body, build_body
from simulation.sandbox import Sandbox
from workers.mutation.operator import MutationRequest, Operator
from workers.training.corpus import directed, families, styles
from workers.training.corpus.directed import EFFECTS
from workers.training.corpus.generate import Example, draw_parent
from workers.training.corpus.messages import CHANGED, PARAMETERS, SMALL

TEMPERATURE = 0.8  # as in runs
AT_ONCE = 4  # parents in one call of the model
ASKED = 5  # effects of a parent
SAMPLES = 3  # of each
KEPT = 2  # of each, those that differ
CHILD_SHARE = 0.4  # of the parents, ones that the model wrote
REMEMBERED = 400  # children to go on from
LONGEST = 3500  # characters of a child to go on from
BROAD_SHARE = 0.7  # of the other parents


@dataclass(frozen=True)
class Figures:
    """What effects are told by, as ``corpus.probe.Shape`` has it."""

    width: float
    height: float
    mass: float
    joints: int
    muscles: int
    strength: float
    body: str  # hash


def practise(operator: Operator, sandbox: Sandbox, rng_seed: int, number: int) -> Iterator[Example]:
    """Yield ``number`` examples; each has two edits or more that obey their messages."""
    rng = Random(rng_seed)
    grown: list[str] = []
    obeyed = dict.fromkeys(EFFECTS, (1, 2))  # of how many samples, so far
    batch = 0
    while number > 0:
        parents = _parents(rng, sandbox, grown)
        asked = [
            [(_message(rng, name), name) for name in (*_hard(rng, obeyed), "")] for _ in parents
        ]
        requests = [
            MutationRequest(source, message, SAMPLES)
            for (source, _), messages in zip(parents, asked, strict=True)
            for message, _ in messages
        ]
        batch += 1
        answers = iter(operator.propose(requests, rng_seed=rng_seed * 1_000_003 + batch))
        for (source, old), messages in zip(parents, asked, strict=True):
            edits: list[tuple[str, str]] = []
            for message, name in messages:
                children = [p.source for p in next(answers) if p.outcome is None and p.source]
                good = [c for c in dict.fromkeys(children) if _obeys(sandbox, old, c, name)]
                edits += [(message, child) for child in good[:KEPT]]
                if name:
                    right, all_ = obeyed[name]
                    obeyed[name] = right + len(good), all_ + SAMPLES
            grown += [child for _, child in edits[:2] if len(child) < LONGEST]
            del grown[:-REMEMBERED]
            if len(edits) > 1 and number > 0:
                number -= 1
                rng.shuffle(edits)
                yield Example("practice", source, tuple(edits))


def _hard(rng: Random, obeyed: dict[str, tuple[int, int]]) -> list[str]:
    """Return effects to ask a parent for, oftener those that are rarely achieved."""
    left = {name: all_ / right for name, (right, all_) in obeyed.items()}
    chosen = []
    for _ in range(ASKED):
        chosen += rng.choices(list(left), list(left.values()))
        del left[chosen[-1]]
    return chosen


def _parents(rng: Random, sandbox: Sandbox, grown: list[str]) -> list[tuple[str, Figures]]:
    found: list[tuple[str, Figures]] = []
    while len(found) < AT_ONCE:
        if grown and rng.random() < CHILD_SHARE:
            source = rng.choice(grown)
        else:
            pool = styles.BROAD if rng.random() < BROAD_SHARE else families.FAMILIES
            drawn = draw_parent(rng, pool)
            if drawn is None:
                continue
            source = drawn[1].source
        figures = figures_of(sandbox, source)
        if figures and source not in [known for known, _ in found]:
            found.append((source, figures))
    return found


def _message(rng: Random, name: str) -> str:
    """Return what asks for an effect, the paper's messages for none."""
    if name:
        return directed.said(rng, EFFECTS[name].messages)
    return rng.choice(rng.choice((CHANGED, PARAMETERS, SMALL)))


def _obeys(sandbox: Sandbox, old: Figures, child: str, name: str) -> bool:
    new = figures_of(sandbox, child)
    if new is None or new.body == old.body:
        return False
    return not name or EFFECTS[name].holds(old, new)


def figures_of(sandbox: Sandbox, source: str) -> Figures | None:
    """Return the figures of the body that a program builds in the sandbox, None if it has none."""
    verdict = sandbox.run(source)
    body = build_body(verdict.value) if verdict.status == "ok" and verdict.value else None
    if not isinstance(body, Body):
        return None
    return Figures(
        width=body.width,
        height=body.height,
        mass=body.mass,
        joints=len(body.masses),
        muscles=len(body.a),
        strength=float(body.stroke.sum()),
        body=body.body_hash,
    )

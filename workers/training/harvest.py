"""Accepted diffs as training data: without repeats, split by parent, weighed."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

EDITS_PER_ROW = 6  # of one parent, packed behind it
LIGHTEST, HEAVIEST = 0.25, 4.0  # weights by gain stay within: one record must not rule the step


@dataclass(frozen=True)
class Edit:
    """One edit that evolution accepted, or that the corpus generator made up."""

    parent: str
    message: str
    child: str
    gain: float = 0.0  # what the QD score rose by
    run: int = 0
    parent_body: str = ""  # hash, to tell whether another child differs from it
    weight: float = 1.0  # in the loss


@dataclass(frozen=True)
class Split:
    """Edits to learn from, edits to validate on, and what was left out."""

    training: list[Edit] = field(default_factory=list)
    validation: list[Edit] = field(default_factory=list)
    duplicates: int = 0
    leaking: int = 0  # would have shown a held-out parent to the training


def split(edits: Iterable[Edit], *, held_out: float, rng_seed: int) -> Split:
    """Return the edits without repeats, those of some parents kept for validation.

    A parent program is held out as a whole, with all its edits, and no edit that leads *to* it is
    learnt from. Descendants of held-out parents stay: evolution's programs are all related, so
    the validation loss tells how well edits of close relatives are written, not of strangers.

    Args:
        held_out: share of the parents; at least one parent is held out and one is not.
        rng_seed: chooses them, whatever the order of the edits.
    """
    seen: set[tuple[str, str]] = set()
    kept: list[Edit] = []
    duplicates = 0
    for edit in edits:
        key = (edit.parent, edit.child)
        duplicates += key in seen
        if key not in seen:
            seen.add(key)
            kept.append(edit)
    parents = {edit.parent for edit in kept}
    order = sorted(parents, key=lambda parent: _draw(parent, rng_seed))
    number = min(max(1, round(held_out * len(order))), len(order) - 1) if order else 0
    hidden = set(order[:number])
    training = [e for e in kept if e.parent not in hidden and e.child not in hidden]
    validation = [e for e in kept if e.parent in hidden]
    leaking = sum(e.parent not in hidden and e.child in hidden for e in kept)
    return Split(training, validation, duplicates, leaking)


def _draw(parent: str, rng_seed: int) -> bytes:
    return hashlib.sha256(f"{rng_seed}\n{parent}".encode("utf-8", "replace")).digest()


def weighed(edits: Sequence[Edit], weighting: str) -> list[Edit]:
    """Return the edits with their weights, whose mean is 1.

    ``equal`` is the paper's way (Lehman et al. 2022, section 5.1); ``gain`` is not in the paper:
    in proportion to the square root of what the QD score gained, within a factor of sixteen.
    """
    if weighting == "equal" or not edits:
        return [replace(edit, weight=1.0) for edit in edits]
    roots = [math.sqrt(max(edit.gain, 0.0)) for edit in edits]
    mean = sum(roots) / len(roots) or 1.0
    bounded = [min(max(root / mean, LIGHTEST), HEAVIEST) for root in roots]
    scale = len(bounded) / sum(bounded)
    return [replace(e, weight=w * scale) for e, w in zip(edits, bounded, strict=True)]

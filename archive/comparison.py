"""Two arms of equal budget from one map: what each reached, with intervals, and what follows."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

Z = 1.959964  # 95 % of a normal distribution
BLOCK = 16  # children drawn together by the bootstrap: those of one batch depend on each other
LEAST_BLOCKS = 10  # two alike would have an interval of no width: small arms have smaller blocks
RESAMPLES = 2000

Interval = tuple[float, float, float]  # value, low, high


class Result(NamedTuple):
    """What one child came to."""

    valid: bool
    runnable: bool
    novel: bool
    new_cell: bool
    gain: float  # of the QD score


RATES = {
    "valid": "Valid: the edit applies",
    "runnable": "Runnable: the program gives a body",
    "novel": "Novel: a body not seen before in the run",
}
AMOUNTS: dict[str, tuple[str, str, Callable[[Result], float]]] = {
    "new_cells": ("New cells", "per 1,000 children", lambda r: 1000.0 * r.new_cell),
    "qd_gain": ("QD gain", "per 1,000 children", lambda r: 1000.0 * r.gain),
}
DECISIVE = ("runnable", "new_cells", "qd_gain")  # one of them must be better for a promotion


def wilson(count: int, number: int) -> Interval:
    """Return a rate with Wilson's 95 % interval.

    Source: Wilson 1927; Newcombe 1998, method 3.
    """
    if number == 0:
        return 0.0, 0.0, 1.0
    p, n = count / number, number
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return p, max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))


def rate_difference(base: Interval, tuned: Interval) -> Interval:
    """Return ``tuned - base`` of two rates with its 95 % interval.

    Source: Newcombe 1998 (Statistics in Medicine 17, 873-890), method 10.
    """
    difference = tuned[0] - base[0]
    low = difference - math.hypot(tuned[0] - tuned[1], base[2] - base[0])
    high = difference + math.hypot(tuned[2] - tuned[0], base[0] - base[1])
    return difference, low, high


def compare(base: Sequence[Result], tuned: Sequence[Result], *, rng_seed: int = 0) -> dict:
    """Return the table of a comparison, its verdict, and whether to promote the tuned model.

    Promotion asks that runnable rate, new cells or QD gain is better and nothing is worse, each
    by an interval of the difference that leaves out zero. Five intervals at 95 % each: about one
    comparison in ten of two equal models shows some difference that is none.

    Args:
        base: (N,) children of the parent version's arm, in order.
        tuned: (M,) those of the other.
        rng_seed: of the bootstrap.
    """
    rng = random.Random(rng_seed)
    rows = [_rate_row(metric, base, tuned) for metric in RATES]
    rows += [_amount_row(metric, base, tuned, rng) for metric in AMOUNTS]
    better = [row for row in rows if row["better"]]
    worse = [row for row in rows if row["better"] is False]
    promote = not worse and any(row["metric"] in DECISIVE for row in better)
    return {
        "children": min(len(base), len(tuned)),
        "rows": rows,
        "verdict": _verdict(better, worse, promote),
        "promote": promote,
    }


def _rate_row(metric: str, base: Sequence[Result], tuned: Sequence[Result]) -> dict[str, Any]:
    a, b = (wilson(sum(getattr(r, metric) for r in arm), len(arm)) for arm in (base, tuned))
    return _row(metric, RATES[metric], "share of children", a, b, rate_difference(a, b))


def _amount_row(
    metric: str, base: Sequence[Result], tuned: Sequence[Result], rng: random.Random
) -> dict[str, Any]:
    label, unit, amount = AMOUNTS[metric]
    a, b = (_resampled([amount(r) for r in arm], rng) for arm in (base, tuned))
    value = _mean(b[0]) - _mean(a[0])
    difference = sorted(y - x for x, y in zip(a[1], b[1], strict=True))
    return _row(
        metric, label, unit,
        _interval(_mean(a[0]), sorted(a[1])),
        _interval(_mean(b[0]), sorted(b[1])),
        _interval(value, difference),
    )  # fmt: skip


def _resampled(values: list[float], rng: random.Random) -> tuple[list[float], list[float]]:
    """Return the values and the means of resamples of whole blocks of them."""
    size = max(1, min(BLOCK, len(values) // LEAST_BLOCKS))
    blocks = [values[k : k + size] for k in range(0, len(values), size)]
    totals = [(sum(block), len(block)) for block in blocks]
    means = []
    for _ in range(RESAMPLES):
        drawn = rng.choices(totals, k=len(totals)) if totals else [(0.0, 1)]
        means.append(sum(s for s, _ in drawn) / sum(n for _, n in drawn))
    return values, means


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _interval(value: float, means: list[float]) -> Interval:
    return value, means[round(0.025 * (len(means) - 1))], means[round(0.975 * (len(means) - 1))]


def _row(metric, label, unit, base: Interval, tuned: Interval, difference: Interval) -> dict:
    better = True if difference[1] > 0 else False if difference[2] < 0 else None
    return {
        "metric": metric,
        "label": label,
        "unit": unit,
        "base": [round(x, 4) for x in base],
        "tuned": [round(x, 4) for x in tuned],
        "difference": [round(x, 4) for x in difference],
        "better": better,
    }


def _verdict(better: list[dict], worse: list[dict], promote: bool) -> str:
    def names(rows: list[dict]) -> str:
        return ", ".join(row["label"].split(":")[0].lower() for row in rows)

    if worse and better:
        return f"Better: {names(better)}; worse: {names(worse)}. It stays as it is."
    if worse:
        return f"The fine-tuned model is worse: {names(worse)}. It stays as it is."
    if promote:
        return f"The fine-tuned model is better: {names(better)}. It can take over."
    if better:
        return f"Better: {names(better)}; not in what counts, so it stays as it is."
    return "No difference that the number of children could show. It stays as it is."

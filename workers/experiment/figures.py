"""Means over runs with bootstrap intervals, and ratios of arms."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workers.experiment import published
from workers.experiment.measured import Measured
from workers.experiment.plan import ARMS, PROGRAMS

METRICS = {
    "coverage": "coverage",
    "qd_score": "QD score",
    "max_fitness": "max fitness",
    "valid": "valid",
    "runnable": "runnable",
    "novel": "novel",
    "repeated": "repeated",
    "first": "runnable at first",
    "answers": "answers a child",
}
RATIOS = {  # the arms above and below the line
    "tuned/bundled": ("tuned", "bundled"),
    "bundled/random GP": ("bundled", "random_gp"),
    "archive/no archive": ("bundled", "no_archive"),
}
RESAMPLES = 10_000

Figure = dict[str, float | None]  # "value", "low", "high"
Groups = Mapping[str, Sequence[float]]  # a figure of each run, by seed program


def summary(found: Sequence[Measured]) -> dict[str, Any]:
    """Return all figures at the end of the runs, as plain data.

    ``arms`` and ``ratios`` have 95 % intervals (see ``mean``, ``ratio``); ``programs`` have the
    least and the greatest run instead.
    """
    rng = np.random.default_rng(0)  # the same runs, the same intervals
    arms = [arm for arm in ARMS if any(run.arm == arm for run in found)]
    programs = [name for name in PROGRAMS if any(run.program == name for run in found)]
    return {
        "runs": len(found),
        "evaluations": sorted({run.evaluations for run in found}),
        "models": {arm: sorted({run.model for run in found if run.arm == arm}) for arm in arms},
        "arms": {arm: _arm(found, arm, rng) for arm in arms},
        "programs": {name: _program(found, name, arms) for name in programs},
        "ratios": {
            name: {metric: _ratio(found, *pair, metric, rng) for metric in METRICS}
            for name, pair in RATIOS.items()
            if set(pair) <= set(arms)
        },
    }


def mean(groups: Groups, rng: np.random.Generator) -> Figure:
    """Return the mean over seed programs of the mean over their runs, with its 95 % interval.

    Every seed program counts alike, however many runs it has. The interval: percentiles of means
    of runs drawn with replacement within each seed program; None where one has a single run, which
    says nothing of the spread. With three runs it comes out a fifth too narrow, as any bootstrap.
    """
    return _figure(_mean(groups), _resampled(groups, rng))


def ratio(over: Groups, under: Groups, rng: np.random.Generator) -> Figure | None:
    """Return the ratio of two such means over the seed programs that both have, likewise.

    None where they have none in common, or there is nothing to divide by.
    """
    common = over.keys() & under.keys()
    over, under = ({k: g[k] for k in g if k in common} for g in (over, under))
    if not common or _mean(under) <= 0:
        return None
    above, below = _resampled(over, rng), _resampled(under, rng)
    both = None if above is None or below is None or below.min() <= 0 else above / below
    return _figure(_mean(over) / _mean(under), both)


def _mean(groups: Groups) -> float:
    return float(np.mean([np.mean(values) for values in groups.values()]))


def _resampled(groups: Groups, rng: np.random.Generator) -> np.ndarray | None:
    """Return (``RESAMPLES``,) means of as many draws."""
    if any(len(values) < 2 for values in groups.values()):
        return None
    means = np.zeros(RESAMPLES)
    for name in sorted(groups):
        values = np.asarray(groups[name])
        drawn = rng.integers(len(values), size=(RESAMPLES, len(values)))
        means += values[drawn].mean(axis=1)
    return means / len(groups)


def _figure(value: float, resamples: np.ndarray | None) -> Figure:
    if resamples is None:
        return {"value": value, "low": None, "high": None}
    low, high = np.percentile(resamples, (2.5, 97.5))
    return {"value": value, "low": float(low), "high": float(high)}


def _groups(found: Sequence[Measured], arm: str, metric: str) -> Groups:
    groups: dict[str, list[float]] = {}
    for run in found:
        if run.arm == arm:
            groups.setdefault(run.program, []).append(run.final(metric))
    return groups


def _arm(found: Sequence[Measured], arm: str, rng: np.random.Generator) -> dict[str, Any]:
    runs = [run for run in found if run.arm == arm]
    figures = {metric: mean(_groups(runs, arm, metric), rng) for metric in METRICS}
    programs = [name for name in PROGRAMS if any(run.program == name for run in runs)]
    return {"runs": len(runs), "programs": programs, **figures}


def _program(found: Sequence[Measured], program: str, arms: Sequence[str]) -> dict[str, Any]:
    """Return each arm's figures from one seed program: the mean, the least and the greatest run."""
    made = {}
    for arm in arms:
        runs = [run for run in found if (run.arm, run.program) == (arm, program)]
        if runs:
            values = {metric: [run.final(metric) for run in runs] for metric in METRICS}
            made[arm] = {"runs": len(runs)} | {
                metric: {"value": float(np.mean(of)), "low": min(of), "high": max(of)}
                for metric, of in values.items()
            }
    return made


def _ratio(
    found: Sequence[Measured], over: str, under: str, metric: str, rng: np.random.Generator
) -> dict[str, Any]:
    above, below = _groups(found, over, metric), _groups(found, under, metric)
    in_paper = (over, under) == ("tuned", "bundled")
    common = [name for name in PROGRAMS if name in above and name in below]
    return {
        "all": ratio(above, below, rng),
        "paper": published.ratio(metric) if in_paper else None,
        "programs": {
            name: {
                "here": ratio({name: above[name]}, {name: below[name]}, rng),
                "paper": published.ratio(metric, name) if in_paper else None,
            }
            for name in common
        },
    }

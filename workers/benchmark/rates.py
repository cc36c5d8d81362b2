"""Shares of trials: how far off they may be, and whether two of them can be the same."""

import math
from statistics import NormalDist

Interval = tuple[float, float]


def wilson(solved: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the interval that holds the true share with this confidence.

    Good also for shares near 0, where the usual interval has no width. Source: Wilson 1927.

    Raises:
        ValueError: no trials, or more solved than tried.
    """
    if not 0 <= solved <= trials or trials == 0:
        raise ValueError(f"expected 0 to trials solved of at least 1, got {solved} of {trials}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = solved / trials
    middle = share + z * z / (2 * trials)
    reach = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    low, high = (middle - reach) / scale, (middle + reach) / scale
    # exact ends, which rounding would miss
    return (0.0 if solved == 0 else low, 1.0 if solved == trials else high)


def chance_of_difference(a: int, b: int) -> float:
    """Return how likely two counts out of equally many trials differ by as much when the rates
    are the same: below 0.05 they hardly are.

    Both rates must be small. Then the first count, given the sum, is a throw of that many fair
    coins (Przyborowski & Wilenski 1940).
    """
    total = a + b
    tail = sum(math.comb(total, k) for k in range(min(a, b) + 1))
    return min(1.0, 2 * tail / 2**total)

"""Whether two samples of times come from one distribution: two rank tests, and how far the medians are apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Final

RESAMPLES: Final = 400
"""How often the difference of the medians is drawn anew for its interval."""


@dataclass(frozen=True)
class Comparison:
    """Two samples beside each other. The difference of the medians has the unit of the samples, and lies with 95 % in
    the interval (bootstrap, percentiles)."""

    mann_whitney: float
    kolmogorov_smirnov: float
    difference: float
    interval: tuple[float, float]

    @property
    def p(self) -> float:
        """The smaller of the two: how likely samples of one distribution are at least as far apart, before what
        several tests have to be corrected for."""
        return min(self.mann_whitney, self.kolmogorov_smirnov)


def compare(one: Sequence[float], other: Sequence[float], random: Random) -> Comparison:
    """Both tests, and the medians. Neither a few late answers nor a slow drift that meets both samples matters."""
    low, high = interval(one, other, random)
    return Comparison(
        mann_whitney(one, other), kolmogorov_smirnov(one, other), median(one) - median(other), (low, high)
    )


def bound(tests: int, overall: float = 0.01) -> float:
    """What the p of a comparison must not fall below (Bonferroni): with `overall`, one report of so many comparisons
    out of a hundred cries wolf. Each comparison is two tests."""
    return overall / (2 * tests)


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """Two-sided p of the rank-sum test, by the normal approximation with ties: enough for some dozens and more."""
    n, m = len(one), len(other)
    ranks = _ranks([*one, *other])
    u = sum(ranks[value] for value in one) - n * (n + 1) / 2
    ties = sum(count**3 - count for count in Counter([*one, *other]).values())
    total = n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    z = max(abs(u - n * m / 2) - 0.5, 0.0) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def kolmogorov_smirnov(one: Sequence[float], other: Sequence[float]) -> float:
    """P of the largest distance between both cumulative distributions (asymptotic, with Stephens' correction)."""
    n, m = len(one), len(other)
    counts, others = Counter(one), Counter(other)
    here = there = farthest = 0.0
    for value in sorted(counts.keys() | others.keys()):
        here, there = here + counts[value] / n, there + others[value] / m
        farthest = max(farthest, abs(here - there))
    root = math.sqrt(n * m / (n + m))
    scaled = (root + 0.12 + 0.11 / root) * farthest
    if scaled < 0.2:
        return 1.0
    terms = ((1 if k % 2 else -1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return min(max(2 * sum(terms), 0.0), 1.0)


def interval(one: Sequence[float], other: Sequence[float], random: Random) -> tuple[float, float]:
    """Where the difference of the medians lies with 95 %."""
    drawn = sorted(
        median(random.choices(one, k=len(one))) - median(random.choices(other, k=len(other))) for _ in range(RESAMPLES)
    )
    return drawn[RESAMPLES * 25 // 1000], drawn[RESAMPLES * 975 // 1000 - 1]


def _ranks(values: Sequence[float]) -> dict[float, float]:
    """The rank of each value, from 1; the mean of them for equal ones."""
    ranks, before = {}, 0
    for value, count in sorted(Counter(values).items()):
        ranks[value] = before + (count + 1) / 2
        before += count
    return ranks

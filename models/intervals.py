"""Intervals that respect clusters: for a share, for a ratio, and for the gap between two of them.

A share's interval is Wilson's, on the effective number of cases: the number of independent cases that
would give the cluster-robust variance. It keeps inside 0..1, works near the ends where mean plus or minus
two standard errors fails, and uses Student's t for the number of clusters.
Sources: Wilson 1927 (J Am Stat Assoc 22:209); Korn & Graubard 1998 (Survey Methodology 24:193) and Franco,
Little, Louis & Slud 2019 (J Surv Stat Methodol 7:334) for effective sizes; Newcombe 1998 (Stat Med 17:873)
and Zou & Donner 2008 (Stat Med 27:1693) for differences; Sidak 1967 (J Am Stat Assoc 62:626).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
TYPICAL_CLUSTERS = 20


class Interval(NamedTuple):
    """Lower and upper ends, one per group; NaN where there is none."""

    low: Floats
    high: Floats


def divide(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, NaN where the bottom is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom != 0, top / bottom, np.nan)


def sidak(level: float, groups: int) -> float:
    """The level of each interval such that all of `groups` hold together with chance `level`."""
    return float(level ** (1 / max(groups, 1)))


def critical(level: float, clusters: Floats) -> Floats:
    """How many standard errors a two-sided interval reaches: Student's t on clusters - 1; NaN under two."""
    freedom = np.where(clusters > 1, clusters - 1, np.nan)
    return np.asarray(special.stdtrit(freedom, (1 + level) / 2), dtype=float)


def effective_size(value: Floats, variance: Floats, cases: Floats, clusters: Floats) -> Floats:
    """How many independent cases would give `variance` to the share `value`; never more than `cases`.

    A small group's own loss by clustering is badly known: it is averaged with the median over groups, which
    weighs as much as 20 clusters. Where all cases or none count, the variance seen is 0 and says nothing:
    the median stands alone, or, without any, one independent case per cluster.
    """
    simple = divide(value * (1 - value), cases)
    inside = (simple > 0) & (variance > 0)
    loss = np.maximum(divide(variance, np.where(inside, simple, np.nan)), 1)
    typical = np.nanmedian(loss) if inside.any() else np.nan
    fallback = np.where(np.isnan(typical), divide(cases, clusters), typical)
    steadied = (loss * clusters + typical * TYPICAL_CLUSTERS) / (clusters + TYPICAL_CLUSTERS)
    return divide(cases, np.where(inside, steadied, np.maximum(fallback, 1)))


def wilson(value: Floats, size: Floats, reach: Floats) -> Interval:
    """Wilson's interval of a share on an (effective) size, `reach` standard errors wide."""
    squared = reach**2
    middle = divide(value * size + squared / 2, size + squared)
    half = divide(reach * np.sqrt(value * (1 - value) * size + squared / 4), size + squared)
    low = np.where(value == 0, np.where(np.isnan(middle), np.nan, 0.0), middle - half)
    high = np.where(value == 1, np.where(np.isnan(middle), np.nan, 1.0), middle + half)
    return Interval(low, high)


def plain(value: Floats, variance: Floats, reach: Floats) -> Interval:
    """The value and `reach` standard errors either side."""
    half = reach * np.sqrt(variance)
    return Interval(value - half, value + half)


def gap_interval(
    one: Floats, own: Interval, other: Floats, others: Interval, correlation: Floats
) -> Interval:
    """The interval of `one` - `other` from the interval of each (variance estimates recovered)."""
    below = _together(one - own.low, others.high - other, correlation)
    above = _together(own.high - one, other - others.low, correlation)
    gap = one - other
    return Interval(gap - below, gap + above)


def _together(first: Floats, second: Floats, correlation: Floats) -> Floats:
    return np.sqrt(np.maximum(first**2 + second**2 - 2 * correlation * first * second, 0))

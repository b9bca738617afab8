"""Is a measure the same in every group? Intervals, gaps, a test and a verdict of three kinds only.

The gap of a group is its figure minus the mean of the other groups, each weighted by its cases: no group
is made the norm. The test is a cluster-robust Wald test that all groups are equal. For shares and areas
the variances in the test are those under equality, p(1 - p) of all groups on each group's effective size:
a variance taken at each group's own figure goes with that figure and makes small groups near 0 or 1 look
surer than they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.clustered import Estimates, share_interval
from models.intervals import (
    Floats,
    Interval,
    critical,
    divide,
    effective_size,
    gap_interval,
    plain,
    sidak,
    wilson,
)
from models.measures import Kind

FOUND, EXCLUDED, NOT_ENOUGH = "difference found", "differences larger than {} are excluded", "not enough data"


@dataclass(frozen=True)
class Heterogeneity:
    """A test that a measure is the same in all groups compared; NaN where fewer than two are."""

    statistic: float
    freedom: int
    p: float


@dataclass(frozen=True)
class Compared:
    """One measure in the groups that have enough data (arrays over all groups, NaN elsewhere).

    own: each group's interval at the level. joint: intervals that hold for all groups together. gap and
    gap_joint: the difference from the other groups (for a ratio: its quotient), and intervals that hold
    together. pooled: figures drawn towards the common mean as far as chance explains their spread. needed:
    the cases with which the group's gap could be judged against the margin.
    """

    value: Floats
    own: Interval
    joint: Interval
    gap: Floats
    gap_joint: Interval
    pooled: Floats
    needed: Floats
    test: Heterogeneity


def compare(
    estimates: Estimates, kind: Kind, enough: NDArray[np.bool_], *, level: float, margin: float
) -> Compared:
    """The measure compared over the groups that have `enough` data."""
    every = len(enough)
    at = np.flatnonzero(enough & np.isfinite(estimates.value) & np.isfinite(estimates.variance))
    scaled = _on_scale(estimates, kind, at)
    joint_level = sidak(level, len(at))
    own, joint = (_interval(scaled, kind, one) for one in (level, joint_level))
    gap, gap_joint = _gaps(scaled, kind, joint, joint_level)
    spread = _null_variance(scaled, kind)
    back = np.exp if kind == "ratio" else np.asarray

    def placed(part: Floats) -> Floats:
        whole = np.full(every, np.nan)
        whole[at] = part
        return whole

    return Compared(
        placed(back(scaled.value)),
        Interval(*(placed(back(end)) for end in own)),
        Interval(*(placed(back(end)) for end in joint)),
        placed(back(gap)),
        Interval(*(placed(back(end)) for end in gap_joint)),
        placed(back(_pooled(scaled.value, spread))),
        placed(_needed(scaled, spread, joint_level, margin)),
        heterogeneity(scaled, spread),
    )


def _on_scale(estimates: Estimates, kind: Kind, at: NDArray[np.int64]) -> Estimates:
    """The groups compared, ratios as logarithms."""
    value, covariance = estimates.value[at], estimates.covariance[np.ix_(at, at)]
    if kind == "ratio":
        covariance = covariance / np.outer(value, value)
        value = np.log(value)
    return Estimates(value, covariance, estimates.cases[at], estimates.clusters[at])


def _interval(scaled: Estimates, kind: Kind, level: float) -> Interval:
    reach = critical(level, scaled.clusters)
    if kind in ("ratio", "number"):
        return plain(scaled.value, scaled.variance, reach)
    if kind == "share":
        return share_interval(scaled, level)
    return wilson(scaled.value, _size(scaled, kind), reach)


def _size(scaled: Estimates, kind: Kind) -> Floats:
    """Effective cases. An area may be surer than a share on as many cases: only its ends are cut there."""
    if kind == "area":
        inside = divide(scaled.value * (1 - scaled.value), scaled.variance)
        return np.where(np.isfinite(inside) & (inside > 0), inside, scaled.cases)
    return effective_size(scaled.value, scaled.variance, scaled.cases, scaled.clusters)


def _gaps(scaled: Estimates, kind: Kind, joint: Interval, level: float) -> tuple[Floats, Interval]:
    """Each group's difference from the weighted mean of the others, with intervals that hold together."""
    groups = len(scaled.value)
    if groups < 2:
        nothing = np.full(groups, np.nan)
        return nothing, Interval(nothing, nothing)
    weights = np.tile(scaled.cases, (groups, 1)) * (1 - np.eye(groups))
    weights /= weights.sum(axis=1, keepdims=True)
    others = weights @ scaled.value
    variance = np.einsum("gi,ij,gj->g", weights, scaled.covariance, weights)
    shared = np.einsum("gi,ig->g", weights, scaled.covariance)
    clusters = weights @ scaled.clusters
    rest = Estimates(
        others, np.diag(variance), weights @ scaled.cases * (groups - 1), clusters * (groups - 1)
    )
    correlation = np.clip(np.nan_to_num(divide(shared, np.sqrt(variance * scaled.variance))), -1, 1)
    interval = _interval(rest, kind, level)
    return scaled.value - others, gap_interval(scaled.value, joint, others, interval, correlation)


def _null_variance(scaled: Estimates, kind: Kind) -> Floats:
    """The covariance of the groups' figures if all were equal."""
    if kind in ("ratio", "number") or len(scaled.value) == 0:
        return scaled.covariance
    size = _size(scaled, kind)
    common = float(np.average(scaled.value, weights=size))
    deviation = np.sqrt(common * (1 - common) / size)
    seen = np.sqrt(scaled.variance)
    correlation = np.nan_to_num(divide(scaled.covariance, np.outer(seen, seen)))
    np.fill_diagonal(correlation, 1)
    return np.asarray(correlation * np.outer(deviation, deviation), dtype=float)


def heterogeneity(scaled: Estimates, covariance: Floats) -> Heterogeneity:
    """The Wald test that all figures are equal, with Welch's allowance for few clusters in a group.

    Source: Welch 1951 (Biometrika 38:330), clusters in the place of observations.
    """
    groups = len(scaled.value)
    if groups < 2 or not np.isfinite(covariance).all():
        return Heterogeneity(np.nan, 0, np.nan)
    contrast = np.column_stack([-np.ones(groups - 1), np.eye(groups - 1)])
    difference = contrast @ scaled.value
    spread = contrast @ covariance @ contrast.T
    if np.linalg.matrix_rank(spread) < groups - 1:
        return Heterogeneity(np.nan, 0, np.nan)
    statistic = float(difference @ np.linalg.solve(spread, difference))
    freedom = groups - 1
    weight = 1 / np.diag(covariance)
    unsure = float(((1 - weight / weight.sum()) ** 2 / (scaled.clusters - 1)).sum())
    inflated = 1 + 2 * (groups - 2) / (groups**2 - 1) * unsure
    p = float(special.fdtrc(freedom, (groups**2 - 1) / (3 * unsure), statistic / freedom / inflated))
    return Heterogeneity(statistic, freedom, p)


def _pooled(value: Floats, covariance: Floats) -> Floats:
    """Empirical Bayes: each figure drawn to the mean by its share of noise (DerSimonian & Laird 1986)."""
    if len(value) < 3:
        return np.full(len(value), np.nan)
    noise = np.diag(covariance)
    if not (noise > 0).all():
        return np.full(len(value), np.nan)
    weight = 1 / noise
    mean = np.average(value, weights=weight)
    excess = float((weight * (value - mean) ** 2).sum()) - (len(value) - 1)
    between = max(excess / (weight.sum() - (weight**2).sum() / weight.sum()), 0)
    centre = np.average(value, weights=1 / (noise + between))
    return np.asarray(centre + between / (between + noise) * (value - centre), dtype=float)


def _needed(scaled: Estimates, covariance: Floats, level: float, margin: float) -> Floats:
    """Cases with which the joint interval of a gap would reach no further than the margin.

    It takes the other groups as they are; infinite where even a perfect figure for this one would not do.
    """
    groups = len(scaled.value)
    if groups < 2:
        return np.full(groups, np.nan)
    reach = critical(level, scaled.clusters)
    per_case = np.diag(covariance) * scaled.cases
    weights = np.tile(scaled.cases, (groups, 1)) * (1 - np.eye(groups))
    weights /= weights.sum(axis=1, keepdims=True)
    others = np.einsum("gi,ij,gj->g", weights, covariance, weights)
    room = (margin / reach) ** 2 - others
    return np.where(room > 0, divide(per_case, np.where(room > 0, room, 1)), np.inf)


def verdict(p: float, low: Floats, high: Floats, *, level: float, margin: float, words: str) -> str:
    """One of three: a difference was found; ones beyond the margin are excluded; not enough data.

    p: of the test; low, high: joint intervals of the gaps.
    """
    if np.isnan(p):
        return NOT_ENOUGH
    if p < 1 - level:
        return FOUND
    judged = np.isfinite(low) & np.isfinite(high)
    if judged.any() and ((low > -margin) & (high < margin))[judged].all():
        return EXCLUDED.format(words)
    return NOT_ENOUGH


def p_shown(p: float, verdict: str) -> float | None:
    """A p-value to 3 decimals, rounded away from the level that its verdict was made at: so the two always agree."""
    if np.isnan(p):
        return None
    towards = np.floor if verdict == FOUND else np.ceil
    return float(max(towards(round(p * 1_000, 9)) / 1_000, 0.001))


def group_verdicts(low: Floats, high: Floats, *, found: bool, margin: float, words: str) -> list[str]:
    """The same three for each group; a difference can be found in a group only where the test found one."""
    differs = ((low > 0) | (high < 0)) & found
    excluded = (low > -margin) & (high < margin)
    return list(np.where(differs, FOUND, np.where(excluded, EXCLUDED.format(words), NOT_ENOUGH)))


def holm(p: Floats) -> Floats:
    """p-values such that the chance of any false one among them stays below the level (Holm 1979)."""
    adjusted = np.full(len(p), np.nan)
    at = np.flatnonzero(~np.isnan(p))
    order = at[np.argsort(p[at])]
    steps = p[order] * (len(order) - np.arange(len(order)))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted

"""Gaps before and after adjusting for what differs between groups: deprivation, severity, service.

Regression standardisation: a logistic regression of the figure's numerator on group and covariates gives
what each group's figure would be if everyone compared had the group's own coefficient and all had the same
mix of covariates, that of everyone compared (Lane & Nelder 1982, Biometrics 38:613; g-computation). It describes:
it does not say what would happen if something were changed, and a covariate that is itself a result of
unequal care explains the inequity away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.audit_rows import Rows
from models.clustered import Estimates, Grouping
from models.comparison import Compared, compare
from models.covariates import covariate_columns, unlike
from models.intervals import Floats, Interval, critical, divide, plain, sidak
from models.measured import parts
from models.measures import MEASURES, Measure
from models.standardised_means import Means, covariance_of, standardised

ADJUSTABLE = (
    "sensitivity",
    "false_positive_rate",
    "ppv",
    "observed_to_expected",
    "known_share",
    "base_rate",
    "mean_risk",
    "flag_rate",
)


@dataclass(frozen=True)
class Adjusted:
    """One measure before and after adjusting, over all groups (NaN where a group has too little).

    change: how much of each gap goes with the covariates (gap before minus gap after; for a ratio, their
    quotient); its intervals hold for all groups together. unlike: the share of rows in a covariate's level in
    which some group has none, so that the regression reaches beyond what was seen.
    """

    before: Compared
    after: Compared
    change: Floats
    change_joint: Interval
    unlike: float


def adjust(
    measure: Measure, rows: Rows, covariates: pd.DataFrame, enough: NDArray[np.bool_], *, level: float
) -> Adjusted:
    """The measure before and after standardising to the mix of `covariates` (rows x columns of any type).

    enough: which groups have enough data for the measure; rows of others are left out, of the mix too.
    Errors: ValueError for a measure that is no mean of something per row (see ADJUSTABLE).
    """
    if measure.name not in ADJUSTABLE:
        raise ValueError(f"measure '{measure.name}' cannot be standardised; only {', '.join(ADJUSTABLE)}")
    inside = enough[rows.grouping.group]
    of_all = MEASURES["base_rate"] if measure.kind == "ratio" else measure
    bottom = parts(of_all, rows)[1].astype(bool) & inside
    design = covariate_columns(covariates[bottom])
    crude, adjusted = (_of(measure, rows, bottom, given) for given in (design[:, :0], design))
    grouping = _subset(rows.grouping, bottom)
    before, after = (_estimates(means, grouping) for means in (crude, adjusted))
    usable = enough & np.isfinite(before.value) & np.isfinite(after.value)
    before_gaps, after_gaps = (
        compare(each, measure.kind, usable, level=level, margin=1.0) for each in (before, after)
    )
    change, interval = _change(crude, adjusted, grouping, usable, measure, level)
    return Adjusted(before_gaps, after_gaps, change, interval, unlike(covariates[bottom], grouping, enough))


def _of(measure: Measure, rows: Rows, counted: NDArray[np.bool_], design: Floats) -> Means:
    """The standardised means of a measure; of a ratio, of outcomes by those of risks."""
    grouping = _subset(rows.grouping, counted)
    if measure.kind != "ratio":
        top = parts(measure, rows)[0].astype(float)[counted]
        return standardised(top, grouping, design)
    above = standardised(rows.event.astype(float)[counted], grouping, design)
    below = standardised(rows.risk[counted], grouping, design)
    value = divide(above.value, below.value)
    return Means(value, divide(above.influence - value * below.influence, below.value))


def _estimates(means: Means, grouping: Grouping) -> Estimates:
    everyone = np.ones(len(grouping.group), dtype=bool)
    covariance = covariance_of(means.influence, grouping)
    return Estimates(means.value, covariance, grouping.total(everyone), grouping.clusters(everyone))


def _change(
    crude: Means,
    adjusted: Means,
    grouping: Grouping,
    usable: NDArray[np.bool_],
    measure: Measure,
    level: float,
) -> tuple[Floats, Interval]:
    """How much of each group's gap goes, with intervals that hold together."""
    at = np.flatnonzero(usable)
    nothing = np.full(len(usable), np.nan)
    if len(at) < 2:
        return nothing, Interval(nothing, nothing.copy())
    cases = grouping.total(np.ones(len(grouping.group)))[at]
    weights = np.tile(cases, (len(at), 1)) * (1 - np.eye(len(at)))
    contrast = np.eye(len(at)) - weights / weights.sum(axis=1, keepdims=True)
    logged = measure.kind == "ratio"
    scaled = [_scaled(means, at, logged=logged) for means in (crude, adjusted)]
    moved = contrast @ (scaled[0].value - scaled[1].value)
    influence = np.zeros((len(grouping.group), len(usable)))
    influence[:, at] = (scaled[0].influence - scaled[1].influence) @ contrast.T
    variance = np.diag(covariance_of(influence, grouping))[at]
    clusters = grouping.clusters(np.ones(len(grouping.group), dtype=bool))[at]
    ends = plain(moved, variance, critical(sidak(level, len(at)), clusters))
    placed = []
    for part in (moved, *ends):
        whole = nothing.copy()
        whole[at] = np.exp(part) if logged else part
        placed.append(whole)
    return placed[0], Interval(placed[1], placed[2])


def _scaled(means: Means, at: NDArray[np.int64], *, logged: bool) -> Means:
    value, influence = means.value[at], means.influence[:, at]
    return Means(np.log(value), influence / value) if logged else Means(value, influence)


def _subset(grouping: Grouping, counted: NDArray[np.bool_]) -> Grouping:
    cluster = np.unique(grouping.cluster[counted], return_inverse=True)[1]
    return Grouping(grouping.group[counted], cluster.astype(np.int64), grouping.groups)

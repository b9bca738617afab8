"""A mean per group as it would be with everyone's mix of covariates, and how much each row moves it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import expit

from models.clustered import Grouping
from models.intervals import Floats, divide

STEPS, CLOSE_ENOUGH = 60, 1e-8
SINGULAR = 1e-10  # relative to the largest: levels that always go together, or tell the outcome apart


@dataclass(frozen=True)
class Means:
    """A mean in each group and how much each row moves it. value: groups; influence: rows x groups."""

    value: Floats
    influence: Floats


def standardised(value: Floats, grouping: Grouping, design: Floats) -> Means:
    """Regression standardisation of a value from 0 to 1 per row; `design`: rows x covariate columns.

    Without columns it is the plain mean of each group. A group whose values are all 0 or all 1 gets its
    plain mean where there are no columns, and NaN where there are (its coefficient is not finite).
    """
    sizes, totals = grouping.total(np.ones(len(value))), grouping.total(value)
    plain_mean = divide(totals, sizes)
    member = np.eye(grouping.groups)[grouping.group]
    if design.shape[1] == 0:
        safe = np.nan_to_num(plain_mean)
        return Means(plain_mean, member * (value[:, None] - safe) / np.maximum(sizes, 1))
    fit = (totals > 0) & (totals < sizes)
    used = fit[grouping.group]
    full = np.column_stack([member[:, fit], design])
    coefficients, bread = _logistic(full[used], value[used])
    mean, influence = np.full(grouping.groups, np.nan), np.zeros((len(value), grouping.groups))
    left = np.where(used, value - expit(full @ coefficients), 0)
    for column, group in enumerate(np.flatnonzero(fit)):
        chance = expit(coefficients[column] + design @ coefficients[fit.sum() :])
        mean[group] = chance.mean()
        slope = chance * (1 - chance)
        towards = np.concatenate([np.zeros(fit.sum()), slope @ design]) / len(value)
        towards[column] = slope.mean()
        influence[:, group] = (chance - mean[group]) / len(value) + (full @ (bread @ towards)) * left
    return Means(mean, influence)


def _logistic(design: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Coefficients and the inverse information, by Newton's method; NaN where it does not settle."""
    coefficients = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = expit(design @ coefficients)
        information = (design * (chance * (1 - chance))[:, None]).T @ design
        bread = np.linalg.pinv(information, rcond=SINGULAR, hermitian=True)
        step = bread @ (design.T @ (outcome - chance))
        coefficients = coefficients + np.clip(step, -3, 3)
        if np.abs(step).max() < CLOSE_ENOUGH:
            return coefficients, np.asarray(bread, dtype=float)
    return np.full(len(coefficients), np.nan), np.asarray(bread, dtype=float)


def covariance_of(influence: Floats, grouping: Grouping) -> Floats:
    """Groups x groups, by clusters, each row moving every group's figure."""
    at = np.arange(len(grouping.cluster))
    belongs = sparse.csr_array((np.ones(len(at)), (grouping.cluster, at)))
    sums = belongs @ influence
    clusters = grouping.clusters(np.ones(len(at), dtype=bool))
    small = np.sqrt(divide(clusters, clusters - 1))
    return np.asarray(sums.T @ sums * np.outer(small, small), dtype=float)

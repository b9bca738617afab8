"""How far risks lie from what they have meant in each group, by a flexible curve (ICI), with an interval.

The index cannot be below 0, and in a small group chance alone lifts it: an interval from its own standard
error, or from resampling, would promise too much. Here a band is laid round the whole curve that holds all
of it at once with the chance asked for (Scheffé; cluster-robust covariance); the interval goes from the mean
distance to the nearest edge of the band to that of the farthest. It holds at least as often as it says, and
is rather too wide than too narrow.
Sources: Austin & Steyerberg 2019 (Stat Med 38:4051) for the index; Scheffé 1953 (Biometrika 40:87).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, fdtri

from models import resampling
from models.audit_rows import Rows
from models.intervals import Floats


class CalibrationError(NamedTuple):
    """Value and interval per group, NaN where the curve cannot be fitted; clusters behind each."""

    value: Floats
    low: Floats
    high: Floats
    clusters: Floats


def calibration_error(rows: Rows, level: float) -> CalibrationError:
    """The ICI of every group with an interval at `level`."""
    found = np.full((rows.grouping.groups, 4), np.nan)
    for group in range(rows.grouping.groups):
        own = rows.known & (rows.grouping.group == group)
        found[group] = _one(rows.risk[own], rows.outcome[own], rows.grouping.cluster[own], level)
    return CalibrationError(*found.T)


def _one(risk: Floats, outcome: Floats, cluster: np.ndarray, level: float) -> tuple[float, ...]:
    codes, clusters = np.unique(cluster, return_inverse=True)[1], len(np.unique(cluster))
    nothing = (np.nan, np.nan, np.nan, float(clusters))
    x = resampling.log_odds(risk)
    if len(risk) == 0 or np.ptp(x) == 0 or outcome.min() == outcome.max():
        return nothing
    design = resampling.curve_design(x, x)[0]
    columns = design.shape[1]
    beta = resampling.logistic(design, outcome, np.ones((1, len(risk))))[0]
    if clusters <= columns or not np.isfinite(beta).all():
        return nothing
    covariance = _covariance(design, outcome, beta, codes)
    if covariance is None:
        return nothing
    middle = design @ beta
    freedom = clusters - columns
    reach = np.sqrt(columns * fdtri(columns, freedom, level))
    half = reach * np.sqrt(np.maximum(np.einsum("ni,ij,nj->n", design, covariance, design), 0))
    below, above = expit(middle - half), expit(middle + half)
    nearest = np.maximum(np.maximum(below - risk, risk - above), 0)
    farthest = np.maximum(np.abs(below - risk), np.abs(above - risk))
    value = np.abs(expit(middle) - risk).mean()
    return float(value), float(nearest.mean()), float(farthest.mean()), float(clusters)


def _covariance(design: Floats, outcome: Floats, beta: Floats, codes: np.ndarray) -> Floats | None:
    """The cluster-robust covariance of the coefficients; None where the design does not determine them."""
    fitted = expit(design @ beta)
    information = (design * (fitted * (1 - fitted))[:, None]).T @ design
    if np.linalg.cond(information) > 1e12:
        return None
    bread = np.linalg.inv(information)
    influence = (design * (outcome - fitted)[:, None]) @ bread
    sums = np.column_stack([np.bincount(codes, weights=influence[:, k]) for k in range(design.shape[1])])
    clusters = len(sums)
    return np.asarray(sums.T @ sums * clusters / (clusters - 1), dtype=float)

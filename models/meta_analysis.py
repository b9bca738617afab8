"""One figure over several services, and what to expect in a service that was not there.

A random-effects mean: the spread between services by restricted maximum likelihood, its interval by Hartung &
Knapp (Hartung & Knapp 2001, Stat Med 20:3875), never narrower than the one without their correction (Röver, Knapp
& Friede 2015, BMC Med Res Methodol 15:99), which few services can make too narrow. The prediction interval takes
Student's t on services minus 1 (IntHout et al. 2016, BMJ Open 6:e010247); with two or three services it is wide,
as it should be. Debray et al. 2017 (BMJ 356:i6460) ask for this of models measured in several places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from models.evaluation import LEVEL
from models.resampling import Numbers


@dataclass(frozen=True)
class Pooled:
    """The mean over services with its interval, the prediction interval for a new one, and the standard deviation
    between services; all missing under two services. On the scale of the estimates."""

    services: int
    mean: float
    low: float
    high: float
    new_low: float
    new_high: float
    between: float


def pooled(estimates: Numbers, errors: Numbers) -> Pooled:
    """Random-effects summary of `estimates` (one per service) with standard `errors`; missing ones are left out."""
    there = np.isfinite(estimates) & np.isfinite(errors) & (errors > 0)
    values, variances = estimates[there], errors[there] ** 2
    services = len(values)
    if services < 2:
        return Pooled(services, *(float("nan"),) * 6)
    between = spread(values, variances)
    weights = 1 / (variances + between)
    mean = float(weights @ values / weights.sum())
    plain = 1 / weights.sum()
    corrected = weights @ (values - mean) ** 2 / (services - 1) / weights.sum()
    variance = max(float(plain), float(corrected))
    reach = float(stats.t.ppf((1 + LEVEL) / 2, services - 1))
    half, new = (float(reach * np.sqrt(part)) for part in (variance, variance + between))
    return Pooled(services, mean, mean - half, mean + half, mean - new, mean + new, float(np.sqrt(between)))


def spread(values: Numbers, variances: Numbers) -> float:
    """The variance between services by restricted maximum likelihood; 0 where chance explains the differences."""

    def slope(between: float) -> float:
        """The derivative of twice the restricted log-likelihood."""
        weights = 1 / (variances + between)
        mean = weights @ values / weights.sum()
        squared = weights**2
        return float(squared @ (values - mean) ** 2 - weights.sum() + squared.sum() / weights.sum())

    grid = np.concatenate([[0.0], np.geomspace(1e-8, 1e3 * (np.var(values) + variances.max()), 400)])
    slopes = np.array([slope(at) for at in grid])
    tops = [
        float(brentq(slope, grid[k], grid[k + 1]))
        for k in range(len(grid) - 1)
        if slopes[k] > 0 >= slopes[k + 1]
    ]
    return max([0.0, *tops], key=lambda at: _likelihood(at, values, variances))


def _likelihood(between: float, values: Numbers, variances: Numbers) -> float:
    """The restricted log-likelihood but for a constant."""
    weights = 1 / (variances + between)
    mean = weights @ values / weights.sum()
    return float(np.log(weights).sum() - np.log(weights.sum()) - weights @ (values - mean) ** 2) / 2

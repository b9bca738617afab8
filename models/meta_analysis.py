"""One figure over several services, and what to expect in a service that was not there.

A random-effects mean: the spread between services by restricted maximum likelihood, its interval by Hartung &
Knapp (Hartung & Knapp 2001, Stat Med 20:3875), never narrower than the one without their correction (Röver, Knapp
& Friede 2015, BMC Med Res Methodol 15:99), which few services can make too narrow. The prediction interval takes
Student's t on services minus 2 (Higgins, Thompson & Spiegelhalter 2009, J R Stat Soc A 172:137): there is none for
two services, and with three it is so wide that it holds more often than it says. Debray et al. 2017 (BMJ
356:i6460) ask for this of models measured in several places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.optimize import minimize_scalar

from models.evaluation import LEVEL
from models.resampling import Numbers


@dataclass(frozen=True)
class Pooled:
    """The mean over services with its interval, the prediction interval for a new one, and the standard deviation
    between services; missing under two services, the prediction interval under three. On the estimates' scale."""

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
    half = _reach(services - 1) * float(np.sqrt(variance))
    new = _reach(services - 2) * float(np.sqrt(variance + between))
    return Pooled(services, mean, mean - half, mean + half, mean - new, mean + new, float(np.sqrt(between)))


def _reach(freedom: int) -> float:
    """How many standard errors an interval reaches by Student's t; missing without a degree of freedom."""
    return float(stats.t.ppf((1 + LEVEL) / 2, freedom)) if freedom > 0 else float("nan")


def spread(values: Numbers, variances: Numbers) -> float:
    """The variance between services by restricted maximum likelihood; 0 where chance explains the differences."""

    most = 1e3 * (float(np.var(values)) + float(variances.max()))
    grid = np.concatenate([[0.0], np.geomspace(1e-9 * most, most, 400)])
    best = int(np.argmax(_likelihood(grid, values, variances)))
    around = (grid[max(0, best - 1)], grid[min(len(grid) - 1, best + 1)])
    found = minimize_scalar(
        lambda at: -_likelihood(np.array([at]), values, variances)[0],
        bounds=around,
        method="bounded",
        options={"xatol": 1e-12 * most},
    )
    edge, inside = _likelihood(np.array([0.0, found.x]), values, variances)
    return float(found.x) if inside > edge else 0.0


def _likelihood(between: Numbers, values: Numbers, variances: Numbers) -> Numbers:
    """The restricted log-likelihood, but for a constant, at each variance between services."""
    weights = 1 / (variances + between[:, None])
    mean = (weights * values).sum(axis=1) / weights.sum(axis=1)
    misfit = (weights * (values - mean[:, None]) ** 2).sum(axis=1)
    return np.asarray((np.log(weights).sum(axis=1) - np.log(weights.sum(axis=1)) - misfit) / 2)

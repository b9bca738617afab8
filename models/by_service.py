"""How well the model does in each service, on the whole, and what to expect in one that was not there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from models import resampling
from models.evaluation import EvaluationSettings, with_interval
from models.meta_analysis import Pooled, pooled
from models.resampling import Draws, Numbers

FEWEST = 10
MEASURES = ("auroc", "calibration_intercept", "calibration_slope")
METRICS = (resampling.auroc, resampling.calibration_intercept, resampling.calibration_slope)


@dataclass(frozen=True)
class ByService:
    """`services`: service, points, patients, events, measure, value, low, high, error (of the log-odds for AUROC);
    missing figures where a service has under 10 outcomes of a kind. `summary`: measure, services, value, low, high,
    new_low, new_high, between: the random-effects mean and the interval in which a new service is expected.
    `uncounted`: services that were measured, but are not among those that the summary is over.
    """

    services: pd.DataFrame
    summary: pd.DataFrame
    uncounted: tuple[str, ...] = ()


def by_service(
    outcome: Numbers,
    risk: Numbers,
    *,
    services: NDArray[np.object_],
    patients: NDArray[np.object_],
    settings: EvaluationSettings,
    over: Collection[str] | None = None,
) -> ByService:
    """AUROC, calibration in the large and slope of `risk` in each service, and over all of them or those in `over`."""
    rows = [
        row
        for service in sorted(set(services.astype(str)))
        for row in _of_one(service, services.astype(str) == service, outcome, risk, patients, settings)
    ]
    names = ["service", "points", "patients", "events", "measure", "value", "low", "high", "error"]
    table = pd.DataFrame(rows, columns=names)
    columns = ["measure", "services", "value", "low", "high", "new_low", "new_high", "between"]
    counts = table["service"].isin(table["service"] if over is None else over)
    summary = pd.DataFrame([_summary(table[counts], name) for name in MEASURES], columns=columns)
    measured = table[~counts].dropna(subset=["value"])["service"]
    return ByService(table, summary, tuple(measured.unique()))


def _of_one(
    service: str,
    inside: NDArray[np.bool_],
    outcome: Numbers,
    risk: Numbers,
    patients: NDArray[np.object_],
    settings: EvaluationSettings,
) -> Iterator[tuple[object, ...]]:
    own, events = outcome[inside], int(outcome[inside].sum())
    size = (service, len(own), len(np.unique(patients[inside].astype(str))), events)
    if min(events, len(own) - events) < FEWEST:
        yield from ((*size, name, *(float("nan"),) * 4) for name in MEASURES)
        return
    draws = Draws(patients[inside], settings.draws, settings.seed)
    found = draws.figures(own, risk[inside], *METRICS)
    for column, name in enumerate(MEASURES):
        values = found[:, column]
        yield *size, name, *with_interval(values), _error(_scaled(name, values))


def _scaled(name: str, values: Numbers) -> Numbers:
    """Values on the scale that is pooled: log-odds for AUROC, whose sampling is nearer to normal there."""
    if name != "auroc":
        return values
    return np.asarray(logit(np.clip(values, 1e-6, 1 - 1e-6)), dtype=np.float64)


def _error(values: Numbers) -> float:
    """The standard error by the draws that settled."""
    drawn = values[1:][np.isfinite(values[1:])]
    return float(drawn.std(ddof=1)) if len(drawn) > 1 else float("nan")


def _summary(table: pd.DataFrame, name: str) -> tuple[object, ...]:
    own = table[table["measure"] == name]
    values = _scaled(name, own["value"].to_numpy(dtype=np.float64))
    one: Pooled = pooled(values, own["error"].to_numpy(dtype=np.float64))
    ends = np.array([one.mean, one.low, one.high, one.new_low, one.new_high])
    shown = expit(ends) if name == "auroc" else ends
    return name, one.services, *(float(end) for end in shown), one.between

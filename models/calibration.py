"""Calibration: from a booster's log-odds (its margin) to a probability that means what it says.

Every kind gives a risk that never falls as the margin rises. The parameters are fitted to Platt's targets:
an event counts as (events + 1) / (events + 2), a non-event as 1 / (non-events + 2), so that no risk is ever
certain and margins that separate the outcomes wholly have finite parameters (Platt 1999, Advances in Large
Margin Classifiers, 61).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Numbers = NDArray[np.float64]
Kind = Literal["none", "platt", "beta", "isotonic"]
LEAST_IN_A_STEP = 20  # rows behind each step of an isotonic calibration: none of them is one patient's


class Calibration(ABC):
    """Turns margins into probabilities; frozen, and made of plain numbers that can be written as text."""

    kind: ClassVar[Kind]

    @abstractmethod
    def risk(self, margin: Numbers) -> Numbers:
        """The calibrated probability for each margin (log-odds), never falling as it rises."""

    def as_table(self) -> dict[str, Any]:
        """The kind and its parameters, for JSON."""
        return {"kind": self.kind, **asdict(self)}  # type: ignore[call-overload]


@dataclass(frozen=True)
class Uncalibrated(Calibration):
    """The margin taken at its word."""

    kind: ClassVar[Kind] = "none"

    def risk(self, margin: Numbers) -> Numbers:
        """The probability whose log-odds the margin is."""
        return np.asarray(expit(margin), dtype=np.float64)


@dataclass(frozen=True)
class Platt(Calibration):
    """Calibrated log-odds = slope * margin + intercept, the slope at least 0."""

    slope: float
    intercept: float
    kind: ClassVar[Kind] = "platt"

    def risk(self, margin: Numbers) -> Numbers:
        """The calibrated probability for each margin."""
        return np.asarray(expit(self.slope * margin + self.intercept), dtype=np.float64)


@dataclass(frozen=True)
class Beta(Calibration):
    """Calibrated log-odds = a ln p - b ln(1 - p) + intercept, p the margin's own probability, a and b at least 0.

    Source: Kull, Silva Filho & Flach 2017 (AISTATS, PMLR 54:623).
    """

    a: float
    b: float
    intercept: float
    kind: ClassVar[Kind] = "beta"

    def risk(self, margin: Numbers) -> Numbers:
        """The calibrated probability for each margin."""
        log_odds = _beta_columns(margin) @ np.array([self.a, self.b]) + self.intercept
        return np.asarray(expit(log_odds), dtype=np.float64)


@dataclass(frozen=True)
class Isotonic(Calibration):
    """Straight lines between points (margins, risks), both never falling, and level beyond the ends.

    Source: Zadrozny & Elkan 2002 (KDD 694), on means of neighbours rather than on single rows.
    """

    margins: tuple[float, ...]
    risks: tuple[float, ...]
    kind: ClassVar[Kind] = "isotonic"

    def risk(self, margin: Numbers) -> Numbers:
        """The calibrated probability for each margin."""
        return np.asarray(np.interp(margin, self.margins, self.risks), dtype=np.float64)


def calibration_from(table: Mapping[str, Any]) -> Calibration:
    """The calibration that `as_table` wrote. Errors: KeyError or TypeError where the table is no such."""
    kinds: dict[str, type[Calibration]] = {each.kind: each for each in (Uncalibrated, Platt, Beta, Isotonic)}
    parameters = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in table.items()
        if name != "kind"
    }
    return kinds[table["kind"]](**parameters)


def platt(margin: Numbers, outcome: Numbers) -> Platt:
    """Fitted by maximum likelihood on points (outcome 0 or 1) that the booster never saw.

    A slope below 0 would turn the booster's order round: then its order holds no information, the slope is
    0 and every point gets the prevalence. So it does where all outcomes or all margins are alike.
    """
    (slope,), intercept = _logistic(margin[:, None], _targets(outcome))
    return Platt(slope, intercept)


def beta(margin: Numbers, outcome: Numbers) -> Beta:
    """Fitted by maximum likelihood under a, b >= 0 on points (outcome 0 or 1) that the booster never saw."""
    (a, b), intercept = _logistic(_beta_columns(margin), _targets(outcome))
    return Beta(a, b, intercept)


def isotonic(margin: Numbers, outcome: Numbers) -> Isotonic:
    """Isotonic regression on groups of at least 20 neighbouring points that the booster never saw.

    Equal margins are in one group, so groups lie in strict order.
    """
    from sklearn.isotonic import isotonic_regression  # slow to import, and not for every command

    order = np.argsort(margin, kind="stable")
    starts = _group_starts(margin[order])
    sizes = np.diff([*starts, len(margin)]).astype(float)
    middles, shares = (
        np.add.reduceat(values[order], starts) / sizes for values in (margin, _targets(outcome))
    )
    risks = isotonic_regression(shares, sample_weight=sizes)
    return Isotonic(tuple(middles.tolist()), tuple(np.asarray(risks, dtype=float).tolist()))


FITS: Mapping[Kind, Callable[[Numbers, Numbers], Calibration]] = {
    "none": lambda *_: Uncalibrated(),
    "platt": platt,
    "beta": beta,
    "isotonic": isotonic,
}


def _targets(outcome: Numbers) -> Numbers:
    """Platt's targets: outcomes that stop short of certainty."""
    events, others = float(outcome.sum()), float((1 - outcome).sum())
    return np.where(outcome == 1, (events + 1) / (events + 2), 1 / (others + 2))


def _beta_columns(margin: Numbers) -> Numbers:
    """ln p and -ln(1 - p) for p = expit(margin), exact for the largest margins too."""
    return np.stack([-np.logaddexp(0, -margin), np.logaddexp(0, margin)], axis=-1)


def _logistic(columns: Numbers, targets: Numbers) -> tuple[tuple[float, ...], float]:
    """Coefficients, none below 0, and intercept of the likeliest logistic regression on `columns`."""
    from scipy.optimize import minimize  # slow to import, and not for every command

    centre, spread = columns.mean(axis=0), columns.std(axis=0)
    # A column that does not vary has coefficient 0.
    scaled = np.divide(columns - centre, spread, out=np.zeros_like(columns), where=spread > 1e-12)
    design = np.column_stack([scaled, np.ones(len(columns))])

    def loss(coefficients: Numbers) -> tuple[float, Numbers]:
        log_odds = design @ coefficients
        value = float(np.mean(np.logaddexp(0, log_odds) - targets * log_odds))
        return value, np.asarray(design.T @ (expit(log_odds) - targets) / len(targets))

    bounds = [(0, None)] * columns.shape[1] + [(None, None)]
    found = minimize(
        loss,
        np.zeros(design.shape[1]),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1_000},
    )
    slopes = np.divide(found.x[:-1], spread, out=np.zeros_like(spread), where=spread > 1e-12)
    return tuple(slopes.tolist()), float(found.x[-1] - slopes @ centre)


def _group_starts(ordered: Numbers) -> list[int]:
    """Where groups of at least LEAST_IN_A_STEP rows begin among margins in order; equal ones stay together."""
    distinct = np.flatnonzero(np.diff(ordered, prepend=-np.inf))
    starts = [0]
    for start in distinct.tolist():
        if start - starts[-1] >= LEAST_IN_A_STEP:
            starts.append(start)
    if len(starts) > 1 and len(ordered) - starts[-1] < LEAST_IN_A_STEP:
        starts.pop()
    return starts

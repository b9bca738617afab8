"""Metrics of a prediction under many weightings of its rows at once: how patients are resampled.

A bootstrap draw of patients is a weight per row (how often its patient was drawn). Every metric here takes
`weights` of shape draws x rows and gives one value per draw; with weights of 1 it is the metric itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

Numbers = NDArray[np.float64]
Metric = Callable[[Numbers, Numbers, Numbers], Numbers]
NEAREST_TO_CERTAIN = 1e-6
CELLS_AT_ONCE = 500_000


@dataclass(frozen=True)
class Draws:
    """The rows as they are, then patients drawn with replacement `number` times. The same seed, the same draws."""

    patients: NDArray[np.object_]
    number: int
    seed: int

    def over(self, metric: Callable[[Numbers], Numbers]) -> Numbers:
        """What `metric` gives for the weights of every draw, the rows as they are first."""
        return np.concatenate([metric(weights) for weights in self._blocks()])

    def figures(self, outcome: Numbers, risk: Numbers, *metrics: Metric) -> Numbers:
        """Each metric's values as a column, the rows as they are first."""
        return self.over(
            lambda weights: np.column_stack([metric(outcome, risk, weights) for metric in metrics])
        )

    def _blocks(self) -> Iterator[Numbers]:
        """Weights of so many draws at a time that they fit a processor's cache, never all at once."""
        counts, owner = self._counts
        at_once = max(1, CELLS_AT_ONCE // max(1, len(owner)))
        for first in range(0, len(counts), at_once):
            yield counts[first : first + at_once, owner].astype(np.float64)

    @cached_property
    def _counts(self) -> tuple[NDArray[np.int16], NDArray[np.intp]]:
        """How often each draw drew each patient, and the patient of each row."""
        names, owner = np.unique(self.patients.astype(str), return_inverse=True)
        random = np.random.default_rng(self.seed)
        drawn = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=self.number)
        return np.vstack([np.ones((1, len(names))), drawn]).astype(np.int16), owner


def patient_weights(patients: NDArray[np.object_], *, draws: int, seed: int) -> Numbers:
    """All weights of `Draws` at once, of shape (draws + 1) x rows."""
    return Draws(patients, draws, seed).over(lambda weights: weights)


def auroc(outcome: Numbers, risk: Numbers, weights: Numbers) -> Numbers:
    """The chance that a row with outcome 1 has a higher risk than one with 0; ties count half."""
    events, others = _by_risk(outcome, risk, weights)
    below = np.cumsum(others, axis=1) - others
    pairs = (events * (below + others / 2)).sum(axis=1)
    return np.asarray(pairs / (events.sum(axis=1) * others.sum(axis=1)), dtype=np.float64)


def average_precision(outcome: Numbers, risk: Numbers, weights: Numbers) -> Numbers:
    """The mean of precision over the recall it reaches, risks from high to low."""
    events, others = (part[:, ::-1] for part in _by_risk(outcome, risk, weights))
    found, flagged = np.cumsum(events, axis=1), np.cumsum(events + others, axis=1)
    precision = np.divide(found, flagged, out=np.zeros_like(found), where=flagged > 0)
    return np.asarray((events * precision).sum(axis=1) / events.sum(axis=1), dtype=np.float64)


def _by_risk(outcome: Numbers, risk: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
    """Weight of rows with outcome 1 and with 0 at each distinct risk, from low to high."""
    order = np.argsort(risk, kind="stable")
    starts = np.flatnonzero(np.diff(risk[order], prepend=-np.inf))
    sums = [
        np.add.reduceat(weights[:, order] * side[order], starts, axis=1) for side in (outcome, 1 - outcome)
    ]
    return sums[0], sums[1]


def mean(values: Numbers, weights: Numbers) -> Numbers:
    """The weighted mean of a value per row."""
    return np.asarray(weights @ values / weights.sum(axis=1), dtype=np.float64)


def share(part: NDArray[np.bool_], whole: NDArray[np.bool_], weights: Numbers) -> Numbers:
    """How much of `whole` is in `part`; missing where nothing is in `whole`."""
    top, bottom = weights @ (part & whole), weights @ whole
    shares: Numbers = np.divide(top, bottom, out=np.full(len(weights), np.nan), where=bottom > 0)
    return shares


def log_loss(outcome: Numbers, risk: Numbers, weights: Numbers) -> Numbers:
    """Minus the mean log-likelihood."""
    clipped = np.clip(risk, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
    return mean(-(outcome * np.log(clipped) + (1 - outcome) * np.log(1 - clipped)), weights)


def logistic(design: Numbers, outcome: Numbers, weights: Numbers, offset: Numbers | float = 0.0) -> Numbers:
    """Coefficients (draws x columns) of a logistic regression in every draw, by Newton's method.

    Missing in a draw that does not settle. The slightest ridge keeps the steps finite.
    """
    columns = design.shape[1]
    ridge = 1e-8 * np.eye(columns)
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), columns**2)
    # The rows as they are first: every draw's coefficients lie near theirs.
    start = logistic(design, outcome, weights[:1], offset) if len(weights) > 1 else np.zeros((1, columns))
    coefficients = np.repeat(np.nan_to_num(start), len(weights), axis=0)
    for _ in range(25):
        fitted = expit(coefficients @ design.T + offset)
        slack = weights * (outcome - fitted)
        curvature = weights * fitted * (1 - fitted)
        hessian = (curvature @ products).reshape(-1, columns, columns) + ridge
        steps = np.linalg.solve(hessian, (slack @ design)[..., None])[..., 0]
        coefficients = coefficients + np.clip(steps, -5, 5)
        if np.abs(steps).max() < 1e-9:
            break
    settled = np.abs(steps).max(axis=1, keepdims=True) < 1e-4
    return np.asarray(np.where(settled, coefficients, np.nan), dtype=np.float64)


def calibration_slope(outcome: Numbers, risk: Numbers, weights: Numbers) -> Numbers:
    """The slope of the outcome's log-odds on the risk's: 1 is right, below 1 risks are too extreme."""
    x = log_odds(risk)
    if np.ptp(x) == 0:
        return np.full(len(weights), np.nan)
    return logistic(np.column_stack([np.ones_like(x), x]), outcome, weights)[:, 1]


def calibration_intercept(outcome: Numbers, risk: Numbers, weights: Numbers) -> Numbers:
    """Calibration in the large: how far all log-odds are too low (above 0) or too high, the slope being 1."""
    return logistic(np.ones((len(risk), 1)), outcome, weights, log_odds(risk))[:, 0]


def flexible_curve(outcome: Numbers, risk: Numbers, weights: Numbers, at: Numbers) -> Numbers:
    """Observed share at the risks `at` (draws x len(at)): logistic regression on a natural cubic spline.

    Of the risk's log-odds with knots at its 5th, 35th, 65th and 95th percentiles (Harrell's places for four
    knots); the calibration curve of Austin & Steyerberg 2019 in its parametric form.
    """
    x = log_odds(risk)
    design, design_at = curve_design(x, log_odds(at))
    return np.asarray(expit(logistic(design, outcome, weights) @ design_at.T), dtype=np.float64)


def curve_design(x: Numbers, at: Numbers) -> tuple[Numbers, Numbers]:
    """The spline's columns at `x`, turned to stand at right angles, and the same columns at `at`.

    They span the same curves; on the spline's own columns the coefficients can be so large that Newton's
    method does not settle.
    """
    knots = knots_of(x)
    design = spline(x, knots)
    turn = np.linalg.pinv(np.linalg.qr(design)[1]) * np.sqrt(len(x))
    return design @ turn, spline(at, knots) @ turn


def distance_from_the_curve(outcome: Numbers, risk: Numbers, weights: Numbers) -> Numbers:
    """How far each row's risk lies from the flexible calibration curve at it (draws x rows)."""
    return np.asarray(np.abs(flexible_curve(outcome, risk, weights, risk) - risk), dtype=np.float64)


def integrated_calibration_index(outcome: Numbers, risk: Numbers, weights: Numbers) -> Numbers:
    """ICI: the mean of the distances from the flexible calibration curve."""
    distance = distance_from_the_curve(outcome, risk, weights)
    return np.asarray((weights * distance).sum(axis=1) / weights.sum(axis=1), dtype=np.float64)


def quantile(values: Numbers, weights: Numbers, share: float) -> Numbers:
    """The least value of each draw that `share` of its weight does not exceed; values are draws x rows."""
    order = np.argsort(values, axis=1)
    reached = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    place = (reached < share * reached[:, -1:]).sum(axis=1)
    return np.take_along_axis(np.take_along_axis(values, order, axis=1), place[:, None], axis=1)[:, 0]


def log_odds(risk: Numbers) -> Numbers:
    """The log-odds of risks, those of certainty cut."""
    return np.asarray(logit(np.clip(risk, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)), dtype=np.float64)


def knots_of(x: Numbers) -> Numbers:
    """Four knots at Harrell's percentiles of x; fewer where they coincide."""
    return np.unique(np.quantile(x, [0.05, 0.35, 0.65, 0.95]))


def spline(x: Numbers, knots: Numbers) -> Numbers:
    """A natural cubic spline's columns: constant, x, and one for each inner knot (linear beyond the ends)."""
    columns = [np.ones_like(x), x]
    if len(knots) >= 3:
        last, before = knots[-1], knots[-2]
        scale = (last - knots[0]) ** 2

        def bent(knot: float) -> Numbers:
            cubes = np.maximum(x - knot, 0) ** 3
            towards = np.maximum(x - before, 0) ** 3 * (last - knot) / (last - before)
            back = np.maximum(x - last, 0) ** 3 * (before - knot) / (last - before)
            return np.asarray((cubes - towards + back) / scale, dtype=np.float64)

        columns += [bent(float(knot)) for knot in knots[:-2]]
    return np.column_stack(columns)

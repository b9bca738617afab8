"""How good the risks are on points that training never saw, always with an interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models import resampling
from models.clustered import Grouping, together
from models.resampling import Draws, Metric, Numbers

LEVEL = 0.95
CURVE_AT = np.round(np.arange(0.02, 0.99, 0.02), 2)
METRICS = (
    "auroc",
    "average_precision",
    "brier",
    "log_loss",
    "observed_to_expected",
    "calibration_intercept",
    "calibration_slope",
    "ici",
    "e50",
    "e90",
)
DISTANCES = ("ici", "e50", "e90")
NEED_DIFFERENT_RISKS = ("calibration_slope", *DISTANCES)


FEWEST_DRAWS = 20


@dataclass(frozen=True)
class EvaluationSettings:
    """`draws`: bootstrap draws of patients, at least FEWEST_DRAWS: with a handful an interval may miss its own value,
    and with a few hundred another seed may move its ends by a twentieth of its width. `seed`: of those draws.
    """

    draws: int = 1_000
    seed: int = 1

    def __post_init__(self) -> None:
        if self.draws < FEWEST_DRAWS:
            raise ValueError(f"draws must be at least {FEWEST_DRAWS}; it is {self.draws}")


@dataclass(frozen=True)
class HeldOut:
    """Points with a known outcome: `outcome` 0 or 1, `risks` by model, `patients` as the unit of resampling."""

    outcome: Numbers
    risks: Mapping[str, Numbers]
    patients: NDArray[np.object_]
    model: str
    settings: EvaluationSettings

    @cached_property
    def draws(self) -> Draws:
        """The rows as they are, then patients drawn again and again: the same draws for every figure."""
        return Draws(self.patients, self.settings.draws, self.settings.seed)

    @cached_property
    def together(self) -> Grouping:
        """The rows as one group, with their patients as clusters."""
        return together(self.patients)

    @property
    def own(self) -> Numbers:
        """The risks of the model that is evaluated."""
        return self.risks[self.model]

    @property
    def curved(self) -> bool:
        """Whether a calibration curve may be shown."""
        return True

    def figures(self, risk: Numbers, *metrics: Metric) -> Numbers:
        """Each metric's values as columns, the rows as they are first."""
        return self.draws.figures(self.outcome, risk, *metrics)


def with_interval(values: Numbers) -> tuple[float, float, float]:
    """(value, low, high) from the value itself followed by its bootstrap draws (percentiles)."""
    drawn = values[1:][~np.isnan(values[1:])]
    if not len(drawn) or np.isnan(values[0]):
        return float("nan"), float("nan"), float("nan")
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(values[0]), float(low), float(high)


def with_interval_of_distance(values: Numbers) -> tuple[float, float, float]:
    """As `with_interval`, for a distance that chance alone lifts, and lifts once more in every draw.

    The percentiles lie too high, and can lie above the value itself: so the lower end is the upper one reflected
    at the value, less what chance lifts the draws by, never below 0. Rather too wide than too narrow.
    """
    value, _, high = with_interval(values)
    if np.isnan(value):
        return value, value, value
    lifted = max(0.0, float(np.nanmean(values[1:])) - value)
    return value, max(0.0, 2 * value - max(value, high) - lifted), max(value, high)


def metrics(outcome: Numbers, risk: Numbers, weights: Numbers) -> Numbers:
    """Every metric of METRICS (draws x metrics); missing where it needs different risks and all are one."""
    distance = resampling.distance_from_the_curve(outcome, risk, weights)
    columns = {
        "auroc": resampling.auroc(outcome, risk, weights),
        "average_precision": resampling.average_precision(outcome, risk, weights),
        "brier": resampling.mean((risk - outcome) ** 2, weights),
        "log_loss": resampling.log_loss(outcome, risk, weights),
        "observed_to_expected": (weights @ outcome) / (weights @ risk),
        "calibration_intercept": resampling.calibration_intercept(outcome, risk, weights),
        "calibration_slope": resampling.calibration_slope(outcome, risk, weights),
        "ici": (weights * distance).sum(axis=1) / weights.sum(axis=1),
        "e50": resampling.quantile(distance, weights, 0.5),
        "e90": resampling.quantile(distance, weights, 0.9),
    }
    if np.ptp(risk) == 0:
        columns |= {name: np.full(len(weights), np.nan) for name in NEED_DIFFERENT_RISKS}
    return np.column_stack([columns[name] for name in METRICS])


def performance(held_out: HeldOut) -> pd.DataFrame:
    """Every metric of every model: `model, metric, value, low, high`.

    ICI, E50 and E90: the mean, median and 90th percentile of the distances between risks and the flexible
    calibration curve (Austin & Steyerberg 2019, Stat Med 38:4051).
    """

    def rows() -> Iterator[tuple[str, str, float, float, float]]:
        for model, risk in held_out.risks.items():
            found = held_out.figures(risk, metrics)
            for column, name in enumerate(METRICS):
                interval = with_interval_of_distance if name in DISTANCES else with_interval
                yield model, name, *interval(found[:, column])

    return pd.DataFrame(list(rows()), columns=["model", "metric", "value", "low", "high"])


def gains(held_out: HeldOut) -> pd.DataFrame:
    """The model's AUROC minus each rival's, on the same draws of patients: `rival, value, low, high`."""
    areas = {name: held_out.figures(risk, resampling.auroc)[:, 0] for name, risk in held_out.risks.items()}
    own = areas.pop(held_out.model)
    rows = [(rival, *with_interval(own - area)) for rival, area in areas.items()]
    return pd.DataFrame(rows, columns=["rival", "value", "low", "high"])


def verdict(gain: pd.DataFrame) -> str:
    """The sentence that matters first: whether the boosted model beats logistic regression."""
    row = gain.set_index("rival").loc["logistic regression"]
    value, low, high = (float(number) for number in row[["value", "low", "high"]].to_numpy(dtype=np.float64))
    if np.isnan(value):
        return (
            "Whether it is better than logistic regression cannot be told: too few patients have some risk with one of "
            "the outcomes."
        )
    if low > 0:
        return f"Better than logistic regression by {value:.3f} ({low:.3f} to {high:.3f}) in AUROC."
    if high < 0:
        by = f"{-value:.3f} ({-high:.3f} to {-low:.3f})"
        return f"Worse than logistic regression by {by} in AUROC. Use logistic regression."
    difference = f"{_signed(value)} ({_signed(low)} to {_signed(high)})"
    return f"No better than logistic regression: the difference in AUROC is {difference}."


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def calibration_curve(held_out: HeldOut) -> pd.DataFrame:
    """Risk against the share observed, with a pointwise band: `risk, value, low, high`; empty where none is told."""
    risk, outcome = held_out.own, held_out.outcome
    if not held_out.curved:
        return pd.DataFrame(columns=["risk", "value", "low", "high"], dtype=np.float64)
    inside = CURVE_AT[(np.quantile(risk, 0.01) <= CURVE_AT) & (np.quantile(risk, 0.99) >= CURVE_AT)]
    curves = held_out.draws.over(lambda weights: resampling.flexible_curve(outcome, risk, weights, inside))
    rows = [(at, *with_interval(curves[:, column])) for column, at in enumerate(inside)]
    return pd.DataFrame(rows, columns=["risk", "value", "low", "high"], dtype=np.float64)

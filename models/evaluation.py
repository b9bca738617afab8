"""How good the risks are on points that training never saw, always with an interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models import resampling
from models.resampling import Numbers

LEVEL = 0.95
THRESHOLDS = np.round(np.arange(0.05, 0.96, 0.05), 2)
CURVE_AT = np.round(np.arange(0.02, 0.99, 0.02), 2)
Metric = Callable[[Numbers, Numbers, Numbers], Numbers]


@dataclass(frozen=True)
class EvaluationSettings:
    """`draws`: bootstrap draws of patients; `seed`: of those draws."""

    draws: int = 300
    seed: int = 1


def _brier(outcome: Numbers, risk: Numbers, weights: Numbers) -> Numbers:
    return resampling.mean((risk - outcome) ** 2, weights)


def _observed_to_expected(outcome: Numbers, risk: Numbers, weights: Numbers) -> Numbers:
    return np.asarray((weights @ outcome) / (weights @ risk), dtype=np.float64)


METRICS: Mapping[str, Metric] = {
    "auroc": resampling.auroc,
    "average_precision": resampling.average_precision,
    "brier": _brier,
    "log_loss": resampling.log_loss,
    "observed_to_expected": _observed_to_expected,
    "calibration_intercept": resampling.calibration_intercept,
    "calibration_slope": resampling.calibration_slope,
    "ici": resampling.integrated_calibration_index,
}


@dataclass(frozen=True)
class HeldOut:
    """Points with a known outcome: `outcome` 0 or 1, `risks` by model, `patients` as the unit of resampling."""

    outcome: Numbers
    risks: Mapping[str, Numbers]
    patients: NDArray[np.object_]
    model: str

    def weights(self, settings: EvaluationSettings) -> Numbers:
        """The rows as they are, then patients drawn again and again."""
        return resampling.patient_weights(self.patients, draws=settings.draws, seed=settings.seed)


def with_interval(values: Numbers) -> tuple[float, float, float]:
    """(value, low, high) from the value itself followed by its bootstrap draws (percentiles)."""
    drawn = values[1:][~np.isnan(values[1:])]
    if not len(drawn) or np.isnan(values[0]):
        return float("nan"), float("nan"), float("nan")
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(values[0]), float(low), float(high)


def performance(held_out: HeldOut, settings: EvaluationSettings) -> pd.DataFrame:
    """Every metric of every model: `model, metric, value, low, high`.

    For a model that gives everybody one risk, what needs different risks is missing.
    """
    weights = held_out.weights(settings)
    rows = []
    for model, risk in held_out.risks.items():
        for name, metric in METRICS.items():
            flat = np.ptp(risk) == 0 and name in ("calibration_slope", "ici")
            values = np.full(len(weights), np.nan) if flat else metric(held_out.outcome, risk, weights)
            rows.append((model, name, *with_interval(values)))
    return pd.DataFrame(rows, columns=["model", "metric", "value", "low", "high"])


def gains(held_out: HeldOut, settings: EvaluationSettings) -> pd.DataFrame:
    """The model's AUROC minus each rival's, on the same draws of patients: `rival, value, low, high`."""
    weights = held_out.weights(settings)
    areas = {name: resampling.auroc(held_out.outcome, risk, weights) for name, risk in held_out.risks.items()}
    own = areas.pop(held_out.model)
    rows = [(rival, *with_interval(own - area)) for rival, area in areas.items()]
    return pd.DataFrame(rows, columns=["rival", "value", "low", "high"])


def verdict(gain: pd.DataFrame) -> str:
    """The sentence that matters first: whether the boosted model beats logistic regression."""
    row = gain.set_index("rival").loc["logistic regression"]
    value, low, high = (float(number) for number in row[["value", "low", "high"]].to_numpy(dtype=np.float64))
    if low > 0:
        return f"Better than logistic regression by {value:.3f} ({low:.3f} to {high:.3f}) in AUROC."
    if high < 0:
        by = f"{-value:.3f} ({-high:.3f} to {-low:.3f})"
        return f"Worse than logistic regression by {by} in AUROC. Use logistic regression."
    difference = f"{_signed(value)} ({_signed(low)} to {_signed(high)})"
    return f"No better than logistic regression: the difference in AUROC is {difference}."


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def calibration_curve(held_out: HeldOut, settings: EvaluationSettings) -> pd.DataFrame:
    """Risk against the share observed, with a pointwise band: `risk, value, low, high`."""
    risk = held_out.risks[held_out.model]
    inside = CURVE_AT[(np.quantile(risk, 0.01) <= CURVE_AT) & (np.quantile(risk, 0.99) >= CURVE_AT)]
    curves = resampling.flexible_curve(held_out.outcome, risk, held_out.weights(settings), inside)
    rows = [(at, *with_interval(curves[:, column])) for column, at in enumerate(inside)]
    return pd.DataFrame(rows, columns=["risk", "value", "low", "high"])


def net_benefit(held_out: HeldOut, settings: EvaluationSettings) -> pd.DataFrame:
    """Net benefit by threshold: `threshold, policy, value, low, high`; policies are the models and flagging all.

    Flagging nobody has a net benefit of 0. Vickers & Elkin 2006: the share rightly flagged minus the share
    wrongly flagged times the odds of the threshold.
    """
    weights, outcome = held_out.weights(settings), held_out.outcome
    policies = {name: risk for name, risk in held_out.risks.items() if np.ptp(risk) > 0}
    everyone = np.ones(len(outcome), dtype=bool)
    rows = []
    for threshold in THRESHOLDS:
        odds = threshold / (1 - threshold)
        flagged = {"flag everybody": everyone, **{name: risk >= threshold for name, risk in policies.items()}}
        for policy, flag in flagged.items():
            benefit = resampling.mean(flag * (outcome - (1 - outcome) * odds), weights)
            rows.append((threshold, policy, *with_interval(benefit)))
    return pd.DataFrame(rows, columns=["threshold", "policy", "value", "low", "high"])


def at_the_flag(
    outcome: Numbers, flag: NDArray[np.bool_], patients: NDArray[np.object_], settings: EvaluationSettings
) -> pd.DataFrame:
    """What the flags did: `measure, value, low, high` for sensitivity, specificity, PPV, NPV and flag rate."""
    weights = resampling.patient_weights(patients, draws=settings.draws, seed=settings.seed)
    event, everyone = outcome == 1, np.ones(len(outcome), dtype=bool)
    measures = {
        "sensitivity": (flag, event),
        "specificity": (~flag, ~event),
        "ppv": (event, flag),
        "npv": (~event, ~flag),
        "flag_rate": (flag, everyone),
    }
    rows = [(name, *with_interval(resampling.share(*parts, weights))) for name, parts in measures.items()]
    return pd.DataFrame(rows, columns=["measure", "value", "low", "high"])


def flags_per_practitioner_week(predictions: pd.DataFrame) -> float:
    """Mean flags per practitioner and calendar week in which the practitioner had a point; missing without."""
    known = predictions.dropna(subset=["practitioner_id"])
    week = known["at"].dt.to_period("W").astype(str)
    flags = known.groupby([known["practitioner_id"], week])["flag"].sum()
    return float(flags.mean()) if len(flags) else float("nan")


def ascertainment(outcome: pd.DataFrame) -> pd.DataFrame:
    """Whether the outcome of mature points is known, by reason: `reason, points, share`."""
    mature = outcome[outcome["reason"] != "pending"]
    counted = mature["reason"].value_counts().rename_axis("reason").reset_index(name="points")
    return counted.assign(share=counted["points"] / max(1, len(mature)))

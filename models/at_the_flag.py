"""What the flags did on held-out points: whom they found, whom they missed, and how much work they made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models import resampling
from models.audit_rows import Bools, Rows, counts
from models.clustered import Grouping, ratio, share_interval, together
from models.comparison import NOT_ENOUGH
from models.evaluation import LEVEL, EvaluationSettings, with_interval
from models.resampling import Draws, Numbers
from models.withheld import RESTS_ON, WITHHELD, Rule, hidden_of_all

Figure = tuple[str, float, float, float]
BENEFITS = ("net_benefit", "net_benefit_gain")
CELLS = ("flagged_events", "missed_events", "flagged_others", "passed_others")


@dataclass(frozen=True)
class At:
    """The risk from which a row is flagged, the patient of each row, and how they are drawn again."""

    threshold: float
    patients: NDArray[np.object_]
    settings: EvaluationSettings

    @property
    def draws(self) -> Draws:
        """The rows as they are, then patients drawn again and again."""
        return Draws(self.patients, self.settings.draws, self.settings.seed)


def at_the_flag(outcome: Numbers, flag: Bools, at: At, rule: Rule) -> pd.DataFrame:
    """What the flags did, as it may be published: `measure, value, low, high, note`.

    Shares in whole percent by Wilson's interval on patients, as in an audit: drawing patients again gives a cell that
    nobody is in no width. net_benefit: as in `models.net_benefit`, at the risk from which a point is flagged;
    net_benefit_gain: over the better of flagging everybody and nobody. `note` says why a figure is missing: withheld
    by the rule, or, of net benefit, with too few patients in one of the four CELLS.
    """
    rows = _rows(outcome, flag, together(at.patients))
    hidden = hidden_of_all(rows, rule)
    few = fewest_in_a_cell(outcome, flag, rows.grouping) < rule.ranked
    shown = []
    for name, *ends in (*_shares(rows, flag), *_benefits(outcome, flag, at)):
        rests_on = RESTS_ON["net_benefit" if name in BENEFITS else name]
        note = WITHHELD if hidden.intersection(rests_on) else NOT_ENOUGH * (few and name in BENEFITS)
        # Net benefit is said of 100 with a decimal, a share in whole percent.
        digits = rule.digits + (name in BENEFITS)
        told = (float("nan") if note else round(end, digits) + 0.0 for end in ends)
        shown.append((name, *told, note))
    return pd.DataFrame(shown, columns=["measure", "value", "low", "high", "note"])


def fewest_in_a_cell(outcome: Numbers, flag: Bools, grouping: Grouping) -> float:
    """How many patients stand in the emptiest of the four CELLS of flag and outcome."""
    counted = counts(_rows(outcome, flag, grouping))
    return min(float(counted[cell][1][0]) for cell in CELLS)


def _rows(outcome: Numbers, flag: Bools, grouping: Grouping) -> Rows:
    """For what is counted of flags and outcomes alone: no risk is read."""
    return Rows(np.full(len(outcome), np.nan), outcome, flag, grouping)


def _shares(rows: Rows, flag: Bools) -> Iterator[Figure]:
    event, other = rows.event, ~rows.event
    parts = {
        "sensitivity": (flag & event, event),
        "specificity": (~flag & other, other),
        "ppv": (flag & event, flag),
        "npv": (~flag & other, ~flag),
        "flag_rate": (flag, np.ones_like(flag)),
    }
    for name, (part, whole) in parts.items():
        share = ratio(part.astype(np.float64), whole.astype(np.float64), rows.grouping)
        low, high = share_interval(share, LEVEL)
        yield name, float(share.value[0]), float(low[0]), float(high[0])


def _benefits(outcome: Numbers, flag: Bools, at: At) -> Iterator[Figure]:
    worth = outcome - (1 - outcome) * at.threshold / (1 - at.threshold)

    def measures(weights: Numbers) -> Numbers:
        benefit = resampling.mean(flag * worth, weights)
        return np.column_stack([benefit, benefit - np.maximum(resampling.mean(worth, weights), 0)])

    found = at.draws.over(measures)
    for column, name in enumerate(BENEFITS):
        yield name, *with_interval(found[:, column])


def flags_per_practitioner_week(predictions: pd.DataFrame) -> float:
    """Mean flags per practitioner and calendar week in which the practitioner had a point; missing without."""
    flagged, weeks = _flagged(predictions)
    return float(flagged["flag"].sum() / weeks) if weeks else float("nan")


def flags_a_week(
    predictions: pd.DataFrame, settings: EvaluationSettings, rule: Rule
) -> tuple[float, float, float]:
    """(value, low, high) of `flags_per_practitioner_week`; missing where few patients were flagged, or few were not.

    The weeks stay while patients are drawn again.
    """
    flagged, weeks = _flagged(predictions)
    flag, patients = flagged["flag"].to_numpy() == 1, flagged["patient_id"].to_numpy(dtype=object)
    fewest = min(len(np.unique(patients[side].astype(str))) for side in (flag, ~flag))
    if not weeks or fewest < rule.smallest:
        return float("nan"), float("nan"), float("nan")
    draws = Draws(patients, settings.draws, settings.seed)
    return with_interval(draws.over(lambda weights: weights @ flag / weeks))


def _flagged(predictions: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The points of known practitioners, and in how many weeks of a practitioner they lie."""
    known = predictions.dropna(subset=["practitioner_id"])
    week = known["at"].dt.to_period("W").astype(str)
    return known, known.groupby(["practitioner_id", week]).ngroups

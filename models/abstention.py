"""Where no chance is stated, and what that costs and spares: how often, for whom, and the error on either side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.evaluation import EvaluationSettings, performance
from models.held_out_shown import HeldOutShown
from models.shares import Share, by_group
from models.withheld import Rule

NOT_ENOUGH = "not enough recorded to say"
UNLIKE = "unlike the patients this was learnt from"
STATED, NONE_STATED = "a chance is stated", "none is stated"
METRICS = ("brier", "observed_to_expected", "auroc")
RATES = (
    Share("abstained", "No chance is stated", "everyone", "abstained"),
    Share("unlike", "– unlike the patients learnt from", "everyone", "unlike", "abstained"),
)


def why_none(features: pd.DataFrame, unlike: pd.Series | None, *, missing_at_most: float) -> pd.Series:
    """Why no chance is stated of each row of a model's predictors: NOT_ENOUGH, UNLIKE, or "" where one is.

    `missing_at_most`: the largest share of the predictors that may be missing. Who has too little recorded is
    that first, and unlike others second.
    """
    silent = features.isna().mean(axis=1) > missing_at_most
    strange = np.zeros(len(features), dtype=bool) if unlike is None else unlike.loc[features.index]
    return pd.Series(
        np.select([silent, strange], [NOT_ENOUGH, UNLIKE], ""), index=features.index, dtype=object
    )


@dataclass(frozen=True)
class Abstention:
    """On held-out points: `rates` by group, as they may be published (`models.shares.by_group`), and `errors`.

    `errors`: where, measure, value, low, high; all missing where there are too few outcomes of either kind.
    """

    rates: pd.DataFrame
    errors: pd.DataFrame


def abstention(
    predictions: pd.DataFrame, by: Sequence[str], *, rule: Rule, settings: EvaluationSettings
) -> Abstention:
    """Of held-out points: `abstained_because` (as `why_none`), risk, not_completed, patient_id, and `by`'s columns."""
    why = predictions["abstained_because"]
    told = predictions.assign(everyone=True, abstained=why != "", unlike=why == UNLIKE)
    known = told[told["not_completed"].notna()]
    sides = {STATED: known[~known["abstained"]], NONE_STATED: known[known["abstained"]]}
    errors = [_errors(where, rows, rule, settings) for where, rows in sides.items()]
    return Abstention(by_group(told, by, RATES, rule), pd.concat(errors, ignore_index=True))


def _errors(where: str, rows: pd.DataFrame, rule: Rule, settings: EvaluationSettings) -> pd.DataFrame:
    outcome: NDArray[np.float64] = rows["not_completed"].to_numpy(dtype=np.float64)
    events = int(outcome.sum())
    if min(events, len(outcome) - events) < max(rule.ranked, 1):
        empty = pd.DataFrame({"measure": METRICS, "value": np.nan, "low": np.nan, "high": np.nan})
        return empty.assign(where=where)
    patients = rows["patient_id"].to_numpy(dtype=object)
    held = HeldOutShown(outcome, {"": rows["risk"].to_numpy(dtype=np.float64)}, patients, "", settings, rule)
    found = performance(held).set_index("metric").loc[list(METRICS), ["value", "low", "high"]]
    return found.rename_axis("measure").reset_index().assign(where=where)

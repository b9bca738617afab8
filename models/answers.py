"""What a registered model answers for rows of predictors: the risk, its interval, and what moved it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from features.errors import InputError
from features.predictor import everything
from features.units import allowed, outside
from models.explanation import explain
from models.risk_model import RiskModel

BEFORE = "log_odds_before"
DOUBTS = ("missing_share", "unlike")


def contribution(predictor: str) -> str:
    """The column that holds what a predictor contributed."""
    return f"contribution_{predictor}"


def answers(model: RiskModel, rows: pd.DataFrame, *, contributions: bool = False) -> pd.DataFrame:
    """`risk, risk_low, risk_high` of each row, and what speaks against stating it; with `contributions` also what moved
    the risk, in log-odds.

    `missing_share`: of the model's predictors (0 to 1). `unlike`: 1 where the row is unlike the points learnt from.

    `log_odds_before` is what is expected before anything is known of a patient; with every `contribution_...`
    added it is the log-odds of the trees, which the model's calibration turns into the risk. Shape: one row
    per row, on the index of `rows`. Errors: InputError naming every predictor missing or not a number, or with the
    first row that holds what its unit does not allow.
    """
    risks = model.predict(rows)
    if faults := tuple(_impossible(model, rows)):
        raise InputError(*faults)
    missing = rows[list(model.predictors)].isna().mean(axis=1)
    risks = risks.assign(missing_share=missing, unlike=model.unlike(rows).astype(float))
    if not contributions:
        return risks
    explained = explain(model, rows)
    parts = explained.parts.rename(columns=contribution)
    return pd.concat([risks, pd.Series(explained.base, rows.index, name=BEFORE), parts], axis=1)


def _impossible(model: RiskModel, rows: pd.DataFrame) -> Iterator[str]:
    """A line per predictor with values that it cannot have; of one that no catalogue declares only infinite ones."""
    for name in model.predictors:
        values, known = rows[name].to_numpy(dtype=np.float64), everything().get(name)
        wrong = np.flatnonzero(np.isinf(values) if known is None else outside(known, values))
        if wrong.size:
            may, unit = (allowed(known), f" ({known.unit})") if known else ("a finite number", "")
            which = f"row {wrong[0] + 1:,} of {len(values):,}"
            which += f" (and {wrong.size - 1:,} more)" if wrong.size > 1 else ""
            yield f"{which}: predictor '{name}' must be {may}{unit}; it is {values[wrong[0]]:g}"

"""Whether flagging by risk is worth it: net benefit, against flagging everybody and flagging nobody.

Net benefit: the share rightly flagged minus the share wrongly flagged times the odds of the threshold
(Vickers & Elkin 2006, Med Decis Making 26:565). Flagging nobody has a net benefit of 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from models.at_the_flag import fewest_in_a_cell
from models.evaluation import HeldOut, with_interval
from models.resampling import Numbers
from models.risk_histogram import BANDS

# Those of the risks' histogram: so neither picture can give back what the other joined.
THRESHOLDS = BANDS[1:-1]
EVERYBODY, NOBODY = "flag everybody", "flag nobody"
COLUMNS = ["threshold", "policy", "value", "low", "high", "gain", "gain_low", "gain_high"]


def net_benefit(held_out: HeldOut, thresholds: Numbers = THRESHOLDS, *, fewest: int = 0) -> pd.DataFrame:
    """Net benefit by threshold: `threshold, policy, value, low, high, gain, gain_low, gain_high`.

    Policies are the models with different risks, flagging everybody and flagging nobody. `gain`: over the
    better of flagging everybody and nobody, whichever that is in each draw of patients, so that a gain above 0
    is never owed to having picked the weaker one; missing for those two. `fewest`: patients that must stand in each
    cell of flag and outcome; where there are fewer a model has no row, since an empty cell is drawn empty every time
    and gives a band of no width.
    """
    rows = [row for threshold in thresholds for row in _at(held_out, float(threshold), fewest)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _at(held_out: HeldOut, threshold: float, fewest: int) -> Iterator[tuple[object, ...]]:
    models = {
        name: flag
        for name, flag in (
            (name, risk >= threshold) for name, risk in held_out.risks.items() if np.ptp(risk) > 0
        )
        if fewest_in_a_cell(held_out.outcome, flag, held_out.together) >= fewest
    }
    flags = {EVERYBODY: np.ones(len(held_out.outcome), dtype=bool), **models}
    worth = held_out.outcome - (1 - held_out.outcome) * threshold / (1 - threshold)
    values = np.column_stack([flag * worth for flag in flags.values()])
    benefits = held_out.draws.over(lambda weights: _means(values, weights))
    best = np.maximum(benefits[:, 0], 0)
    nothing = (float("nan"),) * 3
    for column, name in enumerate(flags):
        gain = nothing if name == EVERYBODY else with_interval(benefits[:, column] - best)
        yield threshold, name, *with_interval(benefits[:, column]), *gain
    yield threshold, NOBODY, 0.0, 0.0, 0.0, *nothing


def _means(values: Numbers, weights: Numbers) -> Numbers:
    """The weighted mean of each column of `values` in every draw."""
    return np.asarray(weights @ values / weights.sum(axis=1, keepdims=True), dtype=np.float64)

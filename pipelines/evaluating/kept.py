"""Figures with an interval to the digits in which every file and MLflow keep them: one rounding, told nowhere else.

To 4 digits: whole floats would give small counts back. The ends that a promotion judges are rounded outwards, so that
no gate is opened by rounding. Rounded otherwise in another place, the two would tell more together than either does.
"""

from __future__ import annotations

import re

import pandas as pd

from models.promotion import PromotionSettings, bounds
from models.withheld import outwards, significant
from pipelines.evaluating.evaluated import BOOSTED, Evaluation

JUDGED = {bound.figure for bound in bounds(PromotionSettings())}


def kept_performance(found: Evaluation) -> pd.DataFrame:
    """Every metric of every model, named as MLflow names those of the model that is evaluated: `figure`, or ''."""
    own = found.performance["model"] == BOOSTED
    return _kept(found.performance.assign(figure=("test_" + found.performance["metric"]).where(own, "")))


def kept_gains(found: Evaluation) -> pd.DataFrame:
    """The gains over every rival, named as MLflow names them: `figure`."""
    names = [re.sub(r"\W+", "_", f"gain_over_{rival}").strip("_") for rival in found.gains["rival"]]
    return _kept(found.gains.assign(figure=names))


def _kept(table: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (significant(value), *(outwards(low, high) if figure in JUDGED else map(significant, (low, high))))
        for figure, value, low, high in table[["figure", "value", "low", "high"]].itertuples(index=False)
    ]
    rounded = pd.DataFrame(rows, columns=["value", "low", "high"], index=table.index, dtype="float64")
    return table.assign(**rounded)

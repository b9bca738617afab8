"""What the model promises on those it learnt from, less what that promise is too much by.

Harrell's bootstrap (Harrell, Lee & Mark 1996, Stat Med 15:361): the whole procedure is done again on patients drawn
with replacement; by how much the model made so does better on them than on those there were is the optimism. The
interval is that of the apparent figure, moved by the optimism (Noma et al. 2021, Stat Med 40:5691), which leaves
out that the optimism itself is uncertain and so is rather too narrow. With trees, which come near to remembering
their rows, the bootstrap is known to correct too little: the held-out points are the measure, this one stands beside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.evaluation import METRICS, EvaluationSettings, metrics, with_interval
from models.resampling import Draws, Numbers
from models.risk_model import RiskModel
from models.splits import Rows
from models.studies import Advance, Procedure, StudySettings

# What is worth saying on the rows that the trees learnt from: not calibration, for which points are judged by trees
# that never saw their patients.
PROMISED = ("auroc", "average_precision", "brier", "log_loss")


def optimism(
    procedure: Procedure,
    *,
    studies: StudySettings,
    settings: EvaluationSettings,
    advance: Advance = str,
) -> pd.DataFrame:
    """For each metric of PROMISED: `metric, apparent, optimism, optimism_error, value, low, high`.

    `value`: apparent minus optimism, with its interval. `optimism_error`: the standard error of the optimism by
    the number of resamples.
    """
    rows = procedure.split.train
    model = procedure.learnt()
    apparent = _apparent(procedure, model, settings)
    found = []
    for number in range(1, studies.optimism + 1):
        drawn = procedure.on_other_patients(studies.seed + number)
        again = procedure.learnt(drawn)
        found.append(_figures(procedure, again, drawn.train) - _figures(procedure, again, rows))
        advance(f"resample {number}")
    return _table(apparent, np.array(found))


def _figures(procedure: Procedure, model: RiskModel, rows: Rows) -> Numbers:
    """Every metric of the model on rows."""
    once = np.ones((1, len(rows)))
    return metrics(procedure.outcome[rows], procedure.risk(model, rows), once).ravel()


def _apparent(procedure: Procedure, model: RiskModel, settings: EvaluationSettings) -> Numbers:
    """Every metric on the rows that the model learnt from, followed by draws of their patients."""
    rows = procedure.split.train
    outcome, risk = procedure.outcome[rows], procedure.risk(model, rows)
    draws = Draws(procedure.patients[rows], settings.draws, settings.seed)
    return draws.figures(outcome, risk, metrics)


def _table(apparent: Numbers, found: Numbers) -> pd.DataFrame:
    rows = []
    for name in PROMISED:
        column = METRICS.index(name)
        extra = float(found[:, column].mean())
        error = float(found[:, column].std(ddof=1) / np.sqrt(len(found)))
        value, low, high = with_interval(apparent[:, column])
        rows.append((name, value, extra, error, value - extra, low - extra, high - extra))
    columns = ["metric", "apparent", "optimism", "optimism_error", "value", "low", "high"]
    return pd.DataFrame(rows, columns=columns)

"""What becomes of the model where an input fails: each table and each construct taken away in turn.

Three ways to fail: the predictors that rest on it are missing when a risk is asked for; they are what the engine
gives for an empty history, as where a table arrives without rows, so that nobody is warned; or they were never
there, and the model was learnt without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models import resampling
from models.evaluation import EvaluationSettings, with_interval
from models.resampling import Draws, Numbers
from models.risk_model import RiskModel
from models.studies import Advance, Procedure

MISSING, EMPTY, WITHOUT = "missing", "empty", "learnt without"
CHANGES = ("auroc", "calibration_intercept", "calibration_slope")
METRICS = (resampling.auroc, resampling.calibration_intercept, resampling.calibration_slope)
COLUMNS = ["kind", "input", "predictors", "way", "metric", "value", "low", "high", "change", "change_low"]
COLUMNS += ["change_high"]


@dataclass(frozen=True)
class Input:
    """Something that may fail: a 'table' or a 'construct', and the predictors that rest on it."""

    kind: str
    name: str
    predictors: tuple[str, ...]


def rehearsal(
    procedure: Procedure,
    model: RiskModel,
    inputs: Sequence[Input],
    *,
    when_absent: Mapping[str, float],
    relearn: bool,
    settings: EvaluationSettings,
    advance: Advance = str,
) -> pd.DataFrame:
    """COLUMNS for each input, way of failing and metric of CHANGES; `change`: against the model with all inputs, on
    the same draws of held-out patients.

    `when_absent`: what an empty history gives, by predictor; missing for one that is not named. `relearn`: also
    learn without each input; one on which every predictor rests cannot be learnt without.
    """
    whole = _drawn(procedure, procedure.risk(model, procedure.tested), settings)
    rows = []
    for each in inputs:
        for way, risk in _failed(procedure, model, each, when_absent, relearn):
            found = _drawn(procedure, risk, settings)
            for column, metric in enumerate(CHANGES):
                change = with_interval(found[:, column] - whole[:, column])
                own = with_interval(found[:, column])
                rows.append((each.kind, each.name, len(each.predictors), way, metric, *own, *change))
        advance(each.name)
    return pd.DataFrame(rows, columns=COLUMNS)


def _failed(
    procedure: Procedure,
    model: RiskModel,
    lost: Input,
    when_absent: Mapping[str, float],
    relearn: bool,
) -> Iterator[tuple[str, Numbers]]:
    """The risks of the held-out rows in each way of failing."""
    features = procedure.features.iloc[procedure.tested][list(model.predictors)]
    for way, values in ((MISSING, {}), (EMPTY, when_absent)):
        given = features.assign(**{name: values.get(name, float("nan")) for name in lost.predictors})
        yield way, model.main.risk(given[list(model.predictors)].to_numpy(dtype=np.float64))
    if relearn and len(lost.predictors) < procedure.features.shape[1]:
        yield WITHOUT, procedure.risk(procedure.learnt(without=lost.predictors), procedure.tested)


def _drawn(procedure: Procedure, risk: Numbers, settings: EvaluationSettings) -> Numbers:
    """The metrics of CHANGES on the held-out rows, then on every draw of their patients (draws x metrics)."""
    outcome = procedure.outcome[procedure.tested]
    draws = Draws(procedure.patients[procedure.tested], settings.draws, settings.seed)
    return draws.figures(outcome, risk, *METRICS)

"""Would more patients help? The model learnt from growing shares of them, always measured on the same held-out rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from models import resampling
from models.evaluation import EvaluationSettings, with_interval
from models.resampling import Draws, Numbers
from models.spline_logistic import spline_logistic
from models.splits import LEAST_IN_A_SLICE, Split
from models.studies import Advance, Procedure, StudySettings
from models.withheld import RULES, rounded

BOOSTED, LOGISTIC = "boosted model", "logistic regression"
CURVES = ("auroc", "calibration_slope")
METRICS = (resampling.auroc, resampling.calibration_slope)
COLUMNS = ["model", "share", "patients", "points", "metric", "value", "low", "high", "least", "most"]


def learning_curve(
    procedure: Procedure,
    *,
    studies: StudySettings,
    settings: EvaluationSettings,
    advance: Advance = str,
) -> pd.DataFrame:
    """COLUMNS for the boosted model and logistic regression at each share of the training patients.

    `value`: the mean over repeats with other patients, its interval from drawing held-out patients again;
    `least` and `most`: over the repeats. A share with too few outcomes of a kind in a slice is left out.
    """
    rows: list[tuple[object, ...]] = []
    for share in sorted(studies.curve_shares):
        splits = list(_splits(procedure, share, studies))
        found = {name: [] for name in (BOOSTED, LOGISTIC)}  # type: dict[str, list[Numbers]]
        for number, split in enumerate(splits, start=1):
            for name, risk in _risks(procedure, split).items():
                found[name].append(_drawn(procedure, risk, settings))
            advance(f"{share:.0%} of the patients, {number}")
        if splits:
            size = _size(procedure, splits)
            rows += [
                (name, share, *size, *row) for name, all_ in found.items() for row in _rows(np.array(all_))
            ]
    return pd.DataFrame(rows, columns=COLUMNS)


def fits(studies: StudySettings) -> int:
    """How many times the curve learns, at most."""
    return sum(1 if share == 1 else studies.curve_repeats for share in studies.curve_shares)


def _splits(procedure: Procedure, share: float, studies: StudySettings) -> Iterator[Split]:
    if share == 1:
        yield procedure.split
        return
    for repeat in range(studies.curve_repeats):
        split = procedure.on_fewer_patients(share, studies.seed + repeat)
        slices = [procedure.outcome[rows] for rows in (split.fit, split.stop, split.calibrate)]
        if all(min(known.sum(), len(known) - known.sum()) >= LEAST_IN_A_SLICE for known in slices):
            yield split


def _risks(procedure: Procedure, split: Split) -> dict[str, Numbers]:
    known = ~np.isnan(procedure.outcome[split.test])
    return {
        BOOSTED: procedure.risk(procedure.learnt(split), procedure.tested),
        LOGISTIC: spline_logistic(procedure.features, procedure.outcome, split)[known],
    }


def _drawn(procedure: Procedure, risk: Numbers, settings: EvaluationSettings) -> Numbers:
    """The metrics of CURVES on the held-out rows, then on every draw of their patients (draws x metrics)."""
    outcome = procedure.outcome[procedure.tested]
    draws = Draws(procedure.patients[procedure.tested], settings.draws, settings.seed)
    return draws.figures(outcome, risk, *METRICS)


def _rows(found: Numbers) -> Iterator[tuple[object, ...]]:
    """From repeats x draws x metrics: metric, value, low, high, least, most."""
    for column, name in enumerate(CURVES):
        each = found[:, 0, column]
        mean = with_interval(found[:, :, column].mean(axis=0))
        yield name, *mean, float(each.min()), float(each.max())


def _size(procedure: Procedure, splits: list[Split]) -> tuple[int, int]:
    """(patients, points) learnt from, on average over the repeats, as they are published."""
    patients = [len(np.unique(procedure.patients[split.train].astype(str))) for split in splits]
    points = [len(split.train) for split in splits]
    return rounded(float(np.mean(patients)), RULES["nhs"]), rounded(float(np.mean(points)), RULES["nhs"])

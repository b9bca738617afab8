"""A WORK folder as `bsw build` leaves it, of any size, with invented points whose outcome some predictors carry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from features.predictor import catalogue
from pipelines.config import Config
from pipelines.store import step, write_table

Numbers = NDArray[np.float64]
MONTHS, LAST_DAY, SERVICES, POINTS_A_PATIENT = 24, "2025-06-30", 6, 4
CARRIED = 25  # predictors that the outcome really hangs on
GROUPS = {
    "ethnic_category": "White - British",
    "gender": "female",
    "age_band": "26 to 64",
    "deprivation_quintile": "3",
}


def made_work(work: Path, *, points: int, predictors: int, seed: int = 1) -> Path:
    """Write so many points x predictors, named as in the catalogue, under the manifest of a finished build."""
    draw = np.random.default_rng(seed)
    frame = _points(draw, points)
    ids = frame["point_id"]
    matrix = numbers(draw, points, predictors)
    outcome = _outcome(draw, frame, chance(matrix))
    features = pd.DataFrame(matrix, columns=list(catalogue())[:predictors], copy=False)
    features.insert(0, "point_id", ids)
    ethnic = draw.choice(["White", "Asian or Asian British", "Not stated or not known"], points)
    protected = pd.DataFrame({"point_id": ids, "ethnic_group": ethnic, **GROUPS})
    frames = {"points": frame, "features": features, "outcome": outcome, "protected": protected}
    with step("build", work, inputs={}, config=Config()) as manifest:
        for name, each in frames.items():
            manifest.wrote(write_table(work / f"{name}.parquet", each, synthetic=True))
        days = {f"S{number}": LAST_DAY for number in range(SERVICES)}
        manifest.says(synthetic=True, records_up_to=LAST_DAY, until=None, left_out={}, last_days=days)
    return work


def numbers(draw: np.random.Generator, rows: int, predictors: int) -> Numbers:
    """Scores, counts and yes or no, as predictors are, a tenth missing."""
    matrix = draw.standard_normal((rows, predictors))
    matrix[:, 1::3] = np.round(3 * matrix[:, 1::3])
    matrix[:, 2::3] = matrix[:, 2::3] > 0.5
    for column in range(0, predictors, 2):
        matrix[draw.random(rows) < 0.2, column] = np.nan
    return matrix


def chance(matrix: Numbers) -> Numbers:
    """The chance of the outcome: straight, bent and joint effects of the first predictors."""
    carried = np.nan_to_num(matrix[:, :CARRIED])
    carried = carried / np.maximum(carried.std(axis=0), 1e-9)
    weights = 0.3 * np.cos(np.arange(carried.shape[1]))
    joint = 0.3 * carried[:, 0] * carried[:, 3] + 0.25 * np.abs(carried[:, 6])
    return np.asarray(expit(carried @ weights + joint - 0.6), dtype=np.float64)


def _points(draw: np.random.Generator, points: int) -> pd.DataFrame:
    patient = np.sort(draw.integers(0, max(1, points // POINTS_A_PATIENT), points))
    begun = draw.uniform(0, MONTHS * 30.4 - 60, patient.max() + 1)
    first = pd.Timestamp(LAST_DAY) - pd.DateOffset(months=MONTHS)
    day = begun[patient] + draw.uniform(0, 60, points)
    ids = np.char.add("C", np.arange(points).astype(str)).astype(object)
    named = patient.astype(str)
    return pd.DataFrame(
        {
            "point_id": ids,
            "kind": "contact",
            "at": (first + pd.to_timedelta(day, unit="D")).round("min"),
            "contact_id": ids,
            "pathway_id": np.char.add("R", named).astype(object),
            "patient_id": np.char.add("P", named).astype(object),
            "practitioner_id": np.char.add("W", (patient % 40).astype(str)).astype(object),
            "service_id": np.char.add("S", (patient % SERVICES).astype(str)).astype(object),
            "session_number": draw.integers(1, 8, points),
        }
    )


def _outcome(draw: np.random.Generator, points: pd.DataFrame, chances: Numbers) -> pd.DataFrame:
    not_completed = (draw.random(len(points)) < chances).astype(float)
    reason = np.where(draw.random(len(points)) < 0.85, "reviewed", "not reviewed").astype(object)
    reason[points["at"] > pd.Timestamp(LAST_DAY) - pd.Timedelta(days=41)] = "pending"
    known = reason == "reviewed"
    return pd.DataFrame(
        {
            "point_id": points["point_id"],
            "not_completed": np.where(known, not_completed, np.nan),
            "share": np.where(known, 1 - not_completed, np.nan),
            "reason": reason,
            "label_known_at": (points["at"] + pd.Timedelta(days=10)).where(known),
        }
    )

"""A WORK folder as `bsw build` leaves it, with random points whose outcome some predictors really carry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from features.predictor import catalogue
from pipelines.config import Config
from pipelines.store import step, write_table

MONTHS, LAST_DAY = 18, "2025-06-30"
CARRIED = ("last_share_completed", "patient_confidence", "resistance_latest", "written_summary")
NAMES = (*CARRIED, "phq9_latest", "session", "missed_appointments_past_90_days")
# Middle and spread of what is drawn, so that it lies where the predictor's unit says.
LIES = {
    "patient_confidence": (5.0, 0.9),
    "resistance_latest": (1.5, 0.25),
    "phq9_latest": (13.5, 2.5),
    "session": (6.0, 1.0),
    "missed_appointments_past_90_days": (6.0, 1.0),
}


def small_work(work: Path, *, patients: int = 700, seed: int = 1, services: int = 1) -> Path:
    """Write points, features, protected and outcome with the manifest of a finished build."""
    draw = np.random.default_rng(seed)
    points = _points(draw, patients, services)
    features, chance = _features(draw, len(points))
    outcome = _outcome(draw, points, chance)
    groups = pd.DataFrame(
        {
            "point_id": points["point_id"],
            "ethnic_category": "White - British",
            "ethnic_group": draw.choice(
                ["White", "Asian or Asian British", "Not stated or not known"], len(points)
            ),
            "gender": "female",
            "age_band": "26 to 64",
            "deprivation_quintile": "3",
        }
    )
    frames = {"points": points, "outcome": outcome, "protected": groups}
    frames["features"] = features.assign(point_id=points["point_id"])
    with step("build", work, inputs={}, config=Config()) as manifest:
        for name, frame in frames.items():
            manifest.wrote(write_table(work / f"{name}.parquet", frame, synthetic=True))
        manifest.says(
            synthetic=True,
            records_up_to=LAST_DAY,
            until=None,
            left_out={},
            last_days=dict.fromkeys(points["service_id"], LAST_DAY),
        )
    return work


def _points(draw: np.random.Generator, patients: int, services: int) -> pd.DataFrame:
    sessions = draw.integers(1, 8, patients)
    patient = np.repeat(np.arange(patients), sessions)
    first = pd.Timestamp(LAST_DAY) - pd.DateOffset(months=MONTHS)
    begun = draw.uniform(0, MONTHS * 30.4 - 20, patients)
    number = np.concatenate([np.arange(count) for count in sessions])
    day = begun[patient] + number * 14 + draw.uniform(0, 3, len(patient))
    points = pd.DataFrame(
        {
            "kind": "contact",
            "at": (first + pd.to_timedelta(day, unit="D")).round("min"),
            "pathway_id": [f"S:R{n}" for n in patient],
            "patient_id": [f"S:P{n}" for n in patient],
            "practitioner_id": [f"S:W{n % 9}" for n in patient],
            "service_id": ["S" if n % services == 0 else f"S{n % services}" for n in patient],
            "session_number": number + 1,
        }
    )
    points = points[points["at"] < pd.Timestamp(LAST_DAY)].sort_values("at", ignore_index=True)
    ids = [f"S:C{n}" for n in range(len(points))]
    return points.assign(point_id=ids, contact_id=ids)


def _features(draw: np.random.Generator, rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    features = pd.DataFrame(draw.normal(size=(rows, len(NAMES))), columns=list(NAMES))
    features["last_share_completed"] = draw.choice([0.0, 0.5, 1.0, np.nan], rows)
    features["written_summary"] = draw.integers(0, 2, rows).astype(float)
    directions = {name: known.direction for name, known in catalogue().items()}
    log_odds = -0.9 * features["last_share_completed"].fillna(0.5) - 0.4 * features["written_summary"]
    log_odds += 0.7 * (directions["resistance_latest"] or 0) * features["resistance_latest"]
    log_odds += 0.7 * (directions["patient_confidence"] or 0) * features["patient_confidence"]
    for name, (middle, spread) in LIES.items():
        features[name] = middle + spread * features[name]
    return features, expit(log_odds.to_numpy())


def _outcome(draw: np.random.Generator, points: pd.DataFrame, chance: np.ndarray) -> pd.DataFrame:
    done = draw.random(len(points))
    not_completed = (draw.random(len(points)) < chance).astype(float)
    reason = np.select([done < 0.75, done < 0.85], ["reviewed", "left"], "not reviewed").astype(object)
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

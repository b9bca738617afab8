"""A small service in memory: random values for every predictor, and a real booster learnt on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy.special import expit

from features.points import CONTACT_POINT
from features.predictor import Predictor, catalogue
from models.risk_model import Fitted
from pipelines.built import Built
from tests.unit.logistic import Logistic

AS_OF = date(2025, 3, 31)
PROTECTED = ("ethnic_category", "ethnic_group", "gender", "age_band", "deprivation_quintile")


@dataclass(frozen=True)
class Learnt:
    """A real booster behind the parts of a registered model that scoring reads."""

    booster: lgb.Booster
    predictors: tuple[str, ...]
    threshold: float = 0.6
    refits: tuple[Fitted, ...] = ()
    familiarity: None = None
    calibration: Logistic = field(default_factory=lambda: Logistic(0.9, 0.1))
    about: Mapping[str, str] = field(default_factory=lambda: {"mean_risk": "0.4"})

    def margin(self, features: pd.DataFrame) -> np.ndarray:
        matrix = features.loc[:, list(self.predictors)].to_numpy(dtype=float)
        return np.asarray(self.booster.predict(matrix, raw_score=True))

    def unlike(self, features: pd.DataFrame) -> pd.Series:
        return pd.Series(False, index=features.index)

    def predict(self, features: pd.DataFrame, *, refitted: object = None) -> pd.DataFrame:
        risk = self.calibration.risk(self.margin(features))
        bounds = {"risk_low": risk * 0.8, "risk_high": 1 - (1 - risk) * 0.85}
        return pd.DataFrame({"risk": risk, **bounds}, index=features.index)


def values_of(predictor: Predictor, draw: np.random.Generator, points: int) -> np.ndarray:
    """Plausible values: of the codes that it has words for, of its scale, else a small count."""
    if not isinstance(predictor.says, str):
        found = draw.choice(sorted(predictor.says), points).astype(float)
    elif scale := re.fullmatch(r"(\d+)-(\d+)", predictor.unit):
        found = draw.integers(int(scale[1]), int(scale[2]) + 1, points).astype(float)
    else:
        found = draw.poisson(3, points).astype(float)
    if predictor.when_absent is None:
        found[draw.random(points) < 0.15] = np.nan
    return found


def features_of(points: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return pd.DataFrame({name: values_of(known, draw, points) for name, known in catalogue().items()})


def model(seed: int = 1) -> Learnt:
    """Learns the directions that the conceptual model states, and that missed appointments matter."""
    features = features_of(3000, seed)
    scaled = ((features - features.mean()) / features.std()).fillna(0)
    towards = {name: known.direction or 0 for name, known in catalogue().items()}
    towards["missed_appointments_past_90_days"] = 1
    log_odds = 0.5 * sum(scaled[name] * weight for name, weight in towards.items())
    outcome = np.random.default_rng(seed).random(len(features)) < expit(log_odds - 0.3)
    options = {
        "objective": "binary",
        "verbose": -1,
        "num_leaves": 15,
        "learning_rate": 0.05,
        "num_threads": 1,
    }
    booster = lgb.train(options, lgb.Dataset(features.to_numpy(), outcome.astype(int)), 80)
    return Learnt(booster, tuple(features.columns))


def _points(points: int, seed: int) -> pd.DataFrame:
    """One of each pathway, at most 40 days old, with five practitioners."""
    draw = np.random.default_rng(seed)
    number = np.arange(points)
    ids = [f"RX1:{n}" for n in number]
    ages = pd.to_timedelta(draw.integers(1, 41, points), unit="D")
    return pd.DataFrame(
        {
            "point_id": [f"RX1:c{n}" for n in number],
            "kind": CONTACT_POINT,
            "at": pd.Timestamp(AS_OF) - ages + pd.Timedelta(hours=9),
            "contact_id": [f"RX1:c{n}" for n in number],
            "pathway_id": ids,
            "patient_id": [f"RX1:P{n:04d}" for n in number],
            "practitioner_id": [f"RX1:PWP {n % 5 + 1}" for n in number],
            "service_id": "RX1",
            "session_number": 2,
        }
    )


def service(points: int = 120, seed: int = 2) -> Built:
    """Each open pathway has one open point, save five that show why a pathway is not listed."""
    frame = _points(points, seed)
    frame.loc[0, "at"] = pd.Timestamp(AS_OF) - pd.Timedelta(days=42)
    frame.loc[5, "practitioner_id"] = None
    features = features_of(points, seed)
    features.loc[3, features.columns[: len(features.columns) * 3 // 4]] = np.nan
    outcome = pd.DataFrame({"point_id": frame["point_id"], "not_completed": np.nan})
    outcome.loc[1, "not_completed"] = 0.0
    outcome["reason"] = np.where(outcome["not_completed"].notna(), "reviewed", "not reviewed")
    pathways = frame[["pathway_id", "patient_id", "service_id", "practitioner_id"]].assign(
        last_seen=frame["at"] - pd.Timedelta(hours=1), is_open=True
    )
    pathways.loc[7, "last_seen"] += pd.Timedelta(days=1)
    pathways.loc[2, "is_open"] = False
    silent = pd.DataFrame([["RX1:new", "RX1:P9999", "RX1", None, pd.NaT, True]], columns=pathways.columns)
    return Built(
        kind=CONTACT_POINT,
        points=frame,
        features=pd.concat([frame[["point_id"]], features], axis=1),
        protected=pd.DataFrame({"point_id": frame["point_id"], **dict.fromkeys(PROTECTED, "unknown")}),
        outcome=outcome,
        exclusions=pd.DataFrame(),
        pathways=pd.concat([pathways, silent], ignore_index=True),
        synthetic=True,
        records_up_to=date(2025, 3, 30),
        left_out={},
        last_days={"RX1": "2025-03-30"},
    )

"""A predictor that knows what came after its point is found by what it tells."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from features.errors import InputError
from models.leakage import KNOWN, OUTCOME, LeakageSettings, Telling, all_alike, tellings
from models.splits import Split
from pipelines.train import Material
from pipelines.training.leak_check import must_not_tell


def _points(seed: int, patients: int = 400) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Three points a patient: ten predictors, some missing, one of which moves the outcome; a quarter unknown."""
    draw = np.random.default_rng(seed)
    rows = 3 * patients
    features = pd.DataFrame(draw.normal(size=(rows, 10)), columns=[f"p{n}" for n in range(10)])
    features = features.mask(draw.random(features.shape) < 0.2)
    chance = expit(features["p0"].fillna(0).to_numpy())
    outcome = (draw.random(rows) < chance).astype(float)
    outcome[draw.random(rows) < 0.25 + 0.1 * (features["p1"].fillna(0) > 0).to_numpy()] = np.nan
    return features, outcome, np.repeat(np.arange(patients), 3).astype(object)


def _suspected(features: pd.DataFrame, outcome: np.ndarray, patients: np.ndarray) -> list[Telling]:
    return [one for one in tellings(features, outcome, patients, LeakageSettings()) if one.suspected]


@pytest.mark.parametrize("seed", range(5))
def test_clean_data_raise_no_alarm(seed: int) -> None:
    assert _suspected(*_points(seed)) == []
    assert all_alike(*_points(seed)) == ()


@pytest.mark.parametrize("seed", range(3))
def test_a_column_filled_only_once_the_outcome_is_known_is_found(seed: int) -> None:
    features, outcome, patients = _points(seed)
    draw = np.random.default_rng(seed)
    features["innocent name"] = np.where(np.isnan(outcome), np.nan, draw.normal(size=len(outcome)))
    found = _suspected(features, outcome, patients)
    assert [(one.predictor, one.what) for one in found] == [("innocent name", KNOWN)]


@pytest.mark.parametrize("seed", range(3))
def test_a_column_overwritten_with_the_outcome_is_found(seed: int) -> None:
    features, outcome, patients = _points(seed)
    draw = np.random.default_rng(seed)
    features["innocent name"] = np.where(np.isnan(outcome), 0.5, outcome) + draw.normal(0, 0.3, len(outcome))
    found = _suspected(features, outcome, patients)
    assert ("innocent name", OUTCOME) in [(one.predictor, one.what) for one in found]


@pytest.mark.parametrize("filled", [0.15, 0.5, 0.8])
@pytest.mark.parametrize("seed", range(3))
def test_a_column_filled_for_some_once_the_outcome_is_known_is_found(seed: int, filled: float) -> None:
    features, outcome, patients = _points(seed, patients=2_000)
    draw = np.random.default_rng(seed)
    some = draw.random(len(outcome)) < filled
    features["days"] = np.where(some & ~np.isnan(outcome), draw.normal(size=len(outcome)), np.nan)
    features["why not"] = np.where(some & (outcome == 1), draw.integers(1, 5, len(outcome)), np.nan)
    found = {(one.predictor, one.what) for one in all_alike(features, outcome, patients)}
    assert found == {("days", KNOWN), ("why not", KNOWN), ("why not", OUTCOME)}


@pytest.mark.parametrize("seed", range(3))
def test_who_only_seldom_ends_otherwise_raises_no_alarm(seed: int) -> None:
    """A strong honest predictor, and records in which nearly every outcome is known."""
    draw = np.random.default_rng(seed)
    strong = draw.normal(size=9_000)
    outcome = (draw.random(9_000) < expit(2 * strong)).astype(float)
    outcome[draw.random(9_000) < 0.005] = np.nan
    features = pd.DataFrame({"strong": strong, "rare": np.where(draw.random(9_000) < 0.1, 1.0, np.nan)})
    assert all_alike(features, outcome, np.repeat(np.arange(3_000), 3).astype(object)) == ()


def test_a_column_whose_middle_values_tell_is_found_too() -> None:
    features, outcome, patients = _points(0)
    far = np.where(np.arange(len(outcome)) % 2, 2.0, -2.0)
    features["bent"] = np.where(outcome == 1, 0.0, far) + np.random.default_rng(0).normal(
        0, 0.2, len(outcome)
    )
    assert "bent" in [one.predictor for one in _suspected(features, outcome, patients) if one.what == OUTCOME]


def test_too_few_points_say_nothing() -> None:
    features, outcome, patients = _points(0, patients=12)
    assert tellings(features, outcome, patients, LeakageSettings()) == ()


def test_a_limit_that_is_no_auroc_is_refused() -> None:
    with pytest.raises(ValueError, match="AUROC"):
        LeakageSettings(tells_known=1.0)
    with pytest.raises(ValueError, match=r"accept\.x needs a sentence"):
        LeakageSettings(accept={"x": " "})


def test_what_is_accepted_is_told_without_exact_counts() -> None:
    """What a model's record says of it goes wherever the model goes."""
    features, outcome, patients = _points(0, patients=2_000)
    draw = np.random.default_rng(0)
    features["why not"] = np.where(
        (draw.random(len(outcome)) < 0.15) & (outcome == 1), draw.integers(1, 5, len(outcome)), np.nan
    )
    exact = [
        number for one in all_alike(features, outcome, patients) for number in (one.points, one.patients)
    ]
    day = pd.Timestamp("2025-01-01")
    points = pd.DataFrame({"at": day, "patient_id": patients})
    known = pd.DataFrame({"not_completed": outcome, "reason": "reviewed", "label_known_at": day})
    nobody = np.array([], dtype=np.int64)
    cut = Split(day + pd.Timedelta(days=90), 42, day, nobody, nobody, nobody, nobody, 0)
    material = Material(points, features, known, {})
    accept = {"why not": "looked at one by one"}
    told = must_not_tell(material, cut, LeakageSettings(accept=accept))
    with pytest.raises(InputError) as refused:
        must_not_tell(material, cut, LeakageSettings())
    for said in (told, str(refused.value)):
        counts = [int(count.replace(",", "")) for count in re.findall(r"([\d,]+) (?:points|patients)", said)]
        assert len(counts) == len(exact) and all(count % 5 == 0 for count in counts)
        assert counts == pytest.approx(exact, abs=2.5)
    assert any(count % 5 for count in exact)

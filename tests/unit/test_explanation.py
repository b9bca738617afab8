"""An explanation adds up, survives missing values, and speaks in chances."""

from __future__ import annotations

from dataclasses import dataclass, field

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy.special import expit

from features.errors import InputError
from models import contributions, explanation
from models.calibration import Platt
from models.explanation import Calibrated, Explainer, Explanation, explain
from models.learnt_sides import Side, learnt_sides
from models.risk_model import Fitted, RiskModel, from_texts
from tests.unit.logistic import Logistic
from tests.unit.random_boosters import Material, materials

NAMES = ("missed_appointments", "no_place_agreed", "confidence", "phq9_change", "unused")


@dataclass(frozen=True)
class Learnt:
    """A real booster with the parts of a model that an explanation reads."""

    booster: lgb.Booster
    predictors: tuple[str, ...] = NAMES
    calibration: Calibrated = field(default_factory=lambda: Logistic(0.8, 0.3))
    off: float = 0.0

    def margin(self, features: pd.DataFrame) -> np.ndarray:
        matrix = features.loc[:, list(self.predictors)].to_numpy(dtype=float)
        return np.asarray(self.booster.predict(matrix, raw_score=True)) + self.off


def patients(seed: int = 1, points: int = 600) -> pd.DataFrame:
    """Points with a fifth of all values missing."""
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(points, len(NAMES)))
    values[:, 1] = draw.random(points) < 0.5
    values[draw.random(values.shape) < 0.2] = np.nan
    return pd.DataFrame(values, columns=list(NAMES), index=[f"point {n}" for n in range(points)])


def learnt(seed: int = 1, rounds: int = 40, **settings: object) -> Learnt:
    features = patients(seed)
    known = features.fillna(0)
    log_odds = known["missed_appointments"] + 2 * known["no_place_agreed"] - known["confidence"] - 1
    outcome = np.random.default_rng(seed + 1).random(len(features)) < expit(log_odds)
    options = {"objective": "binary", "verbose": -1, "num_leaves": 8, "deterministic": True, "num_threads": 1}
    data = lgb.Dataset(features.to_numpy(), outcome.astype(int))
    return Learnt(lgb.train(options | settings, data, rounds))


@pytest.mark.parametrize("seed", range(5))
def test_the_parts_of_a_point_sum_to_the_log_odds_of_its_trees(seed: int) -> None:
    model, features = learnt(seed), patients(seed + 100)
    margin = model.margin(features)
    explained = explain(model, features)
    np.testing.assert_allclose(explained.margin, margin, atol=1e-6)
    np.testing.assert_allclose(explained.chance, model.calibration.risk(margin), atol=1e-6)


ALGORITHMS = {"LightGBM": (10_000, 14), "tables": (0, 14), "WOODELF": (0, -1)}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("with_background", [False, True])
@settings(max_examples=15, deadline=None)
@given(made=materials)
def test_whatever_explains_parts_and_their_sums_by_construct_add_up_to_the_margin(
    made: Material, algorithm: str, with_background: bool
) -> None:
    names = tuple("abcdef"[: made.matrix.shape[1]])
    model = RiskModel(names, Fitted(made.booster, Platt(0.8, 0.3)), (), 0.5)
    features = pd.DataFrame(made.matrix, columns=list(names))
    many, deepest = ALGORITHMS[algorithm]
    with pytest.MonkeyPatch.context() as asked:
        asked.setattr(contributions, "MANY", many)
        asked.setattr(contributions, "DEEPEST", deepest)
        explained = explain(model, features, features.iloc[20:] if with_background else None)
    allowed = 1e-4 if algorithm == "WOODELF" else 1e-6
    by_construct = explained.by_construct({name: "vowel" if name in "ae" else "other" for name in names})
    for one in (explained, by_construct):
        np.testing.assert_allclose(one.base + one.parts.sum(axis=1), made.margin, atol=allowed)
        np.testing.assert_allclose(one.chance, model.predict(features)["risk"], atol=allowed)
    vowels = [name for name in names if name in "ae"]
    np.testing.assert_allclose(by_construct.parts["vowel"], explained.parts[vowels].sum(axis=1), atol=1e-12)


def test_a_point_with_nothing_recorded_is_explained() -> None:
    nothing = pd.DataFrame(np.nan, index=["point 0"], columns=list(NAMES))
    explained = explain(learnt(), nothing)
    assert explained.parts.notna().all().all()


def test_an_explanation_that_does_not_add_up_is_refused() -> None:
    model = learnt()
    with pytest.raises(InputError, match=r"600 of 600 points .* does not sum"):
        explain(Learnt(model.booster, off=0.001), patients())


def test_a_margin_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="does not sum"):
        explain(Learnt(learnt().booster, off=float("nan")), patients())


def test_columns_are_found_by_name_whatever_their_order() -> None:
    model, features = learnt(), patients()
    pd.testing.assert_frame_equal(
        explain(model, features).parts, explain(model, features[list(NAMES)[::-1]]).parts
    )


def test_a_point_is_explained_the_same_alone_and_in_a_batch() -> None:
    model, features = learnt(), patients()
    alone = explain(model, features.loc[["point 7"]])
    pd.testing.assert_frame_equal(explain(model, features).of("point 7").parts, alone.parts)


def test_no_points_have_an_empty_explanation_with_the_same_base() -> None:
    model = learnt()
    nobody = explain(model, patients().iloc[:0])
    assert nobody.parts.empty
    assert nobody.base == pytest.approx(explain(model, patients()).base)


def test_a_model_that_learnt_nothing_explains_by_its_base_alone() -> None:
    explained = explain(learnt(min_data_in_leaf=600), patients())
    assert (explained.parts == 0).all().all()


def test_the_part_of_a_construct_is_the_sum_of_its_predictors_parts() -> None:
    explained = explain(learnt(), patients())
    constructs = {name: "planning" if name == "no_place_agreed" else "behaviour" for name in NAMES}
    summed = explained.by_construct(constructs)
    assert set(summed.parts.columns) == {"planning", "behaviour"}
    np.testing.assert_allclose(summed.parts["planning"], explained.parts["no_place_agreed"])
    np.testing.assert_allclose(summed.margin, explained.margin)


def test_sums_by_construct_are_the_same_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    model, features = learnt(), patients()
    constructs = {name: "planning" if name == "no_place_agreed" else "behaviour" for name in NAMES}
    whole = explain(model, features).by_construct(constructs)
    monkeypatch.setattr(explanation, "CHUNK", 70)
    chunked = Explainer(model).by_construct(features, constructs)
    pd.testing.assert_frame_equal(chunked.parts, whole.parts)
    assert chunked.base == whole.base
    assert Explainer(model).by_construct(features.iloc[:0], constructs).parts.empty


def test_the_registered_model_alone_explains_the_same() -> None:
    model = RiskModel(NAMES, Fitted(learnt().booster, Platt(0.8, 0.3)), (), 0.5)
    before, after = explain(model, patients()), explain(from_texts(model.texts), patients())
    pd.testing.assert_frame_equal(before.parts, after.parts)
    assert (before.base, before.chance_before) == (after.base, after.chance_before)


def test_a_change_is_the_chance_with_a_part_minus_the_chance_without_it() -> None:
    one = Explanation(pd.DataFrame({"planning": [1.0], "behaviour": [0.0]}, index=["p"]), -0.5, Logistic())
    assert one.changes().loc["p", "planning"] == pytest.approx(expit(0.5) - expit(-0.5))
    assert one.changes().loc["p", "behaviour"] == 0


@dataclass(frozen=True)
class Steps:
    """As isotonic calibration: level, a jump at 0, level."""

    def risk(self, margin: np.ndarray) -> np.ndarray:
        return np.where(margin < 0, 0.2, 0.7)


def test_chances_follow_a_calibration_that_is_no_line() -> None:
    parts = pd.DataFrame({"planning": [1.0], "behaviour": [0.25]}, index=["p"])
    one = Explanation(parts, -0.5, Steps())
    assert (one.chance_before, one.chance.loc["p"]) == (0.2, 0.7)
    assert one.changes().loc["p"].to_dict() == pytest.approx({"planning": 0.5, "behaviour": 0.0})
    assert one.chance_at([[-1.0], [1.0]]).tolist() == [[0.2], [0.7]]


def test_the_chance_before_anything_is_known_belongs_to_the_base() -> None:
    one = Explanation(pd.DataFrame({"planning": [0.0]}, index=["p"]), 0.0, Logistic())
    assert one.chance_before == 0.5


def test_what_raises_the_outcome_in_the_records_raises_the_chance_in_the_explanation() -> None:
    features, explained = patients(), explain(learnt(), patients())
    agreed = explained.changes()["no_place_agreed"].groupby(features["no_place_agreed"]).mean()
    assert agreed[1.0] > 0.1 > 0 > agreed[0.0]


def test_the_learnt_side_of_a_predictor_is_the_one_that_raised_the_outcome_in_the_records() -> None:
    sides = learnt_sides(learnt())
    assert {name: sides[name].direction for name in NAMES[:3]} == dict(
        zip(NAMES[:3], (1, 1, -1), strict=True)
    )
    assert 0 <= sides["no_place_agreed"].middle < 1


def test_where_both_ends_raise_the_outcome_no_side_is_worrying() -> None:
    features = patients()[["phq9_change"]]
    outcome = (features["phq9_change"].abs() > 1).astype(int)
    options = {"objective": "binary", "verbose": -1, "num_threads": 1}
    booster = lgb.train(options, lgb.Dataset(features.to_numpy(), outcome), 20)
    side = learnt_sides(Learnt(booster, ("phq9_change",)))["phq9_change"]
    assert side.direction == 0
    assert side.worrying(-2.0, None)
    assert side.worrying(2.0, None)


def test_where_trees_only_ask_whether_a_value_is_recorded_no_value_is_on_a_side() -> None:
    chance = np.random.default_rng(1)
    recorded = chance.random(400) < 0.5
    features = pd.DataFrame({"phq9_change": np.where(recorded, chance.normal(size=400), np.nan)})
    options = {"objective": "binary", "verbose": -1, "num_threads": 1, "num_leaves": 2}
    booster = lgb.train(options, lgb.Dataset(features.to_numpy(), (~recorded).astype(int)), 5)
    side = learnt_sides(Learnt(booster, ("phq9_change",)))["phq9_change"]
    assert np.isnan(side.middle)
    assert side.direction == 0


def test_a_direction_that_the_conceptual_model_states_goes_before_the_learnt_one() -> None:
    assert Side(0.5, 1).worrying(0.0, -1)
    assert not Side(0.5, 1).worrying(0.0, None)

"""Splits, boosting, calibration, baselines and the model's texts on small made data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from features.errors import InputError
from models.baselines import baselines
from models.boosting import BoostingSettings, never_seen, resampled, train
from models.monotone import agreeing
from models.risk_model import RiskModel, from_texts
from models.splits import Split, SplitSettings, cut_of, split

SMALL = BoostingSettings(max_rounds=60, refits=3)
END = pd.Timestamp("2025-01-01")


def _material(rows: int = 1_500, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    draw = np.random.default_rng(seed)
    at = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(draw.uniform(0, 365, rows)), unit="D")
    points = pd.DataFrame(
        {
            "point_id": [f"c{n}" for n in range(rows)],
            "patient_id": [f"p{n}" for n in np.arange(rows) // 3],
            "at": at,
        }
    )
    features = pd.DataFrame(
        {"up": draw.normal(size=rows), "down": draw.normal(size=rows), "noise": draw.normal(size=rows)}
    )
    features.loc[draw.random(rows) < 0.2, "up"] = np.nan
    chance = expit(1.2 * features["up"].fillna(0) - 1.0 * features["down"])
    outcome = pd.DataFrame(
        {
            "not_completed": (draw.random(rows) < chance).astype(float),
            "reason": np.where(at > END - pd.Timedelta(days=42), "pending", "reviewed"),
            "label_known_at": at + pd.Timedelta(days=7),
        }
    )
    return points, features, outcome


def _cut(points: pd.DataFrame, outcome: pd.DataFrame, **changed: object) -> Split:
    return split(points, outcome, horizon_days=42, end=END, settings=replace(SplitSettings(), **changed))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def learnt() -> tuple[pd.DataFrame, np.ndarray, Split, RiskModel]:
    points, features, outcome = _material()
    labels = outcome["not_completed"].to_numpy()
    cut = _cut(points, outcome)
    patients = points["patient_id"].to_numpy(dtype=object)
    model = train(features, labels, patients, cut, directions={"up": 1, "down": 1}, settings=SMALL)
    return features, labels, cut, model


def test_the_cut_is_the_start_of_the_last_share_of_months() -> None:
    at = pd.Series(pd.to_datetime(["2024-01-15", "2024-10-31"]))
    assert cut_of(at, 0.3) == pd.Timestamp("2024-08-01")
    assert cut_of(at, 0.01) == pd.Timestamp("2024-10-01")


def test_training_is_mature_and_known_and_testing_is_mature() -> None:
    points, _, outcome = _material()
    outcome.loc[0, "label_known_at"] = END
    outcome.loc[1, "not_completed"] = np.nan
    cut = _cut(points, outcome)
    assert 0 not in cut.train and 1 not in cut.train
    assert points["at"].iloc[cut.train].max() <= cut.cut - pd.Timedelta(days=42)
    assert points["at"].iloc[cut.test].min() >= cut.cut
    assert points["at"].iloc[cut.test].max() <= END - pd.Timedelta(days=42)


def test_a_patient_on_both_sides_stays_in_the_test_only() -> None:
    points, _, outcome = _material()
    cut = _cut(points, outcome)
    points.loc[cut.train[0], "patient_id"] = points["patient_id"].iloc[cut.test[0]]
    again = _cut(points, outcome)
    assert cut.train[0] not in again.train
    assert again.dropped == 1
    assert set(again.test) == set(cut.test)


def test_too_few_outcomes_of_a_kind_are_refused_side_by_side() -> None:
    points, _, outcome = _material(60)
    with pytest.raises(InputError) as caught:
        _cut(points, outcome)
    assert len(caught.value.faults) == 2
    assert "at least 20 of each are needed" in caught.value.faults[0]


def test_a_direction_is_kept_only_where_the_free_fit_agrees(
    learnt: tuple[pd.DataFrame, np.ndarray, Split, RiskModel],
) -> None:
    features, _, cut, model = learnt
    assert model.about["monotone"] == "up +1"
    matrix = features.to_numpy(dtype=float)[cut.stop]
    names = ("up", "down", "noise")
    assert agreeing(model.booster, matrix, names, {"up": 1, "down": -1, "gone": 1}) == {"up": 1, "down": -1}


def test_a_constrained_predictor_never_turns(
    learnt: tuple[pd.DataFrame, np.ndarray, Split, RiskModel],
) -> None:
    _, _, _, model = learnt
    steps = pd.DataFrame({"up": np.linspace(-3, 3, 50), "down": 0.0, "noise": 0.0})
    assert (np.diff(model.margin(steps)) >= -1e-12).all()


def test_the_interval_holds_the_risk_and_the_threshold_flags_about_a_fifth(
    learnt: tuple[pd.DataFrame, np.ndarray, Split, RiskModel],
) -> None:
    features, labels, cut, model = learnt
    risks = model.predict(features)
    assert ((risks["risk_low"] <= risks["risk"]) & (risks["risk"] <= risks["risk_high"])).all()
    patients = _material()[0]["patient_id"].to_numpy(dtype=object)
    _, unseen = never_seen(model, features, labels, patients, cut, settings=SMALL)
    assert (unseen >= model.threshold).mean() == pytest.approx(0.2, abs=0.02)


def test_a_model_is_the_same_after_its_texts(
    learnt: tuple[pd.DataFrame, np.ndarray, Split, RiskModel],
) -> None:
    features, _, _, model = learnt
    again = from_texts(dict(model.texts))
    pd.testing.assert_frame_equal(model.predict(features), again.predict(features), check_exact=True)
    assert again.about == model.about


def test_no_row_of_anybody_is_in_the_texts(learnt: tuple[pd.DataFrame, np.ndarray, Split, RiskModel]) -> None:
    assert "p12" not in "".join(learnt[3].texts.values())


def test_no_lowest_or_highest_value_of_anybody_is_in_the_texts_and_nothing_is_answered_otherwise(
    learnt: tuple[pd.DataFrame, np.ndarray, Split, RiskModel],
) -> None:
    features, _, cut, model = learnt
    texts = "".join(model.texts.values())
    seen = features.iloc[cut.train]
    for extreme in (*seen.min(), *seen.max()):
        assert str(extreme)[:10] not in texts
    again, rows = from_texts(dict(model.texts)), features.to_numpy(dtype=float) * 2
    assert again.texts == model.texts
    for ours, theirs in zip((again.main, *again.refits), (model.main, *model.refits), strict=True):
        for asked in ({"raw_score": True}, {"pred_contrib": True}, {"pred_leaf": True}):
            found, expected = (each.booster.predict(rows, **asked) for each in (ours, theirs))
            assert np.array_equal(found, expected)
        assert ours.booster.dump_model()["tree_info"] == theirs.booster.dump_model()["tree_info"]


def test_texts_that_are_no_model_are_refused(
    learnt: tuple[pd.DataFrame, np.ndarray, Split, RiskModel],
) -> None:
    texts = dict(learnt[3].texts)
    del texts["refit_2.lgb.txt"]
    with pytest.raises(InputError, match="not a risk model"):
        from_texts(texts)
    with pytest.raises(InputError, match="not a risk model"):
        from_texts({"risk_model.json": "{"})


def test_missing_and_wrong_columns_are_named_at_once(
    learnt: tuple[pd.DataFrame, np.ndarray, Split, RiskModel],
) -> None:
    features, _, _, model = learnt
    with pytest.raises(InputError) as caught:
        model.predict(features.rename(columns={"up": "upp", "noise": "noize"}))
    assert len(caught.value.faults) == 2
    assert "'up', which is not there; did you mean 'upp'?" in caught.value.faults[0]
    with pytest.raises(InputError, match="'down' must be numbers"):
        model.predict(features.assign(down="low"))


def test_patients_are_drawn_whole() -> None:
    patients = np.array(["a", "a", "b", "c", "c", "c"], dtype=object)
    rows = resampled(patients, np.arange(6), seed=4)
    counts = pd.Series(rows).value_counts()
    for own in ([0, 1], [3, 4, 5]):
        assert len({int(counts.get(row, 0)) for row in own}) == 1


def test_the_last_status_rule_knows_done_not_done_and_unknown() -> None:
    points, features, outcome = _material()
    labels = outcome["not_completed"].to_numpy()
    features["last_share_completed"] = np.where(labels == 1, 0.0, 1.0)
    features.loc[::5, "last_share_completed"] = np.nan
    cut = _cut(points, outcome)
    risks = baselines(features, labels, cut)
    assert set(risks) == {"prevalence", "last BSW status", "logistic regression"}
    known = ~features["last_share_completed"].iloc[cut.test].isna().to_numpy()
    assert np.array_equal(risks["last BSW status"][known], labels[cut.test][known])
    assert len(np.unique(risks["last BSW status"][~known])) == 1
    del features["last_share_completed"]
    assert "last BSW status" not in baselines(features, labels, cut)

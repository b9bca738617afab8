"""A flag's stability is how often the refits flag the point too, and which of its reasons they lead with."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.calibration import Platt
from models.risk_model import Fitted, RiskModel
from models.stability import Refits, Stability, StabilitySettings, leading, stability
from tests.unit.random_boosters import material

NAMES = ("a", "b", "c", "d")


def fitted(seed: int) -> Fitted:
    return Fitted(material(seed, columns=4).booster, Platt(0.9, 0.1))


def model(refits: int = 5) -> RiskModel:
    return RiskModel(NAMES, fitted(1), tuple(fitted(1 + n) for n in range(refits)), 0.6)


CONSTRUCTS = dict(zip(NAMES, ("one", "one", "other", "other"), strict=True))


def points(rows: int = 30) -> pd.DataFrame:
    matrix = material(1, columns=4, rows=rows).matrix
    return pd.DataFrame(matrix, columns=list(NAMES), index=[f"p{n}" for n in range(rows)])


def found_of(learnt: RiskModel, features: pd.DataFrame, **asked: object) -> Stability:
    """As every value were a reason, but for the predictors that `told_as` names."""
    told_as = dict.fromkeys(NAMES, 1) | asked.pop("told_as", {})
    speaks = pd.DataFrame(told_as, index=features.index)
    settings = StabilitySettings(**asked)
    return stability(learnt, features, speaks=speaks, construct_of=CONSTRUCTS, settings=settings)


def test_the_flagged_share_counts_the_refits_whose_chance_reaches_the_threshold() -> None:
    learnt, features = model(), points()
    risks = np.array([refit.risk(features.to_numpy()) for refit in learnt.refits])
    found = found_of(learnt, features)
    assert found.flagged_share.tolist() == (risks >= 0.6).mean(axis=0).tolist()
    assert 0 < found.flagged_share.mean() < 1


def test_an_interval_is_the_same_from_what_the_refits_said_already() -> None:
    learnt, features = model(), points()
    known = learnt.predict(features, refitted=found_of(learnt, features).risks)
    pd.testing.assert_frame_equal(known, learnt.predict(features), check_exact=True)


def test_refits_made_ready_say_the_same() -> None:
    learnt, features = model(), points(700)  # so many that they are explained by tables
    asked = Refits(learnt)
    asked.make_ready()
    speaks = pd.DataFrame(1, index=features.index, columns=list(NAMES))
    settings = StabilitySettings()
    again = asked.stability(features, speaks=speaks, construct_of=CONSTRUCTS, settings=settings)
    pd.testing.assert_frame_equal(again.leading, found_of(learnt, features).leading, check_exact=True)


def test_a_reason_lasts_where_enough_refits_lead_with_it() -> None:
    learnt, features = model(), points()
    led = np.zeros(features.shape)
    for refit in learnt.refits:
        parts = refit.booster.predict(features.to_numpy(), pred_contrib=True)[:, :-1]
        first = np.argsort(-parts, axis=1, kind="stable")[:, :2]
        np.add.at(led, (np.arange(len(parts))[:, None], first), np.take_along_axis(parts, first, 1) > 0)
    found = found_of(learnt, features, first=2)
    np.testing.assert_allclose(found.leading, led / 5)
    np.testing.assert_array_equal(found.lasting, led >= 4)
    assert found.lasting.any(axis=None)
    assert not found.lasting.all(axis=None)


def test_a_construct_lasts_where_any_of_its_reasons_leads_in_enough_refits() -> None:
    learnt, features = model(), points()
    met = np.zeros((len(features), 2))
    for refit in learnt.refits:
        parts = refit.booster.predict(features.to_numpy(), pred_contrib=True)[:, :-1]
        leads = (parts == parts.max(axis=1, keepdims=True)) & (parts > 0)
        met += np.column_stack([leads[:, :2].any(axis=1), leads[:, 2:].any(axis=1)])
    found = found_of(learnt, features, first=1)
    np.testing.assert_allclose(found.constructs, met / 5)
    assert found.constructs.columns.tolist() == ["one", "other"]
    lasting = found.lasting_constructs.any(axis=1)
    assert (lasting & ~found.lasting.any(axis=1)).any()  # a construct stays where no predictor of it does


def test_what_may_not_be_told_never_lasts_and_takes_no_place() -> None:
    features = points()
    found = found_of(model(), features, told_as={"a": 0}, first=1)
    assert not found.leading["a"].any()
    assert found.leading["b"].sum() > found_of(model(), features, first=1).leading["b"].sum()


def test_what_helps_leads_where_it_lowers_the_chance() -> None:
    learnt, features = model(), points()
    lowers = np.zeros(len(features))
    for refit in learnt.refits:
        lowers += refit.booster.predict(features.to_numpy(), pred_contrib=True)[:, 0] < 0
    found = found_of(learnt, features, told_as={"a": -1})
    assert found.leading["a"].tolist() == (lowers / 5).tolist()


def test_without_refits_stability_is_unknown_and_nothing_lasts() -> None:
    found = found_of(model(refits=0), points())
    assert not found.known
    assert found.flagged_share.isna().all()
    assert not found.lasting.any(axis=None)


def test_many_points_fare_as_each_does_alone() -> None:
    features = points(700)
    together, alone = found_of(model(), features), found_of(model(), features.iloc[[7]])
    pd.testing.assert_frame_equal(together.leading.iloc[[7]], alone.leading)
    assert found_of(model(), features.iloc[:0]).leading.empty


@pytest.mark.parametrize(
    ("parts", "told_as", "lead"),
    [
        ([0.4, 0.3, 0.2, 0.1], [1, 1, 1, 1], "abc"),
        ([0.4, 0.3, 0.2, 0.1], [1, 0, -1, 1], "ad"),
        ([-0.9, 0.3, 0.0, 0.1], [1, 1, 1, 1], "bd"),
        ([0.2, 0.2, 0.2, 0.2], [1, 1, 1, 1], "abc"),
        ([0.0, 0.0, 0.0, 0.0], [1, 1, 1, 1], ""),
    ],
)
def test_the_first_three_that_raise_the_chance_and_may_be_told_lead(
    parts: list[float], told_as: list[int], lead: str
) -> None:
    found = leading(np.array([parts]), np.array([told_as]), 3)[0]
    assert "".join(np.array(NAMES)[found]) == lead


@pytest.mark.parametrize("wrong", [{"share": 0.0}, {"share": 1.1}, {"first": 0}])
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must hold"):
        StabilitySettings(**wrong)

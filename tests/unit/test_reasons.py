"""Reasons and what helps: two things as one, on the right side, staying from refit to refit, never hidden ones."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.explanation import Explanation
from models.flags import Doubts, Flag, make_flags
from models.grounds import may_speak
from models.learnt_sides import Side
from tests.unit.logistic import Logistic
from tests.unit.test_flags import PREDICTORS, Spoken, flag, lines, rules

EXPLANATION = Explanation(pd.DataFrame(), base=0.0, calibration=Logistic())


def planning() -> dict[str, Spoken]:
    said = {
        "place_agreed": "no place was agreed",
        "time_agreed": "no time was agreed",
        "written_summary": "no summary was given",
    }
    return {
        name: Spoken(name, "task_planning", words, direction=-1, modifiable=True)
        for name, words in said.items()
    }


def test_two_reasons_built_alike_are_said_as_one_and_count_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, predictor in planning().items():
        monkeypatch.setitem(PREDICTORS, name, predictor)
    found = flag({"time_agreed": 0.9, "place_agreed": 0.5, "written_summary": 0.7, "phq9": 0.3})
    assert lines(found) == [
        "Task planning: no time or place was agreed",
        "Task planning: no summary was given",
        "Symptoms: PHQ-9 is 0",
    ]
    assert found.reasons[0].predictors == ("time_agreed", "place_agreed")
    without_both = flag({"written_summary": 0.7, "phq9": 0.3}).chance
    assert found.reasons[0].change == pytest.approx(found.chance - without_both)


def test_what_lowers_the_chance_on_the_good_side_helps() -> None:
    found = flag(
        {"place_agreed": -0.9, "missed_lately": -0.8, "phq9": -0.7}, {"place_agreed": 1.0, "missed_lately": 0}
    )
    assert [help.line for help in found.helps] == [
        "Task planning: place agreed 1",
        "Engagement so far: missed 0 appointments lately",
    ]
    assert all(help.change < 0 and help.consider is None for help in found.helps)


@pytest.mark.parametrize("value", [0.0, math.nan])
def test_what_lowers_the_chance_without_being_on_the_good_side_does_not_help(value: float) -> None:
    assert flag({"place_agreed": -0.9}, {"place_agreed": value}).helps == ()


@pytest.mark.parametrize("direction", [None, -1])
def test_where_only_being_recorded_matters_a_value_neither_worries_nor_helps(direction: int | None) -> None:
    known = replace(rules().told, sides={"place_agreed": Side(math.nan, 0)})
    spoken = {**PREDICTORS, "place_agreed": replace(PREDICTORS["place_agreed"], direction=direction)}
    values = pd.DataFrame({"place_agreed": [0.0, 1.0, math.nan]})
    assert may_speak(replace(known, predictors=spoken), values)["place_agreed"].tolist() == [0, 0, 1]


def test_hidden_and_context_predictors_never_help() -> None:
    assert flag({"pwp_history": -2.0, "deprivation": -1.0}).helps == ()


def with_stable(
    parts: dict[str, float], stable: set[str], firm: tuple[str, ...] = (), **values: float
) -> Flag:
    row = pd.DataFrame([dict.fromkeys(PREDICTORS, 0.0) | parts], index=["p"])
    features = pd.DataFrame([dict.fromkeys(PREDICTORS, 0.0) | values], index=["p"])
    steady = pd.DataFrame([{name: name in stable for name in PREDICTORS}], index=["p"])
    risks = pd.DataFrame({"risk": [0.7], "risk_low": [0.6], "risk_high": [0.8]}, index=["p"])
    explanation = replace(EXPLANATION, parts=row)
    constructs = {PREDICTORS[name].construct: PREDICTORS[name].construct in firm for name in PREDICTORS}
    doubts = Doubts(stable=steady, firm=pd.DataFrame([constructs], index=["p"]))
    return make_flags(rules(), risks, features=features, explanation=explanation, doubts=doubts)[0]


def test_a_reason_that_does_not_stay_from_refit_to_refit_is_not_shown() -> None:
    found = with_stable({"place_agreed": 0.9, "phq9": 0.5}, {"phq9"})
    assert lines(found) == ["Symptoms: PHQ-9 is 0"]
    assert not found.unstable


def test_a_flag_whose_reasons_all_fall_says_so() -> None:
    found = with_stable({"phq9": 0.9}, set())
    assert (found.reasons, found.unstable) == ((), True)
    assert found.no_reason == "What stands out changes with the patients learnt from, so no reason is shown."
    assert with_stable({}, set()).no_reason == "No single thing recorded stands out."


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, predictor in planning().items():
        monkeypatch.setitem(PREDICTORS, name, predictor)


@pytest.mark.usefixtures("plans")
def test_where_no_reason_stays_the_construct_that_does_is_told_with_something_to_consider() -> None:
    found = with_stable({"place_agreed": 0.9, "time_agreed": 0.6}, set(), firm=("task_planning",))
    assert lines(found) == ["Task planning: several things together"]
    assert found.reasons[0].predictors == ("place_agreed", "time_agreed")
    assert found.reasons[0].consider is not None
    assert found.by_construct
    assert not found.unstable
    assert found.consider is None


@pytest.mark.usefixtures("plans")
def test_a_construct_that_stays_takes_a_free_place_and_what_moves_most_comes_first() -> None:
    parts = {"place_agreed": 0.9, "time_agreed": 0.6, "phq9": 0.5}
    found = with_stable(parts, {"phq9"}, firm=("task_planning",))
    assert lines(found) == ["Task planning: several things together", "Symptoms: PHQ-9 is 0"]
    assert not found.by_construct


@pytest.mark.usefixtures("plans")
def test_a_heading_says_when_nothing_or_only_some_of_it_is_recorded() -> None:
    parts, gone = {"place_agreed": 0.9, "time_agreed": 0.6}, math.nan
    none = with_stable(parts, set(), firm=("task_planning",), place_agreed=gone, time_agreed=gone)
    assert lines(none) == ["Task planning: several things are not recorded"]
    some_of_it = with_stable(parts, set(), firm=("task_planning",), place_agreed=gone)
    assert lines(some_of_it) == ["Task planning: several things together, some of them not recorded"]


def test_a_heading_that_stays_is_not_told_for_one_thing_that_does_not() -> None:
    found = with_stable({"place_agreed": 0.9}, set(), firm=("task_planning",))
    assert (found.reasons, found.unstable) == ((), True)


def test_of_a_patient_unlike_those_learnt_from_no_chance_is_stated() -> None:
    row = pd.DataFrame(0.0, index=["p"], columns=list(PREDICTORS))
    risks = pd.DataFrame({"risk": [0.9], "risk_low": [0.8], "risk_high": [1.0]}, index=["p"])
    unlike = Doubts(unlike=pd.Series([True], index=["p"]))
    found = make_flags(
        rules(), risks, features=row, explanation=replace(EXPLANATION, parts=row), doubts=unlike
    )[0]
    assert found.abstained
    assert not found.flagged
    assert found.percent == "unlike the patients this was learnt from"


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    parts=some.fixed_dictionaries({name: some.floats(-2, 2) for name in PREDICTORS}),
    values=some.fixed_dictionaries(
        {name: some.sampled_from([math.nan, 0.0, 1.0, 3.0]) for name in PREDICTORS}
    ),
)
def test_whatever_moves_a_chance_a_flag_keeps_its_rules(
    parts: dict[str, float], values: dict[str, float]
) -> None:
    found = flag(parts, values)
    shown = [name for line in (*found.reasons, *found.helps) for name in line.predictors]
    assert len(found.reasons) <= 3
    assert len(found.helps) <= 2
    assert len(shown) == len(set(shown))
    assert all(PREDICTORS[name].shown == "reason" for name in shown)
    assert all(reason.change >= 0.02 for reason in found.reasons)
    assert all(help.change <= -0.02 for help in found.helps)
    assert not [name for help in found.helps for name in help.predictors if math.isnan(values[name])]


def test_a_value_may_be_told_as_a_reason_or_as_what_helps_by_its_side_and_as_neither_where_never_shown() -> (
    None
):
    features = pd.DataFrame(
        {"missed_lately": [0, 2, math.nan], "phq9": 5, "deprivation": 9, "pwp_history": 1}, index=list("abc")
    )
    spoken = may_speak(rules().told, features)
    assert spoken["missed_lately"].tolist() == [-1, 1, 1]
    assert spoken["phq9"].tolist() == [1, 1, 1]
    assert not spoken[["deprivation", "pwp_history"]].any(axis=None)

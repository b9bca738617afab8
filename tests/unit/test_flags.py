"""A flag says how likely, why and what to consider, and nothing that a practitioner would misread."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import pandas as pd
import pytest
from scipy.special import logit

from features.points import CONTACT_POINT, PLATFORM_WEEK
from models.chance_in_words import between, natural_frequency, of_ten, whole_percent
from models.explanation import Explanation
from models.flags import Flag, FlagSettings, Reason, Rules, make_flags
from models.learnt_sides import Side
from models.outcome import OutcomeSettings
from models.outcome_words import outcome_words
from models.suggestions import read_suggestions
from pipelines.config import Config
from tests.unit.logistic import Logistic

LIBRARY = """
[[general]]
moment = "in supervision"
words = "Discuss how this work is going."
source = "Delgadillo 2018"

[[consider]]
construct = "task_planning"
moment = "at the next plan"
words = "Agree what, when, where and with whom."
source = "Bennion et al. 2025"

[[discuss]]
construct = "task_planning"
moment = "at the next plan"
words = "Ask how workable the plan feels."
source = "Bennion et al. 2025"

[[discuss]]
construct = "engagement_behaviour"
moment = "before the next session"
words = "Consider a short call."
source = "Bennion et al. 2025"

[[discuss]]
construct = "symptoms"
moment = "in supervision"
words = "Ask how things have been."
source = "Delgadillo 2018"
"""


@dataclass(frozen=True)
class Spoken:
    name: str
    construct: str
    says: str
    shown: str = "reason"
    direction: int | None = None
    modifiable: bool = False

    def words(self, value: float) -> str:
        return f"{self.name.replace('_', ' ')} not recorded" if math.isnan(value) else self.says.format(value)


PREDICTORS = {
    predictor.name: predictor
    for predictor in (
        Spoken("place_agreed", "task_planning", "place agreed {:.0f}", direction=-1, modifiable=True),
        Spoken("time_agreed", "task_planning", "time agreed {:.0f}", modifiable=True),
        Spoken("written_summary", "task_planning", "written summary {:.0f}", modifiable=True),
        Spoken("missed_lately", "engagement_behaviour", "missed {:.0f} appointments lately"),
        Spoken("phq9", "symptoms", "PHQ-9 is {:.0f}"),
        Spoken("deprivation", "social_context", "deprivation {:.0f}", shown="context"),
        Spoken("pwp_history", "practitioner", "this PWP's patients", shown="never"),
    )
}
TITLES = {
    "task_planning": "Task planning",
    "engagement_behaviour": "Engagement so far",
    "symptoms": "Symptoms",
    "social_context": "Social context",
    "practitioner": "Practitioner",
}


def rules(**settings: object) -> Rules:
    return Rules(
        settings=FlagSettings(**settings),
        threshold=0.6,
        average=0.4,
        predictors=MappingProxyType(PREDICTORS),
        sides={"place_agreed": Side(0.5, 0), "missed_lately": Side(0.5, 1)},
        titles=TITLES,
        suggestions=read_suggestions(LIBRARY, PREDICTORS),
    )


def flag(parts: dict[str, float], values: dict[str, float] | None = None, **settings: object) -> Flag:
    """The flag of one point whose log-odds have these parts; all others have the value 0."""
    row = pd.DataFrame([dict.fromkeys(PREDICTORS, 0.0) | parts], index=["p"])
    features = pd.DataFrame([dict.fromkeys(PREDICTORS, 0.0) | (values or {})], index=["p"])
    explanation = Explanation(row, base=float(logit(0.4)), calibration=Logistic())
    chance = explanation.chance.to_numpy()
    risks = pd.DataFrame({"risk": chance, "risk_low": chance - 0.1, "risk_high": chance + 0.1}, index=["p"])
    return make_flags(rules(**settings), risks, features=features, explanation=explanation)[0]


def considered(reason: Reason) -> str | None:
    return reason.consider.line if reason.consider else None


def lines(found: Flag) -> list[str]:
    return [reason.line for reason in found.reasons]


def test_a_reason_names_its_construct_first() -> None:
    assert lines(flag({"place_agreed": 1.0})) == ["Task planning: place agreed 0"]


def test_reasons_come_strongest_first_and_at_most_three() -> None:
    found = flag(
        {"missed_lately": 0.5, "phq9": 0.9, "time_agreed": 0.7, "place_agreed": 0.4}, {"missed_lately": 2}
    )
    assert lines(found) == [
        "Symptoms: PHQ-9 is 0",
        "Task planning: time agreed 0",
        "Engagement so far: missed 2 appointments lately",
    ]


def test_at_most_two_reasons_come_from_one_construct() -> None:
    found = flag({"place_agreed": 0.9, "time_agreed": 0.8, "written_summary": 0.7, "phq9": 0.3})
    assert [reason.title for reason in found.reasons] == ["Task planning", "Task planning", "Symptoms"]


def test_what_lowers_the_chance_is_no_reason() -> None:
    assert lines(flag({"phq9": -1.0})) == []


def test_what_hardly_raises_the_chance_is_no_reason() -> None:
    assert lines(flag({"phq9": 0.05})) == []
    assert lines(flag({"phq9": 0.05}, least_change=0.01)) == ["Symptoms: PHQ-9 is 0"]


def test_a_value_on_the_good_side_of_a_stated_direction_is_no_reason() -> None:
    assert lines(flag({"place_agreed": 1.0}, {"place_agreed": 1.0})) == []
    assert lines(flag({"time_agreed": 1.0}, {"time_agreed": 1.0})) == ["Task planning: time agreed 1"]


def test_a_value_on_the_side_that_the_model_learnt_to_be_good_is_no_reason() -> None:
    assert lines(flag({"missed_lately": 1.0}, {"missed_lately": 0.0})) == []
    assert lines(flag({"missed_lately": 1.0}, {"missed_lately": 1.0})) == [
        "Engagement so far: missed 1 appointments lately"
    ]


def test_a_missing_value_reads_as_not_recorded() -> None:
    assert lines(flag({"place_agreed": 1.0}, {"place_agreed": math.nan})) == [
        "Task planning: place agreed not recorded"
    ]


def test_what_practitioners_may_not_see_is_never_a_reason_nor_context() -> None:
    found = flag({"pwp_history": 2.0, "deprivation": 1.0})
    assert lines(found) == []
    assert found.context == ("Social context: deprivation 0",)


def test_where_hidden_grounds_dominate_the_flag_says_so() -> None:
    assert flag({"pwp_history": 1.0, "phq9": 0.9}).hidden
    assert not flag({"pwp_history": 1.0, "phq9": 1.1}).hidden
    assert flag({"pwp_history": 1.0, "place_agreed": 2.0, "time_agreed": -1.5}).hidden


def test_what_can_be_changed_is_answered_by_a_change_and_the_rest_by_a_prompt_to_discuss() -> None:
    found = flag({"place_agreed": 0.9, "phq9": 0.8})
    assert [considered(reason) for reason in found.reasons] == [
        "At the next plan: Agree what, when, where and with whom.",
        "In supervision: Ask how things have been.",
    ]


def test_a_flag_without_a_reason_still_leaves_something_to_consider() -> None:
    bare, below, told = flag({"pwp_history": 2.0}), flag({"pwp_history": -0.4}), flag({"phq9": 2.0})
    assert (bare.flagged, bare.reasons) == (True, ())
    assert bare.consider is not None
    assert bare.consider.line == "In supervision: Discuss how this work is going."
    assert (below.consider, told.consider) == (None, None)


def test_no_flag_suggests_one_thing_twice() -> None:
    found = flag({"place_agreed": 0.9, "time_agreed": 0.8})
    assert [considered(reason) for reason in found.reasons] == [
        "At the next plan: Agree what, when, where and with whom.",
        None,
    ]


def test_what_is_not_recorded_is_answered_by_a_prompt_to_discuss() -> None:
    found = flag({"place_agreed": 0.9}, {"place_agreed": math.nan})
    assert considered(found.reasons[0]) == "At the next plan: Ask how workable the plan feels."


def test_a_reason_carries_the_change_of_the_chance_that_it_makes() -> None:
    found = flag({"phq9": 0.8})
    assert found.reasons[0].change == pytest.approx(found.chance - 0.4)


@pytest.mark.parametrize(
    ("push", "band"), [(2.0, "to think about first"), (0.4, "above average"), (-0.4, "below average")]
)
def test_a_band_says_how_the_chance_compares(push: float, band: str) -> None:
    found = flag({"phq9": push})
    assert (found.band, found.flagged) == (band, band == "to think about first")


def test_a_chance_at_the_cut_off_is_flagged() -> None:
    assert flag({"phq9": float(logit(0.6) - logit(0.4)) + 1e-12}).flagged


def test_with_over_half_of_the_predictors_missing_no_chance_is_stated() -> None:
    found = flag({"place_agreed": 2.0}, dict.fromkeys(list(PREDICTORS)[:4], math.nan))
    assert found.abstained
    assert not found.flagged
    assert found.percent == found.band == "not enough recorded to say"
    assert found.reasons == ()


def test_with_less_missing_a_chance_is_stated() -> None:
    assert not flag({"place_agreed": 2.0}, dict.fromkeys(list(PREDICTORS)[:3], math.nan)).abstained


def test_flags_come_in_the_order_of_the_risks_whatever_the_order_of_the_features() -> None:
    features = pd.DataFrame(0.0, index=["a", "b"], columns=list(PREDICTORS))
    features.loc["b", "phq9"] = 20
    parts = pd.DataFrame(0.0, index=["a", "b"], columns=list(PREDICTORS))
    parts.loc["b", "phq9"] = 2.0
    risks = pd.DataFrame({"risk": [0.8, 0.4], "risk_low": 0.1, "risk_high": 0.9}, index=["b", "a"])
    explanation = Explanation(parts, 0.0, Logistic())
    found = make_flags(rules(), risks, features=features, explanation=explanation)
    assert [(one.point, lines(one)) for one in found] == [("b", ["Symptoms: PHQ-9 is 20"]), ("a", [])]


@pytest.mark.parametrize(
    ("chance", "words", "percent"),
    [
        (0.003, "fewer than 1", "1%"),
        (0.06, "about 1", "6%"),
        (0.62, "about 6", "62%"),
        (0.999, "more than 9", "99%"),
    ],
)
def test_a_chance_is_never_none_and_never_certain(chance: float, words: str, percent: str) -> None:
    assert (of_ten(chance), whole_percent(chance)) == (words, percent)


@pytest.mark.parametrize(
    ("kind", "count_dropout_as", "said"),
    [
        (
            CONTACT_POINT,
            "unknown",
            "of 10 patients with records like these whose work was reviewed, about 6 had not done it",
        ),
        (
            CONTACT_POINT,
            "not_completed",
            "of 10 patients with records like these whose work was reviewed or who did not come again within 42 days, "
            "about 6 had not done it or did not come again in that time",
        ),
        (
            PLATFORM_WEEK,
            "unknown",
            "of 10 patients with records like these, about 6 had not logged in again within 10 days",
        ),
    ],
)
def test_a_chance_says_what_was_foretold_and_on_what_it_hangs(
    kind: str, count_dropout_as: Literal["unknown", "not_completed"], said: str
) -> None:
    config = Config(outcome=OutcomeSettings(count_dropout_as=count_dropout_as, platform_days=10))
    assert natural_frequency(0.62, outcome_words({kind}, config.as_table())) == said


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.43, 0.68, "between 4 and 7 of 10"),
        (0.4, 0.7, "between 4 and 7 of 10"),
        (0.38, 0.41, "between 3 and 5 of 10"),
        (0.1 * 3, 0.1 * 7, "between 3 and 7 of 10"),
        (0.5, 0.5, "5 of 10"),
        (0.72, 0.901, "at least 7 of 10"),
        (0.03, 0.28, "at most 3 of 10"),
        (0.03, 0.95, "it could be any number of 10"),
        (math.nan, math.nan, "how firm this is, is not known"),
    ],
)
def test_the_bounds_are_rounded_outwards(low: float, high: float, words: str) -> None:
    assert between(low, high) == words


@pytest.mark.parametrize(
    "settings",
    [
        {"reasons": 0},
        {"reasons": 4},
        {"reasons_per_construct": 4},
        {"least_change": -0.1},
        {"missing_at_most": 2},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        FlagSettings(**settings)

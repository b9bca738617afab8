"""The library of things to consider is checked whenever it is read, and answers every reason."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from features.errors import InputError
from features.predictor import catalogue
from models.suggestions import MOMENTS, packaged_suggestions, read_suggestions


@dataclass(frozen=True)
class Named:
    name: str
    construct: str
    modifiable: bool = True
    shown: str = "reason"


PLACE = Named("place_agreed", "task_planning")
WRITTEN = Named("written_summary", "task_planning")
PHQ9 = Named("phq9_change", "symptoms", modifiable=False)
PREDICTORS = {predictor.name: predictor for predictor in (PLACE, WRITTEN, PHQ9)}
LIBRARY = """
[[consider]]
construct = "task_planning"
moment = "at the next plan"
words = "Put it in writing."
source = "Ryum, Bennion & Kazantzis 2023"
predictors = ["written_summary"]

[[consider]]
construct = "task_planning"
moment = "at the next plan"
words = "Agree what, when, where and with whom."
source = "Bennion et al. 2025"

[[general]]
moment = "before the next session"
words = "Discuss how this work is going."
source = "Delgadillo 2018"

[[discuss]]
construct = "symptoms"
moment = "in supervision"
words = "Ask how things have been."
source = "Delgadillo 2018"

[[discuss]]
construct = "task_planning"
moment = "at the next plan"
words = "Ask how workable the plan feels."
source = "Bennion et al. 2025"
"""


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(InputError) as raised:
        read_suggestions(text, PREDICTORS)
    return raised.value.faults


def test_the_packaged_library_answers_every_reason_of_the_catalogue_recorded_or_not() -> None:
    library = read_suggestions(packaged_suggestions(), catalogue())
    reasons = [predictor for predictor in catalogue().values() if predictor.shown == "reason"]
    assert reasons
    for reason in reasons:
        assert library.answers(reason, recorded=True)[0].construct == reason.construct
        assert library.answers(reason, recorded=False)[0].kind == "discuss"


def test_the_packaged_library_has_every_moment_and_no_verdict() -> None:
    entries = read_suggestions(packaged_suggestions(), catalogue()).entries
    assert {entry.moment for entry in entries} == set(MOMENTS)
    verdicts = ("must", "should", "poor", "non-complian", "unmotivated", "fail")
    assert not [entry.words for entry in entries for verdict in verdicts if verdict in entry.words.lower()]


def test_no_packaged_suggestion_begins_with_consider_because_the_page_says_it() -> None:
    entries = read_suggestions(packaged_suggestions(), catalogue()).entries
    assert not [entry.words for entry in entries if entry.words.startswith("Consider")]


def test_a_suggestion_that_names_the_predictor_comes_before_one_for_the_construct() -> None:
    library = read_suggestions(LIBRARY, PREDICTORS)
    assert [answer.words for answer in library.answers(WRITTEN, recorded=True)] == [
        "Put it in writing.",
        "Agree what, when, where and with whom.",
    ]
    assert [answer.words for answer in library.answers(PLACE, recorded=True)] == [
        "Agree what, when, where and with whom."
    ]


def test_what_nobody_can_change_is_answered_by_a_neutral_prompt() -> None:
    answer = read_suggestions(LIBRARY, PREDICTORS).answers(PHQ9, recorded=True)[0]
    assert (answer.kind, answer.line) == ("discuss", "In supervision: Ask how things have been.")


def test_what_is_not_recorded_is_answered_by_a_neutral_prompt() -> None:
    answer = read_suggestions(LIBRARY, PREDICTORS).answers(WRITTEN, recorded=False)[0]
    assert (answer.kind, answer.words) == ("discuss", "Ask how workable the plan feels.")


def test_every_fault_is_reported_at_once() -> None:
    broken = LIBRARY.replace('"at the next plan"\nwords = "Put', '"next plan"\nwords = "Put')
    broken = broken.replace('construct = "symptoms"', 'construct = "symptom"').replace(
        "written_summary", "summary"
    )
    found = faults(broken)
    assert found == (
        "suggestions: [[consider]] 1: unknown moment 'next plan'; did you mean 'at the next plan'?",
        "suggestions: [[consider]] 1: unknown predictor 'summary'; did you mean 'written_summary'?",
        "suggestions: [[discuss]] 1: unknown construct 'symptom'; did you mean 'symptoms'?",
    )


def test_a_key_that_is_unknown_missing_or_no_text_is_named() -> None:
    found = faults(LIBRARY.replace("source =", "sources =", 1).replace('"in supervision"', "3"))
    assert found == (
        "suggestions: [[consider]] 1: unknown key 'sources'; did you mean 'source'?",
        "suggestions: [[consider]] 1: lacks 'source'",
        "suggestions: [[discuss]] 1: 'moment' must be text; it is 3",
    )


def test_the_word_risk_is_refused_because_practitioners_read_it_as_risk_of_harm() -> None:
    assert "risk of harm" in faults(LIBRARY.replace("Put it", "The risk is high. Put it"))[0]


def test_a_sentence_too_long_to_be_read_is_refused() -> None:
    assert "at most 160" in faults(LIBRARY.replace("Put it", "Put it, " * 30))[0]


def test_a_predictor_of_another_construct_is_refused() -> None:
    found = faults(LIBRARY.replace('["written_summary"]', '["phq9_change"]'))
    assert found == (
        "suggestions: [[consider]] 1: predictor 'phq9_change' belongs to 'symptoms', not to 'task_planning'",
    )


def test_a_repetition_is_refused() -> None:
    assert (
        "repeats itself"
        in faults(LIBRARY.replace("Agree what, when, where and with whom.", "Put it in writing."))[0]
    )


def test_a_library_without_a_prompt_for_a_flag_that_shows_no_reason_is_refused() -> None:
    start, end = LIBRARY.index("[[general]]"), LIBRARY.index("[[discuss]]")
    found = faults(LIBRARY[:start] + LIBRARY[end:])
    assert found == (
        "suggestions: a flag that shows no reason would leave nothing to consider; add a [[general]]",
    )


def test_a_general_prompt_names_no_construct() -> None:
    found = faults(LIBRARY.replace("[[general]]", '[[general]]\nconstruct = "symptoms"'))
    assert found[0].startswith("suggestions: [[general]] 1: unknown key 'construct'")


def test_a_reason_that_nothing_answers_is_named() -> None:
    found = faults(LIBRARY[: LIBRARY.index("[[discuss]]")])
    assert found == tuple(
        f"suggestions: nothing answers a reason of '{construct}'; add a [[discuss]] without predictors"
        for construct in ("symptoms", "task_planning")
    )


@pytest.mark.parametrize(
    "text", ["consider = 3\n" + LIBRARY, "[[consider", "[[consder]]\nwords = 'x'\n" + LIBRARY]
)
def test_text_of_another_shape_is_refused(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize("words", ["You must agree a place.", "Ask why it failed.", "Poor compliance."])
def test_words_that_judge_or_command_are_refused(words: str) -> None:
    assert "ask or offer instead" in faults(LIBRARY.replace("Put it in writing.", words))[0]


def test_the_packaged_library_offers_what_the_evidence_and_practice_ask_for() -> None:
    entries = read_suggestions(packaged_suggestions(), catalogue()).entries
    asked = {
        "what, when, where and with whom": "when, where and with whom",
        "written down": "in writing",
        "adapted": "circumstances, culture and language",
        "reviewed first": "first thing",
        "difficulties": "what made the last work difficult",
        "a smaller step": "smaller step",
        "the rationale": "in their own words how it might help",
        "somebody close": "who close to",
    }
    assert [name for name, words in asked.items() if not any(words in entry.words for entry in entries)] == []


def test_every_construct_that_can_be_changed_has_something_to_consider_with_a_moment_and_a_source() -> None:
    entries = read_suggestions(packaged_suggestions(), catalogue()).entries
    changeable = {one.construct for one in catalogue().values() if one.modifiable and one.shown == "reason"}
    considered = {entry.construct for entry in entries if entry.kind == "consider"}
    assert changeable <= considered
    assert all(entry.moment in MOMENTS and entry.source for entry in entries)

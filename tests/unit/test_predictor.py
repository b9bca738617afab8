"""What a predictor must declare, and what it says to a practitioner."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from features import predictor as module
from features.conceptual_model import CONSTRUCTS
from features.facts.definition import FactError, fact
from features.lineage import columns_read, tried_out
from features.predictor import DefinitionError, Predictor, catalogue, in_order, predictor
from features.standard import columns_of


def _defined(**changed: Any) -> Predictor:
    return replace(catalogue()["phq9_latest"], **changed)


@pytest.fixture
def definitions() -> Iterator[None]:
    catalogue()
    before = dict(module._DEFINED)
    yield
    module._DEFINED.clear()
    module._DEFINED.update(before)


def test_there_are_at_least_ninety_and_every_construct_has_some() -> None:
    assert len(catalogue()) >= 90
    assert {known.construct for known in catalogue().values()} == set(CONSTRUCTS)


def test_every_predictor_says_what_it_is_where_it_comes_from_and_what_to_say() -> None:
    for known in catalogue().values():
        assert known.summary.endswith(".") or known.summary.endswith(")"), known.name
        assert known.unit and known.source and known.construct in CONSTRUCTS
        for value in (0.0, 1.0, 2.5, float("nan"), None):
            assert known.words(value), known.name
        assert "risk" not in known.words(1.0).lower()


def test_a_direction_is_only_stated_where_the_conceptual_model_states_one() -> None:
    for known in catalogue().values():
        if known.direction is not None and known.construct not in (
            "treatment_expectations",
            "engagement_behaviour",
        ):
            stated = CONSTRUCTS[known.construct].direction
            assert stated is not None, known.name


def test_what_is_recorded_because_of_a_difficulty_is_never_constrained() -> None:
    assert catalogue()["obstacles_discussed"].direction is None
    assert catalogue()["difficulties_addressed"].direction is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "missed 0 appointments lately"),
        (1.0, "missed 1 appointment lately"),
        (3.0, "missed 3 appointments lately"),
        (float("nan"), "not recorded: appointments missed without notice in the 90 days before the point"),
    ],
)
def test_numbers_are_spoken_in_the_predictors_own_words(value: float, words: str) -> None:
    assert catalogue()["missed_appointments_past_90_days"].words(value) == words


def test_a_change_is_spoken_with_its_sign_and_a_yes_or_no_by_what_is_nearest() -> None:
    assert catalogue()["phq9_change"].words(4.0) == "PHQ-9 +4 since the first reading"
    assert catalogue()["phq9_change"].words(-2.0) == "PHQ-9 -2 since the first reading"
    assert catalogue()["written_summary"].words(0.2) == "no written summary was given"


def test_a_parameter_that_is_no_fact_or_predictor_is_named_with_the_nearest() -> None:
    with pytest.raises(DefinitionError, match=r"reads 'phq', .*did you mean 'phq9'\?"):
        in_order({"x": _defined(name="x", parameters=("phq",))})


def test_a_predictor_that_reads_itself_is_refused() -> None:
    circle = {
        "a": _defined(name="a", parameters=("b",)),
        "b": _defined(name="b", parameters=("a",)),
    }
    with pytest.raises(DefinitionError, match="reads itself"):
        in_order(circle)


def test_a_history_reading_predictor_must_say_what_an_empty_history_gives() -> None:
    with pytest.raises(DefinitionError, match="does not say what an empty one gives"):
        in_order({"x": _defined(name="x", when_absent=module.UNSET)})


def test_two_predictors_of_one_name_are_refused(definitions: None) -> None:
    def phq9_latest(phq9: object) -> None:
        """Another one."""

    phq9_latest.__module__ = "features.predictors.symptoms"
    with pytest.raises(
        DefinitionError, match=r"a predictor of that name in features/predictors/symptoms\.py"
    ):
        predictor(unit="x", shown="never", source="x", says="{}", when_absent=0)(phq9_latest)


def test_a_file_that_is_no_construct_is_refused(definitions: None) -> None:
    def mood(phq9: object) -> None:
        """A predictor without a home."""

    mood.__module__ = "features.predictors.symptom"
    with pytest.raises(DefinitionError, match=r"is no construct; did you mean 'symptoms'\?"):
        predictor(unit="x", shown="never", source="x", says="{}", when_absent=0)(mood)


def test_lineage_names_the_columns_that_a_predictor_really_reads() -> None:
    read = columns_read(catalogue()["missed_appointments_past_90_days"])
    assert read == ("IDS201CareContact.AttendOrDNACode",)
    for known in catalogue().values():
        for origin in columns_read(known):
            table, _, column = origin.partition(".")
            assert column in columns_of(table), (known.name, origin)


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        (lambda phq9: phq9.scor.latest(), r"fact 'phq9' has no column 'scor': did you mean 'score'\?"),
        (lambda phq9: phq9.score, r"gives a Column, not a Number; sum it up"),
        (lambda phq9: 3, r"gives a int, not a Number"),
        (lambda practitioner_tasks: practitioner_tasks.when.latest(), r"'latest' .* is no running total"),
        (lambda practitioner_tasks: practitioner_tasks.days_before.mean(), r"belongs to one point"),
        (
            lambda practitioner_tasks: practitioner_tasks.after_latest(practitioner_tasks.when).count(),
            r"cannot look back to a certain row",
        ),
    ],
)
def test_what_a_history_cannot_give_is_refused_when_the_predictors_are_imported(
    function: Callable[..., Any], fault: str
) -> None:
    asked = _defined(function=function, parameters=tuple(inspect.signature(function).parameters))
    with pytest.raises(DefinitionError, match=fault):
        tried_out(asked)


@pytest.mark.parametrize(
    ("reads", "gives", "fault"),
    [
        (
            {"IDS201Contact": "CareContactId"},
            {},
            r"no table 'IDS201Contact'; did you mean 'IDS201CareContact'\?",
        ),
        ({"IDS201CareContact": "CareContId"}, {}, r"no column 'CareContId'; did you mean 'CareContactId'\?"),
        ({"IDS101Referral": "PHQ9_LastScore"}, {}, r"worked out over the whole pathway after the event"),
        (
            {"IDS101Referral": "ServiceRequestId"},
            {"ended": "string EndCode"},
            r"'ended' needs the column EndCode, which `reads` does not name",
        ),
    ],
)
def test_a_fact_may_only_read_what_the_standard_has_and_the_service_recorded_then(
    reads: dict[str, str], gives: dict[str, str], fault: str
) -> None:
    with pytest.raises(FactError, match=fault):
        fact("pathway", reads=reads, gives=gives)(_a_fact)


def _a_fact(source: Any) -> None:
    """A fact that must not come to be."""

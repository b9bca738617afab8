"""A predictor or a fact that is defined wrongly fails on import, and says the rule, the culprit and what is near."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest

from features import predictor as module
from features.facts.definition import FACTS, FactError, fact
from features.lineage import columns_read, tables_read
from features.predictor import DefinitionError, everything, predictor
from features.units import bounds

Write = Callable[..., Callable[..., Any]]


@pytest.fixture
def write() -> Iterator[Write]:
    """Write a predictor into a file; afterwards nobody has."""
    everything()
    before = dict(module._DEFINED)
    everything.cache_clear()

    def written(
        name: str,
        function: Callable[..., Any],
        *,
        file: str = "symptoms",
        shown: Literal["reason", "never"] = "reason",
        doc: str | None = "What it is.",
        **said: Any,
    ) -> Callable[..., Any]:
        function.__name__, function.__module__ = name, f"features.predictors.{file}"
        function.__doc__ = doc
        return predictor(**{"unit": "points", "shown": shown, "source": "a test", "says": "{}", **said})(
            function
        )

    yield written
    module._DEFINED.clear()
    module._DEFINED.update(before)
    everything.cache_clear()


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda phq: phq.score.latest(), "reads 'phq', which is no fact or predictor; did you mean 'phq9'"),
        (lambda phq9: phq9.scor.latest(), "fact 'phq9' has no column 'scor': did you mean 'score'"),
        (lambda phq9: phq9.score.lates(), "a Column has no word 'lates'; did you mean 'latest'"),
        (
            lambda phq9_change: phq9_change.at_last(0),
            "a Number has no word 'at_last'; did you mean 'at_least'",
        ),
        (
            lambda practitioner_reviews: practitioner_reviews.share.latest(),
            "is no running total; ask for sum",
        ),
    ],
    ids=["a parameter", "a column", "a word of columns", "a word of numbers", "more than a running total"],
)
def test_an_unknown_name_is_told_with_the_nearest(
    write: Write, function: Callable[..., Any], said: str
) -> None:
    write("wrong", function, when_absent=None)
    with pytest.raises(DefinitionError, match=f"^wrong: .*{said}"):
        everything()


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda phq9: phq9.score, "gives a Column, not a Number; sum it up"),
        (lambda phq9: None, "gives a NoneType, not a Number"),
        (lambda tasks: tasks.type.latest(), "'latest' of string in 'tasks' is no number; compare it first"),
        (lambda tasks: (tasks.type >= 3).sum(), "not comparable"),
        (lambda phq9: phq9.where(phq9.score).count(), "are chosen by yes or no"),
        (lambda phq9, gad7: phq9.where(gad7.score > 3).count(), "cannot be read beside those of 'gad7'"),
        (lambda phq9, gad7: (phq9.score - gad7.score).mean(), "cannot be read beside those of 'gad7'"),
        (lambda phq9_latest, gad7_latest: phq9_latest and gad7_latest, "a Number is not known yet"),
        (lambda phq9: phq9.where(phq9.score > 3 and phq9.score < 9).count(), "write `&`, `|`"),
        (lambda phq9: phq9.where(3 < phq9.score < 9).count(), r"`\(x > 1\) & \(x < 7\)`"),
        (lambda tasks: tasks.where(tasks.type == "sleep").count(), r"`==` or `!=`; write `\.equals"),
        (lambda tasks: tasks.where(tasks.type != "sleep").count(), r"`==` or `!=`; write `\.equals"),
        (lambda phq9: phq9.score.latest() if phq9 else 0, "a History is not known yet .*when_absent"),
        (lambda phq9_latest: phq9_latest + "1", "cannot be worked out"),
    ],
    ids=[
        "a column",
        "nothing",
        "a word",
        "word by number",
        "no yes or no",
        "two facts",
        "two facts' values",
        "and",
        "and of columns",
        "between",
        "the same",
        "not the same",
        "if of a history",
        "plus a word",
    ],
)
def test_what_is_no_number_is_refused(write: Write, function: Callable[..., Any], said: str) -> None:
    write("wrong", function, when_absent=None)
    with pytest.raises(DefinitionError, match=f"^wrong: .*{said}"):
        everything()


def test_a_history_is_not_read_without_saying_what_an_empty_one_gives(write: Write) -> None:
    write("wrong", lambda phq9: phq9.score.latest())
    with pytest.raises(DefinitionError, match=r"^wrong: reads a history .* add when_absent"):
        everything()


def test_only_what_reads_a_history_says_what_an_empty_one_gives(write: Write) -> None:
    write("wrong", lambda phq9_latest: phq9_latest, when_absent=0)
    with pytest.raises(DefinitionError, match=r"^wrong: reads no history, .* leave when_absent out"):
        everything()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"shown": "resaon"}, "shown='resaon'; did you mean 'reason'"),
        ({"direction": 2}, "direction=2; it is 1, -1 or left out"),
        ({"when_absent": "none"}, "when_absent='none'; it is a finite number, or None for missing"),
        ({"when_absent": float("nan")}, "when_absent=nan; it is a finite number, or None for missing"),
        ({"when_absent": float("inf")}, "when_absent=inf; it is a finite number, or None for missing"),
        ({"when_absent": True}, "when_absent=True; it is a finite number, or None for missing"),
        ({"source": ""}, "source is empty; say who says so, or NONE_STATED"),
        ({"unit": " "}, "unit is empty; say what one of it is"),
        ({"doc": None}, "has no docstring; say in its first line what the value is"),
        ({"says": "x {:foo}"}, "says='x {:foo}' cannot be said (no way of saying a number is called 'foo')"),
        ({"says": {0: "none", 1: "{name}"}}, "says={0: 'none', 1: '{name}'} cannot be said ('name')"),
        ({"says": {}}, "says nothing; give the words for the lowest value at least"),
        (
            {"trend_over": 0},
            "trend_over=0; it is a number above 0 (infinity where nobody knows), or left out",
        ),
        ({"trend_over": float("nan")}, "trend_over=nan; it is a number above 0"),
        ({"says": "PHQ-9 {:rising}"}, "is said to be rising, as a trend is; add trend_over"),
    ],
)
def test_a_value_that_nobody_understands_is_refused(write: Write, said: dict[str, Any], told: str) -> None:
    write("wrong", lambda phq9: phq9.score.latest(), **{"when_absent": None, **said})
    with pytest.raises(DefinitionError, match=f"^wrong: {re.escape(told)}"):
        everything()


def test_a_new_trend_says_itself_how_steep_it_can_be(write: Write) -> None:
    write("steep", lambda phq9: phq9.score.slope_per_week(), when_absent=None, trend_over=27)
    write("level", lambda phq9: phq9.score.latest(), when_absent=None)
    known = everything()
    assert bounds(known["steep"]) == bounds(known["phq9_trend"]) == (-1350.0, 1350.0)
    assert bounds(known["level"])[0] == 0.0


def test_predictors_do_not_read_one_another_in_a_circle(write: Write) -> None:
    write("wrong", lambda other: other)
    write("other", lambda wrong: wrong)
    with pytest.raises(DefinitionError, match=r"reads itself \(other -> wrong -> other\); break the circle"):
        everything()


def test_two_predictors_or_a_predictor_and_a_fact_have_not_one_name(write: Write) -> None:
    with pytest.raises(
        DefinitionError,
        match=r"^phq9_latest: .*features/predictors/symptoms/depression_and_anxiety\.py; give it another",
    ):
        write("phq9_latest", lambda phq9: phq9.score.first(), when_absent=None)
    write("employment", lambda phq9: phq9.score.first(), when_absent=None)
    with pytest.raises(DefinitionError, match=r"^employment: there is a fact of that name"):
        everything()


def test_a_file_that_is_no_construct_is_told_with_the_nearest(write: Write) -> None:
    with pytest.raises(
        DefinitionError, match=r"^wrong: its file 'symptom' is no construct; did you mean 'symptoms'"
    ):
        write("wrong", lambda phq9: phq9.score.first(), file="symptom", when_absent=None)


@pytest.mark.parametrize(
    ("characteristic", "said"),
    [("age", "ethnic_group tells ethnicity, not age"), ("ethnicty", "did you mean 'ethnicity'")],
)
def test_who_admits_one_characteristic_does_not_admit_another(
    write: Write, characteristic: str, said: str
) -> None:
    def white(protected_patients: Any) -> Any:
        return protected_patients.ethnic_group.equals("White").latest()

    file = "protected_characteristics"
    write("wrong", white, file=file, shown="never", protected=characteristic, when_absent=None)
    with pytest.raises(DefinitionError, match=said):
        everything()


@pytest.mark.parametrize(
    ("reads", "gives", "said"),
    [
        (
            {"IDS101Referral": "PHQ9_LastScore:float64"},
            {},
            "PHQ9_LastScore is worked out over the whole pathway",
        ),
        ({"IDS101Referral": "ServiceRequestIdd"}, {}, "did you mean 'ServiceRequestId'"),
        ({"IDS101Referal": "ServiceRequestId"}, {}, "did you mean 'IDS101Referral'"),
        ({"IDS101Referral": "ServiceRequestId"}, {"x": "string EndCode"}, "'x' needs the column EndCode"),
    ],
    ids=["filled in later", "no column", "no table", "not read"],
)
def test_a_fact_reads_no_column_that_is_not_allowed(
    reads: dict[str, str], gives: dict[str, str], said: str
) -> None:
    def nosy(source: Any) -> Any:
        return source

    with pytest.raises(FactError, match=f"^nosy: .*{said}"):
        fact("pathway", reads=reads, gives=gives)(nosy)
    assert "nosy" not in FACTS


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("days_since_last_login", "BSW004PlatformSession.SessionStart"),
        ("practitioner_days_qualified", "IDS902CarePersQual.QualAwardedDate"),
        ("phq9_trend", "IDS201CareContact.CareContDate"),
        ("practitioner_changed", "IDS202CareActivity.CarePersLocalId"),
        ("tasks_agreed", "IDS201CareContact.CareContactId"),
        ("reliable_change", "IDS607CodedScoreAssessmentAct.PersScore"),
    ],
)
def test_what_is_worked_out_beside_the_point_has_columns_too(name: str, column: str) -> None:
    assert column in columns_read(everything()[name])


def test_no_predictor_is_without_columns() -> None:
    assert [name for name, one in everything().items() if not columns_read(one)] == []


def test_a_table_that_others_are_joined_through_has_a_part_in_what_they_say() -> None:
    known = everything()
    through = tables_read(known["phq9_latest"])
    assert {
        "IDS202CareActivity",
        "IDS606CodedScoreAssessmentRefer",
        "IDS607CodedScoreAssessmentAct",
    } <= through
    assert "IDS202CareActivity" in tables_read(known["practitioner_caseload"])
    assert "BSW002TaskReview" not in tables_read(known["tasks_agreed"])

"""A value in words: the right template, sensibly rounded, in the right number; two lines as one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from features.predictor import everything
from features.spoken import merged, not_recorded, spoken

STEPS = {0: "none", 0.01: "only some", 1: "all"}


@pytest.mark.parametrize(
    ("words", "value", "said"),
    [
        ("{} day|s", 1.0, "1 day"),
        ("{} day|s", 1.04, "1 day"),
        ("{} day|s", 3.25, "3.2 days"),
        ("{} day|s", 13.97, "14 days"),
        ("{} day|s", -0.0, "0 days"),
        ("{:whole} day|s", 3.6, "4 days"),
        ("{:%} of them", 0.614, "61% of them"),
        ("{:few} of them", 0.39, "few of them"),
        ("{:few} of them", 0.99, "most of them"),
        ("{:few} of them", 1.0, "all of them"),
        ("PHQ-9 {:moved point|s} since", -1.0, "PHQ-9 down 1 point since"),
        ("PHQ-9 {:moved point|s} since", 0.04, "PHQ-9 unchanged since"),
        ("PHQ-9 {:rising point|s a week}", 1.25, "PHQ-9 rising by 1.2 points a week"),
        ("PHQ-9 {:rising point|s a week}", 0.0, "PHQ-9 steady"),
        (STEPS, 1 - 1e-13, "all"),
        (STEPS, -2.0, "none"),
        (STEPS, 0.99, "only some"),
        (STEPS, 1.0, "all"),
        (STEPS, 7.0, "all"),
    ],
)
def test_a_value_is_spoken(words: str, value: float, said: str) -> None:
    assert spoken(words, value) == said


def test_two_runs_that_differ_in_the_last_digit_say_the_same() -> None:
    halves = [(number + 0.5) / 100 for number in range(100)]
    for half in halves:
        said = {spoken("{:%} of them", half + slip) for slip in (-1e-12, 0.0, 1e-12)}
        assert len(said) == 1, half


def test_a_way_of_saying_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="'shouted'"):
        spoken("{:shouted}", 1.0)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(value=some.floats(-1e4, 1e4), name=some.sampled_from(sorted(everything())))
def test_every_predictor_has_words_for_every_number(value: float, name: str) -> None:
    said = everything()[name].words(value)
    assert said
    assert not re.search(r"[{}|]|\d\.\d\d|\bnan\b|-0\b", said)


def test_two_things_of_one_kind_are_said_as_one() -> None:
    assert merged("no time was agreed", "no place was agreed") == "no time or place was agreed"
    assert merged("a time was agreed", "a place was agreed") == "a time and a place were agreed"
    once = merged("no time was agreed", "no place was agreed")
    assert merged(once or "", "no task was agreed") == "no time, place or task was agreed"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no time was agreed", "no written summary was given"),
        ("no time was agreed", "a place was agreed"),
        ("no time was agreed", "no time was agreed"),
        ("PHQ-9 at 12 of 27", "GAD-7 at 9 of 21"),
        ("missed 1 appointment", "missed 2 appointment"),
        ("came late this time", "came late last time"),
    ],
)
def test_what_is_not_built_alike_is_not_said_as_one(one: str, other: str) -> None:
    assert merged(one, other) is None


def test_what_is_not_recorded_is_said_as_a_sentence() -> None:
    assert not_recorded("whether a time was agreed") == "not recorded whether a time was agreed"
    assert not_recorded("PHQ-9") == "not recorded: PHQ-9"


def test_a_whole_number_is_counted_as_it_is_said() -> None:
    assert [spoken("{:whole} day|s ago", value) for value in (0.6, 1.3, 1.6)] == [
        "1 day ago",
        "1 day ago",
        "2 days ago",
    ]

"""What a predictor must declare, and what it says to a practitioner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from features import predictor as module
from features.conceptual_model import CONSTRUCTS
from features.predictor import Predictor, catalogue


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
        if known.direction is not None:
            assert CONSTRUCTS[known.construct].direction is not None, known.name


def test_what_is_recorded_because_of_a_difficulty_is_never_constrained() -> None:
    assert catalogue()["obstacles_discussed"].direction is None
    assert catalogue()["difficulties_addressed"].direction is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "no appointment missed in the last 90 days"),
        (1.0, "missed 1 appointment in the last 90 days"),
        (3.0, "missed 3 appointments in the last 90 days"),
        (float("nan"), "not recorded: missed appointments in the last 90 days"),
    ],
)
def test_numbers_are_spoken_in_the_predictors_own_words(value: float, words: str) -> None:
    assert catalogue()["missed_appointments_past_90_days"].words(value) == words


def test_a_change_is_spoken_as_up_or_down() -> None:
    assert catalogue()["phq9_change"].words(4.0) == "PHQ-9 up 4 points since the first reading"
    assert catalogue()["phq9_change"].words(-1.0) == "PHQ-9 down 1 point since the first reading"
    assert catalogue()["phq9_change"].words(0.0) == "PHQ-9 unchanged since the first reading"


def test_a_share_of_several_tasks_is_neither_a_yes_nor_a_no() -> None:
    assert catalogue()["written_summary"].words(0.0) == "no written summary was given"
    assert catalogue()["written_summary"].words(0.9) == "a written summary was given for some tasks only"
    assert catalogue()["written_summary"].words(1.0) == "a written summary was given"

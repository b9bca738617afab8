"""The page says which outcome it measured, whatever the settings."""

from __future__ import annotations

import re
from dataclasses import asdict, replace

from features.points import PLATFORM_WEEK
from models.outcome_words import OutcomeWords, outcome_words
from pipelines.config import Config

USUAL = Config()


def _words(kind: str, **outcome: object) -> OutcomeWords:
    return outcome_words(
        {kind},
        asdict(replace(USUAL, outcome=replace(USUAL.outcome, **outcome))),  # type: ignore[arg-type]
    )


def test_the_definition_follows_the_settings() -> None:
    usual = _words("contact")
    assert "less than 50% was done" in usual.definition and "within 42 days" in usual.definition
    assert "counts as 50% done" in usual.definition
    other = _words("contact", done_share=0.8, horizon_days=28)
    assert "less than 80% was done" in other.definition and "within 28 days" in other.definition


def test_what_chances_are_conditional_on_follows_how_those_who_left_are_counted() -> None:
    assert _words("contact").condition.startswith(
        "Every probability is conditional on the work having been reviewed"
    )
    counted = _words("contact", count_dropout_as="not_completed").condition
    assert "whose patient did not come again within 42 days, which counts as not completed" in counted
    assert "conditional on the work having been reviewed" not in counted


def test_who_did_not_come_again_in_time_may_have_come_later_and_is_not_said_to_have_left() -> None:
    words = _words("contact", count_dropout_as="not_completed", horizon_days=14)
    assert words.reason("left") == "did not come again within 14 days"
    for said in (words.condition, words.of_ten, words.foretold):
        assert "come again within 14 days" in said
        assert not re.search(r"come again(?! within 14 days| in that time)", said)
    assert _words("contact").reason("reviewed") == "reviewed"
    assert _words(PLATFORM_WEEK).reason("reviewed") == "seen in the log-ins"


def test_a_log_in_is_not_called_work_or_a_review() -> None:
    words = _words(PLATFORM_WEEK, platform_days=10)
    assert "no log-in to the online programme began within 10 days" in words.definition
    assert words.point.pieces == "weeks on the programme"
    assert "having been reviewed" not in words.condition

"""The rows behind a reason are headed in a practitioner's words."""

from __future__ import annotations

import re

import pytest

from features.evidence import with_parts
from features.facts import FACTS
from features.predictor import everything
from features.rows_behind import NOT_TOLD
from pipelines.flags.history_rows import COLUMN_WORDS, SHARES, _words

JUDGES = r"resist|passiv|poor|fail"
JARGON = r"alliance|credib|expectan|rationale|barrier|until_point"
REASONS = [name for name, predictor in everything().items() if predictor.shown == "reason"]
READ = {
    parameter
    for name in REASONS
    for part in with_parts(everything()[name])
    for parameter in everything()[part].parameters
    if parameter in FACTS and not FACTS[parameter].running
}
COLUMNS = sorted({column for fact in READ for column in FACTS[fact].gives if column not in NOT_TOLD})


@pytest.mark.parametrize("column", COLUMNS)
def test_no_heading_judges_the_patient_or_needs_a_textbook(column: str) -> None:
    words = _words(COLUMN_WORDS, column)
    assert not re.search(rf"{JUDGES}|{JARGON}", words, re.IGNORECASE)


def test_shares_are_columns_of_facts() -> None:
    assert {column for fact in FACTS.values() for column in fact.gives} >= set(SHARES)

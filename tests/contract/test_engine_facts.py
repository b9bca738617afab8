"""What engines do differently, each difference evened out: the same on DuckDB and on Spark."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from features.engine import DuckDB, Engine
from features.facts import FACTS, Facts, FactSettings
from features.facts.source import NotAllowedError, Source
from features.history import History
from features.number import Number
from features.records import Records
from tests.contract.by_hand import Seen, answer
from tests.contract.small_writer import Frames

# One worker, one Spark session: the mark of a fixture's parameter is not seen when tests are dealt out.
pytestmark = pytest.mark.xdist_group("spark")

Ask = Callable[[History], Number]


@pytest.mark.parametrize("turned", [False, True])
def test_ties_go_by_key_whatever_the_sequence_of_the_rows(engine: Engine, turned: bool) -> None:
    rows = [Seen(3, 1.0, key="a"), Seen(3, 2.0, key="b"), Seen(3, 3.0, key="c")]
    rows = rows[::-1] if turned else rows
    assert answer(engine, rows, lambda h: h.value.latest()) == 3
    assert answer(engine, rows, lambda h: h.value.first()) == 1


def test_latest_and_first_pass_over_missing_values(engine: Engine) -> None:
    rows = [Seen(4), Seen(3, 6.0), Seen(2, 8.0), Seen(1)]
    assert answer(engine, rows, lambda h: h.value.latest()) == 8
    assert answer(engine, rows, lambda h: h.value.first()) == 6


@pytest.mark.parametrize(
    "asked",
    [
        lambda h: h.value.sum() / (h.count() - 1.0),
        lambda h: h.value.sum() / 0.0,
        lambda h: (h.value / 0.0).sum(),
        lambda h: (h.value % 0.0).sum(),
        lambda h: h.value.floor_division(0.0).sum(),
    ],
    ids=["number by number", "number by 0", "column by 0", "remainder by 0", "whole times 0"],
)
def test_dividing_by_nothing_is_missing(engine: Engine, asked: Ask) -> None:
    assert answer(engine, [Seen(1, 5.0)], asked) is None


def test_yes_or_no_sums_are_numbers_and_a_window_without_rows_has_none(engine: Engine) -> None:
    rows = [Seen(20, yes=True), Seen(15, yes=True), Seen(12, yes=False)]
    assert answer(engine, rows, lambda h: h.yes.sum()) == 2
    assert answer(engine, rows, lambda h: h.yes.sum() / 4.0) == 0.5
    assert answer(engine, rows, lambda h: (h.yes & (h.days_before <= 7)).sum()) == 0
    assert answer(engine, rows, lambda h: h.where(h.days_before <= 7).yes.sum()) is None
    assert answer(engine, rows, lambda h: h.where(h.days_before <= 7).yes.sum().or_else(0.0)) == 0


def test_a_history_without_any_row_gives_missing_until_the_predictor_says_otherwise(engine: Engine) -> None:
    rows = [Seen(-1, 5.0, yes=True)]
    assert answer(engine, rows, lambda h: h.count()) is None
    assert answer(engine, rows, lambda h: h.count().or_else(0.0)) == 0


def test_days_are_elapsed_seconds_and_not_midnights(engine: Engine) -> None:
    """AT is a midnight: an hour before it is yesterday by the calendar."""
    assert answer(engine, [Seen(1 / 24)], lambda h: h.days_since_latest()) == pytest.approx(1 / 24, abs=1e-9)


def test_and_or_and_not_know_missing(engine: Engine) -> None:
    """Missing and no is no; missing or yes is yes; otherwise missing stays missing."""
    row = [Seen(1, value=None, yes=True)]
    assert answer(engine, row, lambda h: ((h.value > 1) & ~h.yes).any()) == 0
    assert answer(engine, row, lambda h: ((h.value > 1) | h.yes).any()) == 1
    assert answer(engine, row, lambda h: ((h.value > 1) & h.yes).any()) is None
    assert answer(engine, row, lambda h: (~(h.value > 1)).any()) is None


def test_floats_agree_to_nine_places(engine: Engine) -> None:
    rows = [Seen(days, value) for days, value in ((9.0, 0.1), (5.0, 0.7), (4.0, 1 / 3), (1.0, 1e6))]
    mean = (0.1 + 0.7 + 1 / 3 + 1e6) / 4
    assert answer(engine, rows, lambda h: h.value.mean()) == pytest.approx(mean, rel=1e-9)
    assert answer(engine, rows, lambda h: h.value.spread()) == pytest.approx(499999.8111111289, rel=1e-9)


def test_a_table_can_be_made_through_ibis(duckdb: DuckDB) -> None:
    """SQLGlot 30.18 breaks it, so that pyproject.toml holds an older one."""
    given = duckdb.given("given", pd.DataFrame({"n": [1, 2]}))
    assert list(duckdb.frame(duckdb.keep("kept", given.filter(given.n > 1)))["n"]) == [2]


@pytest.mark.parametrize(
    "asked",
    [lambda source: source.table("IDS101Referral"), lambda source: source.fact("appointments")],
    ids=["a table", "another fact with more columns"],
)
def test_a_fact_sees_nothing_that_it_does_not_name(
    asked: Callable[[Source], Any], several_patients: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FACTS, "nosy", dataclasses.replace(FACTS["activities"], name="nosy", rows=asked))
    with pytest.raises(NotAllowedError, match="nosy"):
        Facts(Records.from_frames(several_patients), FactSettings()).table("nosy")


def test_a_column_that_a_fact_does_not_name_is_not_there(
    several_patients: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[str] = []

    def look(source: Source) -> Any:
        held.extend(source.table("IDS201CareContact").columns)
        return FACTS["activities"].rows(source)

    monkeypatch.setitem(FACTS, "nosy", dataclasses.replace(FACTS["activities"], name="nosy", rows=look))
    Facts(Records.from_frames(several_patients), FactSettings()).table("nosy")
    assert "AttendOrDNACode" not in held
    assert "CareContDate" in held

"""DuckDB works out behind what it keeps: nobody reads another question's rows, and no error is lost."""

from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path

import duckdb as plain_duckdb
import pandas as pd
import pytest

from features.engine import DuckDB
from features.errors import InputError
from features.facts import Facts, FactSettings
from features.records import SourceSettings, read_records, start_reading
from tests.contract.small_writer import Frames


def test_a_question_reads_what_was_kept_when_it_was_asked(duckdb: DuckDB) -> None:
    numbers = duckdb.given("numbers", pd.DataFrame({"n": range(1_000_000)}))
    first = duckdb.keep("kept", numbers)
    total = duckdb.keep("total", first.aggregate(sum=first.n.sum()))
    none = duckdb.keep("kept", numbers.filter(numbers.n < 0))
    assert duckdb.frame(none).empty
    assert len(duckdb.frame(first)) == 1_000_000  # kept for the life of the engine
    assert duckdb.frame(total)["sum"].tolist() == [499_999_500_000]


def test_an_error_reaches_whoever_reads_what_is_made_of_it(duckdb: DuckDB) -> None:
    words = duckdb.given("words", pd.DataFrame({"word": ["one"]}))
    numbers = duckdb.keep("numbers_of_words", words.mutate(n=words.word.cast("int64")))
    later = duckdb.keep("later", numbers.filter(numbers.n > 0))
    with pytest.raises(plain_duckdb.ConversionException):
        duckdb.frame(later)


def test_what_is_abandoned_is_not_worked_out(duckdb: DuckDB) -> None:
    numbers = duckdb.given("many", pd.DataFrame({"n": range(3_000_000)}))
    asked = [duckdb.keep(f"sorted_{n}", numbers.order_by(-numbers.n)) for n in range(12)]
    duckdb.abandon()
    with pytest.raises(CancelledError):
        duckdb.frame(asked[-1])


def test_facts_asked_for_before_the_records_are_clean_are_the_same(
    several_patients: Frames, tmp_path: Path
) -> None:
    source = _written(several_patients, tmp_path)
    early = Facts(start_reading(source, SourceSettings()), FactSettings())
    early.foresee(early.recorded)
    late = Facts(read_records(source, SourceSettings()), FactSettings())
    assert early.recorded == late.recorded
    for name in early.recorded:
        found, expected = (facts.engine.frame(facts.table(name)) for facts in (early, late))
        order = list(found.columns)
        pd.testing.assert_frame_equal(
            found.sort_values(order, ignore_index=True), expected.sort_values(order, ignore_index=True)
        )


def test_what_makes_records_unusable_reaches_whoever_asked_before_they_were_clean(
    several_patients: Frames, tmp_path: Path
) -> None:
    undated = several_patients["IDS000Header"].assign(ReportingPeriodEndDate="31 in June")
    source = _written({**several_patients, "IDS000Header": undated}, tmp_path)
    facts = Facts(start_reading(source, SourceSettings()), FactSettings())
    facts.foresee(["appointments"])
    with pytest.raises(InputError, match="ReportingPeriodEndDate"):
        facts.frame("appointments", "contact_id")


def _written(frames: Frames, folder: Path) -> Path:
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder

"""What makes records of no use is told in a line per column, with what to do, and of patients no value."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from features.records import SourceSettings, read_records
from tests.pipeline.small_source import change, write_source

HEADER, PATIENTS, REFERRALS = "IDS000Header", "IDS001MPI", "IDS101Referral"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_source(tmp_path / "source")


def day_first(source: Path, table: str, *columns: str) -> pd.DataFrame:
    """The same with these dates written as 31/12/2024; the table as it is now."""
    path = source / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in columns:
        frame[column] = pd.to_datetime(frame[column]).dt.strftime("%d/%m/%Y")
    frame.to_csv(path, index=False)
    return frame


def faults(source: Path, *formats: str) -> tuple[str, ...]:
    with pytest.raises(InputError) as refused:
        read_records(source, SourceSettings(date_formats=formats))
    return refused.value.faults


def test_a_header_whose_dates_are_all_written_otherwise_is_told_in_a_line_per_column(source: Path) -> None:
    rows = len(day_first(source, HEADER, "ReportingPeriodStartDate", "ReportingPeriodEndDate"))
    remedy = "correct the value, or name its format in the configuration ([source] date_formats)"
    assert sorted(faults(source)) == [
        f"{source / HEADER}.csv: {column} must be a date in {rows} rows; in row 1 it is '{value}'; {remedy}"
        for column, value in (
            ("ReportingPeriodEndDate", "31/01/2024"),
            ("ReportingPeriodStartDate", "01/01/2024"),
        )
    ]


def test_a_format_that_does_not_fit_is_named_beside_what_was_written(source: Path) -> None:
    rows = len(day_first(source, HEADER, "ReportingPeriodEndDate"))
    (said,) = faults(source, "%m/%d/%Y")
    assert f"must be a date in {rows} rows; in row 1 it is '31/01/2024'; " in said
    assert said.endswith("([source] date_formats) (now '%m/%d/%Y')")


def test_one_row_of_the_header_is_named_as_before(source: Path) -> None:
    change(source, HEADER, 3, ReportingPeriodEndDate="soon")
    (said,) = faults(source)
    assert f"{HEADER}.csv: row 3: ReportingPeriodEndDate must be a date; it is 'soon'; " in said


def test_referrals_whose_dates_are_all_written_otherwise_are_told_by_the_form_of_the_date(
    source: Path,
) -> None:
    rows = day_first(source, REFERRALS, "ReferralRequestReceivedDate")
    (said,) = faults(source)
    assert said == (
        f"{source / REFERRALS}.csv: no referral is left: ReferralRequestReceivedDate must be a date in {len(rows)} "
        "rows, as in '99/99/9999' (9 for a digit); correct the value, or name its format in the configuration "
        "([source] date_formats)"
    )


def test_of_referrals_without_their_patients_it_is_told_why_the_patients_are_set_aside(source: Path) -> None:
    rows = day_first(source, PATIENTS, "PersonBirthDate")
    of_referrals, of_patients = faults(source)
    assert f"{REFERRALS}.csv: no referral is left: LocalPatientId must be in {PATIENTS} in " in of_referrals
    assert (
        f"{PATIENTS}.csv: PersonBirthDate must be a date in {len(rows)} rows, as in '99/99/9999'"
        in of_patients
    )
    assert not set(rows["PersonBirthDate"]) & {*of_patients.replace("'", " ").split()}

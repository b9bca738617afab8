"""Reading a source: what is kept, what is set aside and why, and what cannot be read at all."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from features.records import Records, SourceSettings, read_records
from features.standard import circumstance_codes, codes, columns_of, ethnic_categories, tables
from tests.pipeline.small_source import change, clean_frames, write_source


def _read(folder: Path, **settings: object) -> Records:
    return read_records(folder, SourceSettings(**settings))  # type: ignore[arg-type]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_source(tmp_path / "source")


def _rules(records: Records) -> set[tuple[str, str, str]]:
    broken = records.set_aside
    return set(zip(broken["table"], broken["column"], broken["rule"], strict=True))


def test_clean_records_break_no_rule_and_keep_every_row(source: Path) -> None:
    records = _read(source)
    assert _rules(records) == set()
    assert (records.counts["rows_read"] == records.counts["rows_kept"]).all()
    assert records.synthetic


def test_values_are_typed_and_blank_is_missing(source: Path) -> None:
    change(source, "IDS201CareContact", 1, CareContTime="", ConsMechanism="  ")
    contacts = _read(source).connection.execute("FROM IDS201CareContact").df()
    assert contacts["CareContDate"].dtype.kind == "M"
    assert pd.isna(contacts["ConsMechanism"].iloc[0])
    assert pd.isna(contacts["CareContTime"].iloc[0])


@pytest.mark.parametrize(
    ("table", "cell", "rule"),
    [
        ("IDS201CareContact", {"AttendOrDNACode": "9"}, "must be a permitted code"),
        ("IDS201CareContact", {"CareContDate": "not a day"}, "must be a date"),
        ("IDS201CareContact", {"CareContDate": ""}, "must be filled in"),
        (
            "IDS201CareContact",
            {"CareContDate": "2001-01-01"},
            "must not be before ReferralRequestReceivedDate",
        ),
        ("IDS201CareContact", {"CareContDate": "2031-01-01"}, "must not be after the reporting period"),
        ("IDS201CareContact", {"ClinContDurOfCareCont": "half an hour"}, "must be a whole number"),
        ("IDS201CareContact", {"ServiceRequestId": "NOBODY"}, "must be in IDS101Referral"),
        ("IDS101Referral", {"ServDischDate": "2001-01-01"}, "must not be before ReferralRequestReceivedDate"),
        ("IDS101Referral", {"LocalPatientId": "X" * 21}, "at most 20 characters"),
        ("IDS607CodedScoreAssessmentAct", {"PersScore": "45"}, "must lie in the range of its questionnaire"),
        ("IDS607CodedScoreAssessmentAct", {"PersScore": "low"}, "must lie in the range of its questionnaire"),
        ("BSW002TaskReview", {"TaskId": "NONE"}, "must be in BSW001TaskSet"),
        ("BSW002TaskReview", {"ReviewDateTime": "2001-01-01 10:00"}, "must not be before its task was set"),
        ("BSW002TaskReview", {"BarriersReported": "time;laziness"}, "must be a list of permitted codes"),
        (
            "BSW002TaskReview",
            {"CompletionPercent": "1", "Completion": "full"},
            "must not contradict Completion",
        ),
        (
            "BSW002TaskReview",
            {"CompletionPercent": "80", "Completion": "none"},
            "must not contradict Completion",
        ),
        ("IDS201CareContact", {"LanguageCodeTreat": "44"}, "must be a language code"),
        ("BSW003SessionRating", {"Rating": "11"}, "must lie between"),
        ("BSW004PlatformSession", {"SessionEnd": "2001-01-01"}, "must not be before SessionStart"),
    ],
)
def test_a_row_that_breaks_a_rule_is_set_aside_whole_and_named(
    source: Path, table: str, cell: dict[str, str], rule: str
) -> None:
    change(source, table, 1, **cell)
    records = _read(source)
    own = records.set_aside[(records.set_aside["table"] == table) & (records.set_aside["row"] == 1)]
    column, value = next(iter(cell.items()))
    found = own[own["rule"].str.startswith(rule) & (own["column"] == column)]
    assert len(found) >= 1
    assert found.iloc[0]["file"] == f"{table}.csv"
    assert (
        (found.iloc[0]["value"] or "") == value
        if not isinstance(found.iloc[0]["value"], float)
        else value == ""
    )
    counts = records.counts.set_index("table").loc[table]
    assert counts["rows_kept"] < counts["rows_read"]


def test_what_hangs_on_a_row_set_aside_is_set_aside_with_its_own_rule(source: Path) -> None:
    change(source, "IDS101Referral", 1, ReferralRequestReceivedDate="soon")
    rules = _rules(_read(source))
    assert ("IDS201CareContact", "ServiceRequestId", "must be in IDS101Referral") in rules


def test_of_exact_copies_one_stays_and_of_copies_that_differ_none(source: Path) -> None:
    path = source / "IDS101Referral.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    exact, differs = rows.iloc[[0]], rows.iloc[[1]].assign(SourceOfReferralIAPT="M6")
    pd.concat([rows, exact, differs]).to_csv(path, index=False)
    broken = _read(source).set_aside
    copies = broken[(broken["table"] == "IDS101Referral")][["row", "rule"]]
    assert sorted(map(tuple, copies.to_numpy().tolist())) == [
        (2, "must not be sent twice with different content"),
        (len(rows) + 1, "must be sent once"),
        (len(rows) + 2, "must not be sent twice with different content"),
    ]


def test_rows_sent_again_in_later_submissions_are_expected_and_corrections_counted(source: Path) -> None:
    counts = _read(source).counts.set_index("table")
    assert counts.loc["IDS001MPI", "resubmitted"] > 0
    assert counts.loc["IDS001MPI", "rows_kept"] == counts.loc["IDS001MPI", "rows_read"]


def test_patients_who_object_are_left_out_of_every_table(source: Path) -> None:
    (source / "exclude.csv").write_text("OrgID_Provider,LocalPatientId\nAAA01,P0\n")
    records = _read(source)
    assert records.objected == 1
    for table, columns in records.columns.items():
        keys = {"LocalPatientId", "ServiceRequestId", "CareContactId", "CareActId", "TaskId"} & set(columns)
        for key in keys:
            asked = f"SELECT count(*) FROM \"{table}\" WHERE OrgID_Provider = 'AAA01' AND {key} LIKE 'P0%'"
            assert records.connection.execute(asked).fetchall() == [(0,)], (table, key)
    assert records.set_aside.empty
    kept = "SELECT count(*) FROM IDS001MPI WHERE OrgID_Provider = 'BBB02' AND LocalPatientId = 'P0'"
    assert records.connection.execute(kept).fetchall()[0][0] > 0


def test_a_list_of_objectors_that_cannot_be_read_stops_everything(source: Path) -> None:
    (source / "exclude.csv").write_text("Patient\nP0\n")
    with pytest.raises(InputError, match=r"exclude\.csv: lacks OrgID_Provider, LocalPatientId"):
        _read(source)


def test_a_column_mapped_to_a_name_that_the_file_lacks_is_one_fault(source: Path) -> None:
    mapped = {"IDS201CareContact": {"CareContDate": "Appointment date"}}
    with pytest.raises(InputError, match=r"maps IDS201CareContact\.CareContDate") as refused:
        _read(source, columns=mapped)
    assert len(refused.value.faults) == 1


def test_a_services_own_names_values_and_dates_are_mapped(source: Path) -> None:
    contacts = pd.read_csv(source / "IDS201CareContact.csv", dtype=str, keep_default_na=False)
    (source / "IDS201CareContact.csv").unlink()
    own = contacts.rename(columns={"CareContDate": "Appointment date", "AttendOrDNACode": "Outcome"})
    own["Appointment date"] = pd.to_datetime(own["Appointment date"]).dt.strftime("%d/%m/%Y")
    own["Outcome"] = own["Outcome"].replace({"5": "Seen"})
    own.to_csv(source / "appointments.csv", index=False)
    records = _read(
        source,
        tables={"IDS201CareContact": "appointments"},
        columns={"IDS201CareContact": {"CareContDate": "Appointment date", "AttendOrDNACode": "Outcome"}},
        values={"IDS201CareContact": {"AttendOrDNACode": {"Seen": "5"}}},
        date_formats=("%d/%m/%Y",),
    )
    assert _rules(records) == set()
    read = records.connection.execute("SELECT CareContDate, AttendOrDNACode FROM IDS201CareContact").df()
    assert read["CareContDate"].dt.strftime("%Y-%m-%d").tolist() == contacts["CareContDate"].tolist()
    assert read["AttendOrDNACode"].tolist() == contacts["AttendOrDNACode"].tolist()


def test_names_that_the_standard_lacks_are_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="no table 'IDS201Contact'; did you mean 'IDS201CareContact'"):
        SourceSettings(tables={"IDS201Contact": "x"})
    with pytest.raises(ValueError, match="no column 'CareContDay'; did you mean 'CareContDate'"):
        SourceSettings(columns={"IDS201CareContact": {"CareContDay": "x"}})


def test_v2_0_names_arrive_under_their_v2_1_names(source: Path) -> None:
    path = source / "IDS201CareContact.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows.rename(columns={"ConsMechanism": "ConsMediumUsed"}).assign(ConsMediumUsed="03").to_csv(
        path, index=False
    )
    records = _read(source)
    assert "ConsMechanism" in records.columns["IDS201CareContact"]
    assert _rules(records) == set()


def test_the_pre_deadline_layout_is_accepted_and_what_was_made_good_is_said(tmp_path: Path) -> None:
    frames = clean_frames()
    one = {t: f[f["OrgID_Provider"] == "AAA01"] for t, f in frames.items()}
    header = one["IDS000Header"].tail(1)
    cut = {
        t: f.drop(columns=["OrgID_Provider", "UniqueSubmissionID"], errors="ignore") for t, f in one.items()
    }
    cut["IDS000Header"] = header.drop(columns=["OrgID_Provider", "UniqueSubmissionID"])
    for table in ("IDS001MPI", "IDS004EmpStatus"):
        cut[table] = cut[table].drop_duplicates("LocalPatientId", keep="last")
    records = _read(write_source(tmp_path / "pre", cut))
    assert records.layout == "pre-deadline"
    assert records.derived
    providers = records.connection.execute("SELECT DISTINCT OrgID_Provider FROM IDS201CareContact").fetchall()
    assert providers == [("AAA01",)]


def test_parquet_and_folders_of_parts_give_what_csv_gives(source: Path, tmp_path: Path) -> None:
    other = tmp_path / "parquet"
    other.mkdir()
    for path in source.glob("*.csv"):
        rows = pd.read_csv(path, dtype=str)
        if path.stem == "IDS201CareContact":
            (other / path.stem).mkdir()
            rows.iloc[:5].to_parquet(other / path.stem / "part-1.parquet")
            rows.iloc[5:].to_parquet(other / path.stem / "part-2.parquet")
        else:
            rows.to_parquet(other / f"{path.stem}.parquet")
    ask = "FROM IDS201CareContact ORDER BY ALL"
    as_csv, as_parquet = (_read(folder).connection.execute(ask).df() for folder in (source, other))
    pd.testing.assert_frame_equal(as_csv, as_parquet)


@pytest.mark.parametrize("table", [*sorted(clean_frames())])
@pytest.mark.parametrize("harm", ["empty", "cut off", "junk"])
def test_a_file_that_is_empty_cut_off_or_junk_is_named(source: Path, table: str, harm: str) -> None:
    path = source / f"{table}.csv"
    whole = path.read_bytes()
    harmed = {
        "empty": b"",
        "cut off": whole[: len(whole) * 2 // 3].rstrip(b"\n"),
        "junk": bytes(range(256)) * 9,
    }
    path.write_bytes(harmed[harm])
    with pytest.raises(InputError, match=rf"{table}\.csv: "):
        _read(source)


@pytest.mark.parametrize("table", ["IDS000Header", "IDS001MPI", "IDS101Referral"])
def test_an_essential_table_that_is_missing_is_named(source: Path, table: str) -> None:
    (source / f"{table}.csv").unlink()
    with pytest.raises(InputError, match=f"the table {table} is missing"):
        _read(source)


def test_a_source_without_any_between_session_work_is_refused(source: Path) -> None:
    for table in ("BSW001TaskSet", "BSW004PlatformSession"):
        (source / f"{table}.csv").unlink()
    with pytest.raises(InputError, match="holds no between-session work"):
        _read(source)


def test_all_faults_are_told_at_once(source: Path) -> None:
    (source / "IDS101Referral.csv").write_bytes(b"")
    (source / "BSW002TaskReview.csv").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        _read(source)
    assert len(caught.value.faults) == 2


def test_a_table_that_is_there_twice_and_parquet_that_is_none_are_refused(source: Path) -> None:
    (source / "IDS101Referral.parquet").write_bytes(b"junk")
    with pytest.raises(InputError, match="is there twice"):
        _read(source)
    (source / "IDS101Referral.csv").unlink()
    with pytest.raises(InputError, match=r"IDS101Referral\.parquet: not readable"):
        _read(source)


def test_the_standard_is_whole() -> None:
    assert len(tables()) == 25
    assert columns_of("IDS101Referral")["PHQ9_LastScore"].origin == "derived-post-ingest"
    assert len(ethnic_categories()) == 18
    assert {group for _, group in ethnic_categories().values()} == {
        "White", "Mixed", "Asian or Asian British", "Black or Black British", "Other Ethnic Groups",
        "Not stated or not known",
    }  # fmt: skip
    assert codes()["IDS201CareContact", "AttendOrDNACode"]["3"].startswith("Did not attend")


def test_each_circumstance_is_a_predictor_protected_or_unused_once() -> None:
    uses = [set(circumstance_codes(use)) for use in ("predictor", "protected", "unused")]
    assert sum(map(len, uses)) == len(set().union(*uses)) == 58
    assert "160933000" in uses[0]  # debt
    # NHS England's dashboard counts these among addictions; they say that there is none.
    not_addicted = {"405746006", "8517006", "266919005", "228367002", "1129201000000100"}
    assert not_addicted <= uses[2]
    protected = set(circumstance_codes("protected").values())
    assert protected == {"religion", "sexual orientation", "asylum / refugee", "perinatal"}


def test_a_table_may_lie_in_folders_by_service(source: Path) -> None:
    whole = _read(source).connection.execute("FROM IDS201CareContact").df()
    rows = pd.read_csv(source / "IDS201CareContact.csv", dtype=str)
    for service, part in rows.groupby(rows.index % 2):
        folder = source / "IDS201CareContact" / f"service={service}"
        folder.mkdir(parents=True)
        part.to_parquet(folder / "part-0.parquet", index=False)
    (source / "IDS201CareContact.csv").unlink()
    records = _read(source)
    assert records.unknown == {}, "the folder's name is no column"
    parted = records.connection.execute("FROM IDS201CareContact").df()
    key = ["OrgID_Provider", "CareContactId"]
    pd.testing.assert_frame_equal(
        *(each[list(whole.columns)].sort_values(key, ignore_index=True) for each in (whole, parted))
    )

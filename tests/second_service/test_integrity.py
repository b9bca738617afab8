"""Keys, submissions, determinism, and the truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.second_service import write_second_service
from benchmarks.second_service.schema import columns, tables
from benchmarks.second_service.summary import points
from benchmarks.second_service.writing import draw_records
from tests.second_service.conftest import SIZES, Written

PARENTS = [
    ("IDS101Referral", "LocalPatientId", "IDS001MPI", "LocalPatientId"),
    ("IDS004EmpStatus", "LocalPatientId", "IDS001MPI", "LocalPatientId"),
    ("IDS007DisabilityType", "LocalPatientId", "IDS001MPI", "LocalPatientId"),
    ("IDS011SocPerCircumstances", "LocalPatientId", "IDS001MPI", "LocalPatientId"),
    ("IDS201CareContact", "ServiceRequestId", "IDS101Referral", "ServiceRequestId"),
    ("IDS202CareActivity", "CareContactId", "IDS201CareContact", "CareContactId"),
    ("IDS202CareActivity", "CarePersLocalId", "IDS902CarePersQual", "CarePersLocalId"),
    ("IDS607CodedScoreAssessmentAct", "CareActId", "IDS202CareActivity", "CareActId"),
    ("BSW001TaskSet", "CareContactId", "IDS201CareContact", "CareContactId"),
    ("BSW001TaskSet", "CarePersLocalId", "IDS902CarePersQual", "CarePersLocalId"),
    ("BSW002TaskReview", "TaskId", "BSW001TaskSet", "TaskId"),
    ("BSW002TaskReview", "CareContactId", "IDS201CareContact", "CareContactId"),
    ("BSW003SessionRating", "CareContactId", "IDS201CareContact", "CareContactId"),
    ("BSW004PlatformSession", "ServiceRequestId", "IDS101Referral", "ServiceRequestId"),
]


@pytest.mark.parametrize(("child", "column", "parent", "key"), PARENTS)
def test_every_key_has_its_parent(child: str, column: str, parent: str, key: str, written: Written) -> None:
    rows = written.table(child).dropna(subset=[column])
    have = set(map(tuple, written.table(parent)[["OrgID_Provider", key]].to_numpy()))
    assert set(map(tuple, rows[["OrgID_Provider", column]].to_numpy())) <= have


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("IDS201CareContact", "CareContactId"),
        ("IDS202CareActivity", "CareActId"),
        ("BSW001TaskSet", "TaskId"),
    ],
)
def test_keys_are_unique_within_a_provider_only(table: str, key: str, written: Written) -> None:
    frame = written.table(table)
    assert not frame.duplicated(["OrgID_Provider", key]).any()
    assert frame.duplicated(key).any()


@pytest.mark.parametrize("table", [t for t in tables() if "UniqueSubmissionID" in columns(t)])
def test_every_row_lies_in_a_submission_of_its_provider(table: str, written: Written) -> None:
    header = written.table("IDS000Header")
    have = set(map(tuple, header[["OrgID_Provider", "UniqueSubmissionID"]].to_numpy()))
    frame = written.table(table)
    assert set(map(tuple, frame[["OrgID_Provider", "UniqueSubmissionID"]].to_numpy())) <= have


def test_record_numbers_join_within_the_submission(written: Written) -> None:
    people = set(written.table("IDS001MPI")["RecordNumber"])
    for table in (
        "IDS101Referral",
        "IDS201CareContact",
        "IDS607CodedScoreAssessmentAct",
        "IDS602LongTermCondition",
    ):
        assert set(written.table(table)["RecordNumber"]) <= people


def test_nothing_is_submitted_before_it_happens(written: Written) -> None:
    ends = written.table("IDS000Header").set_index("UniqueSubmissionID")["ReportingPeriodEndDate"]
    for table, column in (("IDS201CareContact", "CareContDate"), ("IDS101Referral", "ServDischDate")):
        frame = written.table(table).dropna(subset=[column])
        assert (frame[column] <= frame["UniqueSubmissionID"].map(ends)).all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(written: Written, tmp_path: Path) -> None:
    for seed, same in ((5, True), (6, False)):
        folder, truth = tmp_path / str(seed), tmp_path / f"{seed}.parquet"
        write_second_service(folder, **SIZES, seed=seed, truth=truth)
        assert (truth.read_bytes() == written.truth.read_bytes()) == same
        if same:
            for path in written.folder.iterdir():
                assert (folder / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_truth_has_one_row_per_contact_with_work(written: Written) -> None:
    truth = pd.read_parquet(written.truth)
    key = ["OrgID_Provider", "CareContactId"]
    assert not truth.duplicated(key).any()
    tasks = set(map(tuple, written.table("BSW001TaskSet")[key].to_numpy()))
    assert set(map(tuple, truth[key].to_numpy())) == tasks
    for name in ("true_probability", "recorded_probability"):
        assert truth[name].between(0, 1, inclusive="neither").all()


def test_what_was_written_reads_back_as_what_was_drawn(written: Written) -> None:
    rows = points(written.folder, written.truth)
    known = rows[rows["read"].notna()]
    assert (known["read"] == known["not_completed"]).all()
    assert known["reviewed"].all()
    assert (known["days"] > 0).all()


def test_work_is_set_only_in_attended_low_intensity_contacts_before_discharge(written: Written) -> None:
    key = ["OrgID_Provider", "CareContactId"]
    tasks = written.table("BSW001TaskSet").drop(columns="ServiceRequestId")
    rows = tasks.merge(written.table("IDS201CareContact"), on=key)
    unplanned = rows["PlannedCareContIndicator"] == "N"
    assert (rows["AttendOrDNACode"].isin(["5", "6"]) | unplanned).all()
    assert rows["AppType"].isin(["02", "03", "05"]).all()
    last = (
        written.table("IDS101Referral").groupby(["OrgID_Provider", "ServiceRequestId"])["ServDischDate"].max()
    )
    ends = rows.join(last, on=["OrgID_Provider", "ServiceRequestId"])["ServDischDate"]
    assert (ends.isna() | (rows["CareContDate"] <= ends)).all()


def test_both_probabilities_are_exact() -> None:
    contacts = draw_records(pathways=12_000, services=3, months=24, seed=9).contacts
    rows = contacts[contacts["sets"]]
    for name in ("true_probability", "recorded_probability"):
        chance = rows[name]
        for _, part in rows.groupby(pd.qcut(chance, 8)):
            error = (part["not_done"] - part[name]).sum() / np.sqrt((part[name] * (1 - part[name])).sum())
            assert abs(error) < 4, name


def test_the_truth_may_not_lie_with_the_tables(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="outside"):
        write_second_service(tmp_path, **SIZES, seed=1, truth=tmp_path / "truth.parquet")

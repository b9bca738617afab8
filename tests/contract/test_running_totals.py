"""What a practitioner and a service saw with other patients: strictly before the point, never the point's patient."""

from __future__ import annotations

from datetime import date, datetime, time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from features.facts import Facts, FactSettings
from features.matrix import matrix
from features.points import PointSettings, find_points
from features.predictor import catalogue
from features.records import Records
from tests.contract.engine import points_of
from tests.contract.running import running_predictors
from tests.contract.small_service import small_service
from tests.contract.small_writer import Frames, Writer
from tests.contract.some import SOME

RUNNING = running_predictors()
POINT = datetime(2024, 4, 10, 10, 1)  # the contact of the patient X begins at 10:00 and lasts a minute
services = st.integers(0, 10_000).map(lambda seed: small_service(seed, patients=2))


def _running(frames: Frames, point_id: str) -> pd.DataFrame:
    """The predictors that read running totals, at one point."""
    facts = Facts(Records.from_frames(frames), FactSettings())
    points = find_points(facts, PointSettings()).table
    asked = {name: predictor for name, predictor in catalogue().items() if name in RUNNING}
    found = matrix(facts, points.filter(points.point_id == point_id), asked)
    assert found.left_out == {}
    return found.frame.set_index("point_id")


def test_the_predictors_of_other_patients_are_those_of_practitioners_and_services() -> None:
    assert len(RUNNING) >= 9
    assert {name.split("_")[0] for name in RUNNING} == {"practitioner", "service"}


@SOME
@given(services, st.integers(0, 50))
def test_the_patients_own_other_records_change_nothing(frames: Frames, chosen: int) -> None:
    points = points_of(frames)
    point = points.iloc[chosen % len(points)]
    before = _running(frames, point["point_id"])
    after = _running(_with_own_records_turned(frames, point), point["point_id"])
    assert_frame_equal(before, after, check_exact=False, rtol=1e-9, atol=1e-9)


def _with_own_records_turned(frames: Frames, point: pd.Series) -> Frames:
    """Every task, review and other contact of the point's patient says something else."""
    provider, _, patient = str(point["patient_id"]).partition(":")
    changes: dict[str, tuple[str, dict[str, object]]] = {
        "BSW001TaskSet": ("TaskId", {"WhenAgreed": "Y", "WrittenSummaryGiven": "Y", "AdaptedToCircumstances": "Y"}),
        "BSW002TaskReview": ("TaskId", {"Completion": "none", "CompletionPercent": 0.0}),
        "IDS201CareContact": ("CareContactId", {"AttendOrDNACode": "3"}),
        "IDS101Referral": ("LocalPatientId", {"ServDischDate": None}),
    }  # fmt: skip
    changed = dict(frames)
    for table, (key, cells) in changes.items():
        rows = changed[table] = frames[table].astype(object)
        own = (rows["OrgID_Provider"] == provider) & rows[key].str.startswith(patient)
        own &= rows[key] != str(point["contact_id"]).partition(":")[2]  # else there would be no point
        for column, value in cells.items():
            rows.loc[own, column] = value
    return changed


@pytest.mark.parametrize(
    ("reviewed", "completion", "reviews"),
    [
        (datetime(2024, 4, 10, 10, 0, 59), 0.0, 1),  # a second before the point
        (POINT, None, 0),  # at its very instant
        (datetime(2024, 4, 11, 9, 0), None, 0),  # afterwards
    ],
    ids=["before", "at", "after"],
)
def test_another_patients_review_counts_strictly_before_the_point(
    reviewed: datetime, completion: float | None, reviews: int
) -> None:
    values = _running(_two_patients(reviewed), "AAA01:XC").iloc[0]
    for name in ("practitioner_completion", "service_completion"):
        assert values[name] == completion or (completion is None and pd.isna(values[name])), name
    assert values["practitioner_reviews_work"] == 1 or not reviews
    assert values["practitioner_experience"] == 1  # Y's contact in March
    assert values["practitioner_agrees_times"] == 1


@pytest.mark.parametrize(
    ("corrected_in", "share_missed"),
    [("AAA01-3", 0.0), ("AAA01-4", 1.0)],
    ids=["March, known on 10 April", "April, not yet known"],
)
def test_a_corrected_row_leaves_the_total_when_the_correction_is_known(
    corrected_in: str, share_missed: float
) -> None:
    frames = _two_patients(POINT)
    contacts = frames["IDS201CareContact"]
    missed = contacts[contacts["CareContactId"] == "YC"].assign(
        CareContactId="YM", AttendOrDNACode="3", CareContDate=date(2024, 3, 5), UniqueSubmissionID="AAA01-2"
    )
    attended = missed.assign(AttendOrDNACode="5", UniqueSubmissionID=corrected_in)
    others = contacts[contacts["CareContactId"] != "YC"]
    frames["IDS201CareContact"] = pd.concat([others, missed, attended], ignore_index=True)
    values = _running(frames, "AAA01:XC").iloc[0]
    assert values["service_missed_appointments"] == share_missed


def _two_patients(reviewed: datetime) -> Frames:
    """X, whose contact is the point, and Y, whose task of March is reviewed, not done, at a moment given."""
    writer = Writer(seed=0)
    provider = {"OrgID_Provider": "AAA01"}
    for month in (2, 3, 4, 5):
        writer.add(
            "IDS000Header", **provider, UniqueSubmissionID=f"AAA01-{month}",
            ReportingPeriodStartDate=date(2024, month, 1), ReportingPeriodEndDate=date(2024, month, 29),
        )  # fmt: skip
    own = {**provider, "UniqueSubmissionID": "AAA01-3"}
    for patient, day in (("X", POINT.date()), ("Y", date(2024, 3, 20))):
        referral, contact = f"{patient}R", f"{patient}C"
        writer.add("IDS101Referral", **own, ServiceRequestId=referral, LocalPatientId=patient,
                   ReferralRequestReceivedDate=date(2024, 3, 1), ServDischDate=None)  # fmt: skip
        writer.add("IDS201CareContact", **own, CareContactId=contact, ServiceRequestId=referral,
                   CareContDate=day, CareContTime=time(10, 0), AttendOrDNACode="5", AppType="02")  # fmt: skip
        writer.add("IDS202CareActivity", **own, CareActId=contact, CareContactId=contact, CarePersLocalId="S1",
                   CodeProcAndProcStatus="748051000000105")  # fmt: skip
        writer.add("BSW001TaskSet", **provider, TaskId=contact, CareContactId=contact, CarePersLocalId="S1",
                   ServiceRequestId=referral, WhenAgreed="Y", WrittenSummaryGiven="N",
                   AdaptedToCircumstances="N")  # fmt: skip
    writer.add("BSW002TaskReview", **provider, TaskId="YC", CareContactId=None, ReviewDateTime=reviewed,
               Completion="none")  # fmt: skip
    return writer.frames()

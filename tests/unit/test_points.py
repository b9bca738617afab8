"""Which contacts are points, and what is left out."""

from __future__ import annotations

from datetime import date, time

import pandas as pd

from features.facts import Facts, FactSettings
from features.points import PointSettings, find_points
from features.records import Records

DAY = date(2024, 3, 20)
HIGH, LOW = "304891004", "748051000000105"


def _points(contacts: list[dict[str, object]], *, discharged: date | None = None, until: int | None = None):  # type: ignore[no-untyped-def]
    own = {"OrgID_Provider": "AAA01", "UniqueSubmissionID": "S"}
    usual = {
        "ServiceRequestId": "R", "CareContDate": DAY, "CareContTime": time(10, 0), "AttendOrDNACode": "5",
        "AppType": "02", "ClinContDurOfCareCont": 30, "CareContPatientTherMode": "1",
    }  # fmt: skip
    rows = [
        {**own, **usual, "CareContactId": f"C{number}", **contact} for number, contact in enumerate(contacts)
    ]
    therapies = [row.pop("therapy", None) for row in rows]
    work = [row.pop("work", True) for row in rows]
    frames = {
        "IDS000Header": pd.DataFrame([{**own, "ReportingPeriodEndDate": date(2024, 12, 31)}]),
        "IDS101Referral": pd.DataFrame([
            {**own, "ServiceRequestId": "R", "LocalPatientId": "P", "ReferralRequestReceivedDate": date(2024, 3, 1),
             "ServDischDate": discharged}
        ]),
        "IDS201CareContact": pd.DataFrame(rows),
        "IDS202CareActivity": pd.DataFrame([
            {**own, "CareActId": f"A{number}", "CareContactId": row["CareContactId"], "CarePersLocalId": "W9",
             "CodeProcAndProcStatus": therapy}
            for number, (row, therapy) in enumerate(zip(rows, therapies, strict=True))
        ]),
        "BSW001TaskSet": pd.DataFrame([
            {"OrgID_Provider": "AAA01", "TaskId": f"T{row['CareContactId']}", "CareContactId": row["CareContactId"],
             "ServiceRequestId": "R", "CarePersLocalId": "W1"}
            for row, agreed in zip(rows, work, strict=True) if agreed
        ]),
    }  # fmt: skip
    return find_points(Facts(Records.from_frames(frames), FactSettings()), PointSettings(), until=until)


def _ids(contacts: list[dict[str, object]], **more: object) -> list[str]:
    return list(_points([{}, *contacts], **more).frame()["point_id"])  # type: ignore[arg-type]


def test_a_point_stands_at_the_end_of_its_contact() -> None:
    point = _points([{}]).frame().iloc[0]
    assert point["at"] == pd.Timestamp("2024-03-20 10:30")
    assert point["practitioner_id"] == "AAA01:W1"
    assert point["patient_id"] == "AAA01:P"
    assert point["service_id"] == "AAA01"


def test_a_contact_without_duration_lasts_a_minute_and_without_time_starts_at_midnight() -> None:
    point = _points([{"ClinContDurOfCareCont": None, "CareContTime": None}]).frame().iloc[0]
    assert point["at"] == pd.Timestamp("2024-03-20 00:01")


def test_only_attended_contacts_are_points() -> None:
    assert _ids([{"AttendOrDNACode": code} for code in ("6", "7", "2", "3", "4")]) == ["AAA01:C0", "AAA01:C1"]


def test_an_unplanned_contact_counts_as_attended() -> None:
    assert _ids([{"AttendOrDNACode": None, "PlannedCareContIndicator": "N"}]) == ["AAA01:C0", "AAA01:C1"]


def test_groups_and_couples_are_left_out_and_an_unrecorded_mode_is_not() -> None:
    assert _ids([{"CareContPatientTherMode": mode} for mode in ("2", "3", None)]) == ["AAA01:C0", "AAA01:C3"]


def test_high_intensity_contacts_are_left_out_where_the_therapy_is_recorded() -> None:
    assert _ids([{"therapy": HIGH}, {"therapy": LOW}, {"therapy": None}]) == [
        "AAA01:C0",
        "AAA01:C2",
        "AAA01:C3",
    ]


def test_contacts_after_the_day_of_discharge_are_left_out() -> None:
    later = [{"CareContDate": date(2024, 3, 21)}]
    assert _ids(later, discharged=DAY) == ["AAA01:C0"]


def test_contacts_without_agreed_work_are_left_out() -> None:
    assert _ids([{"work": False}]) == ["AAA01:C0"]


def test_what_each_exclusion_leaves_out_is_counted() -> None:
    exclusions = _points([{}, {"AttendOrDNACode": "3"}, {"CareContPatientTherMode": "3"}]).exclusions
    assert exclusions["reason"].tolist() == [
        "not attended", "not individual", "not low intensity", "after discharge", "no work agreed"
    ]  # fmt: skip
    assert exclusions["contacts_before"].tolist() == [3, 2, 1, 1, 1]
    assert exclusions["contacts_after"].tolist() == [2, 1, 1, 1, 1]


def test_sessions_are_numbered_by_attended_treatment_contacts() -> None:
    contacts = [
        {"AppType": "01", "CareContTime": time(9, 0)},
        {"CareContTime": time(11, 0)},
        {"AttendOrDNACode": "3", "CareContTime": time(12, 0)},
        {"CareContTime": time(13, 0)},
    ]
    assert _points(contacts).frame()["session_number"].tolist() == [0, 1, 2]


def test_nothing_from_a_date_on_exists() -> None:
    midnight = int(pd.Timestamp("2024-03-21").timestamp())
    later = {"CareContDate": date(2024, 3, 21)}
    assert list(_points([{}, later], until=midnight).frame()["point_id"]) == ["AAA01:C0"]


def test_without_tasks_points_are_the_weeks_after_the_first_log_in() -> None:
    own = {"OrgID_Provider": "AAA01", "UniqueSubmissionID": "S"}
    start = pd.Timestamp("2024-03-20 20:00")
    frames = {
        "IDS000Header": pd.DataFrame([{**own, "ReportingPeriodEndDate": date(2024, 4, 15)}]),
        "IDS101Referral": pd.DataFrame([
            {**own, "ServiceRequestId": "R", "LocalPatientId": "P", "ReferralRequestReceivedDate": date(2024, 3, 1)}
        ]),
        "BSW004PlatformSession": pd.DataFrame([
            {"OrgID_Provider": "AAA01", "ServiceRequestId": "R", "SessionStart": start}
        ]),
    }  # fmt: skip
    points = find_points(Facts(Records.from_frames(frames), FactSettings()), PointSettings()).frame()
    assert points["kind"].unique().tolist() == ["platform week"]
    assert points["at"].tolist() == [start + pd.Timedelta(weeks=week) for week in (1, 2, 3)]

"""Which questionnaires are missing: at sessions that took place, and for the session of the point."""

from __future__ import annotations

from datetime import date, time, timedelta

import pandas as pd
import pytest

from features.matrix import matrix
from features.points import PointSettings, find_points, given_points
from features.predictor import catalogue
from tests.contract.engine import facts_of
from tests.contract.small_service import PHQ9, Frames, small_service

OWN = {"OrgID_Provider": "AAA01", "UniqueSubmissionID": "S"}
FIRST = date(2024, 3, 5)
NOW, SHARE = "questionnaire_missing_now", "questionnaires_missing"
Form = tuple[date, time | None]


def _service(codes: str, *, at: tuple[int, ...] = (), beside: tuple[Form, ...] = ()) -> Frames:
    """A contact at ten each week with these codes of attendance; PHQ-9s at some of them and beside them."""
    names = [f"C{number}" for number in range(len(codes))]
    days = [FIRST + timedelta(weeks=number) for number in range(len(codes))]
    forms = [
        {**OWN, "ServiceRequestId": "R", "CodedAssToolType": PHQ9, "PersScore": 9.0, "AssToolCompDate": day,
         "AssToolCompTime": hour} for day, hour in beside
    ]  # fmt: skip
    return {
        "IDS000Header": pd.DataFrame([{
            **OWN, "ReportingPeriodStartDate": FIRST, "ReportingPeriodEndDate": date(2024, 12, 31),
        }]),
        "IDS001MPI": pd.DataFrame([{**OWN, "LocalPatientId": "P"}]),
        "IDS101Referral": pd.DataFrame([
            {**OWN, "ServiceRequestId": "R", "LocalPatientId": "P", "ReferralRequestReceivedDate": date(2024, 2, 1)}
        ]),
        "IDS201CareContact": pd.DataFrame([
            {**OWN, "CareContactId": name, "ServiceRequestId": "R", "CareContDate": day, "CareContTime": time(10),
             "AttendOrDNACode": code, "AppType": "02"} for name, day, code in zip(names, days, codes, strict=True)
        ]),
        "IDS202CareActivity": pd.DataFrame([
            {**OWN, "CareActId": f"{name}A", "CareContactId": name, "CarePersLocalId": "S1"} for name in names
        ]),
        "IDS607CodedScoreAssessmentAct": pd.DataFrame([
            {**OWN, "CareActId": f"C{number}A", "CodedAssToolType": PHQ9, "PersScore": 9.0} for number in at
        ], columns=[*OWN, "CareActId", "CodedAssToolType", "PersScore"]),
        "IDS606CodedScoreAssessmentRefer": pd.DataFrame(forms, columns=[
            *OWN, "ServiceRequestId", "CodedAssToolType", "PersScore", "AssToolCompDate", "AssToolCompTime",
        ]),
        "BSW001TaskSet": pd.DataFrame([
            {"OrgID_Provider": "AAA01", "TaskId": f"{name}T", "CareContactId": name, "ServiceRequestId": "R",
             "CarePersLocalId": "S1"} for name in names
        ]),
    }  # fmt: skip


def _last(frames: Frames, name: str) -> float:
    """The value at the last contact of those attended."""
    facts = facts_of(frames)
    points = find_points(facts, PointSettings())
    value: float = matrix(facts, points.table, {name: catalogue()[name]}).frame[name].iloc[-1]
    return value


def test_a_form_filled_in_before_a_missed_session_hides_no_gap() -> None:
    assert _last(_service("535", at=(1, 2)), SHARE) == 0.5
    assert _last(_service("555", at=(1, 2)), SHARE) == pytest.approx(1 / 3)
    assert _last(_service("535", at=(0, 1, 2)), SHARE) == 0.0


def _corrected(frames: Frames, contact: str, code: str) -> Frames:
    """The same with another code of attendance of one contact, known from the end of 14 April on."""
    contacts, header = frames["IDS201CareContact"], frames["IDS000Header"]
    first = header.assign(ReportingPeriodEndDate=date(2024, 3, 31))
    then = header.assign(UniqueSubmissionID="T", ReportingPeriodEndDate=date(2024, 4, 14))
    rows = contacts[contacts["CareContactId"] == contact].assign(AttendOrDNACode=code, UniqueSubmissionID="T")
    return {
        **frames,
        "IDS000Header": pd.concat([first, then], ignore_index=True),
        "IDS201CareContact": pd.concat([contacts, rows], ignore_index=True),
    }


@pytest.mark.parametrize(
    ("codes", "corrected", "at", "before", "after"),
    [
        ("5355555", "5", range(7), 0.0, 0.0),
        ("5555555", "3", (0, 1), 1 / 3, 5 / 6),
    ],
    ids=["missed at first, and attended", "attended at first, and missed"],
)
def test_sessions_and_forms_at_them_are_counted_by_who_came_as_it_was_known(
    codes: str, corrected: str, at: tuple[int, ...], before: float, after: float
) -> None:
    facts = facts_of(_corrected(_service(codes, at=at), "C1", corrected))
    points = find_points(facts, PointSettings())
    found = matrix(facts, points.table, {SHARE: catalogue()[SHARE]}).frame.set_index("point_id")[SHARE]
    assert found["AAA01:C2"] == pytest.approx(before)
    assert found["AAA01:C6"] == pytest.approx(after)


def test_a_form_at_a_session_that_the_provider_called_off_hides_no_gap() -> None:
    assert _last(_service("545", at=(1, 2)), SHARE) == 0.5


@pytest.mark.parametrize(
    ("beside", "missing"),
    [
        ((), 1),
        (((date(2024, 3, 11), time(20)),), 0),
        (((date(2024, 3, 12), time(9)),), 0),
        (((date(2024, 3, 9), None),), 0),
        (((date(2024, 3, 5), None),), 1),
        (((date(2024, 3, 4), time(20)),), 1),
    ],
    ids=["none", "the evening before", "the same morning", "a day between", "the day before's", "earlier"],
)
def test_a_form_sent_since_the_session_before_is_this_sessions(
    beside: tuple[Form, ...], missing: int
) -> None:
    assert _last(_service("55", at=(0,), beside=beside), NOW) == missing


def test_a_form_in_the_session_is_its_own_and_before_a_first_session_any_is() -> None:
    assert _last(_service("55", at=(1,)), NOW) == 0
    assert _last(_service("5", beside=((date(2024, 2, 1), None),)), NOW) == 0
    assert _last(_service("5"), NOW) == 1


def test_a_point_that_is_no_contact_has_no_questionnaires_of_its_own() -> None:
    facts = facts_of(small_service(7))
    frame = find_points(facts, PointSettings()).frame().assign(contact_id=None)
    points = given_points(facts, frame)
    assert matrix(facts, points.table, {NOW: catalogue()[NOW]}).frame[NOW].isna().all()

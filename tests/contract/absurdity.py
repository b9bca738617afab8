"""Rows and cells that nobody could have known at a point, with values that no predictor could overlook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import pandas as pd

from tests.contract.small_service import GAD7, PHQ9, WSAS, Frames

ABSURD = 999.0
FLAGS = ("RationaleGiven", "WhenAgreed", "WrittenSummaryGiven")


def with_rows_from_the_future(frames: Frames, point: pd.Series) -> Frames:
    """The service with absurd rows of the same patient at the very instant of the point and after it."""
    added = {table: frame.copy() for table, frame in frames.items()}
    at: datetime = point["at"].to_pydatetime()
    for number, moment in enumerate((at, at + timedelta(seconds=1), at + timedelta(days=2))):
        _contact(added, point, moment, f"ABSURD{number}")
        _log_in(added, point, moment)
    _undated(added, point, at.date())
    return added


def with_cells_filled_later(frames: Frames, point: pd.Series) -> Frames:
    """The service with every cell overwritten that is filled only at or after the point."""
    at: datetime = point["at"].to_pydatetime()
    after = (at + timedelta(days=1)).date()
    changed = _with_later_cells(frames, at, {
        "ServDischDate": after, "SessionEnd": at + timedelta(days=300), "ModulesCompleted": ABSURD,
        "MessagesSent": ABSURD,
    })  # fmt: skip
    for column, value in (
        ("PHQ9_LastScore", 999),
        ("CareContact_Count", 999),
        ("TherapySession_LastDate", after),
        ("Recovery_Flag", "True"),
        ("EndCode", "46"),
    ):
        changed["IDS101Referral"][column] = value
    return _with_later_versions(changed, point, at)


def with_cells_not_filled_yet(frames: Frames, point: pd.Series) -> Frames:
    """The service with every cell emptied that is filled only at or after the point: what the point could see."""
    empty = dict.fromkeys(("ServDischDate", "SessionEnd", "ModulesCompleted", "MessagesSent"))
    return _with_later_cells(frames, point["at"].to_pydatetime(), empty)


def _with_later_cells(frames: Frames, at: datetime, cells: Mapping[str, object]) -> Frames:
    """A copy with other cells where a discharge or the end of a log-in came at or after the point, or not at all."""
    changed = {table: frame.copy() for table, frame in frames.items()}
    for table, moment in (("IDS101Referral", "ServDischDate"), ("BSW004PlatformSession", "SessionEnd")):
        rows = changed.get(table)
        if rows is not None:
            when = pd.to_datetime(rows[moment])
            later = when.isna() | (when >= at)
            for column in rows.columns.intersection(list(cells)):
                rows[column] = rows[column].astype(object).mask(later, cells[column])
    return changed


def with_log_ins_around(frames: Frames, point: pd.Series) -> Frames:
    """The service with a log-in that is going on at the point and one that ends at its very instant."""
    added = {table: frame.copy() for table, frame in frames.items()}
    at: datetime = point["at"].to_pydatetime()
    provider, referral, _ = _names(point)
    for begun, ended in (
        (at - timedelta(minutes=10), at + timedelta(minutes=5)),
        (at - timedelta(hours=1), at),
    ):
        _append(added, "BSW004PlatformSession", {
            "OrgID_Provider": provider, "ServiceRequestId": referral, "SessionStart": begun, "SessionEnd": ended,
            "ModulesCompleted": 1.0,
        })  # fmt: skip
    return added


def _with_later_versions(frames: Frames, point: pd.Series, at: datetime) -> Frames:
    """Corrections of contacts, scores and deprivation in a submission that ends after the point."""
    ends = frames["IDS000Header"].set_index("UniqueSubmissionID")["ReportingPeriodEndDate"]
    late = [name for name, end in ends.items() if datetime.combine(end + timedelta(days=1), time()) >= at]
    for table, column, value in (
        ("IDS201CareContact", "AppType", "01"),
        ("IDS607CodedScoreAssessmentAct", "PersScore", ABSURD),
        ("IDS001MPI", "IndicesOfDeprivationDecile", 1),
    ):
        last = {
            provider: max(n for n in late if n.startswith(provider)) for provider in {n[:5] for n in late}
        }
        rows = frames[table]
        rows = rows[rows["UniqueSubmissionID"] < rows["OrgID_Provider"].map(last)].copy()
        rows[column] = value
        if (
            table == "IDS201CareContact"
        ):  # whether the point's own contact took place decides if there is a point
            own = _scoped(rows) == point["contact_id"]
            rows.loc[~own, "AttendOrDNACode"] = "2"
            rows["ClinContDurOfCareCont"] = 999
            rows["ConsMechanism"] = "11"
        rows["UniqueSubmissionID"] = rows["OrgID_Provider"].map(last)
        held = frames[table]
        stays = held[~held["UniqueSubmissionID"].isin(last.values())]
        frames[table] = pd.concat([stays, rows.drop_duplicates(_key(table))], ignore_index=True)
    return frames


def _scoped(contacts: pd.DataFrame) -> pd.Series:
    return contacts["OrgID_Provider"] + ":" + contacts["CareContactId"]


def _key(table: str) -> list[str]:
    keys = {
        "IDS201CareContact": ["CareContactId"],
        "IDS607CodedScoreAssessmentAct": ["CareActId", "CodedAssToolType"],
        "IDS001MPI": ["LocalPatientId"],
    }
    return ["OrgID_Provider", *keys[table]]


def _append(frames: Frames, table: str, row: dict[str, object]) -> None:
    frames[table] = pd.concat(
        [frames[table].astype(object), pd.DataFrame([row], dtype=object)], ignore_index=True
    )


def _names(point: pd.Series) -> tuple[str, str, str]:
    provider, _, referral = str(point["pathway_id"]).partition(":")
    return provider, referral, str(point["patient_id"]).partition(":")[2]


def _contact(frames: Frames, point: pd.Series, moment: datetime, contact: str) -> None:
    provider, referral, _ = _names(point)
    own = {"OrgID_Provider": provider, "UniqueSubmissionID": f"{provider}-2"}
    _append(frames, "IDS201CareContact", {
        **own, "CareContactId": contact, "ServiceRequestId": referral, "CareContDate": moment.date(),
        "CareContTime": moment.time(), "AttendOrDNACode": "3", "AppType": "02", "ClinContDurOfCareCont": 999,
        "ConsMechanism": "11", "CareContPatientTherMode": "1", "InterpreterPresentInd": "1", "PsychMed": "02",
    })  # fmt: skip
    _append(frames, "IDS202CareActivity", {
        **own, "CareActId": contact, "CareContactId": contact, "CarePersLocalId": "ABSURD",
        "CodeProcAndProcStatus": "748051000000105",
    })  # fmt: skip
    for tool in (PHQ9, GAD7, *WSAS):
        _append(frames, "IDS607CodedScoreAssessmentAct",
                {**own, "CareActId": contact, "CodedAssToolType": tool, "PersScore": ABSURD})  # fmt: skip
    _append(frames, "BSW003SessionRating", {
        "OrgID_Provider": provider, "CareContactId": contact, "RatingType": "working alliance",
        "RatedBy": "patient", "Rating": ABSURD,
    })  # fmt: skip
    flags: dict[str, object] = dict.fromkeys(FLAGS, "Y")
    _append(frames, "BSW001TaskSet", {
        "OrgID_Provider": provider, "TaskId": contact, "CareContactId": contact, "ServiceRequestId": referral,
        "CarePersLocalId": "S1", "TaskType": "sleep", "TaskFormat": "online", "TimesPerWeek": ABSURD, **flags,
        "PatientConfidence": ABSURD,
    })  # fmt: skip
    own_tasks = frames["BSW001TaskSet"].query("ServiceRequestId == @referral and OrgID_Provider == @provider")
    for task in own_tasks["TaskId"]:
        _append(frames, "BSW002TaskReview", {
            "OrgID_Provider": provider, "TaskId": task, "CareContactId": contact, "Completion": "full",
            "CompletionPercent": 100.0, "DifficultyRating": 4.0, "BarriersReported": "time;avoidance;forgot",
            "DifficultiesAddressed": "Y",
        })  # fmt: skip


def _log_in(frames: Frames, point: pd.Series, moment: datetime) -> None:
    if "BSW004PlatformSession" in frames:
        provider, referral, _ = _names(point)
        _append(frames, "BSW004PlatformSession", {
            "OrgID_Provider": provider, "ServiceRequestId": referral, "SessionStart": moment,
            "SessionEnd": moment + timedelta(hours=9), "ModulesCompleted": ABSURD,
        })  # fmt: skip


def _undated(frames: Frames, point: pd.Series, day: date) -> None:
    """Values dated with the day of the point, which are known only at its end, or held only later."""
    provider, referral, patient = _names(point)
    last = max(frames["IDS000Header"].query("OrgID_Provider == @provider")["UniqueSubmissionID"])
    own = {"OrgID_Provider": provider, "UniqueSubmissionID": last}
    _append(frames, "IDS004EmpStatus", {
        **own, "LocalPatientId": patient, "EmployStatus": "02", "EmployStatusRecDate": day, "BenefitRecInd": "Y",
    })  # fmt: skip
    _append(frames, "IDS101Referral", {
        **own, "ServiceRequestId": "ABSURD", "LocalPatientId": patient, "ReferralRequestReceivedDate": day,
    })  # fmt: skip
    _append(
        frames,
        "IDS602LongTermCondition",
        {**own, "ServiceRequestId": referral, "LongTermCondition": "73211009"},
    )
    _append(frames, "IDS603PresentingComplaints",
            {**own, "ServiceRequestId": referral, "PresComp": "F42", "PresCompDate": day})  # fmt: skip

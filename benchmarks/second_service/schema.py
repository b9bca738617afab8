"""Columns and types of every table written, and how a frame becomes a Parquet file."""

from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

TYPES: Final = {
    "text": pa.string(),
    "score": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
}
_PATHWAY = "RecordNumber OrgID_Provider UniqueSubmissionID Unique_ServiceRequestID PathwayID"
_PATIENT = "RecordNumber OrgID_Provider UniqueSubmissionID"

# Columns without a type are text.
_COLUMNS: Final = {
    "IDS000Header": "DatSetVer OrgIDProv OrgIDSubmit PrimSystemInUse ReportingPeriodStartDate:date"
    " ReportingPeriodEndDate:date DateTimeDatSetCreate:timestamp File_Type UniqueSubmissionID"
    " TotalRecords:integer OrgID_Provider",
    "IDS001MPI": "LocalPatientId OrgIDLocalPatientId NHSNumberStatus PersonBirthDate:date Gender"
    " GenderIdentitySameAtBirth EthnicCategory ExBAFIndicator LanguageCodePreferred EduEstabTypeIAPT"
    " Age_RP_StartDate:integer Age_RP_EndDate:integer Validated_EthnicCategory"
    f" IndicesOfDeprivationDecile:integer IMD_YEAR:integer {_PATIENT}",
    "IDS004EmpStatus": "LocalPatientId EmployStatus EmployStatusRecDate:date WeekHoursWorked"
    f" SelfEmployInd SickAbsenceInd SSPInd BenefitRecInd UCInd {_PATIENT}",
    "IDS007DisabilityType": f"LocalPatientId DisabCode {_PATIENT}",
    "IDS011SocPerCircumstances": "LocalPatientId SocPerCircumstance SocPerCircumstanceRecDate:date"
    f" {_PATIENT}",
    "IDS101Referral": "ServiceRequestId LocalPatientId OrgIDComm ReferralRequestReceivedDate:date"
    " SourceOfReferralIAPT OnsetDate PrevDiagCondInd EndCode ServDischDate:date"
    " Age_ReferralRequest_ReceivedDate:integer TherapySession_FirstDate:date"
    " TherapySession_LastDate:date CareContact_Count:integer TreatmentCareContact_Count:integer"
    f" PHQ9_FirstScore:integer PHQ9_LastScore:integer CompletedTreatment_Flag {_PATHWAY}",
    "IDS201CareContact": "CareContactId ServiceRequestId CareContDate:date CareContTime:time OrgIDComm"
    " PlannedCareContIndicator AttendOrDNACode Cancellation ClinContDurOfCareCont:integer"
    " IAPTLTCServiceInd AppType ConsMechanism IntEnabledTherProg CareContPatientTherMode PsychMed"
    f" LanguageCodeTreat InterpreterPresentInd Unique_CareContactID {_PATHWAY}",
    "IDS202CareActivity": "CareActId CareContactId CarePersLocalId ClinContactDurOfCareAct:integer"
    f" CodeProcAndProcStatus Unique_CareContactID Unique_CareActivityID {_PATHWAY}",
    "IDS205InternetTherLog": "ServiceRequestId StartDateIntEnabledTherLog:date"
    " EndDateIntEnabledTherLog:date IntEnabledTherProg DurationIntEnabledTher:integer CarePersLocalId"
    f" IntegratedSoftwareInd {_PATHWAY}",
    "IDS602LongTermCondition": f"ServiceRequestId FindSchemeInUse LongTermCondition {_PATHWAY}",
    "IDS603PresentingComplaints": "ServiceRequestId FindSchemeInUse PresComp PresCompCodSig"
    f" PresCompDate:date {_PATHWAY}",
    "IDS606CodedScoreAssessmentRefer": "ServiceRequestId CodedAssToolType PersScore:score"
    f" AssToolCompDate:date {_PATHWAY}",
    "IDS607CodedScoreAssessmentAct": "CareActId CodedAssToolType PersScore:score Unique_CareContactID"
    f" Unique_CareActivityID {_PATHWAY}",
    "IDS902CarePersQual": "CarePersLocalId QualAttainLevelIAPT QualAwardedDate:date"
    " QualPlannedCompletionDate:date OrgID_Provider UniqueSubmissionID",
    "BSW001TaskSet": "TaskId CareContactId ServiceRequestId CarePersLocalId TaskType TaskFormat"
    " TimesPerWeek:number MinutesPerWeek:number RationaleGiven WhatAgreed WhenAgreed WhereAgreed"
    " WithWhomAgreed ObstaclesDiscussed WrittenSummaryGiven AdaptedToCircumstances MaterialsLanguage"
    " PatientConfidence:number PatientPerceivedHelpfulness:number ReviewDueDate:date OrgID_Provider",
    "BSW002TaskReview": "TaskId CareContactId ReviewDateTime:timestamp Completion"
    " CompletionPercent:number DifficultyRating:number HelpfulnessRating:number BarriersReported"
    " DifficultiesAddressed OrgID_Provider",
    "BSW003SessionRating": "CareContactId RatingType RatedBy Rating:number OrgID_Provider",
    "BSW004PlatformSession": "ServiceRequestId SessionStart:timestamp SessionEnd:timestamp"
    " ModulesCompleted:number ToolsUsed:number MessagesSent:number OrgID_Provider",
}


def columns(table: str) -> dict[str, str]:
    """Column -> type word of tables.csv, in the order written."""
    pairs = (word.partition(":") for word in _COLUMNS[table].split())
    return {name: kind or "text" for name, _, kind in pairs}


def tables() -> list[str]:
    """Names of the tables written."""
    return list(_COLUMNS)


def write_table(frame: pd.DataFrame, table: str, folder: Path) -> None:
    """One Parquet file; raises if a column is missing."""
    fields = columns(table)
    missing = [name for name in fields if name not in frame]
    if missing:
        raise ValueError(f"{table} needs the columns {missing}; got {list(frame.columns)}")
    arrays = [_typed(frame[name], kind) for name, kind in fields.items()]
    pq.write_table(pa.table(arrays, names=list(fields)), folder / f"{table}.parquet")


def _typed(column: "pd.Series[Any]", kind: str) -> pa.Array:
    """A column as the Arrow type of its word; missing values become null."""
    wanted = TYPES[kind]
    if kind in {"date", "timestamp"}:
        return pa.Array.from_pandas(pd.to_datetime(column)).cast(wanted, safe=False)
    if kind == "integer":
        return pa.Array.from_pandas(column.astype("Int64")).cast(wanted)
    if kind == "number":
        return pa.Array.from_pandas(column.astype("float64"))
    values = column.astype(object).where(column.notna(), None)
    return pa.array(values.to_list(), type=wanted)

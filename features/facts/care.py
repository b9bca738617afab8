"""Facts about care: the referral and its contacts."""

from __future__ import annotations

import ibis

from features.facts.definition import fact
from features.facts.language import not_english
from features.facts.source import (
    DAY,
    Expression,
    Source,
    Table,
    end_of_day,
    known_undated,
    known_when_dated,
    scoped,
    yes,
)

CONTACT = "IDS201CareContact"
REFERRAL = "IDS101Referral"
ACTIVITY = "IDS202CareActivity"
QUALIFICATION = "IDS902CarePersQual"
CONTACT_START = "CareContactId ServiceRequestId CareContDate:int64 CareContTime:int64"
WHO_CAME = "AttendOrDNACode PlannedCareContIndicator"
REFERRAL_RECEIVED = "ServiceRequestId LocalPatientId ReferralRequestReceivedDate:int64"

ATTENDED, LATE, CALLED_OFF = ("5", "6"), ("6", "7"), "4"
HIGH_INTENSITY = ("11", "12", "13", "14", "15", "16", "17")
TREATMENT = ("02", "03", "05")
REMOTE = ("02", "04", "11", "03", "09", "10", "12", "13", "05", "06", "08")
OTHER_MECHANISM = "98"
INTERPRETER_NEEDED, NO_INTERPRETER_NEEDED = ("1", "2", "3", "5"), "4"
PRESCRIBED = ("01", "02")


@fact(
    "pathway",
    reads={
        CONTACT: f"{CONTACT_START} {WHO_CAME} AppType ConsMechanism "
        "ClinContDurOfCareCont:int64 InterpreterPresentInd PsychMed LanguageCodeTreat Cancellation "
        "CareContPatientTherMode"
    },
    gives={
        "contact_id": "string CareContactId",
        "start": "int64 CareContDate",
        "hour": "float64 CareContTime",
        "individual": "boolean CareContPatientTherMode",
        "attended": "boolean AttendOrDNACode",
        "missed": "boolean AttendOrDNACode",
        "cancelled": "boolean AttendOrDNACode",
        "late": "boolean AttendOrDNACode",
        "treatment": "boolean AppType",
        "remote": "boolean ConsMechanism",
        "telephone": "boolean ConsMechanism",
        "minutes": "float64 ClinContDurOfCareCont",
        "interpreter_needed": "boolean InterpreterPresentInd",
        "medication": "boolean PsychMed",
        "not_in_english": "boolean LanguageCodeTreat",
        "short_notice": "boolean Cancellation",
    },
)
def appointments(source: Source) -> Table:
    """Contacts of the pathway, attended or not, known at their start."""
    rows = source.versions(CONTACT, "CareContactId")
    rows = rows.join(source.contacts().drop("pathway_id"), ["provider", "CareContactId"])
    code = rows.AttendOrDNACode
    came = attended(rows).fill_null(False)
    mechanism = rows.ConsMechanism.nullif(OTHER_MECHANISM)  # which says neither in person nor from afar
    return rows.select(
        pathway_id=scoped(rows, "ServiceRequestId"),
        record_key=scoped(rows, "CareContactId"),
        contact_id=scoped(rows, "CareContactId"),
        version=rows.version,
        known_at=known_when_dated(rows, rows.start),
        happened_at=rows.start,
        start=rows.start,
        ends_at=rows.ends_at,
        hour=(rows.CareContTime / 3_600).floor().cast("float64"),
        individual=rows.CareContPatientTherMode == "1",
        attended=attended(rows),
        missed=(code == "3") & ~came,
        cancelled=(code == "2") & ~came,
        late=_told(code, LATE, "5"),
        treatment=rows.AppType.isin(TREATMENT),
        remote=mechanism.isin(REMOTE),
        telephone=mechanism == "02",
        minutes=rows.ClinContDurOfCareCont.cast("float64"),
        interpreter_needed=_told(rows.InterpreterPresentInd, INTERPRETER_NEEDED, NO_INTERPRETER_NEEDED),
        medication=_told(rows.PsychMed, PRESCRIBED, "03"),
        not_in_english=not_english(rows.LanguageCodeTreat),
        short_notice=(rows.Cancellation == "Y") & (code == "2"),
    )


def _told(code: Expression, meaning_yes: tuple[str, ...], meaning_no: str) -> Expression:
    """Whether a code is one of those that mean yes; one that means neither yes nor no says nothing."""
    return ibis.cases((code.isin(meaning_yes), True), (code == meaning_no, False), else_=ibis.null("boolean"))


def attended(rows: Table) -> Expression:
    """Whether the patient came, of rows with WHO_CAME; missing where nothing is recorded or the provider called off."""
    code = rows.AttendOrDNACode
    came = code.isin(ATTENDED) | (rows.PlannedCareContIndicator == "N").fill_null(False)
    silent = code.isnull() | (code == CALLED_OFF)
    return ibis.cases((came, True), (silent, ibis.null("boolean")), else_=False)


@fact(
    "pathway",
    reads={
        CONTACT: CONTACT_START,
        ACTIVITY: "CareActId CareContactId CarePersLocalId CodeProcAndProcStatus",
    },
    gives={
        "contact_id": "string CareContactId",
        "practitioner": "string CarePersLocalId",
        "therapy": "string CodeProcAndProcStatus",
    },
)
def activities(source: Source) -> Table:
    """What was done in a contact and by whom, known at the contact's start."""
    rows = source.versions(ACTIVITY, "CareActId")
    rows = rows.join(source.contacts(), ["provider", "CareContactId"])
    return rows.select(
        pathway_id=rows.pathway_id,
        record_key=scoped(rows, "CareActId"),
        contact_id=scoped(rows, "CareContactId"),
        version=rows.version,
        known_at=known_when_dated(rows, rows.start),
        happened_at=rows.start,
        practitioner=scoped(rows, "CarePersLocalId"),
        therapy=rows.CodeProcAndProcStatus,
    )


@fact(
    "practitioner",
    reads={QUALIFICATION: "CarePersLocalId QualAttainLevelIAPT QualAwardedDate:int64"},
    gives={
        "high_intensity": "boolean QualAttainLevelIAPT",
        "days_held_when_known": "float64 QualAwardedDate",
    },
)
def qualifications(source: Source) -> Table:
    """A practitioner's qualifications, known from the day each was awarded or first submitted, the later.

    One that is still being studied for has no date of award and says nothing yet.
    """
    rows = source.versions(QUALIFICATION, "CarePersLocalId", "QualAttainLevelIAPT", "QualAwardedDate")
    awarded = end_of_day(rows.QualAwardedDate)
    told = ibis.ifelse(rows.single, awarded, ibis.coalesce(rows.held_from, awarded))
    known_at = ibis.greatest(awarded, told)
    return rows.select(
        practitioner_id=scoped(rows, "CarePersLocalId"),
        record_key=scoped(rows, "CarePersLocalId")
        + "@"
        + rows.QualAttainLevelIAPT
        + "@"
        + rows.QualAwardedDate.cast("string"),
        version=rows.version,
        known_at=known_at,
        high_intensity=rows.QualAttainLevelIAPT.isin(HIGH_INTENSITY),
        days_held_when_known=(known_at - awarded).cast("float64") / DAY,
    )


@fact(
    "pathway",
    reads={REFERRAL: "ServiceRequestId ServDischDate:int64"},
    gives={"discharged_at": "int64 ServDischDate"},
)
def discharges(source: Source) -> Table:
    """The end of the pathway, known at the end of the day of discharge and never before.

    A discharge that is given another date is known when a submission first holds it.
    """
    rows = source.versions(REFERRAL, "ServiceRequestId")
    in_order = ibis.window(group_by=["provider", "ServiceRequestId"], order_by="version")
    redated = rows.ServDischDate.lag().over(in_order).notnull()
    ended = end_of_day(rows.ServDischDate)
    dated = ibis.ifelse(redated, ibis.coalesce(ibis.greatest(ended, rows.held_from), ended), ended)
    return rows.select(
        pathway_id=scoped(rows, "ServiceRequestId"),
        record_key=scoped(rows, "ServiceRequestId"),
        version=rows.version,
        known_at=ibis.coalesce(dated, rows.held_from),
        discharged_at=ended,
    )


@fact(
    "pathway",
    reads={REFERRAL: f"{REFERRAL_RECEIVED} SourceOfReferralIAPT"},
    gives={
        "received": "int64 ReferralRequestReceivedDate",
        "self_referred": "boolean SourceOfReferralIAPT",
        "stepped_up": "boolean SourceOfReferralIAPT",
    },
)
def referrals(source: Source) -> Table:
    """The referral, known at the end of the day it was received."""
    rows = source.versions(REFERRAL, "ServiceRequestId")
    received = source.referrals().drop("LocalPatientId")
    rows = rows.join(received, ["provider", "ServiceRequestId"])
    return rows.select(
        pathway_id=scoped(rows, "ServiceRequestId"),
        record_key=scoped(rows, "ServiceRequestId"),
        version=rows.version,
        known_at=known_when_dated(rows, rows.received),
        received=rows.received,
        self_referred=rows.SourceOfReferralIAPT == "B1",
        stepped_up=rows.SourceOfReferralIAPT.isin(("N1", "N2", "N4")),
    )


@fact(
    "patient",
    reads={REFERRAL: REFERRAL_RECEIVED},
    gives={"pathway_id": "string ServiceRequestId"},
)
def patient_referrals(source: Source) -> Table:
    """All referrals of the patient to this provider, known at the end of the day each was received."""
    rows = source.referrals()
    return rows.select(
        patient_id=scoped(rows, "LocalPatientId"),
        pathway_id=scoped(rows, "ServiceRequestId"),
        record_key=scoped(rows, "ServiceRequestId"),
        known_at=rows.received,
    )


@fact(
    "pathway",
    reads={REFERRAL: f"{REFERRAL_RECEIVED} PrevDiagCondInd"},
    gives={"previously_diagnosed": "boolean PrevDiagCondInd"},
)
def earlier_conditions(source: Source) -> Table:
    """Whether a condition was diagnosed before, as the referral says; undated."""
    rows = source.versions(REFERRAL, "ServiceRequestId")
    rows = rows.join(source.referrals().drop("LocalPatientId"), ["provider", "ServiceRequestId"])
    return rows.select(
        pathway_id=scoped(rows, "ServiceRequestId"),
        record_key=scoped(rows, "ServiceRequestId"),
        version=rows.version,
        known_at=known_undated(rows, rows.received),
        previously_diagnosed=yes(rows.PrevDiagCondInd),
    )

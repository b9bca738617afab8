"""Facts about the patient: work, health, circumstances, language. Nothing protected: see protected.py."""

from __future__ import annotations

import ibis

from features.facts.care import REFERRAL, REFERRAL_RECEIVED
from features.facts.definition import fact
from features.facts.language import not_english
from features.facts.source import (
    Source,
    Table,
    end_of_day,
    known_undated,
    known_when_entered,
    scoped,
    yes,
)
from features.standard import circumstance_codes

PATIENT = "IDS001MPI"
ACCOMMODATION = "IDS003AccommStatus"
EMPLOYMENT = "IDS004EmpStatus"
DIAGNOSIS = "IDS601MedHistPrevDiag"
CONDITION = "IDS602LongTermCondition"
COMPLAINT = "IDS603PresentingComplaints"
CIRCUMSTANCE = "IDS011SocPerCircumstances"
NO_CONDITION = "748031000000103"
KINDS = {
    NO_CONDITION: "none",
    "373673007": "pain",
    "928000": "pain",
    "56265001": "heart or lungs",
    "50043002": "heart or lungs",
    "13645005": "heart or lungs",
    "195967001": "heart or lungs",
}
WORKING = ("01",)
CARING = ("05",)


@fact(
    "patient",
    reads={
        PATIENT: "LocalPatientId LanguageCodePreferred IndicesOfDeprivationDecile:float64",
        REFERRAL: REFERRAL_RECEIVED,
    },
    gives={
        "other_language": "boolean LanguageCodePreferred",
        "deprivation_decile": "float64 IndicesOfDeprivationDecile",
    },
)
def patients(source: Source) -> Table:
    """Preferred language and deprivation of the patient's area; undated."""
    rows = source.versions(PATIENT, "LocalPatientId")
    received = source.referrals()
    first = received.group_by(["provider", "LocalPatientId"]).aggregate(received=received.received.min())
    rows = rows.join(first, ["provider", "LocalPatientId"])
    return rows.select(
        patient_id=scoped(rows, "LocalPatientId"),
        record_key=scoped(rows, "LocalPatientId"),
        version=rows.version,
        known_at=known_undated(rows, rows.received),
        other_language=not_english(rows.LanguageCodePreferred),
        deprivation_decile=rows.IndicesOfDeprivationDecile,
    )


@fact(
    "patient",
    reads={
        EMPLOYMENT: "LocalPatientId EmployStatus EmployStatusRecDate:int64 SickAbsenceInd BenefitRecInd UCInd PIPInd"
    },
    gives={
        "status": "string EmployStatus",
        "working": "boolean EmployStatus",
        "unemployed": "boolean EmployStatus",
        "long_term_sick": "boolean EmployStatus",
        "caring": "boolean EmployStatus",
        "off_sick": "boolean SickAbsenceInd",
        "benefits": "boolean BenefitRecInd",
    },
)
def employment(source: Source) -> Table:
    """Employment as recorded, known at the end of the day it was recorded."""
    rows = source.versions(EMPLOYMENT, "LocalPatientId", "EmployStatusRecDate")
    stated = rows.EmployStatus.nullif("ZZ")
    return rows.select(
        patient_id=scoped(rows, "LocalPatientId"),
        record_key=scoped(rows, "LocalPatientId") + "@" + rows.EmployStatusRecDate.cast("string"),
        version=rows.version,
        known_at=known_when_entered(rows, end_of_day(rows.EmployStatusRecDate)),
        happened_at=end_of_day(rows.EmployStatusRecDate),
        status=stated,
        working=stated.isin(WORKING),
        unemployed=stated == "02",
        long_term_sick=stated == "04",
        caring=stated.isin(CARING),
        off_sick=yes(rows.SickAbsenceInd),
        benefits=yes(rows.BenefitRecInd),
    )


@fact(
    "patient",
    reads={ACCOMMODATION: "LocalPatientId SettledAccommodationInd AccommodationTypeDate:int64"},
    gives={"settled": "boolean SettledAccommodationInd"},
)
def accommodation(source: Source) -> Table:
    """Where the patient lives, as recorded, known at the end of the day it was recorded."""
    rows = source.versions(ACCOMMODATION, "LocalPatientId", "AccommodationTypeDate")
    return rows.select(
        patient_id=scoped(rows, "LocalPatientId"),
        record_key=scoped(rows, "LocalPatientId") + "@" + rows.AccommodationTypeDate.cast("string"),
        version=rows.version,
        known_at=known_when_entered(rows, end_of_day(rows.AccommodationTypeDate)),
        happened_at=end_of_day(rows.AccommodationTypeDate),
        settled=yes(rows.SettledAccommodationInd),
    )


@fact(
    "pathway",
    reads={CONDITION: "ServiceRequestId LongTermCondition", REFERRAL: REFERRAL_RECEIVED},
    gives={"present": "boolean LongTermCondition", "kind": "string LongTermCondition"},
)
def long_term_conditions(source: Source) -> Table:
    """Long-term physical conditions, one row each; a row may say that there is none. Undated."""
    rows = source.versions(CONDITION, "ServiceRequestId", "LongTermCondition")
    rows = rows.join(source.referrals().drop("LocalPatientId"), ["provider", "ServiceRequestId"])
    return rows.select(
        pathway_id=scoped(rows, "ServiceRequestId"),
        record_key=scoped(rows, "ServiceRequestId") + "@" + rows.LongTermCondition,
        version=rows.version,
        known_at=known_undated(rows, rows.received),
        kind=rows.LongTermCondition.cases(*KINDS.items(), else_="other"),
        present=rows.LongTermCondition != NO_CONDITION,
    )


@fact(
    "patient",
    reads={DIAGNOSIS: "LocalPatientId PrevDiag DiagDate:int64", REFERRAL: REFERRAL_RECEIVED},
    gives={"diagnosis": "string PrevDiag"},
)
def diagnoses(source: Source) -> Table:
    """Earlier diagnoses, known from the day of diagnosis or first submitted, the later; undated, from then alone."""
    rows = source.versions(DIAGNOSIS, "LocalPatientId", "PrevDiag", "DiagDate")
    received = source.referrals()
    first = received.group_by(["provider", "LocalPatientId"]).aggregate(received=received.received.min())
    rows = rows.join(first, ["provider", "LocalPatientId"])
    told = known_undated(rows, rows.received)
    return rows.select(
        patient_id=scoped(rows, "LocalPatientId"),
        record_key=scoped(rows, "LocalPatientId")
        + "@"
        + rows.PrevDiag
        + "@"
        + ibis.coalesce(rows.DiagDate.cast("string"), ""),
        version=rows.version,
        known_at=ibis.coalesce(ibis.greatest(end_of_day(rows.DiagDate), told), told),
        diagnosis=rows.PrevDiag,
    )


@fact(
    "pathway",
    reads={COMPLAINT: "ServiceRequestId PresComp PresCompDate:int64", REFERRAL: REFERRAL_RECEIVED},
    gives={"complaint": "string PresComp", "depression": "boolean PresComp"},
)
def complaints(source: Source) -> Table:
    """Presenting complaints, known at the end of the day recorded; without a date, as an undated value."""
    rows = source.versions(COMPLAINT, "ServiceRequestId", "PresComp")
    rows = rows.join(source.referrals().drop("LocalPatientId"), ["provider", "ServiceRequestId"])
    dated = end_of_day(rows.PresCompDate)
    known_at = ibis.ifelse(
        dated.isnull(), known_undated(rows, rows.received), known_when_entered(rows, dated)
    )
    return rows.select(
        pathway_id=scoped(rows, "ServiceRequestId"),
        record_key=scoped(rows, "ServiceRequestId") + "@" + rows.PresComp,
        version=rows.version,
        known_at=known_at,
        happened_at=ibis.coalesce(dated, known_at),
        complaint=rows.PresComp,
        depression=rows.PresComp.startswith("F32") | rows.PresComp.startswith("F33"),
    )


@fact(
    "patient",
    reads={CIRCUMSTANCE: "LocalPatientId SocPerCircumstance SocPerCircumstanceRecDate:int64"},
    gives={"group": "string SocPerCircumstance"},
)
def circumstances(source: Source) -> Table:
    """Social and personal circumstances that may serve prediction, known at the end of the day recorded."""
    rows = source.versions(CIRCUMSTANCE, "LocalPatientId", "SocPerCircumstance", "SocPerCircumstanceRecDate")
    groups = circumstance_codes("predictor")
    rows = rows.filter(rows.SocPerCircumstance.isin(tuple(groups)))
    return rows.select(
        patient_id=scoped(rows, "LocalPatientId"),
        record_key=scoped(rows, "LocalPatientId")
        + "@"
        + rows.SocPerCircumstance
        + "@"
        + rows.SocPerCircumstanceRecDate.cast("string"),
        version=rows.version,
        known_at=known_when_entered(rows, end_of_day(rows.SocPerCircumstanceRecDate)),
        happened_at=end_of_day(rows.SocPerCircumstanceRecDate),
        group=rows.SocPerCircumstance.cases(*groups.items(), else_=ibis.null("string")),
    )

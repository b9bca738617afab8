"""Protected characteristics as facts. No predictor reads them unless a setting admits it."""

from __future__ import annotations

import ibis

from features.facts.care import REFERRAL, REFERRAL_RECEIVED
from features.facts.definition import fact
from features.facts.person import CIRCUMSTANCE, PATIENT
from features.facts.source import Source, Table, end_of_day, known_undated, known_when_entered, scoped
from features.standard import circumstance_codes, circumstance_meanings, ethnic_categories

DISABILITY = "IDS007DisabilityType"
NO_DISABILITY, DISABILITY_UNKNOWN = ("NN",), ("XX", "ZZ")
DAY = 86_400.0


@fact(
    "patient",
    reads={
        PATIENT: "LocalPatientId Gender EthnicCategory PersonBirthDate:int64",
        REFERRAL: REFERRAL_RECEIVED,
    },
    gives={
        "days_old_when_known": "float64 PersonBirthDate",
        "female": "boolean Gender",
        "ethnic_group": "string EthnicCategory",
    },
    protected=True,
)
def protected_patients(source: Source) -> Table:
    """Birth, stated gender and ethnic group; undated."""
    rows = source.versions(PATIENT, "LocalPatientId")
    received = source.referrals()
    first = received.group_by(["provider", "LocalPatientId"]).aggregate(received=received.received.min())
    rows = rows.join(first, ["provider", "LocalPatientId"])
    known_at = known_undated(rows, rows.received)
    groups = {code: group for code, (_, group) in ethnic_categories().items()}
    female = ibis.cases((rows.Gender == "2", True), (rows.Gender == "1", False), else_=ibis.null("boolean"))
    return rows.select(
        patient_id=scoped(rows, "LocalPatientId"),
        record_key=scoped(rows, "LocalPatientId"),
        version=rows.version,
        known_at=known_at,
        days_old_when_known=(known_at - rows.PersonBirthDate).cast("float64") / DAY,
        female=female,
        ethnic_group=rows.EthnicCategory.cases(*groups.items(), else_=ibis.null("string")),
    )


@fact(
    "patient",
    reads={DISABILITY: "LocalPatientId DisabCode", REFERRAL: REFERRAL_RECEIVED},
    gives={"disabled": "boolean DisabCode"},
    protected=True,
)
def disabilities(source: Source) -> Table:
    """Disabilities, a row each; a row may say that there is none. Undated."""
    rows = source.versions(DISABILITY, "LocalPatientId", "DisabCode")
    received = source.referrals()
    first = received.group_by(["provider", "LocalPatientId"]).aggregate(received=received.received.min())
    rows = rows.join(first, ["provider", "LocalPatientId"])
    unknown = rows.DisabCode.isnull() | rows.DisabCode.isin(DISABILITY_UNKNOWN)
    disabled = ibis.ifelse(unknown, ibis.null("boolean"), ~rows.DisabCode.isin(NO_DISABILITY))
    return rows.select(
        patient_id=scoped(rows, "LocalPatientId"),
        record_key=scoped(rows, "LocalPatientId") + "@" + ibis.coalesce(rows.DisabCode, ""),
        version=rows.version,
        known_at=known_undated(rows, rows.received),
        disabled=disabled,
    )


@fact(
    "patient",
    reads={CIRCUMSTANCE: "LocalPatientId SocPerCircumstance SocPerCircumstanceRecDate:int64"},
    gives={"group": "string SocPerCircumstance", "meaning": "string SocPerCircumstance"},
    protected=True,
)
def protected_circumstances(source: Source) -> Table:
    """Religion, sexual orientation, asylum and maternity, known at the end of the day recorded."""
    rows = source.versions(CIRCUMSTANCE, "LocalPatientId", "SocPerCircumstance", "SocPerCircumstanceRecDate")
    groups, meanings = circumstance_codes("protected"), circumstance_meanings()
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
        meaning=rows.SocPerCircumstance.cases(*meanings.items(), else_=ibis.null("string")),
    )

"""Facts about practitioners and services: what they saw with all their patients, for running totals.

Each is made of facts about patients and known when those were. Whoever reads one gets totals up to a point,
the point's own patient left out.
"""

from __future__ import annotations

import ibis

from features.facts.between_session_work import TASK
from features.facts.care import REFERRAL, REFERRAL_RECEIVED
from features.facts.definition import FACTS, fact
from features.facts.source import Source, Table, scoped

OF_PATIENT = {REFERRAL: REFERRAL_RECEIVED}
PLANS = ("when", "written", "adapted", "obstacles")


@fact(
    "practitioner",
    reads={**FACTS["tasks"].spelt, **OF_PATIENT},
    gives={name: "boolean " + FACTS["tasks"].gives[name][1] for name in PLANS},
    running=True,
)
def practitioner_tasks(source: Source) -> Table:
    """Tasks that the practitioner agreed, and how each was planned."""
    rows = _with_patient(source, source.fact("tasks"))
    return rows.select("patient_id", "record_key", "known_at", *PLANS, practitioner_id=rows.set_by)


@fact(
    "practitioner",
    reads={**FACTS["reviews"].spelt, TASK: "TaskId CareContactId CarePersLocalId", **OF_PATIENT},
    gives={"share": "float64 Completion", "reviewed": "boolean Completion"},
    running=True,
)
def practitioner_reviews(source: Source) -> Table:
    """Reviews of the tasks that the practitioner agreed."""
    rows = _with_patient(source, source.fact("reviews"))
    agreed = source.table(TASK)
    agreed = agreed.select(
        task_id=scoped(agreed, "TaskId"), practitioner_id=scoped(agreed, "CarePersLocalId")
    )
    rows = rows.join(agreed, "task_id")
    return rows.select("practitioner_id", "patient_id", "record_key", "known_at", "share", "reviewed")


@fact(
    "practitioner",
    reads={**FACTS["activities"].spelt, REFERRAL: f"{REFERRAL_RECEIVED} ServDischDate:int64"},
    gives={"contacts": "float64 CarePersLocalId", "patients": "float64 CarePersLocalId"},
    running=True,
)
def caseload(source: Source) -> Table:
    """What the practitioner has on hand: a patient comes with the first contact and goes with the discharge.

    `contacts` is 1 for a contact; `patients` is 1 for a first contact of a referral and -1 for its discharge.
    """
    seen = source.fact("activities")
    seen = seen.filter((seen.version == 0) & seen.practitioner.notnull())
    contacts = seen.group_by(["practitioner", "pathway_id", "contact_id"]).aggregate(
        known_at=seen.known_at.min()
    )
    in_turn = ibis.window(group_by=["practitioner", "pathway_id"], order_by=["known_at", "contact_id"])
    first = ibis.row_number().over(in_turn) == 0
    come = contacts.select(
        "practitioner",
        "pathway_id",
        "known_at",
        record_key=contacts.contact_id + "@" + contacts.practitioner,
        version=ibis.literal(0, "int64"),
        contacts=ibis.literal(1.0, "float64"),
        patients=first.cast("float64"),
    )
    met = contacts.group_by(["practitioner", "pathway_id"]).aggregate(first_met=contacts.known_at.min())
    ended = source.fact("discharges").join(met, "pathway_id")
    gone = ended.select(
        "practitioner",
        "pathway_id",
        # Who is first met after the discharge cannot have gone before.
        known_at=ibis.greatest(ended.known_at, ended.first_met),
        record_key=ended.pathway_id + "@" + ended.practitioner + "@end",
        version=ended.version,
        contacts=ibis.literal(0.0, "float64"),
        patients=ibis.ifelse(ended.discharged_at.notnull(), -1.0, 0.0).cast("float64"),
    )
    rows = _with_patient(source, come.union(gone))
    return rows.drop("pathway_id").rename(practitioner_id="practitioner")


@fact(
    "service",
    reads={**FACTS["reviews"].spelt, **OF_PATIENT},
    gives={"share": "float64 Completion"},
    running=True,
)
def service_reviews(source: Source) -> Table:
    """Reviews of work in the whole service."""
    rows = _of_service(_with_patient(source, source.fact("reviews")))
    return rows.select("service_id", "patient_id", "record_key", "known_at", "share")


@fact(
    "service",
    reads={**FACTS["appointments"].spelt, **OF_PATIENT},
    gives={"missed": "boolean AttendOrDNACode"},
    running=True,
)
def service_appointments(source: Source) -> Table:
    """Appointments in the whole service."""
    rows = _of_service(_with_patient(source, source.fact("appointments")))
    return rows.select("service_id", "patient_id", "record_key", "version", "known_at", "missed")


def _with_patient(source: Source, rows: Table) -> Table:
    """Rows about pathways with the patient that each is of; the order and the end of a row are worked out anew."""
    whose = source.patients()
    return rows.join(whose, "pathway_id")


def _of_service(rows: Table) -> Table:
    return rows.mutate(service_id=rows.pathway_id.left(rows.pathway_id.find(":")))

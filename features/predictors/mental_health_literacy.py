"""Whether the approach is understood, and whether it comes in a language and form that can be."""

from features.conceptual_model import PRACTITIONERS_2025
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    modifiable=True,
    says="understanding of the approach rated {} of 10",
)
def understanding(session_ratings: History) -> Number:
    """How well the patient understands the approach, at the last rating."""
    return session_ratings.where(session_ratings.type.equals("understanding of the approach")).rating.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=PRACTITIONERS_2025,
    says={0: "prefers English", 1: "prefers another language"},
)
def prefers_other_language(patients: History) -> Number:
    """Whether the patient prefers a language other than English. Near to ethnicity: never shown."""
    return patients.other_language.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    modifiable=True,
    says={
        0: "no materials in the patient's own language were needed or given",
        1: "a language other than English is preferred, but the materials are in English",
    },
)
def materials_in_another_language(patients: History, tasks: History) -> Number:
    """Whether the patient prefers another language than English while the materials just given are in English."""
    english = 1.0 - tasks.where(tasks.in_this_contact).own_language.any()
    return patients.other_language.latest() * english


@predictor(
    unit="share of contacts",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "no interpreter", 1: "with an interpreter"},
)
def interpreter(appointments: History) -> Number:
    """The share of contacts with an interpreter."""
    return appointments.where(appointments.attended).interpreter.share()


@predictor(
    unit="referrals",
    when_absent=0,
    shown="context",
    source=PRACTITIONERS_2025,
    says="{} other referral|s to this service",
)
def earlier_referrals(patient_referrals: History) -> Number:
    """How many other referrals of the patient this service had received, before or beside this one."""
    return patient_referrals.where(~patient_referrals.in_this_pathway).count()

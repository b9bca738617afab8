"""Work, money, home and the people around the patient."""

from features.conceptual_model import PATIENTS_2025, PRACTITIONERS_2025
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "not in paid work", 1: "in paid work"},
)
def in_work(employment: History) -> Number:
    """Whether the patient is in paid work, at the last record."""
    return employment.working.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "not looking for work", 1: "out of work and looking for it"},
)
def unemployed(employment: History) -> Number:
    """Whether the patient is out of work and looking for it, at the last record."""
    return employment.unemployed.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "receives no benefits", 1: "receives benefits"},
)
def benefits(employment: History) -> Number:
    """Whether the patient receives benefits, at the last record."""
    return employment.benefits.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    says={0: "not looking after family full time", 1: "looks after family or home full time"},
)
def caring(employment: History) -> Number:
    """Whether the patient looks after family or home full time, at the last record."""
    return employment.caring.latest()


@predictor(
    unit="changes",
    when_absent=0,
    shown="reason",
    source=PRACTITIONERS_2025,
    says="employment recorded as changed {} time|s",
)
def employment_changes(employment: History) -> Number:
    """How many different employment statuses are recorded, less one."""
    return (employment.status.distinct() - 1.0).at_least(0.0)


@predictor(
    unit="0/1",
    when_absent=0,
    shown="reason",
    source=PRACTITIONERS_2025,
    says={0: "no debt recorded", 1: "debt is recorded as a difficulty"},
)
def debt(circumstances: History) -> Number:
    """Whether debt is recorded among the patient's circumstances."""
    return circumstances.group.equals("debt").any()


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    modifiable=True,
    says="support from people around rated {} of 10",
)
def social_support(session_ratings: History) -> Number:
    """Support from the people around the patient, at the last rating."""
    return session_ratings.where(session_ratings.type.equals("social support")).rating.latest()


@predictor(
    unit="tenth, 1 most deprived",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says="lives in tenth {} of areas by deprivation (1 is the most deprived)",
)
def deprivation(patients: History) -> Number:
    """Deprivation of the area the patient lives in; 1 is the most deprived tenth. Context, never a reason."""
    return patients.deprivation_decile.latest()

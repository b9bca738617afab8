"""Other health conditions beside the problem treated."""

from features.conceptual_model import PRACTITIONERS_2025
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="conditions",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    says="{} long-term physical condition|s recorded",
)
def long_term_condition_count(long_term_conditions: History) -> Number:
    """How many long-term physical conditions are recorded; 0 only where it is recorded that there is none."""
    return long_term_conditions.present.sum()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    says={0: "no earlier diagnosis of the condition", 1: "the condition was diagnosed before"},
)
def previously_diagnosed(earlier_conditions: History) -> Number:
    """Whether the condition was diagnosed before, as the referral says."""
    return earlier_conditions.previously_diagnosed.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "no medication prescribed for mood or anxiety", 1: "medication prescribed for mood or anxiety"},
)
def medication(appointments: History) -> Number:
    """Whether psychotropic medication is prescribed, at the last contact that says."""
    return appointments.medication.latest()


@predictor(
    unit="problems",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    says="{} problem|s recorded",
)
def problem_count(complaints: History) -> Number:
    """How many different presenting complaints are recorded."""
    return complaints.complaint.distinct()

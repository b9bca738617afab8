"""What the patient has done so far: earlier work, attendance, barriers reported."""

from features.conceptual_model import PATIENTS_2025, REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor

CONKLIN_2018 = "Conklin, Strunk & Cooper 2018"
CALLAN_2012 = "Callan 2012"


@predictor(
    unit="share, 0-1",
    when_absent=None,
    shown="reason",
    source=CONKLIN_2018,
    says={0: "the last work reviewed was not done", 1: "the last work reviewed was done"},
)
def last_share_completed(reviews: History) -> Number:
    """How much of the last reviewed work was done."""
    return reviews.share.latest()


@predictor(
    unit="share, 0-1",
    when_absent=None,
    shown="reason",
    source=CONKLIN_2018,
    says={0: "earlier work was mostly not done", 1: "earlier work was mostly done"},
)
def mean_share_completed(reviews: History) -> Number:
    """How much of all reviewed work of this referral was done, on average."""
    return reviews.share.mean()


@predictor(
    unit="reviews",
    when_absent=0,
    shown="context",
    source=CONKLIN_2018,
    says="{} task|s reviewed so far",
)
def reviews_known(reviews: History) -> Number:
    """How many reviews say how much was done."""
    return reviews.share.count()


@predictor(
    unit="appointments",
    when_absent=0,
    shown="reason",
    source=PATIENTS_2025,
    says="missed {} appointment|s lately",
)
def missed_appointments_past_90_days(appointments: History) -> Number:
    """Appointments missed without notice in the 90 days before the point."""
    return (appointments.missed & (appointments.days_before <= 90)).sum()


@predictor(
    unit="appointments",
    when_absent=0,
    shown="reason",
    source=PATIENTS_2025,
    says="cancelled {} appointment|s",
)
def cancelled_appointments(appointments: History) -> Number:
    """Appointments of this referral that the patient cancelled."""
    return appointments.cancelled.sum()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=CALLAN_2012,
    says={
        0: "no lack of time or outside trouble reported",
        1: "time, work, family or health got in the way before",
    },
)
def outside_barrier(reviews: History) -> Number:
    """Whether time, work, family, health or privacy was reported to be in the way of earlier work."""
    return reviews.outside_barrier.any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source="Bunnell 2020",
    says={0: "no avoidance or low mood reported", 1: "avoidance, low mood or doubt got in the way before"},
)
def inside_barrier(reviews: History) -> Number:
    """Whether avoidance, low mood, relevance or understanding was reported to be in the way of earlier work."""
    return reviews.inside_barrier.any()


@predictor(
    unit="0-4",
    when_absent=None,
    shown="reason",
    source=CALLAN_2012,
    modifiable=True,
    says="the last work was rated {} of 4 for difficulty",
)
def last_difficulty(reviews: History) -> Number:
    """How difficult the patient found the last reviewed work."""
    return reviews.difficulty.latest()


@predictor(
    unit="0-4",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="the last work was rated {} of 4 for help",
)
def last_helpfulness(reviews: History) -> Number:
    """How helpful the patient found the last reviewed work."""
    return reviews.helpfulness.latest()

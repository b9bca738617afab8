"""How patient and practitioner work together, and whether they are the same two people."""

from features.conceptual_model import REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    modifiable=True,
    says="working together rated {} of 10",
)
def alliance_latest(session_ratings: History) -> Number:
    """Working alliance at the last rating."""
    return session_ratings.where(session_ratings.type.equals("working alliance")).rating.latest()


@predictor(
    unit="points",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    modifiable=True,
    says="working together {:+} points since the first rating",
)
def alliance_change(session_ratings: History) -> Number:
    """Working alliance at the last rating minus the first."""
    alliance = session_ratings.where(session_ratings.type.equals("working alliance")).rating
    return alliance.latest() - alliance.first()


@predictor(
    unit="practitioners",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="seen by {} practitioner|s in this referral",
)
def practitioners_seen(activities: History) -> Number:
    """How many different practitioners the patient has met in this referral."""
    return activities.practitioner.distinct()

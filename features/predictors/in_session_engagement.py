"""How the patient takes part in the session."""

from features.conceptual_model import REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor

SIJERCIC_2016 = "Sijercic 2016"


@predictor(
    unit="0-3",
    when_absent=None,
    shown="reason",
    source=SIJERCIC_2016,
    direction=1,
    modifiable=True,
    says="holding back in the session rated {} of 3",
)
def resistance_latest(session_ratings: History) -> Number:
    """Resistance in the session, at the last rating."""
    return session_ratings.where(session_ratings.type.equals("in-session resistance")).rating.latest()


@predictor(
    unit="0-3",
    when_absent=None,
    shown="reason",
    source=SIJERCIC_2016,
    direction=1,
    modifiable=True,
    says="holding back in the sessions so far rated {} of 3 on average",
)
def resistance_mean(session_ratings: History) -> Number:
    """Resistance over the sessions so far, mean rating."""
    return session_ratings.where(session_ratings.type.equals("in-session resistance")).rating.mean()


@predictor(
    unit="share of contacts",
    when_absent=0,
    shown="reason",
    source=REVIEW_2024,
    says={0: "comes on time", 1: "often comes late"},
)
def arrived_late(appointments: History) -> Number:
    """The share of appointments for which the patient came late."""
    return appointments.late.share()

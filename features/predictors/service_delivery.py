"""How care is delivered: wait, spacing, medium, length, time of day."""

from features.conceptual_model import PRACTITIONERS_2025
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="days",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says="{} day|s from referral to the first appointment attended",
)
def days_waited(referrals: History, appointments: History) -> Number:
    """Days from the referral to the first attended contact."""
    first_contact = appointments.where(appointments.attended).start.lowest()
    return ((first_contact - referrals.received.first()) / 86_400.0).at_least(0.0)


@predictor(
    unit="days",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    modifiable=True,
    says="{} day|s since the session before",
)
def days_since_session_before(appointments: History) -> Number:
    """Days from the attended contact before this one to this one."""
    earlier = appointments.where(appointments.attended & ~appointments.in_this_contact)
    return earlier.days_since_latest()


@predictor(
    unit="sessions",
    when_absent=0,
    shown="context",
    source=PRACTITIONERS_2025,
    says="session {} of this referral",
)
def session(appointments: History) -> Number:
    """Attended treatment contacts of this referral, the present one included."""
    return (appointments.attended & appointments.treatment).sum()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "seen in person", 1: "seen by telephone, video or message"},
)
def remote(appointments: History) -> Number:
    """Whether the last attended contact was by telephone, video or message."""
    return appointments.where(appointments.attended).remote.latest()


@predictor(
    unit="minutes",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    modifiable=True,
    says="the last session took {} minute|s",
)
def session_minutes(appointments: History) -> Number:
    """Minutes of the last attended contact."""
    return appointments.where(appointments.attended).minutes.latest()


@predictor(
    unit="hour",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says="seen at {} o'clock",
)
def hour_of_day(appointments: History) -> Number:
    """Hour of the day at which the last attended contact began; missing where no time is recorded."""
    return appointments.where(appointments.attended).hour.latest()

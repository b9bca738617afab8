"""How long the patient waited, and how far apart the sessions are."""

from features.conceptual_model import NONE_STATED
from features.history import History
from features.number import Number
from features.predictor import predictor

DAY = 86_400.0


@predictor(
    unit="days",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says={
        0: "the first appointment attended was on the day of the referral",
        1: "{:whole} day|s from referral to the first appointment attended",
    },
    unrecorded="how long the patient waited",
)
def days_waited(referrals: History, appointments: History) -> Number:
    """Calendar days from the referral to the first attended contact.

    referrals    | received
                 | 0
    appointments | attended  start
                 | no        86400
                 | yes       172800
    gives        | 2
    """
    first_contact = appointments.where(appointments.attended).start.floor_division(DAY).lowest()
    return (first_contact - referrals.received.floor_division(DAY).first()).at_least(0.0)


@predictor(
    unit="days",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    modifiable=True,
    says={0: "less than a day since the session before", 1: "{:whole} day|s since the session before"},
    unrecorded="a session before this one",
)
def days_since_session_before(appointments: History) -> Number:
    """Days from the attended contact before this one to this one.

    appointments | attended  in_this_contact  days_before
                 | yes       no               14
                 | no        no               7
                 | yes       yes              0
    gives        | 14
    """
    earlier = appointments.where(appointments.attended & ~appointments.in_this_contact)
    return earlier.days_since_latest()


@predictor(
    unit="days",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says="{:whole} day|s between sessions on average",
    unrecorded="the usual gap between sessions",
)
def usual_spacing(appointments: History) -> Number:
    """Mean days between the attended contacts so far; missing under two.

    appointments | attended  days_before
                 | yes       21
                 | yes       14
                 | yes       1
    gives        | 10
    """
    days = appointments.where(appointments.attended).days_before
    return (days.highest() - days.lowest()) / (days.count() - 1.0).or_missing_below(1.0)


@predictor(
    unit="sessions",
    when_absent=0,
    shown="context",
    source=NONE_STATED,
    says={0: "no session so far", 1: "session {} of this referral"},
    unrecorded="sessions so far",
)
def session(appointments: History) -> Number:
    """Attended treatment contacts of this referral, the present one included; missing where none says of what
    type it was.

    appointments | attended  treatment
                 | yes       no
                 | yes       yes
                 | no        yes
    gives        | 1
    """
    attended = appointments.where(appointments.attended)
    return attended.treatment.sum().filled(0.0, where=attended.is_empty())

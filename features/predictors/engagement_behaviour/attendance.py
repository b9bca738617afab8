"""Appointments kept, missed and cancelled, and silence against the patient's own rhythm."""

from features.conceptual_model import NONE_STATED
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="appointments",
    when_absent=0,
    shown="reason",
    source=NONE_STATED,
    says={0: "no appointment missed in the last 90 days", 1: "missed {} appointment|s in the last 90 days"},
    unrecorded="missed appointments in the last 90 days",
)
def missed_appointments_past_90_days(appointments: History) -> Number:
    """Appointments missed without notice in the 90 days before the point.

    appointments | days_before  missed
                 | 100          yes
                 | 30           yes
                 | 20           no
    gives        | 1
    """
    return (appointments.missed & (appointments.days_before <= 90)).sum()


@predictor(
    unit="appointments",
    when_absent=0,
    shown="reason",
    source=NONE_STATED,
    says={
        0: "no appointment missed or cancelled since the session before",
        1: "missed or cancelled {} appointment|s since the session before",
    },
    unrecorded="appointments since the session before",
)
def not_seen_in_a_row(appointments: History) -> Number:
    """Appointments missed or cancelled by the patient between the session before and this one.

    appointments | days_before  in_this_contact  attended  missed  cancelled
                 | 28           no               no        yes     no
                 | 21           no               yes       no      no
                 | 14           no               no        yes     no
                 | 7            no               no        no      yes
                 | 0            yes              yes       no      no
    gives        | 2
    """
    earlier = appointments.where(~appointments.in_this_contact)
    since = earlier.after_latest(appointments.attended)
    return (appointments.missed | appointments.cancelled).of(since).sum().filled(0.0, where=since.is_empty())


@predictor(
    unit="appointments",
    when_absent=0,
    shown="reason",
    source=NONE_STATED,
    says={0: "no appointment cancelled", 1: "cancelled {} appointment|s"},
    unrecorded="cancelled appointments",
)
def cancelled_appointments(appointments: History) -> Number:
    """Appointments of this referral that the patient cancelled.

    appointments | cancelled
                 | yes
                 | no
    gives        | 1
    """
    return appointments.cancelled.sum()


@predictor(
    unit="appointments",
    when_absent=0,
    shown="reason",
    source=NONE_STATED,
    says={0: "no appointment cancelled at short notice", 1: "cancelled {} appointment|s at short notice"},
    unrecorded="appointments cancelled at short notice",
)
def short_notice_cancellations(appointments: History) -> Number:
    """Appointments of this referral that the patient cancelled at short notice; missing where some were cancelled
    but none says when.

    appointments | cancelled  short_notice
                 | no         no
                 | yes        -
                 | yes        yes
    gives        | 1
    """
    cancelled = appointments.where(appointments.cancelled)
    at_short_notice = cancelled.short_notice.sum().filled(0.0, where=cancelled.is_empty())
    return at_short_notice.where_above(appointments.cancelled.is_known(), 0.0)


@predictor(
    unit="share of appointments",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says="attended {:few} of the appointments so far",
    unrecorded="earlier appointments",
)
def attendance(appointments: History) -> Number:
    """The share of earlier appointments of this referral that the patient attended; missing at the first.

    appointments | in_this_contact  attended
                 | no               yes
                 | no               no
                 | yes              yes
    gives        | 0.5
    """
    return appointments.where(~appointments.in_this_contact).attended.share()


@predictor(
    unit="times the usual gap",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says={
        0: "this session came sooner than is usual for the patient",
        0.75: "this session came after about the usual gap",
        1.25: "the gap before this session was {} times the patient's usual gap",
    },
    unrecorded="the patient's usual gap between sessions",
)
def gap_against_own_rhythm(appointments: History) -> Number:
    """Days since the session before over the mean gap between the sessions before; missing under three of them.

    appointments | in_this_contact  attended  days_before
                 | no               yes       44
                 | no               yes       34
                 | no               yes       24
                 | yes              yes       0
    gives        | 2.4
    """
    days = appointments.where(appointments.attended & ~appointments.in_this_contact).days_before
    gaps = (days.count() - 1.0).or_missing_below(2.0)
    rhythm = ((days.highest() - days.lowest()) / gaps).or_missing_below(0.04)
    return (days.lowest() / rhythm).at_most(50.0)

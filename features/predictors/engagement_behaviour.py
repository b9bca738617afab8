"""What the patient has done so far: earlier work, attendance, barriers reported."""

from features.conceptual_model import NONE_STATED
from features.history import History
from features.number import Number
from features.predictor import predictor

CALLAN_2012 = "Callan 2012"
DONE = 0.5


@predictor(
    unit="share, 0-1",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says={
        0: "the last work reviewed was not done",
        0.01: "less than half of the last work reviewed was done",
        0.5: "at least half of the last work reviewed was done",
        1: "the last work reviewed was done",
    },
    unrecorded="how much of the last work was done",
)
def last_share_completed(reviews: History) -> Number:
    """How much of the last reviewed work was done.

    reviews | share
            | 1
            | 0.5
            | -
    gives   | 0.5
    """
    return reviews.share.latest()


@predictor(
    unit="share, 0-1",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says={
        0: "none of the earlier work was done",
        0.01: "about {:%} of the earlier work was done",
        1: "all of the earlier work was done",
    },
    unrecorded="how much of the earlier work was done",
)
def mean_share_completed(reviews: History) -> Number:
    """How much of all reviewed work of this referral was done, on average.

    reviews | share
            | 1
            | 0.5
    gives   | 0.75
    """
    return reviews.share.mean()


@predictor(
    unit="share a week",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says="the share of the work that gets done is {:rising}",
    unrecorded="how the share of the work that gets done has changed",
)
def completion_trend(reviews: History) -> Number:
    """Change in the share of the work done, a week by least squares; missing where all lie within a few hours.

    reviews | days_before  share
            | 14           0
            | 0            1
    gives   | 0.5
    """
    return reviews.share.slope_per_week()


@predictor(
    unit="reviews",
    when_absent=0,
    shown="reason",
    source=NONE_STATED,
    says={
        0: "no run of work left undone",
        1: "work was not done the last time",
        2: "work was not done {} times in a row",
    },
    unrecorded="whether the last pieces of work were done",
)
def work_not_done_in_a_row(reviews: History) -> Number:
    """Reviewed work not done (less than half) since the last that was; missing where no review says.

    reviews | share
            | 0
            | 1
            | 0.25
            | 0
    gives   | 2
    """
    undone = reviews.after_latest(reviews.share >= DONE).share.count()
    return undone.where_above(reviews.share.is_known(), 0.0)


@predictor(
    unit="reviews",
    when_absent=0,
    shown="context",
    source=NONE_STATED,
    says={0: "no task reviewed so far", 1: "{} task|s reviewed so far"},
    unrecorded="how many tasks were reviewed",
)
def reviews_known(reviews: History) -> Number:
    """How many reviews say how much was done.

    reviews | share
            | 1
            | -
    gives   | 1
    """
    return reviews.share.count()


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

    appointments | in_this_contact  attended  missed  cancelled
                 | no               no        yes     no
                 | no               yes       no      no
                 | no               no        yes     no
                 | no               no        no      yes
                 | yes              yes       no      no
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


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=CALLAN_2012,
    says={
        0: "no lack of time or other trouble reported",
        1: "time, work, family or health got in the way before",
    },
    unrecorded="whether time, work, family or health got in the way before",
)
def outside_barrier(reviews: History) -> Number:
    """Whether time, work, family, health or privacy was reported to be in the way of earlier work.

    reviews | outside_barrier
            | yes
            | no
    gives   | 1
    """
    return reviews.outside_barrier.any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source="Bunnell 2020",
    says={0: "no avoidance or low mood reported", 1: "avoidance, low mood or doubt got in the way before"},
    unrecorded="whether avoidance, low mood or doubt got in the way before",
)
def inside_barrier(reviews: History) -> Number:
    """Whether avoidance, low mood or doubt about its use was reported to be in the way of earlier work.

    reviews | inside_barrier
            | -
            | no
    gives   | 0
    """
    return reviews.inside_barrier.any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source="Bunnell 2020",
    modifiable=True,
    says={0: "no earlier work reported as forgotten", 1: "earlier work was forgotten"},
    unrecorded="whether earlier work was forgotten",
)
def forgotten_before(reviews: History) -> Number:
    """Whether it was reported that earlier work was forgotten.

    reviews | forgot
            | yes
    gives   | 1
    """
    return reviews.forgot.any()


@predictor(
    unit="0-4",
    when_absent=None,
    shown="reason",
    source=CALLAN_2012,
    modifiable=True,
    says="the last work was rated {} of 4 for difficulty",
    unrecorded="how hard the patient found the last work",
)
def last_difficulty(reviews: History) -> Number:
    """How difficult the patient found the last reviewed work.

    reviews | difficulty
            | 1
            | 3
    gives   | 3
    """
    return reviews.difficulty.latest()

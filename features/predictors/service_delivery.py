"""How care is delivered: wait, spacing, medium, length, time of day and year, and the service's other patients."""

from features.conceptual_model import NONE_STATED
from features.history import History
from features.number import Number
from features.predictor import predictor

DAY, YEAR = 86_400.0, 31_556_952.0


@predictor(
    unit="days",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says={
        0: "less than a day from referral to the first appointment attended",
        1: "{:whole} day|s from referral to the first appointment attended",
    },
    unrecorded="how long the patient waited",
)
def days_waited(referrals: History, appointments: History) -> Number:
    """Days from the referral to the first attended contact.

    referrals    | received
                 | 0
    appointments | attended  start
                 | no        86400
                 | yes       172800
    gives        | 2
    """
    first_contact = appointments.where(appointments.attended).start.lowest()
    return ((first_contact - referrals.received.first()) / DAY).at_least(0.0)


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


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says={0: "seen in person", 1: "seen by telephone, video or message"},
    unrecorded="how the last session was held",
)
def remote(appointments: History) -> Number:
    """Whether the last attended contact was by telephone, video or message.

    appointments | attended  remote
                 | yes       yes
                 | yes       no
    gives        | 0
    """
    return appointments.where(appointments.attended).remote.latest()


@predictor(
    unit="share of contacts",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says={
        0: "not seen by telephone so far",
        0.01: "seen by telephone at {:few} of the sessions so far",
        1: "always seen by telephone so far",
    },
    unrecorded="how the patient was seen so far",
)
def by_telephone(appointments: History) -> Number:
    """The share of attended contacts held by telephone.

    appointments | attended  telephone
                 | yes       yes
                 | yes       no
    gives        | 0.5
    """
    return appointments.where(appointments.attended).telephone.share()


@predictor(
    unit="minutes",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    modifiable=True,
    says="the last session took {} minute|s",
    unrecorded="how long the last session took",
)
def session_minutes(appointments: History) -> Number:
    """Minutes of the last attended contact.

    appointments | attended  minutes
                 | yes       40
                 | yes       25
    gives        | 25
    """
    return appointments.where(appointments.attended).minutes.latest()


@predictor(
    unit="hour",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says="seen at about {:whole}:00",
    unrecorded="the time of day of the last session",
)
def hour_of_day(appointments: History) -> Number:
    """Hour of the day at which the last attended contact began; missing where no time is recorded.

    appointments | attended  hour
                 | yes       17
                 | no        9
    gives        | 17
    """
    return appointments.where(appointments.attended).hour.latest()


@predictor(
    unit="days",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says="{:whole} day|s from New Year",
    unrecorded="the date of the session",
)
def days_from_midwinter(appointments: History) -> Number:
    """Days from the present contact to the nearest turn of the year: 0 at New Year, about 183 in early July.

    appointments | attended  start
                 | yes       864000
    gives        | 10
    """
    into_year = (appointments.where(appointments.attended).start % YEAR).latest() / DAY
    half = YEAR / DAY / 2
    return half - into_year.distance_from(half)


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says={0: "referred by somebody else", 1: "self-referred"},
    unrecorded="who asked for the referral",
)
def self_referred(referrals: History) -> Number:
    """Whether the patient asked for the referral.

    referrals | self_referred
              | yes
    gives     | 1
    """
    return referrals.self_referred.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says={0: "new to this step", 1: "came from another step or another talking therapies service"},
    unrecorded="where the patient was referred from",
)
def from_another_step(referrals: History) -> Number:
    """Whether the referral came from another step of care or another talking therapies service.

    referrals | stepped_up
              | no
    gives     | 0
    """
    return referrals.stepped_up.latest()


@predictor(
    unit="share, 0-1",
    when_absent=None,
    shown="never",
    source="Davis 2020",
    says="the service's other patients did {:%} of their work so far",
    unrecorded="how much of their work other patients did",
)
def service_completion(service_reviews: History) -> Number:
    """How much of their reviewed work the service's other patients have done so far.

    service_reviews | share
                    | 1
                    | 0
    gives           | 0.5
    """
    return service_reviews.share.mean()


@predictor(
    unit="share of appointments",
    when_absent=None,
    shown="never",
    source="Davis 2020",
    says="the service's other patients missed {:%} of their appointments so far",
    unrecorded="how many appointments other patients missed",
)
def service_missed_appointments(service_appointments: History) -> Number:
    """The share of appointments that the service's other patients have missed so far.

    service_appointments | missed
                         | yes
                         | no
                         | no
                         | no
    gives                | 0.25
    """
    return service_appointments.missed.share()

"""How, when and how long this session was held."""

from features.conceptual_model import NONE_STATED
from features.history import History
from features.number import Number
from features.predictor import predictor

DAY, YEAR = 86_400.0, 31_556_952.0


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
    unit="hour of the day, 0-24",
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

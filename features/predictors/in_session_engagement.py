"""How the patient takes part in the session."""

from features.change import change
from features.conceptual_model import NONE_STATED
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
    says="holding back rated {} of 3",
    unrecorded="how far the patient held back",
)
def resistance_latest(session_ratings: History) -> Number:
    """Resistance in the session, at the last rating by the practitioner.

    session_ratings | resistance
                    | 0
                    | 2
    gives           | 2
    """
    return session_ratings.resistance.latest()


@predictor(
    unit="0-3",
    when_absent=None,
    shown="reason",
    source=SIJERCIC_2016,
    direction=1,
    modifiable=True,
    says="holding back rated {} of 3 on average so far",
    unrecorded="how far the patient held back so far",
)
def resistance_mean(session_ratings: History) -> Number:
    """Resistance over the sessions so far, the practitioner's mean rating.

    session_ratings | resistance
                    | 0
                    | 2
    gives           | 1
    """
    return session_ratings.resistance.mean()


@predictor(
    unit="points, -3 to 3",
    when_absent=None,
    shown="reason",
    source=SIJERCIC_2016,
    direction=1,
    modifiable=True,
    says="holding back {:moved point|s} since the first rating",
    unrecorded="how holding back has changed",
)
def resistance_change(session_ratings: History) -> Number:
    """Resistance at the practitioner's last rating minus their first; missing under two.

    session_ratings | resistance
                    | 0
                    | 2
    gives           | 2
    """
    return change(session_ratings.resistance)


@predictor(
    unit="share of appointments",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says="came late to {:few} of the appointments",
    unrecorded="whether the patient came late to earlier appointments",
)
def arrived_late(appointments: History) -> Number:
    """The share of appointments for which the patient came late, of those of which it is known.

    appointments | late
                 | no
                 | -
                 | yes
    gives        | 0.5
    """
    return appointments.late.share()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says={0: "came on time this time", 1: "came late this time"},
    unrecorded="whether the patient came late this time",
)
def late_this_time(appointments: History) -> Number:
    """Whether the patient came late for the present contact; missing where that is not recorded.

    appointments | in_this_contact  late
                 | no               yes
                 | yes              no
    gives        | 0
    """
    return appointments.where(appointments.in_this_contact).late.any()

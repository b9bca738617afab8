"""How patient and practitioner work together, and whether they are the same two people."""

from features.change import change
from features.conceptual_model import NONE_STATED, REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    modifiable=True,
    says="rated {} of 10 at the last rating",
    unrecorded="how it is rated",
)
def alliance_latest(session_ratings: History) -> Number:
    """Working alliance at the last rating by the patient.

    session_ratings | alliance
                    | 8
                    | 6
    gives           | 6
    """
    return session_ratings.alliance.latest()


@predictor(
    unit="points, -10 to 10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    modifiable=True,
    says="rating {:moved point|s} since the first",
    unrecorded="how the rating has changed",
)
def alliance_change(session_ratings: History) -> Number:
    """Working alliance at the patient's last rating minus their first; missing under two.

    session_ratings | alliance
                    | 8
                    | 6
    gives           | -2
    """
    return change(session_ratings.alliance)


@predictor(
    unit="practitioners",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says="seen by {} practitioner|s in this referral",
    unrecorded="how many practitioners have seen the patient",
)
def practitioners_seen(activities: History) -> Number:
    """How many different practitioners the patient has met in this referral.

    activities | practitioner
               | S1
               | S2
               | S1
    gives      | 2
    """
    return activities.practitioner.distinct()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says={0: "the same practitioner as last time", 1: "another practitioner than last time"},
    unrecorded="who saw the patient last time",
)
def practitioner_changed(activities: History) -> Number:
    """Whether the contact before this one was with another practitioner.

    activities | in_this_contact  with_this_practitioner
               | no               yes
               | no               no
               | yes              yes
    gives      | 1
    """
    earlier = activities.where(~activities.in_this_contact)
    return 1.0 - earlier.with_this_practitioner.latest()


@predictor(
    unit="share of contacts",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says={
        0: "not seen by this practitioner before",
        0.01: "seen by this practitioner at {:few} of the earlier sessions",
        1: "seen by this practitioner from the start",
    },
    unrecorded="who saw the patient before",
)
def share_with_this_practitioner(activities: History) -> Number:
    """The share of earlier contacts of this referral that were with the present practitioner.

    activities | in_this_contact  with_this_practitioner
               | no               yes
               | no               no
               | yes              yes
    gives      | 0.5
    """
    earlier = activities.where(~activities.in_this_contact)
    return earlier.with_this_practitioner.share()

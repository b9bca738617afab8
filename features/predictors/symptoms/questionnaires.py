"""Questionnaires that were not filled in."""

from features.conceptual_model import NONE_STATED
from features.history import History
from features.number import Number
from features.predictor import predictor

DAY, EVER = 86_400.0, 1e6


@predictor(
    unit="share of contacts",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says="questionnaires missing at {:few} of the sessions",
    unrecorded="whether questionnaires are filled in",
)
def questionnaires_missing(phq9: History, appointments: History) -> Number:
    """The share of attended contacts of this referral at which no PHQ-9 is recorded.

    phq9         | contact_id  attended
                 | a           yes
                 | b           no
    appointments | attended
                 | yes
                 | no
                 | yes
    gives        | 0.5
    """
    attended = appointments.attended.sum()
    filled = phq9.where(phq9.attended).contact_id.distinct().or_else(0.0)
    return ((attended - filled) / attended).at_least(0.0)


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says={0: "questionnaires filled in this time", 1: "no questionnaires this time"},
    unrecorded="questionnaires this time",
)
def questionnaire_missing_now(phq9: History, appointments: History) -> Number:
    """Whether no PHQ-9 was filled in for this contact: none in it, and none on a day after the session before; before
    a first session any of this referral counts. Missing where the point is no contact.

    phq9         | days_before  in_this_contact
                 | 6.5          no
    appointments | days_before  in_this_contact  attended  start
                 | 7            no               yes       0
                 | 0.02         yes              yes       604800
    gives        | 1
    """
    before = appointments.where(appointments.attended & ~appointments.in_this_contact)
    # A form with a date alone counts at the end of its day: on the day of a session it is taken to be that session's.
    days_since = (appointments.days_before - 1.0 + (appointments.start % DAY) / DAY).of(before).lowest()
    now = phq9.where(phq9.in_this_contact).count()
    filled = now + (phq9.days_before.lowest() < days_since.or_else(EVER))
    missing = 1.0 - filled.or_else(0.0).at_most(1.0)
    return missing.where_above(appointments.where(appointments.in_this_contact).count(), 0.0)

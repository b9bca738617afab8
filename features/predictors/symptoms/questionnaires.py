"""Questionnaires that were not filled in."""

from features.conceptual_model import NONE_STATED
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="share of contacts",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says="questionnaires missing at {:few} of the sessions",
    unrecorded="whether questionnaires are filled in",
)
def questionnaires_missing(phq9: History, appointments: History) -> Number:
    """The share of attended contacts of this referral without a PHQ-9.

    phq9         | contact_id
                 | a
    appointments | attended
                 | yes
                 | yes
    gives        | 0.5
    """
    attended = appointments.attended.sum()
    filled = phq9.contact_id.distinct().or_else(0.0)
    return ((attended - filled) / attended).at_least(0.0)


@predictor(
    unit="0/1",
    when_absent=1,
    shown="context",
    source=NONE_STATED,
    says={0: "questionnaires filled in this time", 1: "no questionnaires this time"},
    unrecorded="questionnaires this time",
)
def questionnaire_missing_now(phq9: History) -> Number:
    """Whether no PHQ-9 was filled in for this contact.

    phq9  | in_this_contact
          | no
          | yes
    gives | 0
    """
    return 1.0 - phq9.where(phq9.in_this_contact).count().at_most(1.0)

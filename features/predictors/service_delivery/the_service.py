"""How the patient came, and how the service's other patients fare."""

from features.conceptual_model import NONE_STATED
from features.history import History
from features.number import Number
from features.predictor import predictor


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

"""How the practitioner went back to the work that was agreed before."""

from features.conceptual_model import PATIENTS_2025, REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="share of reviews",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says={0: "earlier work was often not gone through", 1: "earlier work was gone through"},
)
def share_reviewed(reviews: History) -> Number:
    """The share of earlier reviews in which the work was really gone through."""
    return reviews.reviewed.share()


@predictor(
    unit="days",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    modifiable=True,
    says="earlier work was gone through after {} day|s on average",
)
def days_to_review(reviews: History) -> Number:
    """Mean days from agreeing the work to going through it."""
    return reviews.where(reviews.reviewed).days_to_review.mean()


@predictor(
    unit="share of reviews",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    modifiable=True,
    says={
        0: "difficulties with earlier work were not taken up",
        1: "difficulties with earlier work were taken up",
    },
)
def difficulties_addressed(reviews: History) -> Number:
    """The share of reviews in which difficulties were addressed. Recorded where there were some: never constrained."""
    return reviews.addressed.share()

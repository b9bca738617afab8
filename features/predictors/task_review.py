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
    says={
        0: "earlier work was not gone through",
        0.01: "earlier work was gone through at {:few} of the reviews",
        1: "earlier work was gone through",
    },
    unrecorded="whether earlier work was gone through",
)
def share_reviewed(reviews: History) -> Number:
    """The share of earlier reviews in which the work was really gone through.

    reviews | reviewed
            | yes
            | no
    gives   | 0.5
    """
    return reviews.reviewed.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says={
        0: "the last work was not gone through",
        0.01: "the last work was gone through for some tasks only",
        1: "the last work was gone through",
    },
    unrecorded="whether the last work was gone through",
)
def last_work_reviewed(reviews: History) -> Number:
    """The share of the last tasks that came up, those of one moment, that were really gone through.

    reviews | days_before  reviewed
            | 7            yes
            | 0            yes
            | 0            no
    gives   | 0.5
    """
    return reviews.reviewed.at_latest().share()


@predictor(
    unit="tasks",
    when_absent=0,
    shown="reason",
    source=PATIENTS_2025,
    modifiable=True,
    says={0: "no earlier task was left without a review", 1: "{} earlier task|s never came up again"},
    unrecorded="whether earlier tasks came up again",
)
def tasks_never_reviewed(tasks: History, reviews: History) -> Number:
    """How many tasks agreed before this contact have no review at all.

    tasks   | in_this_contact
            | no
            | no
            | yes
    reviews | task_id
            | a
    gives   | 1
    """
    agreed = tasks.where(~tasks.in_this_contact).count().or_else(0.0)
    return (agreed - reviews.task_id.distinct().or_else(0.0)).at_least(0.0)


@predictor(
    unit="days",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    modifiable=True,
    says={
        0: "earlier work was gone through within a day on average",
        1: "earlier work was gone through after {:whole} day|s on average",
    },
    unrecorded="when earlier work was gone through",
)
def days_to_review(reviews: History) -> Number:
    """Mean days from agreeing the work to going through it.

    reviews | reviewed  days_to_review
            | yes       7
            | yes       14
            | no        3
    gives   | 10.5
    """
    return reviews.where(reviews.reviewed).days_to_review.mean()


@predictor(
    unit="share of reviews",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    modifiable=True,
    says={
        0: "difficulties with earlier work were not taken up",
        0.01: "difficulties were taken up at {:few} of the reviews",
        1: "difficulties with earlier work were taken up",
    },
    unrecorded="whether difficulties with earlier work were taken up",
)
def difficulties_addressed(reviews: History) -> Number:
    """The share of reviews in which difficulties were addressed. Recorded where there were some: never constrained.

    reviews | addressed
            | yes
            | -
    gives   | 1
    """
    return reviews.addressed.share()

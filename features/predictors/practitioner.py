"""The practitioner: what they believe, how long they have done this, how they plan with others.

About their other patients so far, this patient left out. Never shown as a reason: a flag is not a verdict on
a practitioner.
"""

from features.conceptual_model import NONE_STATED, PRACTITIONERS_2025, REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="0-10",
    when_absent=None,
    shown="never",
    source=REVIEW_2024,
    says="the practitioner's confidence in the task rated {} of 10",
    unrecorded="how confident the practitioner is of the task",
)
def practitioner_confidence(session_ratings: History) -> Number:
    """How confident the practitioner is of the task, at their last rating.

    session_ratings | practitioner_confidence
                    | 5
                    | 8
    gives           | 8
    """
    return session_ratings.practitioner_confidence.latest()


@predictor(
    unit="share, 0-1",
    when_absent=None,
    shown="never",
    source=NONE_STATED,
    says="the practitioner's other patients did {:%} of their work so far",
    unrecorded="how much of their work other patients did",
)
def practitioner_completion(practitioner_reviews: History) -> Number:
    """How much of their reviewed work the practitioner's other patients have done so far.

    practitioner_reviews | share
                         | 1
                         | 0.5
                         | -
    gives                | 0.75
    """
    return practitioner_reviews.share.mean()


@predictor(
    unit="share of reviews",
    when_absent=None,
    shown="never",
    source=REVIEW_2024,
    says="{:%} of other patients' work was gone through",
    unrecorded="how often other patients' work is gone through",
)
def practitioner_reviews_work(practitioner_reviews: History) -> Number:
    """The share of reviews in which the practitioner really went through other patients' work.

    practitioner_reviews | reviewed
                         | yes
                         | no
    gives                | 0.5
    """
    return practitioner_reviews.reviewed.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="never",
    source=REVIEW_2024,
    says="a time was agreed for {:%} of other patients' tasks",
    unrecorded="how often a time is agreed",
)
def practitioner_agrees_times(practitioner_tasks: History) -> Number:
    """The share of tasks with other patients for which the practitioner agreed a time.

    practitioner_tasks | when
                       | yes
                       | yes
                       | no
                       | -
    gives              | 0.666667
    """
    return practitioner_tasks.when.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="never",
    source="Helbig & Fehm 2004",
    says="a summary was written for {:%} of other patients' tasks",
    unrecorded="how often a summary is written",
)
def practitioner_writes_summaries(practitioner_tasks: History) -> Number:
    """The share of tasks with other patients of which the practitioner gave a written summary.

    practitioner_tasks | written
                       | no
    gives              | 0
    """
    return practitioner_tasks.written.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="never",
    source=PRACTITIONERS_2025,
    says="{:%} of other patients' tasks were adapted to their circumstances",
    unrecorded="how often tasks are adapted to circumstances",
)
def practitioner_adapts_tasks(practitioner_tasks: History) -> Number:
    """The share of tasks with other patients that the practitioner adapted to circumstances.

    practitioner_tasks | adapted
                       | yes
    gives              | 1
    """
    return practitioner_tasks.adapted.share()


@predictor(
    unit="patients",
    when_absent=0,
    shown="never",
    source=NONE_STATED,
    says={
        0: "no other patient on the practitioner's caseload",
        1: "{} other patient|s on the practitioner's caseload",
    },
    unrecorded="the practitioner's caseload",
)
def practitioner_caseload(caseload: History) -> Number:
    """Referrals of other patients that the practitioner has begun to see and that are not discharged.

    caseload | patients
             | 1
             | 1
             | -1
    gives    | 1
    """
    return caseload.patients.sum().at_least(0.0)


@predictor(
    unit="contacts",
    when_absent=0,
    shown="never",
    source=NONE_STATED,
    says="{} contact|s with other patients recorded so far",
    unrecorded="contacts with other patients",
)
def practitioner_experience(caseload: History) -> Number:
    """Contacts with other patients that the records hold of the practitioner so far.

    caseload | contacts
             | 1
             | 0
             | 1
    gives    | 2
    """
    return caseload.contacts.sum()


@predictor(
    unit="days",
    when_absent=None,
    shown="never",
    source=NONE_STATED,
    says="qualified {:whole} day|s ago",
    unrecorded="when the practitioner was first qualified",
)
def practitioner_days_qualified(qualifications: History) -> Number:
    """Days since the practitioner's first qualification was awarded; missing where none is recorded.

    qualifications | days_held_when_known  days_before
                   | 400                   500
                   | 0                     100
    gives          | 900
    """
    return (qualifications.days_held_when_known + qualifications.days_before).highest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=NONE_STATED,
    says={0: "qualified for low intensity", 1: "qualified for high intensity"},
    unrecorded="the practitioner's qualification",
)
def practitioner_high_intensity(qualifications: History) -> Number:
    """Whether any qualification of the practitioner is one for high-intensity therapy.

    qualifications | high_intensity
                   | no
                   | yes
    gives          | 1
    """
    return qualifications.high_intensity.any()

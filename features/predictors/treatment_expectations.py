"""What the patient expects of the treatment: that it makes sense, that it helps, that it takes their own part."""

from features.conceptual_model import PRACTITIONERS_2025, REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="expected benefit rated {} of 10",
)
def expected_benefit(session_ratings: History) -> Number:
    """How much the patient expects the treatment to help, at the last rating."""
    return session_ratings.where(session_ratings.type.equals("treatment expectancy")).rating.latest()


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="how much the approach makes sense rated {} of 10",
)
def credibility(session_ratings: History) -> Number:
    """How much the treatment makes sense to the patient, at the last rating."""
    return session_ratings.where(session_ratings.type.equals("treatment credibility")).rating.latest()


@predictor(
    unit="0-3",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    direction=1,
    modifiable=True,
    says="expects to be treated rather than to take part: rated {} of 3",
)
def passive_expectation(session_ratings: History) -> Number:
    """How far the patient expects to be treated rather than to take part, at the last rating."""
    return session_ratings.where(session_ratings.type.equals("passive expectation")).rating.latest()


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="how helpful the task seems rated {} of 10",
)
def perceived_helpfulness(tasks: History) -> Number:
    """How helpful the work just agreed seems to the patient; the mean where several tasks were agreed."""
    return tasks.where(tasks.in_this_contact).helpfulness.mean()

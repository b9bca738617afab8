"""What the patient expects of the treatment: that it makes sense, that it helps, that it takes their own part."""

from features.change import change
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
    unrecorded="how much the patient expects to gain",
)
def expected_benefit(session_ratings: History) -> Number:
    """How much the patient expects the treatment to help, at their last rating.

    session_ratings | expectancy
                    | 4
                    | 7
    gives           | 7
    """
    return session_ratings.expectancy.latest()


@predictor(
    unit="points, -10 to 10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="expected benefit {:moved point|s} since the first rating",
    unrecorded="how the benefit expected has changed",
)
def expected_benefit_change(session_ratings: History) -> Number:
    """Expected benefit at the patient's last rating minus their first; missing under two.

    session_ratings | expectancy
                    | 8
                    | 5
    gives           | -3
    """
    return change(session_ratings.expectancy)


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="how much the approach makes sense is rated {} of 10",
    unrecorded="how much the approach makes sense to the patient",
)
def credibility(session_ratings: History) -> Number:
    """How much the treatment makes sense to the patient, at their last rating.

    session_ratings | credibility
                    | 6
                    | -
    gives           | 6
    """
    return session_ratings.credibility.latest()


@predictor(
    unit="0-3",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    direction=1,
    modifiable=True,
    says="expecting to be treated rather than take part is rated {} of 3",
    unrecorded="how far the patient expects to take part",
)
def passive_expectation(session_ratings: History) -> Number:
    """How far the patient expects to be treated rather than to take part, at the practitioner's last rating.

    session_ratings | passivity
                    | 1
                    | 2
    gives           | 2
    """
    return session_ratings.passivity.latest()


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="how helpful the task seems is rated {} of 10",
    unrecorded="how helpful the task seems to the patient",
)
def perceived_helpfulness(tasks: History) -> Number:
    """How helpful the work just agreed seems to the patient; the mean where several tasks were agreed.

    tasks | in_this_contact  helpfulness
          | no               9
          | yes              4
          | yes              6
    gives | 5
    """
    return tasks.where(tasks.in_this_contact).helpfulness.mean()


@predictor(
    unit="points, -10 to 10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="how helpful the task seems is {:moved point|s} on earlier tasks",
    unrecorded="how helpful the task seems beside earlier tasks",
)
def perceived_helpfulness_change(tasks: History) -> Number:
    """How helpful the work just agreed seems, against the mean of the work agreed before.

    tasks | in_this_contact  helpfulness
          | no               8
          | no               6
          | yes              4
    gives | -3
    """
    now, before = tasks.where(tasks.in_this_contact), tasks.where(~tasks.in_this_contact)
    return now.helpfulness.mean() - before.helpfulness.mean()


@predictor(
    unit="0-4",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="the last work was rated {} of 4 for helpfulness",
    unrecorded="how helpful the patient found the last work",
)
def last_helpfulness(reviews: History) -> Number:
    """How helpful the patient found the last reviewed work; the mean where several tasks were reviewed at one moment.

    reviews | days_before  helpfulness
            | 7            4
            | 0            3
            | 0            0
    gives   | 1.5
    """
    return reviews.helpfulness.at_latest().mean()

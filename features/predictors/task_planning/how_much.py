"""How much was agreed, how confident the patient is of it, and when it is to be gone through."""

from features.column import Column
from features.conceptual_model import NONE_STATED, PATIENTS_2025, REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="times a week",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    modifiable=True,
    says="agreed for {} time|s a week",
    unrecorded="how often a week the work is to be done",
)
def times_per_week(tasks: History) -> Number:
    """How often a week the work is to be done, all tasks together; missing unless every task says.

    tasks | in_this_contact  times_per_week
          | no               7
          | yes              3
          | yes              2
    gives | 5
    """
    return _together(tasks.times_per_week, tasks)


@predictor(
    unit="times a week, -100 to 100",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    modifiable=True,
    says={
        -1: "to be done less often than the task before ({:moved time|s a week})",
        0: "to be done as often as the task before",
        0.01: "to be done more often than the task before ({:moved time|s a week})",
    },
    unrecorded="how often the work is to be done beside the task before",
)
def times_per_week_change(tasks: History) -> Number:
    """How often a week a task just agreed is to be done, against the last task agreed before; of several the mean.

    tasks | days_before  in_this_contact  times_per_week
          | 7            no               7
          | 7            no               3
          | 0            yes              3
    gives | -2
    """
    now, before = tasks.where(tasks.in_this_contact), tasks.where(~tasks.in_this_contact)
    return now.times_per_week.mean() - before.times_per_week.at_latest().mean()


@predictor(
    unit="minutes a week",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    modifiable=True,
    says="agreed for {} minute|s a week",
    unrecorded="how many minutes a week the work is to take",
)
def minutes_per_week(tasks: History) -> Number:
    """How many minutes a week the work is to take, all tasks together; missing unless every task says.

    tasks | in_this_contact  minutes_per_week
          | yes              60
          | yes              -
    gives | -
    """
    return _together(tasks.minutes_per_week, tasks)


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="the patient's confidence in doing it rated {} of 10",
    unrecorded="how confident the patient is of doing it",
)
def patient_confidence(tasks: History) -> Number:
    """How confident the patient is of doing the work just agreed.

    tasks | in_this_contact  confidence
          | yes              8
          | yes              5
    gives | 6.5
    """
    return tasks.where(tasks.in_this_contact).confidence.mean()


@predictor(
    unit="points, -10 to 10",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    direction=-1,
    modifiable=True,
    says="the patient's confidence in doing it {:moved point|s} since the task before",
    unrecorded="how confident the patient is beside the task before",
)
def patient_confidence_change(tasks: History) -> Number:
    """How confident the patient is of doing the work just agreed, against the last task agreed before; of several the
    mean.

    tasks | days_before  in_this_contact  confidence
          | 7            no               8
          | 7            no               6
          | 0            yes              5
    gives | -2
    """
    now, before = tasks.where(tasks.in_this_contact), tasks.where(~tasks.in_this_contact)
    return now.confidence.mean() - before.confidence.at_latest().mean()


@predictor(
    unit="days",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    modifiable=True,
    says={0: "to be gone through within a day", 1: "to be gone through in {:whole} day|s"},
    unrecorded="when the work is to be gone through",
)
def days_until_review(tasks: History) -> Number:
    """Days until the work just agreed is due to be gone through; missing where no day was agreed.

    tasks | in_this_contact  days_to_due
          | yes              7
          | yes              14
    gives | 7
    """
    return tasks.where(tasks.in_this_contact).days_to_due.lowest()


def _together(amount: Column, tasks: History) -> Number:
    """The sum over the tasks just agreed; of two of which one does not say, the other is no total."""
    now = tasks.where(tasks.in_this_contact)
    unsaid = (~amount.recorded()).of(now).sum()
    return amount.of(now).sum().where_above(1.0 - unsaid, 0.0)

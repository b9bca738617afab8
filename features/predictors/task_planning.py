"""How the work was planned: rationale, what, when, where, with whom, obstacles, written down, adapted, dose."""

from features.conceptual_model import NONE_STATED, PATIENTS_2025, PRACTITIONERS_2025, REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor

HELBIG_2004 = "Helbig & Fehm 2004"
RYUM_2023 = "Ryum, Bennion & Kazantzis 2023"


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="reason",
    source=RYUM_2023,
    direction=-1,
    modifiable=True,
    says={
        0: "the reason for the task was not explained",
        0.01: "the reason was explained for some tasks only",
        1: "the reason for the task was explained",
    },
    unrecorded="whether the reason for the task was explained",
)
def rationale_given(tasks: History) -> Number:
    """Whether the reason for the work just agreed was explained; the share where several tasks were agreed.

    tasks | in_this_contact  rationale
          | yes              yes
          | yes              no
          | no               no
    gives | 0.5
    """
    return tasks.where(tasks.in_this_contact).rationale.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    direction=-1,
    modifiable=True,
    says={
        0: "what exactly to do was not agreed",
        0.01: "what exactly to do was agreed for some tasks only",
        1: "what exactly to do was agreed",
    },
    unrecorded="whether it was agreed what exactly to do",
)
def what_agreed(tasks: History) -> Number:
    """Whether it was agreed what exactly to do.

    tasks | in_this_contact  what
          | no               no
          | yes              yes
    gives | 1
    """
    return tasks.where(tasks.in_this_contact).what.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    direction=-1,
    modifiable=True,
    says={0: "no time was agreed", 0.01: "a time was agreed for some tasks only", 1: "a time was agreed"},
    unrecorded="whether a time was agreed",
)
def when_agreed(tasks: History) -> Number:
    """Whether a time was agreed.

    tasks | in_this_contact  when
          | yes              no
    gives | 0
    """
    return tasks.where(tasks.in_this_contact).when.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    direction=-1,
    modifiable=True,
    says={0: "no place was agreed", 0.01: "a place was agreed for some tasks only", 1: "a place was agreed"},
    unrecorded="whether a place was agreed",
)
def where_agreed(tasks: History) -> Number:
    """Whether a place was agreed.

    tasks | in_this_contact  where_to
          | yes              no
          | yes              -
    gives | 0
    """
    return tasks.where(tasks.in_this_contact).where_to.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    modifiable=True,
    says={
        0: "nobody to do it with was agreed",
        0.01: "somebody to do it with was agreed for some tasks only",
        1: "somebody to do it with was agreed",
    },
    unrecorded="whether somebody to do it with was agreed",
)
def with_whom_agreed(tasks: History) -> Number:
    """Whether somebody to do it with was agreed.

    tasks | in_this_contact  with_whom
          | yes              yes
    gives | 1
    """
    return tasks.where(tasks.in_this_contact).with_whom.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    modifiable=True,
    says={
        0: "what could get in the way was not talked about",
        0.01: "what could get in the way was talked about for some tasks only",
        1: "what could get in the way was talked about",
    },
    unrecorded="whether what could get in the way was talked about",
)
def obstacles_discussed(tasks: History) -> Number:
    """Whether obstacles were talked about. Recorded because of a difficulty at times: never constrained.

    tasks | in_this_contact  obstacles
          | no               yes
          | yes              no
    gives | 0
    """
    return tasks.where(tasks.in_this_contact).obstacles.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="reason",
    source=HELBIG_2004,
    direction=-1,
    modifiable=True,
    says={
        0: "no written summary was given",
        0.01: "a written summary was given for some tasks only",
        1: "a written summary was given",
    },
    unrecorded="whether a written summary was given",
)
def written_summary(tasks: History) -> Number:
    """Whether a written summary of the work was given.

    tasks | in_this_contact  written
          | yes              -
          | no               yes
    gives | -
    """
    return tasks.where(tasks.in_this_contact).written.share()


@predictor(
    unit="share of tasks",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    direction=-1,
    modifiable=True,
    says={
        0: "the task was not adapted to the patient's circumstances",
        0.01: "only some tasks were adapted to the patient's circumstances",
        1: "the task was adapted to the patient's circumstances",
    },
    unrecorded="whether the task was adapted to the patient's circumstances",
)
def adapted_to_circumstances(tasks: History) -> Number:
    """Whether the work was adapted to the patient's circumstances.

    tasks | in_this_contact  adapted
          | yes              yes
    gives | 1
    """
    return tasks.where(tasks.in_this_contact).adapted.share()


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
    """How often a week the work is to be done, all tasks together.

    tasks | in_this_contact  times_per_week
          | no               7
          | yes              3
          | yes              2
    gives | 5
    """
    return tasks.where(tasks.in_this_contact).times_per_week.sum()


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
    """How many minutes a week the work is to take, all tasks together.

    tasks | in_this_contact  minutes_per_week
          | yes              60
          | yes              30
    gives | 90
    """
    return tasks.where(tasks.in_this_contact).minutes_per_week.sum()


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
    unit="tasks",
    when_absent=0,
    shown="reason",
    source=NONE_STATED,
    modifiable=True,
    says={0: "no task agreed", 1: "{} task|s agreed"},
    unrecorded="how many tasks were agreed",
)
def tasks_agreed(tasks: History) -> Number:
    """How many tasks were agreed in this contact.

    tasks | in_this_contact  task_id
          | no               a
          | yes              b
          | yes              c
    gives | 2
    """
    return tasks.where(tasks.in_this_contact).count()


@predictor(
    unit="0/1",
    when_absent=0,
    shown="reason",
    source=NONE_STATED,
    modifiable=True,
    says={0: "the task is not to face something feared", 1: "the task is to face something feared"},
    unrecorded="whether the task is to face something feared",
)
def exposure_agreed(tasks: History) -> Number:
    """Whether an exposure task was agreed.

    tasks | in_this_contact  type
          | no               exposure
          | yes              sleep
    gives | 0
    """
    return tasks.where(tasks.in_this_contact).type.equals("exposure").any()


@predictor(
    unit="0/1",
    when_absent=0,
    shown="reason",
    source=NONE_STATED,
    modifiable=True,
    says={0: "the task is not in the online programme", 1: "the task is in the online programme or an app"},
    unrecorded="whether the task is in the online programme",
)
def online_task(tasks: History) -> Number:
    """Whether a task is to be done online or in an app.

    tasks | in_this_contact  format
          | yes              app
    gives | 1
    """
    return tasks.where(tasks.in_this_contact).format.among("online", "app").any()


@predictor(
    unit="0/1",
    when_absent=0,
    shown="reason",
    source=NONE_STATED,
    modifiable=True,
    says={0: "the task is not an activity plan", 1: "the task is to do more of what matters"},
    unrecorded="whether the task is an activity plan",
)
def activation_agreed(tasks: History) -> Number:
    """Whether a behavioural activation task was agreed.

    tasks | in_this_contact  type
          | yes              behavioural activation
    gives | 1
    """
    return tasks.where(tasks.in_this_contact).type.equals("behavioural activation").any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    modifiable=True,
    says={0: "the kind of task was agreed before", 1: "the kind of task is new to the patient"},
    unrecorded="whether the kind of task was agreed before",
)
def new_kind_of_task(tasks: History) -> Number:
    """Whether a kind of task was agreed that was not agreed before; missing where no task was agreed before.

    tasks | in_this_contact  type
          | no               sleep
          | yes              exposure
    gives | 1
    """
    before = tasks.where(~tasks.in_this_contact).type.distinct()
    return (tasks.type.distinct() > before).where_above(before, 0)


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
    """How often a week a task just agreed is to be done, against the last task agreed before.

    tasks | in_this_contact  times_per_week
          | no               7
          | yes              3
    gives | -4
    """
    now, before = tasks.where(tasks.in_this_contact), tasks.where(~tasks.in_this_contact)
    return now.times_per_week.mean() - before.times_per_week.latest()


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
    """How confident the patient is of doing the work just agreed, against the last task agreed before.

    tasks | in_this_contact  confidence
          | no               8
          | yes              5
    gives | -3
    """
    now, before = tasks.where(tasks.in_this_contact), tasks.where(~tasks.in_this_contact)
    return now.confidence.mean() - before.confidence.latest()


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

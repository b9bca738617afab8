"""Which kinds of task were agreed, how many, and whether they are new."""

from features.conceptual_model import NONE_STATED
from features.history import History
from features.number import Number
from features.predictor import predictor


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

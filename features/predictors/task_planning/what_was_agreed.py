"""What was agreed, and how carefully: the reason for the work, what, when, where and with whom."""

from features.conceptual_model import PATIENTS_2025, PRACTITIONERS_2025, REVIEW_2024
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

"""What stood in the way of earlier work, as it was reported at a review."""

from features.history import History
from features.number import Number
from features.predictor import predictor

CALLAN_2012 = "Callan 2012"


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=CALLAN_2012,
    says={
        0: "no lack of time or other trouble reported",
        1: "time, work, family or health got in the way before",
    },
    unrecorded="whether time, work, family or health got in the way before",
)
def outside_barrier(reviews: History) -> Number:
    """Whether time, work, family, health or privacy was reported to be in the way of earlier work.

    reviews | outside_barrier
            | yes
            | no
    gives   | 1
    """
    return reviews.outside_barrier.any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source="Bunnell 2020",
    says={0: "no avoidance or low mood reported", 1: "avoidance, low mood or doubt got in the way before"},
    unrecorded="whether avoidance, low mood or doubt got in the way before",
)
def inside_barrier(reviews: History) -> Number:
    """Whether avoidance, low mood or doubt about its use was reported to be in the way of earlier work.

    reviews | inside_barrier
            | -
            | no
    gives   | 0
    """
    return reviews.inside_barrier.any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source="Bunnell 2020",
    modifiable=True,
    says={0: "no earlier work reported as forgotten", 1: "earlier work was forgotten"},
    unrecorded="whether earlier work was forgotten",
)
def forgotten_before(reviews: History) -> Number:
    """Whether it was reported that earlier work was forgotten.

    reviews | forgot
            | yes
    gives   | 1
    """
    return reviews.forgot.any()


@predictor(
    unit="0-4",
    when_absent=None,
    shown="reason",
    source=CALLAN_2012,
    modifiable=True,
    says="the last work was rated {} of 4 for difficulty",
    unrecorded="how hard the patient found the last work",
)
def last_difficulty(reviews: History) -> Number:
    """How difficult the patient found the last reviewed work; the mean where several tasks were reviewed at one moment.

    reviews | days_before  difficulty
            | 7            0
            | 0            4
            | 0            1
    gives   | 2.5
    """
    return reviews.difficulty.at_latest().mean()

"""PHQ-9 and GAD-7: how high, which way they go, caseness and reliable change."""

from features.change import change
from features.conceptual_model import REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor
from features.standard import thresholds

PHQ9_CASE, PHQ9_RELIABLE = thresholds()["PHQ-9"]
GAD7_CASE, GAD7_RELIABLE = thresholds()["GAD-7"]


@predictor(
    unit="points, 0-27",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="PHQ-9 at {} of 27",
    unrecorded="PHQ-9",
)
def phq9_latest(phq9: History) -> Number:
    """PHQ-9 at the last reading.

    phq9  | score
          | 15
          | 9
    gives | 9
    """
    return phq9.score.latest()


@predictor(
    unit="points, -27 to 27",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="PHQ-9 {:moved point|s} since the first reading",
    unrecorded="how PHQ-9 has changed",
)
def phq9_change(phq9: History) -> Number:
    """PHQ-9 at the last reading minus the first of this referral; missing under two.

    phq9  | score
          | 15
          | 9
    gives | -6
    """
    return change(phq9.score)


@predictor(
    unit="points a week",
    trend_over=27,
    when_absent=None,
    shown="context",
    source=REVIEW_2024,
    says="PHQ-9 {:rising point|s a week}",
    unrecorded="how PHQ-9 has changed",
)
def phq9_trend(phq9: History) -> Number:
    """Change in PHQ-9, points a week by least squares; missing where all lie within a few hours.

    phq9  | days_before  score
          | 14           12
          | 7            10
          | 0            8
    gives | -2
    """
    return phq9.score.slope_per_week()


@predictor(
    unit="points",
    when_absent=None,
    shown="context",
    source=REVIEW_2024,
    says={0: "PHQ-9 much the same each time", 0.5: "PHQ-9 goes up and down by about {} point|s"},
    unrecorded="how far PHQ-9 goes up and down",
)
def phq9_variability(phq9: History) -> Number:
    """Standard deviation of the PHQ-9 readings; missing under two.

    phq9  | score
          | 10
          | 14
          | 12
    gives | 2
    """
    return phq9.score.spread()


@predictor(
    unit="points, 0-21",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="GAD-7 at {} of 21",
    unrecorded="GAD-7",
)
def gad7_latest(gad7: History) -> Number:
    """GAD-7 at the last reading.

    gad7  | score
          | 15
          | -
    gives | 15
    """
    return gad7.score.latest()


@predictor(
    unit="points, -21 to 21",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="GAD-7 {:moved point|s} since the first reading",
    unrecorded="how GAD-7 has changed",
)
def gad7_change(gad7: History) -> Number:
    """GAD-7 at the last reading minus the first of this referral; missing under two.

    gad7  | score
          | 10
          | 13
    gives | 3
    """
    return change(gad7.score)


@predictor(
    unit="points a week",
    trend_over=21,
    when_absent=None,
    shown="context",
    source=REVIEW_2024,
    says="GAD-7 {:rising point|s a week}",
    unrecorded="how GAD-7 has changed",
)
def gad7_trend(gad7: History) -> Number:
    """Change in GAD-7, points a week by least squares; missing where all lie within a few hours.

    gad7  | days_before  score
          | 14           8
          | 0            10
    gives | 1
    """
    return gad7.score.slope_per_week()


@predictor(
    unit="scales, 0-2",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says={
        0: "PHQ-9 and GAD-7 are both below the threshold for a clinical case",
        1: "one of PHQ-9 and GAD-7 is at the threshold for a clinical case",
        2: "both PHQ-9 and GAD-7 are at the threshold for a clinical case",
    },
    unrecorded="PHQ-9 and GAD-7",
)
def scales_at_caseness(phq9: History, gad7: History) -> Number:
    """On how many of PHQ-9 and GAD-7 the last reading is at caseness.

    phq9  | score
          | 10
    gad7  | score
          | 7
    gives | 1
    """
    return (phq9.score.latest() >= PHQ9_CASE) + (gad7.score.latest() >= GAD7_CASE)


@predictor(
    unit="scales, -2 to 2",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says={
        -2: "PHQ-9 and GAD-7 have both become reliably worse",
        -1: "PHQ-9 or GAD-7 has become reliably worse",
        0: "no reliable change of PHQ-9 and GAD-7",
        1: "PHQ-9 or GAD-7 has become reliably better",
        2: "PHQ-9 and GAD-7 have both become reliably better",
    },
    unrecorded="whether PHQ-9 or GAD-7 has reliably changed",
)
def reliable_change(phq9_change: Number, gad7_change: Number) -> Number:
    """Scales (PHQ-9, GAD-7) reliably better since the first reading, less those reliably worse.

    phq9_change | -6
    gad7_change | -2
    gives       | 1
    """
    better = (phq9_change <= -PHQ9_RELIABLE) + (gad7_change <= -GAD7_RELIABLE)
    worse = (phq9_change >= PHQ9_RELIABLE) + (gad7_change >= GAD7_RELIABLE)
    return better - worse

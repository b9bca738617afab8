"""Depression, anxiety and their effect on daily life: how much, and which way it goes."""

from features.change import change
from features.conceptual_model import NONE_STATED, REVIEW_2024
from features.history import Column, History
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


@predictor(
    unit="points, 0-40",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="difficulties in daily life (WSAS) at {} of 40",
    unrecorded="difficulties in daily life (WSAS)",
)
def wsas_latest(wsas: History) -> Number:
    """Work and Social Adjustment Scale at the last full reading.

    wsas  | score
          | 21
          | 18
    gives | 18
    """
    return wsas.score.latest()


@predictor(
    unit="points, -40 to 40",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="difficulties in daily life (WSAS) {:moved point|s} since the first reading",
    unrecorded="how difficulties in daily life (WSAS) have changed",
)
def wsas_change(wsas: History) -> Number:
    """Work and Social Adjustment Scale at the last full reading minus the first; missing under two.

    wsas  | score
          | 21
          | -
    gives | -
    """
    return change(wsas.score)


@predictor(
    unit="share of the scale",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="the scale for the particular anxiety problem is at {:%} of its highest score",
    unrecorded="a score for the particular anxiety problem",
)
def anxiety_measure_latest(anxiety_measures: History) -> Number:
    """The last reading on the scale of a particular anxiety disorder, as a share of its highest score.

    anxiety_measures | share_of_highest
                     | 0.5
                     | 0.25
    gives            | 0.25
    """
    return anxiety_measures.share_of_highest.latest()


@predictor(
    unit="hundredths of the scale, -100 to 100",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="the scale for the particular anxiety problem {:moved point|s out of 100} since its first reading",
    unrecorded="how the scale for the particular anxiety problem has changed",
)
def anxiety_measure_change(anxiety_measures: History) -> Number:
    """The last reading on the scale of a particular anxiety disorder minus the first on that same scale, in
    hundredths of its highest score; missing under two.

    anxiety_measures | measure  share_of_highest
                     | OCI      0.5
                     | PDSS     0.75
                     | OCI      0.25
    gives            | -25
    """
    return change(_of_the_latest_measure(anxiety_measures))


@predictor(
    unit="hundredths of the scale a week",
    when_absent=None,
    shown="context",
    source=REVIEW_2024,
    says="the scale for the particular anxiety problem {:rising point|s out of 100 a week}",
    unrecorded="how the scale for the particular anxiety problem has changed",
)
def anxiety_measure_trend(anxiety_measures: History) -> Number:
    """Change on the scale of a particular anxiety disorder that was filled in last, in hundredths of its highest
    score a week by least squares; missing where all lie within a few hours.

    anxiety_measures | days_before  measure  share_of_highest
                     | 21           PDSS     0.25
                     | 14           OCI      0.5
                     | 0            OCI      0.25
    gives            | -12.5
    """
    return _of_the_latest_measure(anxiety_measures).slope_per_week()


def _of_the_latest_measure(anxiety_measures: History) -> Column:
    """Readings in hundredths of the highest score, only on the scale that was filled in last."""
    filled = anxiety_measures.where(anxiety_measures.share_of_highest.recorded())
    same = filled.like_latest(anxiety_measures.measure)
    return (anxiety_measures.share_of_highest * 100.0).of(same)


@predictor(
    unit="share of contacts",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says="questionnaires missing at {:few} of the sessions",
    unrecorded="whether questionnaires are filled in",
)
def questionnaires_missing(phq9: History, appointments: History) -> Number:
    """The share of attended contacts of this referral without a PHQ-9.

    phq9         | contact_id
                 | a
    appointments | attended
                 | yes
                 | yes
    gives        | 0.5
    """
    attended = appointments.attended.sum()
    filled = phq9.contact_id.distinct().or_else(0.0)
    return ((attended - filled) / attended).at_least(0.0)


@predictor(
    unit="0/1",
    when_absent=1,
    shown="context",
    source=NONE_STATED,
    says={0: "questionnaires filled in this time", 1: "no questionnaires this time"},
    unrecorded="questionnaires this time",
)
def questionnaire_missing_now(phq9: History) -> Number:
    """Whether no PHQ-9 was filled in for this contact.

    phq9  | in_this_contact
          | no
          | yes
    gives | 0
    """
    return 1.0 - phq9.where(phq9.in_this_contact).count().at_most(1.0)

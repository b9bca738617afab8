"""The scale of a particular anxiety problem, such as OCI or PDSS."""

from features.change import change
from features.column import Column
from features.conceptual_model import REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor


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
    trend_over=100,
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

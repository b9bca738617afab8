"""How much of the earlier work was done."""

from features.conceptual_model import NONE_STATED
from features.history import History
from features.number import Number
from features.predictor import predictor

DONE = 0.5


@predictor(
    unit="share, 0-1",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says={
        0: "the last work reviewed was not done",
        0.01: "less than half of the last work reviewed was done",
        0.5: "at least half of the last work reviewed was done",
        1: "the last work reviewed was done",
    },
    unrecorded="any review of earlier work",
)
def last_share_completed(reviews: History) -> Number:
    """How much of the last reviewed work was done; the mean where several tasks were reviewed at one moment.

    reviews | days_before  share
            | 14           0.25
            | 7            1
            | 7            0
            | 0            -
    gives   | 0.5
    """
    return reviews.share.at_latest().mean()


@predictor(
    unit="share, 0-1",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says={
        0: "none of the work reviewed so far was done",
        0.01: "about {:%} of the work reviewed so far was done",
        1: "all of the work reviewed so far was done",
    },
    unrecorded="any review of earlier work",
)
def mean_share_completed(reviews: History) -> Number:
    """How much of all reviewed work of this referral was done, on average.

    reviews | share
            | 1
            | 0.5
    gives   | 0.75
    """
    return reviews.share.mean()


@predictor(
    unit="share a week",
    trend_over=1,
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says="the share of the work that gets done is {:rising}",
    unrecorded="how the share of the work that gets done has changed",
)
def completion_trend(reviews: History) -> Number:
    """Change in the share of the work done, a week by least squares; missing where all lie within a few hours.

    reviews | days_before  share
            | 14           0
            | 0            1
    gives   | 0.5
    """
    return reviews.share.slope_per_week()


@predictor(
    unit="reviews",
    when_absent=0,
    shown="reason",
    source=NONE_STATED,
    says={
        0: "no run of work left undone",
        1: "work was not done the last time",
        2: "work was not done {} times in a row",
    },
    unrecorded="any review of earlier work",
)
def work_not_done_in_a_row(reviews: History) -> Number:
    """Reviewed work not done (less than half) since the last moment at which some was; missing where no review says.

    reviews | days_before  share
            | 21           0
            | 14           1
            | 14           0
            | 7            0.25
            | 0            0
    gives   | 2
    """
    undone = reviews.after_latest(reviews.share >= DONE).share.count()
    return undone.where_above(reviews.share.is_known(), 0.0)


@predictor(
    unit="reviews",
    when_absent=0,
    shown="context",
    source=NONE_STATED,
    says={0: "no task reviewed so far", 1: "{} task|s reviewed so far"},
    unrecorded="how many tasks were reviewed",
)
def reviews_known(reviews: History) -> Number:
    """How many reviews say how much was done.

    reviews | share
            | 1
            | -
    gives   | 1
    """
    return reviews.share.count()

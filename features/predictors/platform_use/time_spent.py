"""How long log-ins last and what is finished in them."""

from features.conceptual_model import COTE_ALLARD_2022
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="minutes",
    when_absent=None,
    shown="reason",
    source=COTE_ALLARD_2022,
    says="{} minute|s a log-in on average",
    unrecorded="how long the log-ins were",
)
def minutes_per_login(platform_sessions: History) -> Number:
    """Mean minutes of a log-in; one still going on at the point is cut there, one that never ended left out.

    platform_sessions | minutes_until_point
                      | 10
                      | 20
                      | -
    gives             | 15
    """
    return platform_sessions.minutes_until_point.mean()


@predictor(
    unit="modules",
    when_absent=0,
    shown="reason",
    source=COTE_ALLARD_2022,
    says={0: "no module finished", 1: "{} module|s finished"},
    unrecorded="modules finished",
)
def modules_finished(platform_sessions: History) -> Number:
    """Modules of the online programme finished in this referral; missing where no log-in says.

    platform_sessions | modules
                      | 1
                      | -
                      | 2
    gives             | 3
    """
    return platform_sessions.modules.sum()


@predictor(
    unit="minutes",
    when_absent=0,
    shown="reason",
    source=COTE_ALLARD_2022,
    says={
        0: "no time recorded in the online programme in the last 7 days",
        0.01: "{} minute|s in the programme in the last 7 days",
    },
    unrecorded="time in the programme in the last 7 days",
)
def minutes_past_7_days(platform_sessions: History) -> Number:
    """Minutes spent in the programme in the 7 days before the point, as far as known; missing where there were
    log-ins but nobody knows how long any was.

    platform_sessions | days_before  minutes_until_point
                      | 9            10
                      | 5            20
                      | 1            15
    gives             | 35
    """
    lately = platform_sessions.where(platform_sessions.days_before <= 7)
    return lately.minutes_until_point.sum().filled(0.0, where=lately.is_empty())


@predictor(
    unit="minutes a week",
    trend_over=float("inf"),  # nothing is said of how long a log-in may last
    when_absent=None,
    shown="reason",
    source=COTE_ALLARD_2022,
    says="the time spent in a log-in is {:rising}",
    unrecorded="how the time spent in a log-in has changed",
)
def minutes_trend(platform_sessions: History) -> Number:
    """Change in the minutes of a log-in, minutes a week by least squares.

    platform_sessions | days_before  minutes_until_point
                      | 14           10
                      | 0            20
    gives             | 5
    """
    return platform_sessions.minutes_until_point.slope_per_week()


@predictor(
    unit="share of log-ins",
    when_absent=None,
    shown="reason",
    source=COTE_ALLARD_2022,
    says="{:few} of the log-ins were shorter than 5 minutes",
    unrecorded="how long the log-ins were",
)
def brief_logins(platform_sessions: History) -> Number:
    """The share of log-ins shorter than 5 minutes.

    platform_sessions | minutes_until_point
                      | 3
                      | 30
    gives             | 0.5
    """
    return (platform_sessions.minutes_until_point < 5.0).share()

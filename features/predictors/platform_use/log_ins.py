"""How often the patient logs in to the online programme, and how long ago."""

from features.conceptual_model import COTE_ALLARD_2022
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="log-ins",
    when_absent=0,
    shown="reason",
    source=COTE_ALLARD_2022,
    says={0: "no log-in in the last 7 days", 1: "{} log-in|s in the last 7 days"},
    unrecorded="log-ins in the last 7 days",
)
def logins_past_7_days(platform_sessions: History) -> Number:
    """Log-ins to the online programme in the 7 days before the point.

    platform_sessions | days_before
                      | 8
                      | 7
                      | 1
    gives             | 2
    """
    return platform_sessions.where(platform_sessions.days_before <= 7).count()


@predictor(
    unit="log-ins",
    when_absent=0,
    shown="context",
    source=COTE_ALLARD_2022,
    says={0: "no log-in so far", 1: "{} log-in|s so far"},
    unrecorded="log-ins so far",
)
def logins(platform_sessions: History) -> Number:
    """Log-ins to the online programme in this referral.

    platform_sessions | started_at
                      | 0
                      | 90000
    gives             | 2
    """
    return platform_sessions.count()


@predictor(
    unit="days",
    when_absent=None,
    shown="reason",
    source=COTE_ALLARD_2022,
    says={0: "last log-in less than a day ago", 1: "last log-in {:whole} day|s ago"},
    unrecorded="a log-in to the programme",
)
def days_since_last_login(platform_sessions: History) -> Number:
    """Days since the last log-in; missing where there was none.

    platform_sessions | days_before
                      | 8
                      | 3
    gives             | 3
    """
    return platform_sessions.days_since_latest()


@predictor(
    unit="times the usual gap",
    when_absent=None,
    shown="reason",
    source=COTE_ALLARD_2022,
    says={
        0: "no longer without a log-in than is usual for the patient",
        1.25: "without a log-in for {} times the patient's usual gap",
    },
    unrecorded="the patient's usual gap between log-ins",
)
def silence_against_own_rhythm(platform_sessions: History) -> Number:
    """Days since the last log-in over the patient's own mean gap between log-ins; missing under three.

    platform_sessions | days_before
                      | 20
                      | 16
                      | 12
    gives             | 3
    """
    days = platform_sessions.days_before
    gaps = platform_sessions.count() - 1.0
    rhythm = ((days.highest() - days.lowest()) / gaps.or_missing_below(2.0)).or_missing_below(0.04)
    return (days.lowest() / rhythm).at_most(50.0)


@predictor(
    unit="share of weeks",
    when_absent=0,
    shown="reason",
    source=COTE_ALLARD_2022,
    says={0: "no log-in so far", 0.0001: "a log-in in {:few} of the weeks so far"},
    unrecorded="weeks with a log-in",
)
def weeks_with_a_login(platform_sessions: History) -> Number:
    """The share of the weeks since the first log-in, counted back from the point, in which there was one.

    platform_sessions | days_before
                      | 20
                      | 19
                      | 2
    gives             | 0.666667
    """
    weeks = platform_sessions.days_before.floor_division(7)
    return weeks.distinct() / (weeks.highest() + 1.0)


@predictor(
    unit="share of days",
    when_absent=0,
    shown="context",
    source=COTE_ALLARD_2022,
    says={0: "no log-in so far", 0.0001: "a log-in on {:few} of the days so far"},
    unrecorded="days with a log-in",
)
def days_with_a_login(platform_sessions: History) -> Number:
    """The share of the days since the first log-in, counted back from the point in 24 hours, on which there was one.

    platform_sessions | days_before
                      | 3.5
                      | 3.2
                      | 1.1
    gives             | 0.5
    """
    days = platform_sessions.days_before.floor_division(1)
    return days.distinct() / (days.highest() + 1.0)


@predictor(
    unit="share of log-ins",
    when_absent=None,
    shown="context",
    source=COTE_ALLARD_2022,
    says="{:few} of the log-ins were in the evening or at night",
    unrecorded="at what time of day the log-ins were",
)
def evening_logins(platform_sessions: History) -> Number:
    """The share of log-ins that began between 18:00 and 06:00.

    platform_sessions | started_at
                      | 68400
                      | 36000
    gives             | 0.5
    """
    hour = (platform_sessions.started_at % 86_400) / 3_600
    return ((hour >= 18.0) | (hour < 6.0)).share()


@predictor(
    unit="share of the time so far",
    when_absent=None,
    shown="reason",
    source=COTE_ALLARD_2022,
    says={
        0: "logged in mostly at the beginning",
        0.4: "logged in evenly over the time so far",
        0.6: "logged in mostly of late",
    },
    unrecorded="when the log-ins were",
)
def mean_place_of_logins(platform_sessions: History) -> Number:
    """The mean place of the log-ins between the first one (0) and the point (1); missing under two.

    platform_sessions | days_before
                      | 10
                      | 0
    gives             | 0.5
    """
    days = platform_sessions.days_before
    return (1.0 - days.mean() / days.highest()).where_above(platform_sessions.count(), 1)

"""Use of the online programme: how often, how long, how lately."""

from features.history import History, Number
from features.predictor import predictor

COTE_ALLARD_2022 = "Côté-Allard 2022"


@predictor(
    unit="log-ins",
    when_absent=0,
    shown="reason",
    source=COTE_ALLARD_2022,
    says="{} log-ins in the last 7 days",
)
def logins_past_7_days(platform_sessions: History) -> Number:
    """Log-ins to the online programme in the 7 days before the point."""
    return platform_sessions.where(platform_sessions.days_before <= 7).count()


@predictor(
    unit="log-ins",
    when_absent=0,
    shown="context",
    source=COTE_ALLARD_2022,
    says="{} log-ins so far",
)
def logins(platform_sessions: History) -> Number:
    """Log-ins to the online programme in this referral."""
    return platform_sessions.count()


@predictor(
    unit="days",
    when_absent=None,
    shown="reason",
    source=COTE_ALLARD_2022,
    says="last log-in {} days ago",
)
def days_since_last_login(platform_sessions: History) -> Number:
    """Days since the last log-in; missing where there was none."""
    return platform_sessions.days_since_latest()


@predictor(
    unit="times the usual gap",
    when_absent=None,
    shown="reason",
    source=COTE_ALLARD_2022,
    says="silent for {} times the patient's own usual gap between log-ins",
)
def silence_against_own_rhythm(platform_sessions: History) -> Number:
    """Days since the last log-in over the patient's own mean gap between log-ins; missing under three."""
    days = platform_sessions.days_before
    gaps = platform_sessions.count() - 1.0
    rhythm = ((days.highest() - days.lowest()) / gaps.or_missing_below(2.0)).or_missing_below(0.04)
    return (days.lowest() / rhythm).at_most(50.0)


@predictor(
    unit="minutes",
    when_absent=None,
    shown="reason",
    source=COTE_ALLARD_2022,
    says="{} minutes a log-in on average",
)
def minutes_per_login(platform_sessions: History) -> Number:
    """Mean minutes of a log-in; one still going on at the point is cut there."""
    return platform_sessions.minutes_until_point.mean()


@predictor(
    unit="modules",
    when_absent=0,
    shown="reason",
    source=COTE_ALLARD_2022,
    says="{} modules finished",
)
def modules_finished(platform_sessions: History) -> Number:
    """Modules of the online programme finished in this referral."""
    return platform_sessions.modules.sum()

"""Depression, anxiety and their effect on daily life: how much, and which way it goes."""

from features.conceptual_model import REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="points, 0-27",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="PHQ-9 at {}",
)
def phq9_latest(phq9: History) -> Number:
    """PHQ-9 at the last reading."""
    return phq9.score.latest()


@predictor(
    unit="points",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="PHQ-9 {:+} since the first reading",
)
def phq9_change(phq9: History) -> Number:
    """PHQ-9 at the last reading minus the first of this referral."""
    return phq9.score.latest() - phq9.score.first()


@predictor(
    unit="points, 0-21",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="GAD-7 at {}",
)
def gad7_latest(gad7: History) -> Number:
    """GAD-7 at the last reading."""
    return gad7.score.latest()


@predictor(
    unit="points",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="GAD-7 {:+} since the first reading",
)
def gad7_change(gad7: History) -> Number:
    """GAD-7 at the last reading minus the first of this referral."""
    return gad7.score.latest() - gad7.score.first()


@predictor(
    unit="points, 0-40",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says="difficulties in daily life (WSAS) at {}",
)
def wsas_latest(wsas: History) -> Number:
    """Work and Social Adjustment Scale at the last full reading."""
    return wsas.score.latest()


@predictor(
    unit="share of contacts",
    when_absent=None,
    shown="reason",
    source=REVIEW_2024,
    says={0: "questionnaires are filled in", 1: "questionnaires are often missing"},
)
def questionnaires_missing(phq9: History, appointments: History) -> Number:
    """The share of attended contacts of this referral without a PHQ-9."""
    attended = appointments.attended.sum()
    filled = phq9.contact_id.distinct().or_else(0.0)
    return ((attended - filled) / attended).at_least(0.0)

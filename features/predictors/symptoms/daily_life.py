"""What the symptoms do to daily life (WSAS)."""

from features.change import change
from features.conceptual_model import REVIEW_2024
from features.history import History
from features.number import Number
from features.predictor import predictor


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

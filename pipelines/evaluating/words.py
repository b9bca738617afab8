"""How the figures of an evaluation read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.ascertainment import share_shown
from models.earlier import STAR
from models.outcome import LEFT
from models.withheld import RULES, WITHHELD, count_words
from pipelines.evaluating.evaluated import OTHER_WAY, Evaluation

WITH_FULL = "bsw evaluate --full adds"
WORDS = {
    "auroc": "AUROC (0.5 is a coin)",
    "average_precision": "Average precision",
    "brier": "Brier score (lower is better)",
    "log_loss": "Log loss (lower is better)",
    "observed_to_expected": "Observed to expected (1 is right)",
    "calibration_intercept": "Calibration in the large (0 is right)",
    "calibration_slope": "Calibration slope (1 is right)",
    "ici": "ICI: mean distance from the calibration curve",
    "e50": "E50: half of the risks are nearer to it",
    "e90": "E90: nine in ten are nearer to it",
}
FLAG_WORDS = {
    "sensitivity": "Sensitivity: of work not completed, flagged",
    "specificity": "Specificity: of work completed, not flagged",
    "ppv": "PPV: of those flagged, not completed",
    "npv": "NPV: of those not flagged, completed",
    "flag_rate": "Flagged",
}
OTHERWISE = {
    "unknown": "if the outcome of everybody who {} were unknown",
    "not_completed": "if everybody who {} had not done the work",
}


def figure_words(row: Any) -> str:
    """A figure with its interval, to three digits."""
    if np.isnan(row.value):
        return "–"
    return f"{row.value:.3f} ({row.low:.3f} to {row.high:.3f})".replace("-", "−")


def signed(row: Any) -> str:
    """A difference with its interval."""
    if np.isnan(row.value):
        return "–"
    return f"{row.value:+.3f} ({row.low:+.3f} to {row.high:+.3f})".replace("-", "−")


def in_a_hundred(row: Any) -> str:
    """A share with its interval, in a hundred with a decimal."""
    value, low, high = (f"{100 * one:.1f}".replace("-", "−") for one in (row.value, row.low, row.high))
    return f"{value} ({low} to {high})"


def percent(row: Any) -> str:
    """A share at the flag with its interval, in whole percent; '*' where withheld."""
    if row.note == WITHHELD:
        return STAR
    return "–" if np.isnan(row.value) else f"{row.value:.0%} ({row.low:.0%} to {row.high:.0%})"


def percent_shown(share: object) -> str:
    """A share that was decided to be shown or not, in whole percent or '*'."""
    return STAR if share == STAR else f"{float(str(share)):.0%}"


def share_words(share: object) -> str:
    """The same in a sentence."""
    return f"a share that is withheld ({STAR})" if share == STAR else percent_shown(share)


def were(number: int) -> str:
    """1 was, 2 were."""
    return f"{number} {'was' if number == 1 else 'were'}"


def otherwise(found: Evaluation) -> str:
    """How those who did not come again would be counted the other way."""
    return OTHERWISE[OTHER_WAY[found.count_dropout_as]].format(found.meaning.reason(LEFT))


def counted(number: float) -> str:
    """A count of points or patients by the one rule that holds for everything here: '*' under 5, else rounded to 5."""
    return count_words(number, RULES["nhs"])


def over_which(found: Evaluation) -> str:
    """Which services the model itself was measured in."""
    return "services that it learnt from" if found.footing.learnt_here else "services of these records"


def rate(labels: NDArray[np.float64]) -> str:
    """The share not completed among known outcomes; '*' where few are of one kind."""
    known = labels[~np.isnan(labels)]
    return percent_shown(share_shown(int(known.sum()), len(known), RULES["nhs"])) if len(known) else "–"

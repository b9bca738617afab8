"""The mechanism: the chance that the work agreed at a contact is done before the next."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipelines.synthetic.assumptions import DOING
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.chance import chance_of


def probability_done(causes: Mapping[str, Array], unexplained: Array) -> Array:
    """Probability of doing the work, from causes in standard deviations and what nothing recorded explains.

    `causes` has one column for each entry of `assumptions.DOING` but `always`.
    """
    logit = DOING["always"] + unexplained
    for cause, effect in DOING.items():
        if cause != "always":
            logit = logit + effect * causes[cause]
    return chance_of(logit)


def understood(literacy: Array, other_language: Array, *, adapted: Array) -> Array:
    """Literacy as it tells: less where the work came in a language that is not the patient's. Assumption."""
    return np.asarray(literacy - 0.4 * (other_language & ~adapted))

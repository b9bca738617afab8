"""What the decision curve says, in a sentence."""

from __future__ import annotations

import numpy as np

from models.withheld import RULES
from pipelines.evaluating.evaluated import Evaluation
from pipelines.evaluating.plots import rows_of
from pipelines.evaluating.words import in_a_hundred

ELSEWHERE = "The curve's bands hold at one risk at a time: nothing is claimed for acting at another."


def worth(found: Evaluation) -> str:
    """Whether the flag beats flagging everybody and flagging nobody, beyond chance, at its cut-off.

    There alone: of the many thresholds of the curve some would clear their pointwise intervals by chance. The gain is
    rounded before it is judged, so that nothing is claimed by an interval that is printed from 0.0 on.
    """
    gain = next(row for row in rows_of(found.flags) if row.measure == "net_benefit_gain")
    if np.isnan(gain.value):
        return (
            "At the flag's cut-off, too few patients (fewer than "
            f"{RULES['nhs'].ranked}) were flagged or not flagged with one outcome or the other to tell whether acting "
            f"on the model beats both acting on everybody and acting on nobody. {ELSEWHERE}"
        )
    better = "beats both acting on everybody and acting on nobody, beyond chance"
    no_better = "is not shown to beat both acting on everybody and acting on nobody"
    return (
        f"At the flag's cut-off, acting on the model {better if gain.low > 0 else no_better}: it is worth "
        f"{in_a_hundred(gain)} more rightly flagged, none more wrongly, in every 100 {found.meaning.point.pieces} "
        f"(95% interval). {ELSEWHERE}"
    )

"""What the decision curve says, in a sentence."""

from __future__ import annotations

from pipelines.evaluating.evaluated import Evaluation
from pipelines.evaluating.plots import rows_of
from pipelines.evaluating.words import in_a_hundred


def worth(found: Evaluation) -> str:
    """Whether the flag beats flagging everybody and flagging nobody, beyond chance, at its cut-off.

    There alone: of the many thresholds of the curve some would clear their pointwise intervals by chance.
    """
    gain = next(row for row in rows_of(found.flags) if row.measure == "net_benefit_gain")
    better = "beats both acting on everybody and acting on nobody, beyond chance"
    no_better = "is not shown to beat both acting on everybody and acting on nobody"
    return (
        f"At the flag's cut-off, acting on the model {better if gain.low > 0 else no_better}: it is worth "
        f"{in_a_hundred(gain)} more rightly flagged, none more wrongly, in every 100 {found.meaning.pieces} "
        f"(95% interval). The curve's bands hold at one risk at a time: nothing is claimed for acting at another."
    )

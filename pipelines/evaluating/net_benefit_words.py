"""What the decision curve says, in a sentence."""

from __future__ import annotations

from models.net_benefit import useful_range
from pipelines.evaluating.evaluated import BOOSTED, Evaluation


def worth(found: Evaluation) -> str:
    """Where acting on the model's risks beats acting on everybody or on nobody, beyond chance, and at the cut-off."""
    inside = useful_range(found.benefit, BOOSTED)
    if inside is None:
        return (
            "At no risk at which one might act is flagging by the model better than flagging everybody or nobody by "
            "more than chance allows."
        )
    at_cut = found.flags.set_index("measure").to_dict("index")["net_benefit_gain"]
    value, low, high = (f"{100 * at_cut[name]:.1f}".replace("-", "−") for name in ("value", "low", "high"))
    return (
        f"Acting on the model beats both acting on everybody and acting on nobody, beyond chance at each risk by "
        f"itself, for whoever would act at a risk between {inside[0]:.2f} and {inside[1]:.2f}. At the flag's cut-off "
        f"it is worth {value} ({low} to {high}) more rightly flagged, none more wrongly, in every 100 "
        f"{found.meaning.pieces}."
    )

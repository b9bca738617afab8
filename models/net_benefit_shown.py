"""The decision curve as it may be published: neither its thresholds nor its digits give a small count back."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models import resampling
from models.evaluation import HeldOut, with_interval
from models.net_benefit import EVERYBODY, NOBODY, THRESHOLDS, net_benefit
from models.risk_histogram import edges_shown
from models.withheld import Rule

ENDS, GAINS = ["value", "low", "high"], ["gain", "gain_low", "gain_high"]


def net_benefit_shown(held_out: HeldOut, rule: Rule, *, cut_off: float) -> pd.DataFrame:
    """What `net_benefit` gives, as it may be published. `cut_off`: the flag's, of the model that is evaluated.

    A model has rows at the inner `edges_shown` of its risks only: between two of them, and between one and the
    cut-off, lie as many patients of either outcome as the rule lets be shown. Figures are rounded to a decimal of 100,
    as at the flag, and from even odds on to as much more as the odds are: a wrong flag is told no finer at high
    thresholds than at low ones. Flagging everybody is worked out from the share not completed to that decimal, and a
    gain is the difference of what is shown: over all thresholds together they tell nothing else of that share.
    """
    whole = net_benefit(held_out, fewest=rule.ranked)
    shown = whole[_may_stand(whole, held_out, rule, cut_off)].reset_index(drop=True)
    odds = (shown["threshold"] / (1 - shown["threshold"])).to_numpy()[:, None]
    digits = rule.digits + 1
    step = 10.0**-digits * np.maximum(1, odds)
    all_flagged = (shown["policy"] == EVERYBODY).to_numpy()
    everybody = _share_not_completed(held_out, digits) * (1 + odds) - odds
    values = np.where(all_flagged[:, None], everybody, shown[ENDS].to_numpy(dtype=np.float64))
    shown[ENDS] = np.round(values / step) * step + 0.0
    best = shown[all_flagged].set_index("threshold")["value"].clip(lower=0)
    gain = (shown["value"] - shown["threshold"].map(best)).where(shown["gain"].notna())
    ends = np.minimum(shown["gain_low"], gain), np.maximum(shown["gain_high"], gain)
    shown[GAINS] = np.round(np.column_stack([gain, *ends]) / step) * step + 0.0
    return shown


def _may_stand(whole: pd.DataFrame, held_out: HeldOut, rule: Rule, cut_off: float) -> NDArray[np.bool_]:
    """Which rows tell of enough patients."""
    edges = {
        name: edges_shown(
            held_out.outcome,
            risk,
            held_out.patients,
            rule,
            beside=cut_off if name == held_out.model else None,
        )
        for name, risk in held_out.risks.items()
    }
    # Where few patients have one of the outcomes there is no edge, and flagging everybody would tell how many have.
    edges[EVERYBODY] = THRESHOLDS if len(edges[held_out.model]) else THRESHOLDS[:0]
    edges[NOBODY] = THRESHOLDS
    rows = zip(whole["threshold"], whole["policy"], strict=True)
    return np.array([threshold in edges[policy] for threshold, policy in rows], dtype=bool)


def _share_not_completed(held_out: HeldOut, digits: int) -> NDArray[np.float64]:
    """The share of points whose work was not completed, with its interval."""
    shares = held_out.draws.over(lambda weights: resampling.mean(held_out.outcome, weights))
    return np.round(with_interval(shares), digits)

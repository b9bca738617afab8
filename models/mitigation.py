"""What could be done about a gap: ways to learn or to flag otherwise, each shown with what it costs everyone.

None is chosen here. Ways that must know the group when a patient is scored say so; cut-offs of a group's own
are made only where they are asked for.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logit

from models.calibration import Platt, platt
from models.clustered import NEAREST_TO_CERTAIN, Codes
from models.constrained import constrained
from models.intervals import Floats
from models.resampling import calibration_intercept
from models.risk_model import RiskModel
from models.variants import Advance, Learning, SetAside, Variant, variant

LEAST_OF_EACH = 20  # events and non-events with which a group is recalibrated, or constrained, by itself
LEAST_FOR_A_SLOPE = (
    100  # with fewer, a slope of its own follows chance (Steyerberg et al. 2004, Stat Med 23:2567)
)
CAPACITIES = (0.1, 0.3)


def remedies(
    learning: Learning,
    model: RiskModel,
    held_out_group: Codes,
    *,
    group_cut_offs: bool = False,
    advance: Advance = str,
) -> list[Variant]:
    """Each way on the held-out rows. held_out_group: codes of the held-out rows, as in `learning.group`.

    group_cut_offs: also cut-offs that differ by group, which use the group at the point of decision.
    """
    # First, because it refuses settings that are not the model's own.
    aside, risk = learning.set_aside(model), learning.held_out(model)
    found = [_reweighed(learning)]
    advance(found[-1].name)
    found.append(constrained(learning, model, least=LEAST_OF_EACH))
    advance(found[-1].name)
    found.append(_recalibrated(aside, risk, held_out_group, share=learning.share))
    found += [_at_capacity(aside, risk, share) for share in CAPACITIES]
    if group_cut_offs:
        found += _own_cut_offs(aside, risk, held_out_group, share=learning.share)
    advance("cut-offs")
    return found


def reweighing(group: Codes, outcome: Floats) -> Floats:
    """Weights under which outcome and group are independent: P(group) P(outcome) / P(both), per row.

    Source: Kamiran & Calders 2012 (Knowl Inf Syst 33:1). outcome: 0 or 1.
    """
    groups = int(group.max(initial=0)) + 1
    cell = group * 2 + outcome.astype(np.int64)
    both = np.bincount(cell, minlength=2 * groups) / len(group)
    of_group, of_outcome = np.bincount(group, minlength=groups) / len(group), outcome.mean()
    alone = of_group[group] * np.where(outcome == 1, of_outcome, 1 - of_outcome)
    return np.asarray(alone / both[cell], dtype=float)


def _reweighed(learning: Learning) -> Variant:
    weights, train = np.ones(len(learning.outcome)), learning.split.train
    weights[train] = reweighing(learning.group[train], learning.outcome[train])
    says = (
        "Learnt again with training rows weighted so that group and outcome are independent (Kamiran & Calders "
        "2012). The group is needed in training only."
    )
    return variant(learning, learning.refitted(weights=weights), name="reweighing", says=says)


def _recalibrated(aside: SetAside, risk: Floats, held_out_group: Codes, *, share: float) -> Variant:
    """Each group's own calibration; one cut-off for everyone, at the model's share flagged."""
    new_aside, new_held_out = aside.risk.copy(), risk.copy()
    for code in np.unique(aside.group):
        own = aside.group == code
        events = float(aside.outcome[own].sum())
        if min(events, own.sum() - events) >= LEAST_OF_EACH:
            fitted = recalibrated(aside.risk[own], aside.outcome[own])
            new_aside[own] = fitted.risk(_log_odds(aside.risk[own]))
            there = held_out_group == code
            new_held_out[there] = fitted.risk(_log_odds(risk[there]))
    cut_off = np.quantile(new_aside, 1 - share)
    says = (
        "The model as it is, its risks calibrated anew within each group that has enough data (of level alone "
        f"under {LEAST_FOR_A_SLOPE} outcomes of either kind); one cut-off for everyone. Uses the group at the point "
        "of decision."
    )
    return Variant("recalibration within group", says, new_held_out, new_held_out >= cut_off, True)


def recalibrated(risk: Floats, outcome: Floats) -> Platt:
    """The calibration of a group's risks: of level and spread, or of level alone where cases are few."""
    events = float(outcome.sum())
    if min(events, len(outcome) - events) >= LEAST_FOR_A_SLOPE:
        return platt(_log_odds(risk), outcome)
    level = calibration_intercept(outcome, risk, np.ones((1, len(risk))))
    return Platt(1.0, float(level[0]))


def _at_capacity(aside: SetAside, risk: Floats, share: float) -> Variant:
    cut_off = np.quantile(aside.risk, 1 - share)
    says = f"The model as it is, with one cut-off for everyone that flags about {100 * share:g}% of all."
    return Variant(f"one cut-off, {100 * share:g}% flagged", says, risk, risk >= cut_off)


def _own_cut_offs(aside: SetAside, risk: Floats, held_out_group: Codes, *, share: float) -> list[Variant]:
    """As many flags in all as now: the same share of each group, or the same sensitivity in each."""
    codes = max(int(aside.group.max()), int(held_out_group.max())) + 1
    common = float(np.quantile(aside.risk, 1 - share))
    given = aside.group, share, codes, common
    ways = {
        "same share flagged in each group": own_cut_offs(aside.risk, *given),
        "same sensitivity in each group": equal_sensitivity(aside.risk, aside.outcome, *given),
    }
    says = "The model as it is, with a cut-off per group: {}, as many flags in all as now. Uses the group at the "
    says += "point of decision: two patients with the same risk may be treated differently."
    return [
        Variant(name, says.format(name), risk, risk >= cut_offs[held_out_group], True)
        for name, cut_offs in ways.items()
    ]


def own_cut_offs(risk: Floats, group: Codes, share: float, groups: int, common: float) -> Floats:
    """The cut-off of each group that flags `share` of it; `common` where it has too few rows."""
    cut_offs = np.full(groups, common)
    for code in range(groups):
        own = risk[group == code]
        if len(own) >= LEAST_OF_EACH:
            cut_offs[code] = np.quantile(own, 1 - share)
    return cut_offs


def equal_sensitivity(
    risk: Floats, outcome: Floats, group: Codes, share: float, groups: int, common: float
) -> Floats:
    """Cut-offs by which each group has the same sensitivity while `share` of all are flagged.

    `common` where a group has too few events. The sensitivity is found to one part in a thousand.
    """
    best, distance = np.full(groups, common), np.inf
    enough = np.bincount(group, weights=outcome, minlength=groups) >= LEAST_OF_EACH
    for sensitivity in np.linspace(0.001, 1, 1000):
        cut_offs = np.full(groups, common)
        for code in np.flatnonzero(enough):
            cut_offs[code] = np.quantile(risk[(group == code) & (outcome == 1)], 1 - sensitivity)
        flagged = float((risk >= cut_offs[group]).mean())
        if abs(flagged - share) < distance:
            best, distance = cut_offs, abs(flagged - share)
    return best


def _log_odds(risk: Floats) -> Floats:
    return np.asarray(logit(np.clip(risk, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)), dtype=float)

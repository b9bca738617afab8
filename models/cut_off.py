"""The one service-wide cut-off: the risk from which a point is flagged, and how it was chosen.

It is chosen on training-side points, each with the calibrated risk by trees that never saw its patient
(`models.never_seen`). The held-out test is never looked at, so what the evaluation reports at the cut-off is not
flattered by the choice. A share and a capacity need the risks alone; the check by net benefit needs its
outcomes too, by which the calibration was fitted: the evaluation's own curve is the one to believe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Way = Literal["share", "capacity", "net benefit", "fixed"]
EVERYBODY = 0.0
SLICE = "on points judged by trees that never saw their patients"


@dataclass(frozen=True)
class CutOffSettings:
    """How the cut-off is chosen when a model is trained.

    way: "share": the `share` of points of highest risk is flagged. "capacity": on average `flags_a_week` per
    practitioner and week in which the practitioner agrees work. "net benefit": one missed is `worth` so many
    needless conversations. "fixed": from the risk `fixed` on.
    """

    way: Way = "share"
    share: float = 0.2
    flags_a_week: float = 2.0
    worth: float = 2.0
    fixed: float = 0.5

    def __post_init__(self) -> None:
        if not (0 < self.share < 1 and 0 < self.fixed < 1):
            raise ValueError("share and fixed must lie between 0 and 1")
        if not (self.flags_a_week > 0 and self.worth > 0):
            raise ValueError("flags_a_week and worth must be above 0")


@dataclass(frozen=True)
class CutOff:
    """`value`: a point of at least this risk (0 to 1) is flagged. `says`: how it was chosen, one sentence."""

    value: float
    says: str


@dataclass(frozen=True)
class Aside:
    """Points that the trees never saw: their calibrated risks and their outcomes (0 or 1)."""

    risk: Numbers
    outcome: Numbers


Choose = Callable[[Aside], CutOff]


def chosen_by(settings: CutOffSettings, *, points_a_week: float) -> Choose:
    """The way that the settings ask for.

    `points_a_week`: points per practitioner and week before the cut, whatever became of them, on average over
    the weeks in which the practitioner had any.
    """
    return {
        "share": by_share(settings.share),
        "capacity": by_capacity(settings.flags_a_week, points_a_week),
        "net benefit": by_net_benefit(settings.worth),
        "fixed": by_fixed(settings.fixed),
    }[settings.way]


def by_share(share: float) -> Choose:
    """The cut-off that flags this share (0 to 1) of points."""

    def choose(aside: Aside) -> CutOff:
        value = _flagging(aside.risk, share)
        return CutOff(value, f"the highest {share:.0%}, {SLICE}{_tied(aside.risk, value, share)}")

    return choose


def by_capacity(flags_a_week: float, points_a_week: float) -> Choose:
    """The cut-off that gives a practitioner so many flags a week on average.

    The points hold a sample of patients, whose work was reviewed: the share to flag is what the capacity is of
    all points a practitioner agrees in a week, and they say from which risk on that share lies.
    """
    wanted = f"{flags_a_week:g} flags per practitioner and week on average"
    share = flags_a_week / points_a_week

    def choose(aside: Aside) -> CutOff:
        of_all = f"of the {points_a_week:.1f} points a week before the cut"
        if not share < 1:
            return CutOff(EVERYBODY, f"everybody: there is room for {wanted}, {of_all}")
        value = _flagging(aside.risk, share)
        tied = _tied(aside.risk, value, share)
        return CutOff(value, f"{wanted}, which is the highest {share:.0%} {of_all}, {SLICE}{tied}")

    return choose


def by_net_benefit(worth: float) -> Choose:
    """The cut-off at which one missed is worth so many needless conversations: 1 / (1 + worth).

    At a threshold t one needless flag costs t / (1 - t) of a right one (Vickers & Elkin 2006). Whether flagging by
    the model then beats flagging everybody and nobody is checked and said.
    """
    value = 1 / (1 + worth)

    def choose(aside: Aside) -> CutOff:
        flags = (aside.risk >= value, aside.risk >= EVERYBODY)
        model, everybody = (net_benefit(flag, aside.outcome, value) for flag in flags)
        better = model > max(everybody, 0.0)
        checked = "better than flagging everybody or nobody"
        said = checked if better else f"not {checked}: think again about the trade-off"
        figures = f"net benefit {model:.3f} against {everybody:.3f} for everybody, {SLICE}"
        return CutOff(value, f"one missed is worth {worth:g} needless conversations; {said} ({figures})")

    return choose


def by_fixed(value: float) -> Choose:
    """A cut-off that was decided beforehand."""
    return lambda _aside: CutOff(value, "fixed beforehand")


def net_benefit(flag: NDArray[np.bool_], outcome: Numbers, threshold: float) -> float:
    """The share rightly flagged minus the share wrongly flagged times the threshold's odds."""
    odds = threshold / (1 - threshold)
    return float(np.mean(flag * (outcome - (1 - outcome) * odds)))


def _flagging(risk: Numbers, share: float) -> float:
    """The cut-off that flags nearest to the share.

    Many points may have one risk, such as a step of an isotonic calibration: they are flagged together or not at all.
    """
    value = float(np.quantile(risk, 1 - share))
    above = risk[risk > value]
    tries = [value, float(above.min())] if len(above) else [value]
    return min(tries, key=lambda one: abs(float((risk >= one).mean()) - share))


def _tied(risk: Numbers, value: float, share: float) -> str:
    """What is flagged instead, where points of one risk keep it from the share by more than 1 in 100."""
    flagged = float((risk >= value).mean())
    if abs(flagged - share) <= max(0.01, 1 / len(risk)):
        return ""
    return f" ({flagged:.0%} of them, because many have one risk)"

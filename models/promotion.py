"""Whether a version may become champion: what it must have shown on held-out points, and what it showed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.audit_gate import Gate
from models.withheld import RULES

SLOPE, INTERCEPT, ICI = "test_calibration_slope", "test_calibration_intercept", "test_ici"
GAIN, KNOWN_SHARE, DRAWS = "gain_over_logistic_regression", "known_share", "draws"
NHS = RULES["nhs"]
# An evaluation keeps the share in whole percent downwards, and never that fewer outcomes than may be shown are unknown.
MOST_KNOWN = round(1 - 10**-NHS.digits, NHS.digits)


@dataclass(frozen=True)
class PromotionSettings:
    """What a version must show to become champion; fix it before looking at the figures.

    Of every figure with an interval the whole interval must lie within its bounds: what is too uncertain to
    tell does not hold. slope_from, slope_to: calibration slope. intercept: calibration in the large in
    log-odds, either way. ici: mean distance between risk and share observed. gain: AUROC beyond logistic
    regression's. draws: of patients, that the intervals come from at least; with fewer, one seed's interval may lie
    within and another's not. known_share: share of held-out points whose outcome is known (it has no interval), at most
    0.99: a higher share is never told.
    audit_by: the columns in each of which the audit must have compared groups.
    The defaults are this project's own: no published threshold.
    """

    slope_from: float = 0.75
    slope_to: float = 1.33
    intercept: float = 0.25
    ici: float = 0.05
    gain: float = 0.0
    draws: int = 1_000
    known_share: float = 0.5
    audit_by: tuple[str, ...] = ("ethnic_group",)

    def __post_init__(self) -> None:
        if not 0 < self.slope_from < 1 < self.slope_to:
            raise ValueError("slope_from must be between 0 and 1, slope_to above 1: 1 is a perfect slope")
        if not (self.intercept > 0 and 0 < self.ici < 1 and -1 < self.gain < 1):
            raise ValueError("intercept must be above 0, ici between 0 and 1, gain between -1 and 1")
        if not 0 <= self.known_share <= 1:
            raise ValueError("known_share must be between 0 and 1")
        if self.known_share > MOST_KNOWN:
            raise ValueError(
                f"known_share must be at most {MOST_KNOWN:g}, it is {self.known_share:g} and could never hold: by the "
                f"rule for small numbers no evaluation says that fewer than {NHS.smallest} outcomes are unknown, so it "
                f"never tells a higher share than {MOST_KNOWN:.0%}; set it to {MOST_KNOWN:g} or less"
            )


@dataclass(frozen=True)
class Finding:
    """One gate: whether it holds, and why in a sentence that may be published."""

    gate: str
    holds: bool
    reason: str


@dataclass(frozen=True)
class Bound:
    """A gate on one measured figure."""

    gate: str
    figure: str
    low: float = -math.inf
    high: float = math.inf

    @property
    def words(self) -> str:
        """The bounds as a reader says them."""
        if math.isinf(self.low):
            return f"at most {self.high:g}"
        return f"above {self.low:g}" if math.isinf(self.high) else f"{self.low:g} to {self.high:g}"

    def allows(self, low: float, high: float) -> bool:
        """Whether an interval lies within the bounds; what must lie above a bound may not touch it."""
        return (self.low < low) if math.isinf(self.high) else (self.low <= low and high <= self.high)


def bounds(settings: PromotionSettings) -> tuple[Bound, ...]:
    """The gates on figures with an interval."""
    return (
        Bound("calibration slope", SLOPE, settings.slope_from, settings.slope_to),
        Bound("calibration intercept", INTERCEPT, -settings.intercept, settings.intercept),
        Bound("calibration error (ICI)", ICI, high=settings.ici),
        Bound("gain in AUROC over logistic regression", GAIN, low=settings.gain),
    )


def measured(
    figures: Mapping[str, float], settings: PromotionSettings, *, remedy: str
) -> tuple[Finding, ...]:
    """The gates on what an evaluation measured. `figures`: by name, an interval's ends as NAME_low and NAME_high.

    `remedy` says how to measure what is missing.
    """
    return (
        *(_within(one, figures, remedy) for one in bounds(settings)),
        _drawn(figures, settings, remedy),
        _known(figures, settings, remedy),
    )


def _within(bound: Bound, figures: Mapping[str, float], remedy: str) -> Finding:
    names = (bound.figure, f"{bound.figure}_low", f"{bound.figure}_high")
    if not all(name in figures for name in names):
        return Finding(bound.gate, False, f"was not measured; {remedy}")
    value, low, high = (figures[name] for name in names)
    said = f"{value:.3f} ({low:.3f} to {high:.3f}) where the whole interval must be {bound.words}"
    return Finding(bound.gate, bound.allows(low, high), said)


def _drawn(figures: Mapping[str, float], settings: PromotionSettings, remedy: str) -> Finding:
    gate = "draws behind the intervals"
    if DRAWS not in figures:
        return Finding(gate, False, f"was not measured; {remedy}")
    drawn = round(figures[DRAWS])
    said = f"{drawn:,} draws of patients where at least {settings.draws:,} must be"
    return Finding(gate, drawn >= settings.draws, said)


def _known(figures: Mapping[str, float], settings: PromotionSettings, remedy: str) -> Finding:
    gate = "outcomes known"
    if KNOWN_SHARE not in figures:
        return Finding(gate, False, f"was not measured; {remedy}")
    share = figures[KNOWN_SHARE]
    least = settings.known_share
    said = f"at least {share:.0%} of the held-out points where {least:.0%} must be"
    return Finding(gate, share >= least, said)


def audited(gate: Gate, audit_by: Sequence[str]) -> Finding:
    """The gate of an audit, whose reasons are its own; it must have compared groups in each column of `audit_by`."""
    missed = [by for by in audit_by if by in gate.not_compared]
    if gate.allows and missed:
        said = (
            f"no two groups by {' and by '.join(missed)} had enough data to be compared in any main measure"
        )
        return Finding("audit", False, f"{said}; audit more predictions, or coarser groups. {gate.scope}")
    if gate.allows:
        said = "no difference was found that stands in the way; that is no proof of equality"
        return Finding("audit", True, f"{said}. {gate.scope}".rstrip())
    return Finding("audit", False, " ".join(gate.reasons))

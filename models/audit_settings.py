"""What an audit decides by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from models.measures import Measure


@dataclass(frozen=True)
class AuditSettings:
    """What an audit decides by; fix it before looking at the results.

    level: of every interval and test. margin: the largest difference between groups that would not matter,
    for shares, AUROC and Brier score (0.1 = 10 percentage points); margin_ratio: the same for observed to
    expected (1.25 = a quarter more or less); margin_slope: for the calibration slope; margin_benefit: for net
    benefit (0.02 = two outcomes found in 100 predictions). minimum_cases: a group
    with fewer of the cases that a measure rests on (events for sensitivity, events and non-events for
    ranking and calibration) gets 'not enough data' and no figure. minimum_clusters: the same for patients
    (or whatever the clusters are). capacity: the share of predictions that there is room to flag; none leaves
    the cut-off by capacity out. threshold: the risk at which a flag is worth it, for net benefit (0.5: a
    false flag costs as much as an outcome found brings). disclosure: 'nhs' publishes by the official rule,
    'none' is for data that are public anyway.
    """

    level: float = 0.95
    margin: float = 0.10
    margin_ratio: float = 1.25
    margin_slope: float = 0.30
    margin_benefit: float = 0.02
    minimum_cases: int = 20
    minimum_clusters: int = 20
    capacity: float | None = None
    threshold: float = 0.5
    disclosure: Literal["nhs", "none"] = "nhs"

    def __post_init__(self) -> None:
        if not 0.5 <= self.level < 1:
            raise ValueError("level must be between 0.5 and 1")
        if not (0 < self.margin < 1 and self.margin_ratio > 1 and self.margin_slope > 0):
            raise ValueError("margin must be between 0 and 1, margin_ratio above 1, margin_slope above 0")
        if not (0 < self.margin_benefit < 1 and 0 < self.threshold < 1):
            raise ValueError("margin_benefit and threshold must be between 0 and 1")
        if self.capacity is not None and not 0 < self.capacity < 1:
            raise ValueError("capacity must be between 0 and 1: the share of predictions that can be flagged")
        if self.minimum_cases < 2 or self.minimum_clusters < 2:
            raise ValueError("minimum_cases and minimum_clusters must be 2 or more")

    @property
    def odds(self) -> float:
        """What a false flag costs beside an outcome found."""
        return self.threshold / (1 - self.threshold)

    def margin_of(self, measure: Measure) -> float:
        """The margin on the scale on which the measure is compared (logarithms for a ratio)."""
        if measure.kind == "ratio":
            return math.log(self.margin_ratio)
        return self._margins.get(measure.base, self.margin)

    def margin_words(self, measure: Measure) -> str:
        """The margin as a reader says it."""
        if measure.kind == "ratio":
            return f"a factor of {self.margin_ratio:g}"
        if measure.percent:
            return f"{100 * self.margin:g} percentage points"
        return f"{self._margins.get(measure.base, self.margin):g}"

    @property
    def _margins(self) -> dict[str, float]:
        return {"slope": self.margin_slope, "net_benefit": self.margin_benefit}

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
    expected (1.25 = a quarter more or less); margin_slope: for the calibration slope. minimum_cases: a group
    with fewer of the cases that a measure rests on (events for sensitivity, events and non-events for
    ranking and calibration) gets 'not enough data' and no figure. minimum_clusters: the same for patients
    (or whatever the clusters are). disclosure: 'nhs' publishes by the official rule,
    'none' is for data that are public anyway.
    """

    level: float = 0.95
    margin: float = 0.10
    margin_ratio: float = 1.25
    margin_slope: float = 0.30
    minimum_cases: int = 20
    minimum_clusters: int = 20
    disclosure: Literal["nhs", "none"] = "nhs"

    def __post_init__(self) -> None:
        if not 0.5 <= self.level < 1:
            raise ValueError("level must be between 0.5 and 1")
        if not (0 < self.margin < 1 and self.margin_ratio > 1 and self.margin_slope > 0):
            raise ValueError("margin must be between 0 and 1, margin_ratio above 1, margin_slope above 0")
        if self.minimum_cases < 2 or self.minimum_clusters < 2:
            raise ValueError("minimum_cases and minimum_clusters must be 2 or more")

    def margin_of(self, measure: Measure) -> float:
        """The margin on the scale on which the measure is compared (logarithms for a ratio)."""
        if measure.kind == "ratio":
            return math.log(self.margin_ratio)
        return self.margin_slope if measure.name == "slope" else self.margin

    def margin_words(self, measure: Measure) -> str:
        """The margin as a reader says it."""
        if measure.kind == "ratio":
            return f"a factor of {self.margin_ratio:g}"
        if measure.percent:
            return f"{100 * self.margin:g} percentage points"
        return f"{self.margin_slope if measure.name == 'slope' else self.margin:g}"

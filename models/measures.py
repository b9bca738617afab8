"""What an audit measures in each group: one catalogue of measures, each with its meaning in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.audit_rows import Bools, Rows
from models.clustered import Estimates, auroc, ratio

Kind = Literal["share", "area", "ratio", "number"]


@dataclass(frozen=True)
class Measure:
    """One measure.

    name: as in the files. title: as on the page. kind: share (0..1, counted), area (0..1, ranked), ratio
    (compared by division) or number. needs: the counts that must reach the minimum in a group. family:
    'main' measures make the verdict; 'beside' ones stand beside it;
    a 'mirror' is 1 minus another, `mirrors`, and shares its test. says: what it means.
    """

    name: str
    title: str
    kind: Kind
    needs: tuple[str, ...]
    family: Literal["main", "beside", "mirror"]
    says: str
    needs_flag: bool = False
    mirrors: str = ""

    @property
    def percent(self) -> bool:
        """Whether it is read in percent."""
        return self.kind == "share" or self.name == "mean_risk"


_SHARE = ("known",)
_BOTH = ("events", "others")
MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            "sensitivity",
            "Sensitivity",
            "share",
            ("events",),
            "main",
            "Of those whose outcome happened, the share that was flagged beforehand.",
            needs_flag=True,
        ),
        Measure(
            "false_positive_rate",
            "False-positive rate",
            "share",
            ("others",),
            "main",
            "Of those whose outcome did not happen, the share that was flagged all the same.",
            needs_flag=True,
        ),
        Measure(
            "ppv",
            "Positive predictive value",
            "share",
            ("flagged_known",),
            "main",
            "Of those flagged, the share whose outcome happened.",
            needs_flag=True,
        ),
        Measure(
            "auroc",
            "AUROC (ranking)",
            "area",
            _BOTH,
            "main",
            "How often someone whose outcome happened had a higher risk than someone of the same group whose "
            "outcome did not happen: 0.5 is a coin, 1 is perfect.",
        ),
        Measure(
            "observed_to_expected",
            "Observed to expected",
            "ratio",
            _BOTH,
            "main",
            "Outcomes that happened for each one the risks expected: above 1 the risks are too low for the "
            "group, below 1 too high.",
        ),
        Measure(
            "known_share",
            "Share with a known outcome",
            "share",
            ("rows",),
            "beside",
            "How often the outcome was recorded at all. Where it differs between groups, every other figure "
            "may compare different things.",
        ),
        Measure(
            "base_rate",
            "Base rate",
            "share",
            _SHARE,
            "beside",
            "The share whose outcome happened, where known.",
        ),
        Measure(
            "mean_risk",
            "Mean risk",
            "area",
            _SHARE,
            "beside",
            "The mean of the risks of those whose outcome is known: what the risks expected.",
        ),
        Measure(
            "flag_rate",
            "Flag rate",
            "share",
            ("rows",),
            "beside",
            "The share that was flagged.",
            needs_flag=True,
        ),
        Measure(
            "specificity",
            "Specificity",
            "share",
            ("others",),
            "mirror",
            "Of those whose outcome did not happen, the share that was not flagged (100% minus the "
            "false-positive rate).",
            needs_flag=True,
            mirrors="false_positive_rate",
        ),
        Measure(
            "false_negative_rate",
            "False-negative rate",
            "share",
            ("events",),
            "mirror",
            "Of those whose outcome happened, the share that was not flagged (100% minus sensitivity).",
            needs_flag=True,
            mirrors="sensitivity",
        ),
        Measure(
            "npv",
            "Negative predictive value",
            "share",
            ("unflagged_known",),
            "beside",
            "Of those not flagged, the share whose outcome did not happen.",
            needs_flag=True,
        ),
        Measure(
            "missed",
            "Missed per 100",
            "share",
            _SHARE,
            "beside",
            "Of every 100 with a known outcome, for how many it happened without a flag.",
            needs_flag=True,
        ),
        Measure(
            "brier",
            "Brier score",
            "number",
            _BOTH,
            "beside",
            "The mean squared distance between risk and outcome: 0 is perfect. It also depends on how common "
            "the outcome is.",
        ),
        Measure(
            "slope",
            "Calibration slope",
            "number",
            _BOTH,
            "beside",
            "1 where risks are as spread out as the outcomes warrant; below 1 they are too extreme, above 1 "
            "too timid.",
        ),
    )
}


def estimate(measure: Measure, rows: Rows) -> Estimates:
    """The measure in each group, on the measure's own scale."""
    if measure.name == "auroc":
        return auroc(rows.risk, rows.event, rows.known, rows.grouping)
    if measure.name == "slope":
        return rows.recalibrated.slope
    top, bottom = parts(measure.name, rows)
    return ratio(top.astype(float), bottom.astype(float), rows.grouping)


def parts(name: str, rows: Rows) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """What is added up above and below the line of a measure that is a sum over a sum, per row."""
    known, event = rows.known, rows.event
    if name == "known_share":
        return known, np.ones_like(known)
    if name == "base_rate":
        return event, known
    if name == "mean_risk":
        return rows.risk * known, known
    if name == "observed_to_expected":
        return event, rows.risk * known
    if name == "brier":
        return (rows.risk - event) ** 2 * known, known
    if rows.flag is None:
        raise ValueError(f"measure '{name}' needs flags")
    return _flag_parts(name, rows.flag, known, event)


def _flag_parts(name: str, flag: Bools, known: Bools, event: Bools) -> tuple[Bools, Bools]:
    other = known & ~event
    return {
        "flag_rate": (flag, np.ones_like(flag)),
        "sensitivity": (flag & event, event),
        "false_negative_rate": (~flag & event, event),
        "false_positive_rate": (flag & other, other),
        "specificity": (~flag & other, other),
        "ppv": (flag & event, flag & known),
        "npv": (~flag & other, ~flag & known),
        "missed": (~flag & event, known),
    }[name]

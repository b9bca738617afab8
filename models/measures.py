"""What an audit measures in each group: one catalogue of measures, each with its meaning in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from models.audit_rows import CAPACITY, Rows

Kind = Literal["share", "area", "ratio", "number"]
Family = Literal["main", "beside", "capacity", "second", "mirror", "described"]
Uses = Literal["", "flag", "capacity", "second"]


@dataclass(frozen=True)
class Measure:
    """One measure.

    name: as in the files. title: as on the page. kind: share (0..1, counted), area (0..1, ranked), ratio
    (compared by division) or number. needs: the counts that must reach the minimum in a group; for a ratio it is
    enough that as many were expected. family:
    'main' measures make the verdict; 'beside' ones, those at 'capacity' and those of a 'second' outcome
    stand beside it, p-values adjusted within each family; a 'mirror' is 1 minus another, `mirrors`, and
    shares its test; a 'described' one is never compared. says: what it means. uses: what it takes beyond
    risk and outcome.
    """

    name: str
    title: str
    kind: Kind
    needs: tuple[str, ...]
    family: Family
    says: str
    uses: Uses = ""
    mirrors: str = ""

    @property
    def needs_flag(self) -> bool:
        """Whether it is about the flags of the table."""
        return self.uses == "flag"

    @property
    def percent(self) -> bool:
        """Whether it is read in percent."""
        return self.kind == "share" or self.name == "mean_risk"

    @property
    def base(self) -> str:
        """The name without what says that it is taken at the capacity cut-off."""
        return self.name.removeprefix(CAPACITY)


def available(measure: Measure, rows: Rows) -> bool:
    """Whether the rows hold what the measure takes."""
    held = {"": True, "flag": rows.flag, "capacity": rows.capacity, "second": rows.second}[measure.uses]
    return held is not None


_KNOWN, _ALL, _BOTH = ("known",), ("rows",), ("events", "others")
_OF_RISKS = (
    Measure("auroc", "AUROC (ranking)", "area", _BOTH, "main",
            "How often someone whose outcome happened had a higher risk than someone of the same group whose "
            "outcome did not happen: 0.5 is a coin, 1 is perfect."),
    Measure("observed_to_expected", "Observed to expected", "ratio", _BOTH, "main",
            "Outcomes that happened for each one the risks expected: above 1 the risks are too low for the "
            "group, below 1 too high."),
    Measure("known_share", "Share with a known outcome", "share", _ALL, "beside",
            "How often the outcome was recorded at all. Where it differs between groups, every other figure "
            "may compare different things."),
    Measure("base_rate", "Base rate", "share", _KNOWN, "beside",
            "The share whose outcome happened, where known."),
    Measure("mean_risk", "Mean risk", "area", _KNOWN, "beside",
            "The mean of the risks of those whose outcome is known: what the risks expected."),
    Measure("brier", "Brier score", "number", _BOTH, "beside",
            "The mean squared distance between risk and outcome: 0 is perfect. It also depends on how common "
            "the outcome is."),
    Measure("slope", "Calibration slope", "number", _BOTH, "beside",
            "1 where risks are as spread out as the outcomes warrant; below 1 they are too extreme, above 1 "
            "too timid."),
    Measure("ici", "Calibration error (ICI)", "number", _BOTH, "described",
            "The mean distance between the risk and what it has meant, by a flexible curve: 0 is perfect. Chance "
            "alone makes it larger in a small group, so groups are not compared by it."),
)  # fmt: skip
_OF_FLAGS = (
    Measure("sensitivity", "Sensitivity", "share", ("events",), "main",
            "Of those whose outcome happened, the share that was flagged beforehand.", "flag"),
    Measure("false_positive_rate", "False-positive rate", "share", ("others",), "main",
            "Of those whose outcome did not happen, the share that was flagged all the same.", "flag"),
    Measure("ppv", "Positive predictive value", "share", ("flagged_known",), "main",
            "Of those flagged, the share whose outcome happened.", "flag"),
    Measure("flag_rate", "Flag rate", "share", _ALL, "beside", "The share that was flagged.", "flag"),
    Measure("specificity", "Specificity", "share", ("others",), "mirror",
            "Of those whose outcome did not happen, the share that was not flagged (100% minus the "
            "false-positive rate).", "flag", "false_positive_rate"),
    Measure("false_negative_rate", "False-negative rate", "share", ("events",), "mirror",
            "Of those whose outcome happened, the share that was not flagged (100% minus sensitivity).",
            "flag", "sensitivity"),
    Measure("npv", "Negative predictive value", "share", ("unflagged_known",), "beside",
            "Of those not flagged, the share whose outcome did not happen.", "flag"),
    Measure("missed", "Missed per 100", "share", _KNOWN, "beside",
            "Of every 100 with a known outcome, for how many it happened without a flag.", "flag"),
    Measure("net_benefit", "Net benefit", "number", _BOTH, "beside",
            "Outcomes found by flags, less false flags at their cost, for each prediction: 0 is no better than "
            "flagging nobody. It also depends on how common the outcome is.", "flag"),
)  # fmt: skip
_OF_SECOND = (
    Measure("second_known_share", "Share with a second outcome", "share", _KNOWN, "second",
            "Of those with a known outcome, how often the second one is known too.", "second"),
    Measure("second_rate", "Second outcome", "share", ("second_known",), "second",
            "The share whose second outcome happened, where both are known.", "second"),
    Measure("second_if_happened", "Second outcome where the first happened", "share", ("second_events",),
            "second", "Where the first outcome was recorded as happened, how often the second did. Where this "
            "differs between groups, the same record may not mean the same.", "second"),
    Measure("second_if_not", "Second outcome where the first did not happen", "share", ("second_others",),
            "second", "Where the first outcome was recorded as not happened, how often the second did.",
            "second"),
    Measure("second_auroc", "Ranking by the second outcome", "area", ("second_yes", "second_no"), "second",
            "How often someone whose second outcome happened had a higher risk than someone of the same group "
            "for whom it did not: near 0.5 the risk says nothing about it, below 0.5 it goes the other way.",
            "second"),
)  # fmt: skip


def _at_capacity(measure: Measure) -> Measure:
    """The same measure of the flags that one cut-off for everybody would give."""
    return replace(
        measure,
        name=CAPACITY + measure.name,
        title=f"{measure.title} at capacity",
        family="mirror" if measure.mirrors else "capacity",
        needs=tuple(CAPACITY + name if "flagged" in name else name for name in measure.needs),
        uses="capacity",
        mirrors=measure.mirrors and CAPACITY + measure.mirrors,
    )


MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (*_OF_FLAGS[:3], *_OF_RISKS, *_OF_FLAGS[3:], *map(_at_capacity, _OF_FLAGS), *_OF_SECOND)
}

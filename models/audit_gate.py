"""Whether an audit stands in the way of putting a model to use, with the reasons in words that may be published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.audit_settings import AuditSettings
from models.comparison import FOUND, NOT_ENOUGH
from models.disclosure import Published
from models.measures import MEASURES, Measure


@dataclass(frozen=True)
class Gate:
    """allows: whether the audit lets the model pass. reasons: why not. cautions: what whoever decides must
    know all the same. scope: which groups were compared, and whether data were enough for any verdict."""

    allows: bool
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]
    scope: str = ""


def gate(published: Published, settings: AuditSettings) -> Gate:
    """What the audit says to a promotion, from what is published of it.

    A model is held back where a difference was found in a main measure and is not shown to lie within the
    margin for every group, and where no two groups could be compared at all. Not enough data does not hold
    it back, because waiting for data about a small group would hold back every model for ever; it is a
    caution, and never read as equality.
    """
    verdicts = published.verdicts
    main = verdicts[verdicts["family"] == "main"]
    reasons = [*_not_compared(main), *_differences(published, main, settings, within=False)]
    cautions = [*_differences(published, main, settings, within=True), *_too_little(main)]
    cautions += _recording(verdicts)
    return Gate(not reasons, tuple(reasons), tuple(cautions), " ".join(_scope(main)))


def _scope(main: pd.DataFrame) -> Iterator[str]:
    """Whoever reads that no difference was found must know between whom it could have been."""
    for by, own in main.groupby("by", sort=False):
        compared = list(dict.fromkeys(group for groups in own["compared"] for group in groups))
        left_out = [g for g in dict.fromkeys(g for few in own["too_few"] for g in few) if g not in compared]
        yield f"By {by}, compared in some main measure: {', '.join(compared) or 'nobody'}."
        if left_out:
            yield f"Compared in none: {', '.join(left_out)}."
    if (main["verdict"] == NOT_ENOUGH).all():
        yield "In no main measure were the data enough to rule a difference out."


def _not_compared(main: pd.DataFrame) -> Iterator[str]:
    if not main["compared"].map(len).gt(1).any():
        yield (
            "No two groups had enough data to be compared in any main measure: the audit says nothing about "
            "the model. Audit more predictions, or coarser groups."
        )


def _differences(
    published: Published, main: pd.DataFrame, settings: AuditSettings, *, within: bool
) -> Iterator[str]:
    """The differences found, those within the margin or the others."""
    for row in main[main["verdict"] == FOUND].to_dict("records"):
        measure = MEASURES[row["measure"]]
        beyond = _beyond(published, row["by"], measure, settings)
        margin = settings.margin_words(measure)
        named = f" It may reach beyond it in: {', '.join(beyond)}." if beyond else ""
        if within and not beyond:
            yield f"By {row['by']}, a difference in {measure.title} was found that lies within {margin}."
        if beyond and not within:
            yield f"By {row['by']}, a difference in {measure.title} was found; the margin is {margin}.{named}"


def _beyond(published: Published, by: str, measure: Measure, settings: AuditSettings) -> list[str]:
    """The groups whose gap is not shown to lie within the margin: found to differ there, or withheld."""
    figures = published.figures[published.figures["by"] == by]
    gaps = figures[(figures["measure"] == f"{measure.name} gap") & (figures["note"] == FOUND)]
    low, high = (gaps[end].to_numpy(dtype=float) for end in ("low", "high"))
    margin = settings.margin_of(measure)
    if measure.kind == "ratio":
        low, high = np.log(low), np.log(high)
    beyond = [
        str(group) for group, out in zip(gaps["group"], (low < -margin) | (high > margin), strict=True) if out
    ]
    withheld = bool((figures.loc[figures["measure"] == measure.name, "value"] == "*").any())
    if withheld or not len(gaps):  # found over all groups together, but in none that can be shown
        beyond.append("groups not named here")
    return beyond


def _too_little(main: pd.DataFrame) -> Iterator[str]:
    few = main[main["verdict"] == NOT_ENOUGH]
    for by, own in few.groupby("by", sort=False):
        titles = ", ".join(MEASURES[name].title for name in own["measure"])
        yield f"By {by}, there is not enough data on {titles}: that is no sign of equality."


def _recording(verdicts: pd.DataFrame) -> list[str]:
    found = verdicts[(verdicts["measure"] == "known_share") & (verdicts["verdict"] == FOUND)]
    return [
        f"By {by}, outcomes are recorded more often in some groups than in others: every other figure may "
        "compare different things."
        for by in found["by"]
    ]

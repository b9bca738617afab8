"""Whether an audit stands in the way of putting a model to use, with the reasons in words that may be published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.audit_settings import AuditSettings
from models.comparison import FOUND, NOT_ENOUGH
from models.disclosure import Published
from models.earlier import STAR
from models.fairness import GroupAudit, MeasureAudit
from models.groups import EVERYONE
from models.measures import MEASURES


@dataclass(frozen=True)
class Gate:
    """allows: whether the audit lets the model pass. reasons: why not. cautions: what whoever decides must
    know all the same. scope: which groups were compared, and whether data were enough for any verdict.
    not_compared: the columns in which no two groups could be compared in any main measure."""

    allows: bool
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]
    scope: str
    not_compared: tuple[str, ...]


def gate(audits: Sequence[GroupAudit], published: Published, settings: AuditSettings) -> Gate:
    """What the audit says to a promotion, in words that may be published.

    `audits` are judged as they are, not as they were rounded: how much is disclosed decides nothing. `published`,
    of the same audits, says which groups may be named.

    A model is held back where a difference was found in a main measure and is not shown to lie within the
    margin for every group compared, and where no two groups could be compared at all. Not enough data does not hold
    it back, because waiting for data about a small group would hold back every model for ever; it is a
    caution, and never read as equality.
    """
    verdicts = published.verdicts
    main = verdicts[verdicts["family"] == "main"]
    judged = {(one.by, name): each for one in audits for name, each in one.measures.items()}
    reach = _Reach(judged, published.figures, settings)
    not_compared = tuple(_not_compared(main))
    reasons = [_NOTHING] if set(not_compared) == set(main["by"]) else []
    reasons += _differences(reach, main, within=False)
    cautions = [*_differences(reach, main, within=True), *_too_little(main), *_recording(verdicts)]
    return Gate(not reasons, tuple(reasons), tuple(cautions), " ".join(_scope(main)), not_compared)


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


_NOTHING = (
    "No two groups had enough data to be compared in any main measure: the audit says nothing about "
    "the model. Audit more predictions, or coarser groups."
)


def _not_compared(main: pd.DataFrame) -> Iterator[str]:
    for by, own in main.groupby("by", sort=False):
        if not own["compared"].map(len).gt(1).any():
            yield str(by)


@dataclass(frozen=True)
class _Reach:
    """How far the gaps reach. judged: by column and measure, unrounded. figures: those published."""

    judged: Mapping[tuple[str, str], MeasureAudit]
    figures: pd.DataFrame
    settings: AuditSettings

    def beyond(self, by: str, name: str) -> list[str]:
        """The groups compared whose gap is not shown to lie within the margin, those withheld without a name."""
        each = self.judged[by, name]
        gaps = each.figures.drop(EVERYONE).query("enough")
        low, high = (gaps[end].to_numpy(dtype=float) for end in ("gap_low", "gap_high"))
        margin = self.settings.margin_of(each.measure)
        if each.measure.kind == "ratio":
            low, high = np.log(low), np.log(high)
        within = (low > -margin) & (high < margin)
        far = [str(group) for group in gaps.index[~within]]
        hidden = self._withheld(by, name)
        unnamed = ["groups not named here"] if hidden & set(far) else []
        return [group for group in far if group not in hidden] + unnamed

    def _withheld(self, by: str, name: str) -> set[str]:
        own = self.figures[(self.figures["by"] == by) & (self.figures["measure"] == name)]
        return set(own.loc[own["value"] == STAR, "group"].astype(str))


def _differences(reach: _Reach, main: pd.DataFrame, *, within: bool) -> Iterator[str]:
    """The differences found, those within the margin or the others."""
    for row in main[main["verdict"] == FOUND].to_dict("records"):
        measure = MEASURES[row["measure"]]
        beyond = reach.beyond(row["by"], measure.name)
        margin = reach.settings.margin_words(measure)
        if within and not beyond:
            yield f"By {row['by']}, a difference in {measure.title} was found that lies within {margin}."
        if beyond and not within:
            named = f" It may reach beyond it in: {', '.join(beyond)}."
            yield f"By {row['by']}, a difference in {measure.title} was found; the margin is {margin}.{named}"


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

"""The one gate: whatever an audit publishes goes through `publish`, by the official disclosure rule.

Counts under 5 become '*', others are rounded to the nearest 5. Shares are computed on unrounded numbers and
given as whole percent; one is withheld, with its interval, where its numerator or what is left of its
denominator is under 5: a whole percent beside a rounded count gives small numerators back. Where one of the
four cells of flag and outcome is small, so that the shares of its outcome are withheld, the predictive values
and the number flagged go too: with the shares of the other outcome they would give it back. Ranking,
Brier score, calibration and curves are withheld where events or non-events are under 10. What must be hidden
with them is found in `models.suppression`. Small is judged on rows and on clusters (patients), whichever is
smaller. Why a figure is withheld, for itself or as a cover for another, is never said: that would help to
work it out.

Rounding alone already blurs every difference of two published counts to at least four values; hiding the
second cell comes on top.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.comparison import NOT_ENOUGH, p_shown
from models.earlier import STAR, Earlier
from models.exact_cover import Cell
from models.fairness import GroupAudit, MeasureAudit
from models.groups import EVERYONE
from models.labels import LabelAudit
from models.published_labels import label_rows
from models.withheld import (
    RESTS_ON,
    RULES,
    WITHHELD,
    Rule,
    cell_of,
    count_words,
    hidden_columns,
    number,
)

NEEDED_STEP, NEEDED_AT_MOST = 50, 100_000

SHOWN_COUNTS = ("rows", "clusters", "known", "events", "flagged")


@dataclass(frozen=True)
class Published:
    """What may leave the building; pages, plots and files are made of this and nothing else.

    figures: by, group, measure, value, low, high, note. counts: by, group and a column per count, as text.
    verdicts: by, measure, verdict, p, p_adjusted, compared, too_few. curves: by, group, risk, observed, low,
    high. columns: the group columns in the order asked.
    """

    figures: pd.DataFrame
    counts: pd.DataFrame
    verdicts: pd.DataFrame
    curves: pd.DataFrame
    columns: tuple[str, ...]
    rule: Rule


def publish(
    audits: Sequence[GroupAudit],
    *,
    labels: Sequence[LabelAudit] = (),
    disclosure: str = "nhs",
    earlier: Sequence[Earlier] = (),
    only: Sequence[str] | None = None,
) -> Published:
    """Everything of the audits of one table that may be published.

    All columns go through together, and with what was published `earlier`. labels: of the same columns.
    only: the columns to publish, where others are there for what was published earlier.
    """
    rule = RULES[disclosure]
    hidden = hidden_columns(audits, rule, earlier)
    audits = [one for one in audits if only is None or one.by in only]
    figures = [
        row for one in audits for row in (*_count_rows(one, hidden, rule), *_figure_rows(one, hidden, rule))
    ]
    named = {one.by for one in audits}
    figures += [row for one in labels if one.by in named for row in label_rows(one, hidden, rule)]
    counts = [row for one in audits for row in _counts(one, hidden, rule)]
    verdicts = [
        _verdict_row(one.by, each)
        for one in audits
        for each in one.measures.values()
        if each.measure.family != "described"
    ]
    curves = [_curve(one, hidden, rule) for one in audits]
    return Published(
        pd.DataFrame(
            figures, columns=["by", "group", "measure", "value", "low", "high", "note"], dtype=object
        ),
        pd.DataFrame(counts),
        pd.DataFrame(verdicts),
        pd.concat(curves, ignore_index=True),
        tuple(one.by for one in audits),
        rule,
    )


def _count_rows(
    one: GroupAudit, hidden: Mapping[str, frozenset[Cell]], rule: Rule
) -> Iterator[tuple[Any, ...]]:
    for shown in _counts(one, hidden, rule):
        for name in SHOWN_COUNTS:
            if name in shown:
                value = shown[name]
                note = WITHHELD if value == STAR else ""
                yield one.by, shown["group"], name, value.replace(",", ""), "", "", note


def _counts(one: GroupAudit, hidden: Mapping[str, frozenset[Cell]], rule: Rule) -> Iterator[dict[str, str]]:
    for group in one.counts.index:
        row = one.counts.loc[group].to_dict() | {"clusters": one.cluster_counts.loc[group, "rows"]}
        cell = cell_of(one.by, group)
        shown = {"by": one.by, "group": group}
        for name in SHOWN_COUNTS:
            if name in row:
                gone = cell in hidden["rows" if name == "clusters" else name]
                shown[name] = STAR if gone else count_words(float(row[name]), rule)
        yield shown


def _figure_rows(
    one: GroupAudit, hidden: Mapping[str, frozenset[Cell]], rule: Rule
) -> Iterator[tuple[Any, ...]]:
    for name, measured in one.measures.items():
        columns = RESTS_ON.get(name, ("ranked",))
        for group, figure in measured.figures.iterrows():
            gone = any(cell_of(one.by, str(group)) in hidden[column] for column in columns)
            for row in _figure(name, figure, rule, gone=gone, everyone=group == EVERYONE):
                yield one.by, group, *row


def _figure(
    name: str, figure: pd.Series[Any], rule: Rule, *, gone: bool, everyone: bool
) -> Iterator[tuple[Any, ...]]:
    """The figure, its gap, its pooled form and the cases needed; only the first where nothing is shown."""
    if gone:
        yield name, STAR, "", "", WITHHELD
        return
    if not figure["enough"]:
        yield name, "", "", "", NOT_ENOUGH
        return
    yield name, *(number(figure[part], rule) for part in ("value", "low", "high")), ""
    if everyone or np.isnan(figure["gap"]):
        return
    gaps = (number(figure[part], rule) for part in ("gap", "gap_low", "gap_high"))
    yield f"{name} gap", *gaps, figure["verdict"]
    if not np.isnan(figure["pooled"]):
        yield f"{name} pooled", number(figure["pooled"], rule), "", "", ""
    if figure["verdict"] == NOT_ENOUGH:
        yield f"{name} cases needed", _needed(figure["needed"]), "", "", ""


def _needed(cases: float) -> str:
    """Cases rounded up to the next 50; where hardly any number would do, that."""
    if not cases <= NEEDED_AT_MOST:
        return f"over {NEEDED_AT_MOST}"
    return str(int(np.ceil(cases / NEEDED_STEP) * NEEDED_STEP))


def _verdict_row(by: str, one: MeasureAudit) -> dict[str, Any]:
    groups = one.figures.drop(EVERYONE)
    return {
        "by": by,
        "measure": one.measure.name,
        "family": one.measure.family,
        "verdict": one.verdict,
        "p": p_shown(one.p, one.verdict),
        "p_adjusted": p_shown(one.p_adjusted, one.verdict),
        "compared": tuple(groups.index[groups["enough"]]),
        "too_few": tuple(groups.index[~groups["enough"]]),
    }


def _curve(one: GroupAudit, hidden: Mapping[str, frozenset[Cell]], rule: Rule) -> pd.DataFrame:
    shown = [group for group in one.counts.index if cell_of(one.by, group) not in hidden["ranked"]]
    curves = one.curves[one.curves["group"].isin(shown)].round(rule.digits)
    named: pd.DataFrame = curves.assign(by=one.by)[["by", "group", "risk", "observed", "low", "high"]]
    return named

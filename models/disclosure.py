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

from models.comparison import NOT_ENOUGH
from models.fairness import GroupAudit, MeasureAudit
from models.groups import EVERYONE
from models.suppression import ALL, Cell, hidden_cells, sums

STAR = "*"
WITHHELD = "withheld: small numbers"
NEEDED_STEP, NEEDED_AT_MOST = 50, 100_000

# A column of cells: the amounts that must not be small, and the columns whose hidden cells it inherits.
COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rows": (("rows",), ()),
    "known": (("known",), ("rows",)),
    "answered": (("known", "unknown"), ("known",)),
    "events": (("events", "others"), ("known",)),
    "happened": (("flagged_events", "missed_events"), ("events",)),
    "did_not": (("flagged_others", "passed_others"), ("events",)),
    "flagged": (("flagged", "unflagged"), ("rows",)),
}
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "known_share": ("answered",),
    "base_rate": ("events",),
    "mean_risk": ("known",),
    "flag_rate": ("flagged",),
    "sensitivity": ("happened",),
    "false_negative_rate": ("happened",),
    "missed": ("happened",),
    "false_positive_rate": ("did_not",),
    "specificity": ("did_not",),
    "ppv": ("happened", "did_not"),
    "npv": ("happened", "did_not"),
}
SHOWN_COUNTS = ("rows", "clusters", "known", "events", "flagged")


@dataclass(frozen=True)
class Rule:
    """smallest: counts below it are hidden. base: counts are rounded to it. ranked: the fewest events and
    non-events for figures that are no shares. digits: decimals of shares (2 = whole percent) and others."""

    smallest: int = 5
    base: int = 5
    ranked: int = 10
    digits: int = 2


RULES: Mapping[str, Rule] = {"nhs": Rule(), "none": Rule(smallest=0, base=1, ranked=0, digits=6)}


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


def publish(audits: Sequence[GroupAudit], *, disclosure: str = "nhs") -> Published:
    """Everything of the audits of one table that may be published. All columns go through together."""
    rule = RULES[disclosure]
    hidden = hidden_columns(audits, rule)
    figures = [
        row for one in audits for row in (*_count_rows(one, hidden, rule), *_figure_rows(one, hidden, rule))
    ]
    counts = [row for one in audits for row in _counts(one, hidden, rule)]
    verdicts = [_verdict_row(one.by, each) for one in audits for each in one.measures.values()]
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


def hidden_columns(audits: Sequence[GroupAudit], rule: Rule) -> dict[str, frozenset[Cell]]:
    """Which cells are hidden in each of COLUMNS, and in 'ranked' for figures that are no shares."""
    rows, clusters = (_cells(audits, which) for which in ("counts", "cluster_counts"))
    bonds = sums(audits)
    hidden: dict[str, frozenset[Cell]] = {}
    for column, (names, parents) in COLUMNS.items():
        if set(names) <= set(rows.columns):
            own, of_clusters = rows[list(names)], clusters[list(names)].add_suffix(" clusters")
            already = frozenset[Cell]().union(*(hidden[parent] for parent in parents))
            if column == "flagged":  # else it gives one back, with the other and the total
                already |= hidden["happened"] | hidden["did_not"]
            amounts = own.join(of_clusters)
            hidden[column] = hidden_cells(amounts, bonds, smallest=rule.smallest, already=already)
    few = (rows[["events", "others"]] < rule.ranked).any(axis=1)
    hidden["ranked"] = hidden["events"] | frozenset(rows.index[few])
    return hidden


def _cells(audits: Sequence[GroupAudit], which: str) -> pd.DataFrame:
    """The counts of every group of every column, and of everyone once."""
    tables = [(one.by, getattr(one, which)) for one in audits]
    parts = [table.drop(EVERYONE).set_axis(_index(by, table.index[:-1])) for by, table in tables]
    everyone = tables[0][1].loc[[EVERYONE]].set_axis(_index("", [EVERYONE]))
    cells: pd.DataFrame = pd.concat([*parts, everyone])
    return cells


def _index(by: str, groups: Sequence[str] | pd.Index[str]) -> pd.Index[Any]:
    return pd.Index([(by, group) for group in groups], tupleize_cols=False)


def cell_of(by: str, group: str) -> Cell:
    """The cell of a group; everyone is the same cell in every column."""
    return ALL if group == EVERYONE else (by, group)


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


def count_words(count: float, rule: Rule) -> str:
    """A count as it is published: '*' where small, else rounded."""
    return STAR if count < rule.smallest else f"{rule.base * round(count / rule.base):,}"


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
    yield name, *(_number(figure[part], rule) for part in ("value", "low", "high")), ""
    if everyone or np.isnan(figure["gap"]):
        return
    gaps = (_number(figure[part], rule) for part in ("gap", "gap_low", "gap_high"))
    yield f"{name} gap", *gaps, figure["verdict"]
    if not np.isnan(figure["pooled"]):
        yield f"{name} pooled", _number(figure["pooled"], rule), "", "", ""
    if figure["verdict"] == NOT_ENOUGH:
        yield f"{name} cases needed", _needed(figure["needed"]), "", "", ""


def _number(value: float, rule: Rule) -> float | str:
    """A figure to the digits of the rule; -0.0 is 0."""
    return "" if np.isnan(value) else round(float(value), rule.digits) + 0.0


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
        "p": _p(one.p),
        "p_adjusted": _p(one.p_adjusted),
        "compared": tuple(groups.index[groups["enough"]]),
        "too_few": tuple(groups.index[~groups["enough"]]),
    }


def _p(value: float) -> float | None:
    return None if np.isnan(value) else max(round(value, 3), 0.001)


def _curve(one: GroupAudit, hidden: Mapping[str, frozenset[Cell]], rule: Rule) -> pd.DataFrame:
    shown = [group for group in one.counts.index if cell_of(one.by, group) not in hidden["ranked"]]
    curves = one.curves[one.curves["group"].isin(shown)].round(rule.digits)
    named: pd.DataFrame = curves.assign(by=one.by)[["by", "group", "risk", "observed", "low", "high"]]
    return named

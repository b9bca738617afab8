"""The words of an audit: verdicts for a board, figures as they are read; no group is named as a cause."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from models.comparison import FOUND, NOT_ENOUGH
from models.disclosure import Published
from models.earlier import STAR
from models.measures import MEASURES, Measure
from models.withheld import WITHHELD

FEW = 3  # so many groups are named in the paragraph that a board reads first; the sections name all
NO_CAUSE = (
    "A difference says how well the records, the predictions and the service fit a group; it says nothing "
    "about the people in it, and it does not say why."
)


def column_words(by: str) -> str:
    """A column's name as a reader says it: EthnicCategory is ethnic category."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", by)
    return (apart.lower() if apart != by else by).replace("_", " ")


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "none"


def verdict_words(published: Published) -> str:
    """The paragraph that a board reads first: the verdict by every column, then what it does not mean."""
    verdicts = (column_verdict(published, by, named_at_most=FEW) for by in published.columns)
    return " ".join([*verdicts, NO_CAUSE])


def column_verdict(published: Published, by: str, *, named_at_most: int = 1_000) -> str:
    """The verdict on the groups of one column; groups with too few cases are counted where they are many."""
    verdicts = published.verdicts
    main = verdicts[(verdicts["by"] == by) & (verdicts["family"] == "main")]
    titles = {name: _in_sentence(MEASURES[name]) for name in main["measure"]}
    if not main["compared"].map(len).gt(1).any():
        return f"By {column_words(by)} there is not enough data to compare any two groups."
    parts = []
    for outcome in sorted(set(main["verdict"]), key=_gravest_first):
        those = [titles[name] for name in main.loc[main["verdict"] == outcome, "measure"]]
        parts.append(_clause(outcome, those))
    sentence = f"By {column_words(by)}, {'; '.join(parts)}."
    unjudged = sorted({group for groups in main["too_few"] for group in groups})
    if len(unjudged) > named_at_most:
        groups = published.counts.loc[published.counts["by"] == by, "group"]
        sentence += f" Too few cases for some or all of this in {len(unjudged)} of {len(groups) - 1} groups."
    elif unjudged:
        sentence += f" Too few cases for some or all of this: {listed(unjudged)}."
    return sentence


def _gravest_first(outcome: str) -> int:
    return 0 if outcome == FOUND else 2 if outcome == NOT_ENOUGH else 1


def _clause(outcome: str, titles: Sequence[str]) -> str:
    if outcome == FOUND:
        return f"a difference between groups was found in {listed(titles)}"
    if outcome == NOT_ENOUGH:
        return f"there is not enough data to say whether groups differ in {listed(titles)}"
    return f"{outcome} for {listed(titles)}"


def _in_sentence(measure: Measure) -> str:
    return measure.title if measure.title.startswith("AUROC") else measure.title.lower()


def shown(measure: Measure, value: object) -> str:
    """A published figure as it is read: 62% for a share, 0.74 for others, * and nothing as they are."""
    if value in ("", STAR) or pd.isna(value):  # type: ignore[call-overload]
        return str(value) if value == STAR else ""
    number = float(str(value))
    return f"{round(100 * number)}%" if measure.percent else f"{number:.2f}"


def shown_gap(measure: Measure, value: object) -> str:
    """A published gap: +5 (points of a percentage), x1.10 for a ratio, +0.03 for others."""
    if value == "":
        return ""
    number = float(str(value))
    if measure.kind == "ratio":
        return f"×{number:.2f}"
    signed = f"{round(100 * number):+d}" if measure.percent else f"{number:+.2f}"
    return signed[1:] if float(signed) == 0 else signed


def with_interval(measure: Measure, row: pd.Series, *, gap: bool = False) -> str:
    """62% (51% to 72%); '*' where withheld; the reason where there is nothing."""
    if row["note"] == NOT_ENOUGH and row["value"] == "":
        return NOT_ENOUGH
    if row["note"] == WITHHELD:
        return STAR
    say = shown_gap if gap else shown
    middle, low, high = (say(measure, row[part]) for part in ("value", "low", "high"))
    return f"{middle} ({low} to {high})" if low else middle


def p_words(p: float | None) -> str:
    """A p-value to three decimals."""
    if p is None or pd.isna(p):
        return ""
    return "0.001 or less" if p <= 0.001 else f"{p:.3f}"

"""Sections of the evaluation's page on its data: whose outcomes are known, and what was held out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.ascertainment import reasons_shown
from models.earlier import STAR
from models.never_seen import stands_apart
from models.splits import Split
from models.withheld import RULES
from pipelines.evaluating import study_plots as plots
from pipelines.evaluating.evaluated import Evaluation
from pipelines.evaluating.words import counted, percent_shown, rate, share_words
from pipelines.page import figure, fold, paragraph, table

FIXED = ("by", "group", "points", "known", "known_low", "known_high")


def outcomes_known(found: Evaluation) -> list[Any]:
    """How often outcomes are known, over time and for whom."""
    groups = found.ascertained.groups
    whole = groups.iloc[0]
    words = (
        f"Of all points whose horizon is over, the outcome is known for {share_words(whole['known'])}. Where that "
        f"differs between groups or over time, every figure on this page may compare different things. Counts under 5, "
        f"and what would give them back, are withheld (*); others are rounded to 5."
    )
    reasons = [name for name in groups.columns if name not in FIXED]
    shown = pd.DataFrame(
        {
            "group": groups["group"],
            "points": groups["points"],
            "known": [_known(row) for _, row in groups.iterrows()],
            **{found.meaning.reason(name): [percent_shown(one) for one in groups[name]] for name in reasons},
        }
    )
    parts = [
        paragraph(words),
        *_by_month(found),
        paragraph(_over_practitioners(found)),
    ]
    for by, title in (("service", "By service"), ("ethnic group", "By ethnic group")):
        inside = groups["by"].isin(["", by])
        parts.append(table(shown[inside], f"{title}: outcome known (95% interval), and why not"))
    return [*parts, fold("By month", table(shown[groups["by"].isin(["", "month"])], "By month"))]


def _by_month(found: Evaluation) -> list[Any]:
    """The share known over time; nothing where all of it is withheld, as where a log-in tells every outcome."""
    groups = found.ascertained.groups
    if (groups.loc[groups["by"] == "month", "known"] == STAR).all():
        return []
    return [
        figure(
            plots.known_by_month(found),
            alt="Share of outcomes known by month",
            caption="Share of outcomes known by month of the point, 95% interval. Dashed: held out from here.",
        )
    ]


def _known(row: pd.Series) -> str:
    if row["known"] == STAR:
        return STAR
    known, low, high = (percent_shown(row[name]) for name in ("known", "known_low", "known_high"))
    return f"{known} ({low} to {high})"


def _over_practitioners(found: Evaluation) -> str:
    spread = found.ascertained.practitioners
    if spread.empty:
        return (
            "Too few practitioners have enough points to say how far recording differs between practitioners."
        )
    at = dict(zip(spread["at"], spread["known"], strict=True))
    return (
        f"Of {found.ascertained.counted} practitioners with at least 20 points, one in ten has at most {at[0.1]:.0%} "
        f"of outcomes known, half at most {at[0.5]:.0%}, one in ten more than {at[0.9]:.0%}."
    )


def held_out(found: Evaluation) -> list[Any]:
    """Counts and dates of what was learnt from and what was held out."""
    reasons = reasons_shown(found.ascertainment, RULES["nhs"])
    reasons["share"] = reasons["share"].map(percent_shown)
    reasons["reason"] = reasons["reason"].map(found.meaning.reason)
    parts = [paragraph(_learnt_from(found))] if not found.footing.learnt_here else []
    return [
        *parts,
        paragraph(_dates(found)),
        figure(
            plots.timeline(found.footing.months, f"{found.cut.cut:%Y-%m}"),
            alt="Points of each month by what they served",
            caption="Points by month. Not used: outcome not known or not known in time, horizon not over, or the "
            "patient is on the other side. Counts under 5 are not drawn, others are rounded. Dashed: held out from "
            "here.",
        ),
        table(_counts(found), "Points by what they served; counts under 5 withheld (*), others rounded to 5"),
        *_judged(found),
        table(reasons, "Why the outcome of held-out points is known or not"),
    ]


def _dates(found: Evaluation) -> str:
    cut, footing = found.cut, found.footing
    who = "Learnt" if footing.learnt_here else "The simpler ways learnt"
    return (
        f"{who} from points of {footing.learnt_first:%d %B %Y} to {footing.learnt_last:%d %B %Y}, at least "
        f"{cut.horizon_days} days before {cut.cut:%d %B %Y}, so that their outcomes were known by then; measured on "
        f"points of {footing.first:%d %B %Y} to {footing.last:%d %B %Y}, at least {cut.horizon_days} days before the "
        f"records end, of {counted(footing.patients)} patients with a known outcome. {counted(cut.dropped)} earlier "
        f"points were left out of training because their patient is also held out."
    )


def _judged(found: Evaluation) -> list[Any]:
    """What the model's calibration and cut-off rest on."""
    judged = found.model.model.about.get("judged")
    return [paragraph(f"The model's calibration and its flag's cut-off were {judged}.")] if judged else []


def _learnt_from(found: Evaluation) -> str:
    learnt_to = pd.Timestamp(found.model.model.about["cut"])
    return (
        f"This model did not learn from these records as built here. It learnt from records up to "
        f"{learnt_to:%d %B %Y}; whom from is not known here. So it is measured only on patients without a point "
        f"before that day: {counted(found.cut.set_apart)} later points of others were left out. The simpler ways did "
        f"learn from these records."
    )


def _uses(cut: Split) -> tuple[str, str, str]:
    """What each slice of the training points was for."""
    if stands_apart(cut):
        return (
            "to learn the trees",
            "to stop early, then to learn the trees",
            "to calibrate and to set the flag's cut-off",
        )
    return (
        "to settle the trees and to learn them",
        "the same, and for the directions that they keep to",
        "to learn the trees, once they were settled",
    )


def _counts(found: Evaluation) -> pd.DataFrame:
    cut, labels = found.cut, found.labels
    known = labels[cut.test]
    slices = (cut.fit, cut.stop, cut.calibrate)
    learnt = [(use, len(rows), rate(labels[rows])) for use, rows in zip(_uses(cut), slices, strict=True)]
    if not found.footing.learnt_here:
        learnt = [("to learn the simpler ways", len(cut.train), rate(labels[cut.train]))]
    rows = [
        *learnt,
        ("held out, outcome known", int((~np.isnan(known)).sum()), rate(known)),
        ("held out, outcome unknown", int(np.isnan(known).sum()), "–"),
    ]
    counts = pd.DataFrame(rows, columns=["points", "number", "not completed"])
    return counts.assign(number=counts["number"].map(counted))

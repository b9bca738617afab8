"""More pictures of an evaluation: how firm risks are, other services, more patients, failing inputs, known outcomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from models.by_service import ByService
from models.rehearsal import EMPTY, MISSING, WITHOUT
from models.withheld import RULES, rounded
from pipelines.evaluating.evaluated import BOOSTED, LOGISTIC, Evaluation
from pipelines.evaluating.plots import DIGITS, rows_of
from pipelines.plots import BLUE, GREEN, GREY, INK, LINE, ORANGE, SOFT, house_style


def firmness(found: Evaluation) -> Figure:
    """Where refitted models put the risk, and how often they flag otherwise, by the model's risk."""
    bins, threshold = found.instability.by_risk.round(DIGITS), found.model.model.threshold
    with house_style():
        drawing = Figure(figsize=(7, 4.6), layout="constrained")
        axes, below = drawing.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        axes.plot([0, 1], [0, 1], color=SOFT, lw=1, ls=":")
        axes.fill_between(bins["risk"], bins["low"], bins["high"], color=BLUE, alpha=0.2, lw=0)
        for end in ("low", "high"):
            axes.plot(bins["risk"], bins[end], color=BLUE, lw=1.5)
        for axis in (axes, below):
            axis.axvline(threshold, color=INK, lw=1, ls="--")
        axes.set(ylabel="risk by models learnt from\nother draws of patients", xlim=(0, 1), ylim=(0, 1))
        below.bar(bins["risk"], 100 * bins["flips"], width=0.035, color=ORANGE, alpha=0.8)
        below.set(xlabel="the model's risk", ylabel="flagged\notherwise, %")
    return drawing


def forest(services: ByService, apart: ByService | None) -> Figure:
    """AUROC in each service and over all of them; with `apart`, by models learnt from the other services only, and
    what to expect in a new one."""
    own, mean = _areas(services.services), _areas(services.summary)
    others, new = (_areas(apart.services), _areas(apart.summary)) if apart else (own[:0], mean[:0])
    new = new.dropna(subset=["new_low"])
    places = [
        *(["expected in a new service"] * len(new)),
        *(["mean over services"] * len(mean)),
        *own["service"],
    ]
    with house_style():
        drawing = Figure(figsize=(7, 0.5 * len(places) + 0.9), layout="constrained")
        axes = drawing.subplots()
        for row in rows_of(new):
            axes.plot([row.new_low, row.new_high], [0, 0], color=GREY, lw=6, alpha=0.6)
        for row in rows_of(mean):
            _interval(axes, row, len(new), INK)
        for row in rows_of(own):
            _interval(axes, row, places.index(row.service) + 0.12, BLUE)
        for row in rows_of(others[others["service"].isin(own["service"])]):
            _interval(axes, row, places.index(row.service) - 0.18, ORANGE)
        axes.axvline(0.5, color=SOFT, lw=1, ls=":")
        axes.set_yticks(range(len(places)), places)
        axes.set(xlabel="AUROC, with 95% interval", ylim=(-0.6, len(places) - 0.4))
        axes.grid(axis="y", visible=False)
        low, high = axes.get_xlim()
        axes.set_xlim(max(0, low), min(1, high))
    return drawing


def _areas(figures: pd.DataFrame) -> pd.DataFrame:
    """The rows of AUROC that were measured."""
    return figures[figures["measure"] == "auroc"].dropna(subset=["value"]).round(DIGITS)


def _interval(axes: Axes, row: Any, place: float, colour: str) -> None:
    axes.plot([row.low, row.high], [place, place], color=colour, lw=2.5, solid_capstyle="round")
    axes.plot(row.value, place, "o", color=colour, ms=7)


def enough(found: Evaluation) -> Figure:
    """What each criterion of sample size asks for, against the patients and points there were."""
    asked = found.sample_size.dropna(subset=["needed"]).iloc[::-1]
    with house_style():
        drawing = Figure(figsize=(7, 2.2), layout="constrained")
        axes = drawing.subplots()
        patients, points = (rounded(asked[name].iloc[0], RULES["nhs"]) for name in ("patients", "points"))
        colours = {"yes": BLUE, "points only": GREY, "no": ORANGE}
        axes.barh(
            asked["criterion"], asked["needed"], color=[colours[one] for one in asked["enough"]], alpha=0.8
        )
        for number, words, height in ((patients, "patients", 0.5), (points, "points", 0.0)):
            axes.axvline(number, color=INK, lw=1.2, ls="--")
            place = (number, len(asked) - 0.4 + height)
            axes.annotate(
                f" {number:,} {words}", place, va="bottom", bbox={"fc": "white", "ec": "none", "pad": 0.5}
            )
        axes.set(xlabel="persons needed", xlim=(0, 1.25 * max(points, float(asked["needed"].max()))))
        axes.set_ylim(-0.6, len(asked) + 0.7)
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.set_yticks(range(len(asked)), [TITLES[name] for name in asked["criterion"]])
        axes.grid(axis="y", visible=False)
    return drawing


TITLES = {
    "shrinkage": "little shrinkage",
    "optimism": "little optimism in R²",
    "overall": "overall share known",
    "error": "small errors of risks",
}


def learning(table: pd.DataFrame) -> Figure:
    """AUROC on the held-out points by how many patients were learnt from."""
    areas = table[table["metric"] == "auroc"].round(DIGITS)
    with house_style():
        drawing = Figure(figsize=(7, 3.6), layout="constrained")
        axes = drawing.subplots()
        for model, colour in ((LOGISTIC, ORANGE), (BOOSTED, BLUE)):
            line = areas[areas["model"] == model]
            axes.fill_between(line["patients"], line["low"], line["high"], color=colour, alpha=0.12, lw=0)
            axes.plot(line["patients"], line["value"], "o-", color=colour, lw=2, label=model)
            axes.vlines(line["patients"], line["least"], line["most"], color=colour, lw=1)
        axes.set(xlabel="patients learnt from", ylabel="AUROC on held-out points", xlim=(0, None))
        axes.legend(loc="lower right")
    return drawing


def failing(table: pd.DataFrame, kind: str) -> Figure:
    """The change in AUROC as each input of a kind fails, in each way of failing."""
    own = table[(table["kind"] == kind) & (table["metric"] == "auroc")].round(DIGITS)
    worst = own.groupby("input")["change"].min().sort_values(ascending=False)
    tried = set(own["way"])
    ways = {way: colour for way, colour in COLOURS.items() if way in tried}
    with house_style():
        drawing = Figure(figsize=(7, 0.42 * len(worst) + 1.2), layout="constrained")
        axes = drawing.subplots()
        for number, (way, colour) in enumerate(ways.items()):
            part = own[own["way"] == way].set_index("input").reindex(worst.index)
            place = np.arange(len(worst)) + 0.22 * (1 - number)
            axes.hlines(place, part["change_low"], part["change_high"], color=colour, lw=2)
            axes.plot(part["change"], place, "o", color=colour, ms=5, label=WAYS[way])
        axes.axvline(0, color=INK, lw=1)
        axes.set_yticks(range(len(worst)), worst.index)
        axes.set_xlabel("change in AUROC, with 95% interval")
        axes.grid(axis="y", visible=False)
        drawing.legend(loc="outside upper center", ncols=3)
    return drawing


COLOURS = {MISSING: BLUE, EMPTY: ORANGE, WITHOUT: GREEN}
WAYS = {
    MISSING: "missing when asked",
    EMPTY: "arrives without rows",
    WITHOUT: "learnt without it",
}


def known_by_month(found: Evaluation) -> Figure:
    """The share of outcomes known in each month; what was withheld leaves a gap."""
    months = found.ascertained.groups.query("by == 'month'")
    shown = months[["known", "known_low", "known_high"]].apply(pd.to_numeric, errors="coerce") * 100
    place = np.arange(len(months))
    with house_style():
        drawing = Figure(figsize=(7, 2.6), layout="constrained")
        axes = drawing.subplots()
        axes.vlines(place, shown["known_low"], shown["known_high"], color=BLUE, lw=4, alpha=0.35)
        axes.plot(place, shown["known"], "o", color=BLUE, ms=5)
        cut = f"{found.cut.cut:%Y-%m}"
        if cut in set(months["group"]):
            axes.axvline(list(months["group"]).index(cut) - 0.5, color=INK, lw=1, ls="--")
        axes.set(ylabel="outcome known, %", ylim=(0, 100))
        step = max(1, len(months) // 8)
        axes.set_xticks(place[::step], list(months["group"])[::step])
    return drawing


def timeline(months: pd.DataFrame, cut: str) -> Figure:
    """How many points of each month served what: learning, held out, or neither."""
    kinds = (
        ("learnt from", BLUE),
        ("held out, outcome known", GREEN),
        ("held out, unknown", LINE),
        ("not used", GREY),
    )
    with house_style():
        drawing = Figure(figsize=(7, 2.6), layout="constrained")
        axes = drawing.subplots()
        place, below = np.arange(len(months)), np.zeros(len(months))
        for name, colour in kinds:
            axes.bar(place, months[name], bottom=below, color=colour, width=0.85, label=name)
            below += months[name].to_numpy(dtype=float)
        if cut in months.index:
            axes.axvline(list(months.index).index(cut) - 0.5, color=INK, lw=1, ls="--")
        step = max(1, len(months) // 8)
        axes.set_xticks(place[::step], list(months.index)[::step])
        axes.set_ylabel("points")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, fontsize=9)
    return drawing

"""The pictures of an evaluation: the model against simpler ways, its calibration, its flags, their worth.

A picture on a page is text in which every point stands to many digits: so it is drawn of rounded figures.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipelines.evaluating.evaluated import BOOSTED, LOGISTIC, Evaluation
from pipelines.plots import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SOFT, house_style

COLOURS = {
    BOOSTED: BLUE,
    LOGISTIC: ORANGE,
    "explainable boosting": PURPLE,
    "last BSW status": GREEN,
    "flag everybody": GREY,
}


DIGITS = 3  # as they are printed on the page


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame as named tuples."""
    return list(frame.itertuples(index=False))


def comparison(found: Evaluation) -> Figure:
    """AUROC of every model with its interval, the best at the top."""
    areas = found.performance[found.performance["metric"] == "auroc"].sort_values("value", kind="stable")
    areas = areas.dropna(subset=["value"]).round(DIGITS)  # missing where withheld
    with house_style():
        drawing = Figure(figsize=(7, 0.5 * len(areas) + 0.9), layout="constrained")
        axes = drawing.subplots()
        for place, row in enumerate(rows_of(areas)):
            colour = BLUE if row.model == BOOSTED else GREY
            axes.plot([row.low, row.high], [place, place], color=colour, lw=3, solid_capstyle="round")
            axes.plot(row.value, place, "o", color=colour, ms=8)
            axes.annotate(
                f"{row.value:.3f}", (row.high, place), xytext=(9, 0), textcoords="offset points", va="center"
            )
        axes.axvline(0.5, color=SOFT, lw=1, ls=":")
        axes.set_yticks(range(len(areas)), areas["model"])
        axes.set_xlabel("AUROC on held-out points, with 95% interval")
        axes.grid(axis="y", visible=False)
        axes.margins(x=0.14, y=0.18)
    return drawing


def separation(found: Evaluation) -> Figure:
    """The risks of work that was not completed above the line, of work that was completed below it."""
    bands = found.histogram
    sides = (("not completed", 1, ORANGE, 1), ("completed", 0, BLUE, -1)) if len(bands) else ()
    with house_style():
        drawing = Figure(figsize=(7, 2.6), layout="constrained")
        axes = drawing.subplots()
        for words, outcome, colour, way in sides:
            counts = bands[words.replace(" ", "_")]
            shares = _density(bands, counts) / counts.sum()
            _bars(axes, bands, way * shares, colour)
            middle = round(float(np.median(found.risks[found.outcome == outcome])), 2)
            axes.plot([middle, middle], [0, way * shares.max()], color=colour, lw=2)
            axes.annotate(
                f"{words}, median {middle:.2f}",
                (0.995, way * shares.max()),
                color=colour,
                ha="right",
                va="top" if way > 0 else "bottom",
            )
        axes.axhline(0, color=INK, lw=1)
        axes.axvline(found.model.model.threshold, color=INK, lw=1, ls="--")
        axes.set(xlabel="predicted risk", xlim=(0, 1), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="y", visible=False)
    return drawing


def _density(bands: pd.DataFrame, counts: pd.Series) -> pd.Series:
    """How dense points lie in each band: a wide one is no higher for being wide."""
    return counts / (bands["high"] - bands["low"])


def _bars(axes: Axes, bands: pd.DataFrame, heights: pd.Series, colour: str) -> None:
    axes.bar(bands["low"], heights, width=bands["high"] - bands["low"], align="edge", color=colour, alpha=0.6)


def calibration(found: Evaluation) -> Figure:
    """Predicted risk against the share not completed, over the risks' histogram."""
    curve = found.curve.round(DIGITS)
    with house_style():
        drawing = Figure(figsize=(5.6, 5.6), layout="constrained")
        axes, below = drawing.subplots(2, 1, sharex=True, height_ratios=[5, 1])
        axes.plot([0, 1], [0, 1], color=SOFT, lw=1, ls=":")
        axes.fill_between(curve["risk"], curve["low"], curve["high"], color=BLUE, alpha=0.15, lw=0)
        axes.plot(curve["risk"], curve["value"], color=BLUE, lw=2.2)
        axes.set(ylabel="share not completed", xlim=(0, 1), ylim=(0, 1))
        bands = found.histogram
        _bars(below, bands, _density(bands, bands["completed"] + bands["not_completed"]), BLUE)
        below.set(xlabel="predicted risk", ylabel="points", yticks=[])
        below.axvline(found.model.model.threshold, color=INK, lw=1, ls="--")
    return drawing


def of_a_hundred(counts: tuple[int, int, int, int]) -> Figure:
    """A hundred pieces of agreed work as squares: flagged or not, completed or not. `counts`: see `hundred`."""
    flagged = [ORANGE] * counts[0] + [BLUE] * counts[1]
    others = [ORANGE] * counts[2] + [BLUE] * counts[3]
    apart = -(-len(flagged) // 5) + 1
    with house_style():
        drawing = Figure(figsize=(7, 1.75), layout="constrained")
        axes = drawing.subplots()
        for first, colours, filled in ((0, flagged, True), (apart, others, False)):
            column, row = np.divmod(np.arange(len(colours)), 5)
            faces = colours if filled else "none"
            axes.scatter(first + column, -row, marker="s", s=150, facecolor=faces, edgecolor=colours, lw=1.6)
        axes.set(xlim=(-0.7, 22.7), ylim=(-4.7, 0.7), xticks=[], yticks=[])
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
    return drawing


def hundred(found: Evaluation) -> tuple[int, int, int, int] | None:
    """Of a hundred held-out points: flagged and not completed, flagged and completed, not flagged and not
    completed, not flagged and completed; None where one of them is withheld.

    As many are flagged as the share that is published says, then each side is divided as it was.
    """
    shown = found.flags.set_index("measure")["value"]
    if shown[["flag_rate", "ppv", "npv"]].isna().any():
        return None
    flag, event = found.risks >= found.model.model.threshold, found.outcome == 1
    flagged = round(100 * float(shown["flag_rate"]))
    right, missed = (
        round(many * float(event[side].mean())) for many, side in ((flagged, flag), (100 - flagged, ~flag))
    )
    return right, flagged - right, missed, 100 - flagged - missed


def net_benefit(found: Evaluation) -> Figure:
    """Net benefit by threshold of every way of flagging; below, the model's gain over the best way without one."""
    shown = found.benefit[found.benefit["policy"].isin(COLOURS)]
    own = shown[shown["policy"] == BOOSTED]
    with house_style():
        drawing = Figure(figsize=(7, 5.4), layout="constrained")
        axes, below = drawing.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        axes.fill_between(own["threshold"], own["low"], own["high"], color=BLUE, alpha=0.12, lw=0)
        for policy in (name for name in reversed(COLOURS) if name in set(shown["policy"])):
            line = shown[shown["policy"] == policy]
            axes.plot(line["threshold"], line["value"], color=COLOURS[policy], lw=2, label=policy)
        axes.axhline(0, color=INK, lw=1, ls=":", label="flag nobody")
        _frame(axes, shown, found.model.model.threshold)
        axes.set(xlabel="")
        axes.legend()
        below.fill_between(own["threshold"], own["gain_low"], own["gain_high"], color=BLUE, alpha=0.15, lw=0)
        below.plot(own["threshold"], own["gain"], color=BLUE, lw=2)
        below.axhline(0, color=INK, lw=1)
        below.axvline(found.model.model.threshold, color=INK, lw=1, ls="--")
        below.set(xlabel="risk at which one would act", ylabel="gain over the better of\nall and nobody")
        inside = own[own["threshold"].between(*axes.get_xlim())]
        if len(inside):  # a model that gives everybody one risk has no curve
            low, high = float(inside["gain_low"].min()), float(inside["gain_high"].max())
            below.set_ylim(max(low, -high) - 0.002, high * 1.1 + 0.002)
    return drawing


def _frame(axes: Axes, shown: pd.DataFrame, threshold: float) -> None:
    """Limits that hold what matters: the flag's cut-off, not how far below 0 flagging everybody falls."""
    top = float(shown["value"].max()) if len(shown) else 0.0
    useful = shown.loc[shown["value"] > 0.002, "threshold"]
    right = min(0.95, float(useful.max()) + 0.1) if len(useful) else 0.95
    right = max(right, min(1, threshold + 0.02))
    axes.axvline(threshold, color=INK, lw=1, ls="--")
    axes.set(xlabel="risk at which one would act", ylabel="net benefit")
    axes.set(ylim=(-0.06 * max(top, 0.1), top * 1.1 + 1e-3), xlim=(0.02, right))

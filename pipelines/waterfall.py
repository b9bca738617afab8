"""How a patient's chance comes about, construct by construct: steps on the scale on which parts add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from models.chance_in_words import whole_percent
from pipelines.plots import BLUE, INK, ORANGE, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BARS = 9
LEAST = 0.03  # of the log-odds: less than one point of 100, anywhere
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


def waterfall_steps(explained: pd.DataFrame, base: float) -> pd.DataFrame:
    """Constructs, strongest first, the weakest pooled; columns construct, start, end, each in log-odds.

    `explained` has construct and contribution, one row per predictor; `base` is where the first step starts.
    """
    sums = explained.groupby("construct", sort=False)["contribution"].sum()
    sums = sums.loc[sums.abs().sort_values(ascending=False, kind="stable").index]
    kept = min(int((sums.abs() >= LEAST).sum()), BARS)
    if kept < len(sums) - 1:
        rest = pd.Series({"All others": sums.iloc[kept:].sum()})
        sums = pd.concat([sums.iloc[:kept], rest])
    ends = base + sums.cumsum().to_numpy()
    return pd.DataFrame({"construct": sums.index, "start": [base, *ends[:-1]], "end": ends})


def waterfall(steps: pd.DataFrame) -> Figure:
    """The steps one under the other, labelled as chances; make and save it in the house style."""
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(8, 1.4 + 0.4 * len(steps)))
    axes = drawing.subplots()
    rows = np.arange(len(steps))
    start, end = steps["start"].to_numpy(), steps["end"].to_numpy()
    axes.barh(rows, end - start, left=start, color=np.where(end > start, ORANGE, BLUE), height=0.6, zorder=3)
    axes.vlines(end[:-1], rows[:-1] - 0.3, rows[1:] + 0.3, color=SOFT, linewidth=0.8, zorder=2)
    _scale(axes, steps)
    _name_bars(axes, steps)
    _mark(axes, start[0], "at the start", left=start[0] <= end[-1])
    _mark(axes, end[-1], "this patient", left=start[0] > end[-1])
    return drawing


def in_points(start: float, end: float) -> str:
    """The step between two log-odds as points of 100: "+14"."""
    points = round(100 * float(expit(end))) - round(100 * float(expit(start)))
    return f"{points:+d}".replace("-", "−") if points else "0"


def _scale(axes: Axes, steps: pd.DataFrame) -> None:
    """Log-odds across, written as chances, with room for the words at both ends."""
    reached = np.concatenate([steps["start"], steps["end"]])
    room = 0.3 * (reached.max() - reached.min()) + 0.2
    low, high = reached.min() - room, reached.max() + room
    ticks = [chance for chance in TICKS if low < logit(chance) < high]
    axes.set_xlim(low, high)
    axes.set_xticks(logit(ticks), [whole_percent(chance) for chance in ticks])
    axes.set_xlabel("Chance that the work is not done")


def _name_bars(axes: Axes, steps: pd.DataFrame) -> None:
    """Each construct at its bar, and the move of the chance at the bar's end."""
    axes.set_yticks(np.arange(len(steps)), steps["construct"].tolist())
    axes.set_ylim(len(steps) - 0.4, -1.4)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.grid(visible=False, axis="y")
    ends = zip(steps["start"].to_numpy(), steps["end"].to_numpy(), strict=True)
    for row, (start, end) in enumerate(ends):
        right = end >= start
        axes.annotate(
            in_points(start, end),
            (end, row),
            xytext=(5 if right else -5, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            zorder=4,
        )


def _mark(axes: Axes, where: float, words: str, *, left: bool) -> None:
    """A line through all bars, with its chance in words above them."""
    axes.axvline(where, color=INK, linewidth=1, linestyle=(0, (3, 2)), zorder=1)
    axes.annotate(
        f"{words}: {whole_percent(float(expit(where)))}",
        (where, -0.95),
        xytext=(-5 if left else 5, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        color=INK,
        fontweight="bold",
        fontsize=9,
    )

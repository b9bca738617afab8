"""How a patient's chance comes about, construct by construct: steps on the scale on which parts add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.chance_in_words import whole_percent
from models.explanation import Explanation
from pipelines.plots import BLUE, INK, ORANGE, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BARS = 9
LEAST = 0.03  # of the log-odds: a bar too short to read
APART = 0.06  # of the axis: labels closer than this run into each other
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


def waterfall_steps(explained: pd.DataFrame, explanation: Explanation) -> pd.DataFrame:
    """Constructs, strongest first, the weakest pooled; columns construct, start, end (both log-odds before
    calibration), before, after (the chances there, 0 to 1).

    `explained` has construct and contribution, one row per predictor; the first step starts at the base of
    `explanation`.
    """
    sums = explained.groupby("construct", sort=False)["contribution"].sum()
    sums = sums.loc[sums.abs().sort_values(ascending=False, kind="stable").index]
    kept = min(int((sums.abs() >= LEAST).sum()), BARS)
    if kept < len(sums) - 1:
        rest = pd.Series({"All others": sums.iloc[kept:].sum()})
        sums = pd.concat([sums.iloc[:kept], rest])
    edges = explanation.base + np.concatenate([[0.0], sums.cumsum()])
    chances = explanation.chance_at(edges)
    return pd.DataFrame(
        {
            "construct": sums.index,
            "start": edges[:-1],
            "end": edges[1:],
            "before": chances[:-1],
            "after": chances[1:],
        }
    )


def waterfall(steps: pd.DataFrame, explanation: Explanation) -> Figure:
    """The steps one under the other, labelled as chances; make and save it in the house style."""
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(8, 1.4 + 0.4 * len(steps)))
    axes = drawing.subplots()
    rows = np.arange(len(steps))
    start, end = steps["start"].to_numpy(), steps["end"].to_numpy()
    axes.barh(rows, end - start, left=start, color=np.where(end > start, ORANGE, BLUE), height=0.6, zorder=3)
    axes.vlines(end[:-1], rows[:-1] - 0.3, rows[1:] + 0.3, color=SOFT, linewidth=0.8, zorder=2)
    _scale(axes, steps, explanation)
    _name_bars(axes, steps)
    before, after = steps["before"].iloc[0], steps["after"].iloc[-1]
    _mark(axes, start[0], f"at the start: {whole_percent(before)}", left=start[0] <= end[-1])
    _mark(axes, end[-1], f"this patient: {whole_percent(after)}", left=start[0] > end[-1])
    return drawing


def in_points(before: float, after: float) -> str:
    """The step between two chances (0 to 1) as points of 100: "+14"."""
    points = round(100 * after) - round(100 * before)
    return f"{points:+d}".replace("-", "−") if points else "0"


def _scale(axes: Axes, steps: pd.DataFrame, explanation: Explanation) -> None:
    """Log-odds across, written as calibrated chances, with room for the words at both ends."""
    reached = np.concatenate([steps["start"], steps["end"]])
    room = 0.3 * (reached.max() - reached.min()) + 0.2
    low, high = reached.min() - room, reached.max() + room
    where = chance_ticks(explanation, low, high)
    axes.set_xlim(low, high)
    axes.set_xticks(list(where), [whole_percent(chance) for chance in where.values()])
    axes.set_xlabel("Chance that the work is not done")


def chance_ticks(explanation: Explanation, low: float, high: float) -> dict[float, float]:
    """Margin -> chance, for the round chances that the calibration first reaches between two margins.

    A calibration may jump over a chance or rise so fast that labels would touch: such chances get no tick.
    """
    margins = np.linspace(low, high, 2001)
    chances = explanation.chance_at(margins)
    found: dict[float, float] = {}
    for chance, place in zip(TICKS, np.searchsorted(chances, TICKS), strict=True):
        if not 0 < place < len(margins) or abs(chances[place] - chance) > 0.005:
            continue
        if not found or margins[place] - max(found) >= APART * (high - low):
            found[float(margins[place])] = chance
    return found


def _name_bars(axes: Axes, steps: pd.DataFrame) -> None:
    """Each construct at its bar, and the move of the chance at the bar's end."""
    axes.set_yticks(np.arange(len(steps)), steps["construct"].tolist())
    axes.set_ylim(len(steps) - 0.4, -1.4)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.grid(visible=False, axis="y")
    edges = steps[["start", "end", "before", "after"]].to_numpy()
    for row, (start, end, before, after) in enumerate(edges):
        right = end >= start
        axes.annotate(
            in_points(before, after),
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
    """A line through all bars, with its words above them."""
    axes.axvline(where, color=INK, linewidth=1, linestyle=(0, (3, 2)), zorder=1)
    axes.annotate(
        words,
        (where, -0.95),
        xytext=(-5 if left else 5, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        color=INK,
        fontweight="bold",
        fontsize=9,
    )

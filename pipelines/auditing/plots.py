"""The plots of an audit, drawn from published figures only: what is withheld is not in the drawing either."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from models.comparison import FOUND
from models.disclosure import Published
from models.earlier import STAR
from models.groups import EVERYONE
from models.measures import Measure
from pipelines.auditing.words import shown, shown_gap, with_interval
from pipelines.plots import BLUE, GREY, INK, LINE, ORANGE, SOFT, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACROSS = 3
WIDE, LABELS, ROW, WRAP = 9.9, 2.35, 0.4, 32  # inches, and letters to a line of a label


def forest(published: Published, by: str, measure: Measure, margin: float) -> Figure:
    """Each group's figure with its interval, and beside it the gap from the other groups with the margin."""
    own = _rows(published, by, measure.name)
    gaps = _rows(published, by, f"{measure.name} gap")
    with house_style():
        high = 0.75 + ROW * len(own)
        inside = {"left": LABELS / WIDE, "right": 0.985, "bottom": 0.4 / high, "top": 1 - 0.35 / high}
        figure = Figure(figsize=(WIDE, high))
        left, right = figure.subplots(
            1, 2, sharey=True, width_ratios=[1.25, 1], gridspec_kw=inside | {"wspace": 0.04}
        )
        _groups(left, own)
        _figures(left, own, measure, gaps)
        _margin(right, measure, margin)
        _gaps(right, own, gaps, measure)
    return figure


def _rows(published: Published, by: str, name: str) -> pd.DataFrame:
    figures = published.figures
    return figures[(figures["by"] == by) & (figures["measure"] == name)].set_index("group")


def _groups(axes: Axes, own: pd.DataFrame) -> None:
    axes.set_yticks(range(len(own)), [textwrap.fill(str(group), WRAP) for group in own.index], fontsize=9)
    axes.set_ylim(len(own) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.grid(visible=False, axis="y")


def _mark(axes: Axes, at: int, row: pd.Series, *, differs: bool, everyone: bool = False) -> None:
    """A point with its interval; a difference found is a diamond, everyone a square: not colour alone."""
    colour = ORANGE if differs else INK if everyone else BLUE
    axes.plot([float(row["low"]), float(row["high"])], [at, at], color=colour, lw=2.2, solid_capstyle="butt")
    marker = "D" if differs else "s" if everyone else "o"
    axes.plot([float(row["value"])], [at], marker=marker, ms=6.5, color=colour, mec="white", mew=0.8)


def _figures(axes: Axes, own: pd.DataFrame, measure: Measure, gaps: pd.DataFrame) -> None:
    for at, (group, row) in enumerate(own.iterrows()):
        if row["low"] == "":
            continue
        differs = str(gaps["note"].get(str(group), "")) == FOUND
        _mark(axes, at, row, differs=differs, everyone=group == EVERYONE)
    if EVERYONE in own.index and own["low"][EVERYONE] != "":
        axes.axvline(float(own["value"][EVERYONE]), color=GREY, lw=1, ls=(0, (4, 3)), zorder=0)
    axes.set_title(f"{measure.title}, with its interval", loc="left", fontsize=10, color=INK)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: shown(measure, value)))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    start, end = axes.get_xlim()
    axes.set_xlim(start, end + 0.42 * (end - start))
    for at, (_, row) in enumerate(own.iterrows()):
        _say(axes, at, row, measure)


def _say(axes: Axes, at: int, row: pd.Series, measure: Measure) -> None:
    words = with_interval(measure, row)
    gone = row["low"] == ""
    words = "withheld (small numbers)" if words == STAR else words
    style = "italic" if gone else "normal"
    place = axes.get_yaxis_transform()
    axes.text(
        0.99, at, words, transform=place, ha="right", va="center", fontsize=8.5, color=SOFT, style=style
    )


def _margin(axes: Axes, measure: Measure, margin: float) -> None:
    """The band of differences that were declared beforehand not to matter."""
    ends = (math.exp(-margin), math.exp(margin)) if measure.kind == "ratio" else (-margin, margin)
    axes.axvspan(*ends, color=LINE, alpha=0.55, lw=0, zorder=0)
    axes.axvline(1 if measure.kind == "ratio" else 0, color=GREY, lw=1, zorder=0)
    if measure.kind == "ratio":
        axes.set_xscale("log")


def _gaps(axes: Axes, own: pd.DataFrame, gaps: pd.DataFrame, measure: Measure) -> None:
    for at, group in enumerate(own.index):
        if group in gaps.index:
            row = gaps.loc[group]
            _mark(axes, at, row, differs=row["note"] == FOUND)
    unit = " (percentage points)" if measure.percent else ""
    axes.set_title(f"Gap from the other groups{unit}", loc="left", fontsize=10, color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_minor_locator(MaxNLocator(1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: shown_gap(measure, value)))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def calibration(published: Published, by: str) -> Figure | None:
    """What the risk has meant in each group, a panel each, with everyone's curve behind; None without any."""
    curves = published.curves[published.curves["by"] == by]
    groups = [group for group in dict.fromkeys(curves["group"]) if group != EVERYONE]
    if not groups:
        return None
    down = math.ceil(len(groups) / ACROSS)
    with house_style():
        figure = Figure(figsize=(9.2, 0.5 + 2.75 * down), layout="constrained")
        panels = figure.subplots(down, ACROSS, sharex=True, sharey=True, squeeze=False).ravel()
        for axes in panels[len(groups) :]:
            axes.set_visible(False)
        everyone = curves[curves["group"] == EVERYONE]
        for axes, group in zip(panels, groups, strict=False):
            _panel(axes, str(group), curves[curves["group"] == group], everyone)
        figure.supxlabel("Predicted risk", fontsize=10)
        figure.supylabel("What came about", fontsize=10)
    return figure


def _panel(axes: Axes, group: str, curve: pd.DataFrame, everyone: pd.DataFrame) -> None:
    axes.plot([0, 1], [0, 1], color=SOFT, lw=0.9, ls=(0, (2, 2)))
    axes.plot(everyone["risk"], everyone["observed"], color=GREY, lw=1.4)
    axes.fill_between(curve["risk"], curve["low"], curve["high"], color=BLUE, alpha=0.18, lw=0)
    axes.plot(curve["risk"], curve["observed"], color=BLUE, lw=2)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.tick_params(labelbottom=True)
    axes.set_title(textwrap.fill(group, 32), loc="left", fontsize=9.5)

"""Gaps before and after adjusting, group by group, drawn from published figures only."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from models.measures import Measure
from pipelines.auditing.origins import AFTER_GAP, BEFORE_GAP
from pipelines.auditing.words import shown_gap
from pipelines.plots import BLUE, GREY, INK, ORANGE, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Hollow and filled, square and round: not told apart by colour alone.
LOOKS = {BEFORE_GAP: ("s", ORANGE, "white", -0.15), AFTER_GAP: ("o", BLUE, BLUE, 0.15)}


def gap_plot(shown: pd.DataFrame, measures: Sequence[Measure]) -> Figure | None:
    """One panel per measure; None where no group has a gap that may be drawn."""
    drawable = shown[shown["part"].isin(LOOKS) & (shown["note"] == "")]
    panels = [one for one in measures if one.name in set(drawable["measure"])]
    if not panels:
        return None
    groups = list(dict.fromkeys(shown["group"]))
    with house_style():
        figure = Figure(figsize=(7.6, 1.1 + 0.42 * len(groups)))
        grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)
        for axes, measure in zip(grid[0], panels, strict=True):
            _panel(axes, drawable[drawable["measure"] == measure.name], groups, measure)
        grid[0][0].set_yticks(range(len(groups)), [textwrap.fill(group, 30) for group in groups])
        grid[0][0].set_ylim(len(groups) - 0.4, -0.6)
        figure.legend(
            *grid[0][0].get_legend_handles_labels(), loc="lower center", ncols=2, bbox_to_anchor=(0.5, -0.06)
        )
    return figure


def _panel(axes: Axes, own: pd.DataFrame, groups: Sequence[str], measure: Measure) -> None:
    axes.axvline(1 if measure.kind == "ratio" else 0, color=GREY, lw=1, zorder=0)
    for part, (marker, colour, fill, off) in LOOKS.items():
        axes.plot([], [], marker=marker, color=colour, mfc=fill, label=part)
        for _, row in own[own["part"] == part].iterrows():
            at = groups.index(row["group"]) + off
            axes.plot([float(row["low"]), float(row["high"])], [at, at], color=colour, lw=1.6)
            axes.plot([float(row["value"])], [at], marker=marker, ms=5.5, color=colour, mfc=fill)
    unit = " (points)" if measure.percent else ""
    axes.set_title(textwrap.fill(f"{measure.title}{unit}", 20), loc="left", fontsize=9.5, color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: shown_gap(measure, value)))
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.grid(visible=False, axis="y")

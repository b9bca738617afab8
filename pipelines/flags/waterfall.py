"""How a patient's chance comes about, construct by construct: steps on the scale on which parts add up.

Drawn as a table with a bar in each row, so that what is seen and what is read out are one thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from models.chance_in_words import whole_percent
from models.explanation import Explanation

BARS = 9
LEAST = 0.03  # of the log-odds: a bar too short to read
APART = 0.07  # of the axis: labels closer than this run into each other
INSET = 4  # of a hundred: a label nearer to the edge would reach into the next column
ROOM = 0.16  # of the way between the ends: for words beside a bar
OTHER = ' class="other"'  # a label that a small screen leaves out
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


@dataclass(frozen=True)
class Step:
    """From one log-odds before calibration to another, with the chances (0 to 1) there."""

    words: str
    start: float
    end: float
    before: float
    after: float


@dataclass(frozen=True)
class _Bar:
    """A row as it is drawn, as HTML but for its words: `mark` is the shape, `hidden` what is read out in its place."""

    words: str
    chance: str
    mark: str
    hidden: str = ""
    row: str = ""


def waterfall_steps(sums: Mapping[str, float], explanation: Explanation) -> list[Step]:
    """One step for each sum of parts of the log-odds before calibration, strongest first, the weakest pooled.

    The first starts at the base of `explanation`.
    """
    strongest = sorted(sums.items(), key=lambda named: -abs(named[1]))
    kept = min(sum(abs(part) >= LEAST for _, part in strongest), BARS)
    if kept < len(strongest) - 1:
        strongest = [*strongest[:kept], ("All others", sum(part for _, part in strongest[kept:]))]
    edges = explanation.base + np.concatenate([[0.0], np.cumsum([part for _, part in strongest])])
    chances = explanation.chance_at(edges)
    moves = zip(edges[:-1], edges[1:], chances[:-1], chances[1:], strict=True)
    return [Step(words, *map(float, move)) for (words, _), move in zip(strongest, moves, strict=True)]


def waterfall(steps: Sequence[Step], explanation: Explanation, *, heading: str, caption: str) -> Markup:
    """The steps one under the other between the chance at the start and the patient's, labelled as chances."""
    reached = [steps[0].start, *(step.end for step in steps)]
    room = ROOM * (max(reached) - min(reached)) + 0.2
    low, high = min(reached) - room, max(reached) + room

    def place(margin: float) -> float:
        return 100 * (margin - low) / (high - low)

    ticks = [
        (f"{place(margin):.1f}", whole_percent(chance))
        for margin, chance in chance_ticks(explanation, low, high).items()
        if INSET < place(margin) < 100 - INSET
    ]
    first, last = f"{place(reached[0]):.1f}", f"{place(reached[-1]):.1f}"
    bars = [
        _edge("Before anything is known", steps[0].before, first),
        *(_bar(step, place(step.start), place(step.end)) for step in steps),
        _edge("This patient", steps[-1].after, last),
    ]
    grid = "".join(f'<line class="tick" x1="{x}%" x2="{x}%" y1="0" y2="26"/>' for x, _ in ticks)
    # The line from the start leaves the first bar's point downwards, that to the end stops at the last bar's.
    ends = [(13, 26), *[(0, 26)] * len(steps), (0, 13)]
    rows = (
        _row(bar, f"{grid}{_line_down(first, begins, 26)}{_line_down(last, 0, stops)}")
        for bar, (begins, stops) in zip(bars, ends, strict=True)
    )
    return Markup(
        f'<table class="waterfall"><caption>{escape(caption)}</caption>\n'
        f'<thead><tr><th scope="col">{escape(heading)}</th><th scope="col" class="drawn">'
        f'<span class="hidden">Points of 100</span>{_axis(ticks)}</th><th scope="col" class="n">Chance then</th>'
        f"</tr></thead>\n<tbody>\n{''.join(rows)}</tbody></table>"
    )


def _axis(ticks: Sequence[tuple[str, str]]) -> str:
    """The labels above the bars; on a small screen every third is enough."""
    drawn = "".join(
        f'<line class="tick" x1="{x}%" x2="{x}%" y1="16" y2="20"/>'
        f'<text{OTHER if number % 3 else ""} x="{x}%" y="12" '
        f'text-anchor="middle">{words}</text>'
        for number, (x, words) in enumerate(ticks)
    )
    return f'<svg width="100%" height="20" aria-hidden="true">{drawn}</svg>'


def _line_down(x: str, begins: int, stops: int) -> str:
    return f'<line class="edges" x1="{x}%" x2="{x}%" y1="{begins}" y2="{stops}"/>'


def _row(bar: _Bar, behind: str) -> str:
    return (
        f'<tr{bar.row}><th scope="row">{escape(bar.words)}</th><td class="drawn">{bar.hidden}'
        f'<svg width="100%" height="26" aria-hidden="true">{behind}{bar.mark}</svg></td>'
        f'<td class="n">{bar.chance}</td></tr>\n'
    )


def _edge(words: str, chance: float, x: str) -> _Bar:
    """The chance at the start or at the end: a point."""
    mark = f'<circle cx="{x}%" cy="13" r="5"/>'
    return _Bar(words, whole_percent(chance), mark, row=' class="edge"')


def _bar(step: Step, start: float, end: float) -> _Bar:
    """A step from one place to another, in hundredths of the width, with its size at its end."""
    said = in_points(step.before, step.after)
    way, away, anchor = ("up", 5, "start") if end >= start else ("down", -5, "end")
    mark = (
        f'<rect class="{way}" x="{min(start, end):.1f}%" width="{abs(end - start):.1f}%" y="5" height="16"/>'
        f'<line class="step" x1="{end:.1f}%" x2="{end:.1f}%" y1="5" y2="26"/>'
        f'<text x="{end:.1f}%" dx="{away}" y="17" text-anchor="{anchor}">{said}</text>'
    )
    return _Bar(step.words, whole_percent(step.after), mark, f'<span class="hidden">{said}</span>')


def in_points(before: float, after: float) -> str:
    """The step between two chances (0 to 1) as points of 100: "+14"."""
    points = round(100 * after) - round(100 * before)
    return f"{points:+d}".replace("-", "−") if points else "0"


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

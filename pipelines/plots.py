"""The look of every plot: one palette that survives colour blindness and grey printing."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, cast

INK, SOFT, LINE = "#16232e", "#50606d", "#d5dde3"
BLUE, ORANGE, GREEN, PURPLE, GREY = "#005a9c", "#c25e00", "#1b7f4d", "#7a3b8f", "#8a97a1"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, GREY)

STYLE: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "svg.fonttype": "none",
    "text.parse_math": False,  # a label may hold dollar signs
    "svg.hashsalt": "bsw",
    "legend.frameon": False,
}


def house_style() -> AbstractContextManager[None]:
    """Use as `with house_style():` around the making of a figure.

    Make figures with `matplotlib.figure.Figure`, not pyplot: no global state, no display.
    """
    import matplotlib as mpl

    return mpl.rc_context(cast("Any", STYLE))

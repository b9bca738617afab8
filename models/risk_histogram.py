"""How many points of each outcome lie at each risk, as it may be shown: in no bar does a person stand alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.resampling import Numbers
from models.withheld import Rule, rounded

BANDS = np.round(np.linspace(0, 1, 41), 3)


def risk_histogram(
    outcome: Numbers,
    risk: Numbers,
    patients: NDArray[np.object_],
    rule: Rule,
    *,
    beside: float | None = None,
) -> pd.DataFrame:
    """Points by risk and outcome: `low, high, completed, not_completed`, counts rounded by the rule.

    Bands lie between neighbouring `edges_shown`: one set of them for every picture, so that none gives back what
    another joined. Empty where all of them do not hold enough.
    """
    edges = edges_shown(outcome, risk, patients, rule, beside=beside)
    counts = {
        name: [rounded(number, rule) for number in np.histogram(risk[outcome == side], edges)[0]]
        for side, name in ((0, "completed"), (1, "not_completed"))
        if len(edges)
    }
    shown = pd.DataFrame({"low": edges[:-1], "high": edges[1:], **counts})
    return shown.reindex(columns=["low", "high", "completed", "not_completed"])


def edges_shown(
    outcome: Numbers,
    risk: Numbers,
    patients: NDArray[np.object_],
    rule: Rule,
    *,
    beside: float | None = None,
) -> Numbers:
    """From which risks on points may be counted: those BANDS between which enough patients of either outcome lie.

    Enough is what the rule lets be shown; where there are fewer, neighbours are joined. `beside`: a risk from which on
    points are counted as well, such as the flag's cut-off: no edge is so near to it that fewer lie between. From 0 to
    1; empty where all together are not enough.
    """
    enough = _enough(outcome, risk, patients, least=max(1, rule.smallest))
    edges = [float(BANDS[0])]
    for edge in BANDS[1:-1]:
        near = beside is not None and edge != beside and not enough(min(edge, beside), max(edge, beside))
        if not near and enough(edges[-1], edge):
            edges.append(float(edge))
    while edges and not enough(edges[-1], np.inf):
        edges.pop()  # what is too little at the end joins the band before it
    return np.array([*edges, float(BANDS[-1])] if edges else [])


def _enough(
    outcome: Numbers, risk: Numbers, patients: NDArray[np.object_], *, least: int
) -> Callable[[float, float], bool]:
    """Whether the risks from one up to another are of at least so many patients of either outcome."""
    person = np.unique(patients.astype(str), return_inverse=True)[1]
    orders = [rows[np.argsort(risk[rows])] for rows in (np.flatnonzero(outcome == side) for side in (0, 1))]
    sides = [(risk[order], person[order]) for order in orders]

    def enough(low: float, high: float) -> bool:
        between = [(owner, np.searchsorted(risks, (low, high))) for risks, owner in sides]
        return all(len(np.unique(owner[first:end])) >= least for owner, (first, end) in between)

    return enough

"""How many points of each outcome lie at each risk, as it may be shown: in no bar does a person stand alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.resampling import Numbers
from models.withheld import Rule, rounded

BANDS = np.linspace(0, 1, 41)


def risk_histogram(
    outcome: Numbers, risk: Numbers, patients: NDArray[np.object_], rule: Rule
) -> pd.DataFrame:
    """Points by risk and outcome: `low, high, completed, not_completed`, counts rounded by the rule.

    Neighbouring BANDS are joined until each holds as many patients of either outcome as the rule lets be shown: one
    set of bands for every picture, so that none gives back what another joined. Empty where all of them do not.
    """
    person = np.unique(patients.astype(str), return_inverse=True)[1]
    place = np.clip(np.searchsorted(BANDS, risk, side="right") - 1, 0, len(BANDS) - 2)

    def enough(first: int, end: int) -> bool:
        inside = (place >= first) & (place < end)
        return all(
            len(np.unique(person[inside & (outcome == side)])) >= max(1, rule.smallest) for side in (0, 1)
        )

    ends = [0]
    for end in range(1, len(BANDS)):
        if enough(ends[-1], end):
            ends.append(end)
    if len(ends) > 1:
        ends[-1] = len(BANDS) - 1  # what is too little at the end joins the band before it
    counts = {
        name: [rounded(number, rule) for number in np.histogram(place[outcome == side], ends)[0]]
        for side, name in ((0, "completed"), (1, "not_completed"))
        if len(ends) > 1
    }
    edges = BANDS[ends]
    shown = pd.DataFrame({"low": edges[:-1], "high": edges[1:], **counts})
    return shown.reindex(columns=["low", "high", "completed", "not_completed"])

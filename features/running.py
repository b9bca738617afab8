"""Running totals in memory: what each change adds to the next point after it, then summed up from point to point.

Sums over a window cost a database some ten times as much: it sorts points and rows together and works each sum out
anew for every row of either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import numpy as np
import pandas as pd

from features.as_of import Totals
from features.number import Table

# More seconds than there are between any two dates: a subject and a moment make one number, in order.
SPAN = 2**39


def by_number(asked: Totals) -> tuple[Table, Table]:
    """`asking` and `changes` of the totals, each subject a whole number; of subjects that points ask of only."""
    asking, changes = asked.asking(), asked.changes()
    subjects = asking.select(named=asking.subject).distinct()
    numbered = subjects.mutate(number=ibis.row_number().over(ibis.window(order_by="named")))
    points, others = (
        rows.join(numbered, rows.subject == numbered.named).drop("subject", "named").rename(subject="number")
        for rows in (asking, changes)
    )
    return points, others


def totals_before(
    points: Mapping[str, Any], changes: Mapping[str, Any], amounts: Sequence[str]
) -> pd.DataFrame:
    """`point_id` and per amount its total over the subject's changes strictly before the point, in any order.

    Both are NumPy columns by name. `points`: point_id, subject, moment. `changes`: subject, moment and the
    amounts. Subjects are whole numbers, moments seconds; none may be missing.
    """
    when = points["subject"] * SPAN + points["moment"]
    order = np.argsort(when)
    subject, size = points["subject"][order], len(order)
    # Behind the last point stands one of nobody: it takes what no point comes after.
    following = np.searchsorted(when[order], changes["subject"] * SPAN + changes["moment"], side="right")
    following[np.append(subject, -1)[following] != changes["subject"]] = size
    added = {
        name: np.bincount(following, weights=changes[name], minlength=size + 1)[:size] for name in amounts
    }
    totals = pd.DataFrame(added).groupby(subject).cumsum()
    return totals.assign(point_id=points["point_id"][order])

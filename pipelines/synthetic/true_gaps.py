"""The group gaps that a perfect audit would find, added up block by block."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.synthetic.calendar import Array

BINS = 1_000  # of the true probability, for the areas under the curve
SUMS = {
    "chance_not_completed": "probability_not_completed", "chance_with_equal_care": "probability_with_equal_care",
    "planning": "planning", "share_tailored": "tailored",
}  # fmt: skip


class TrueGaps:
    """Sums over contacts that set work, by true ethnic group."""

    def __init__(self) -> None:
        self.sums: list[pd.DataFrame] = []
        self.curves: dict[str, Array] = {}

    def add(self, contacts: pa.Table) -> None:
        """One block's truth/probabilities."""
        frame = contacts.to_pandas()
        recorded = frame["recorded_not_completed"]
        parts = {name: frame[column].astype(float) for name, column in SUMS.items()}
        parts |= {
            "contacts": pd.Series(1.0, index=frame.index),
            "not_completed": (~frame["done"]).astype(float),
            "outcomes_recorded": recorded.notna().astype(float),
            "recorded_as_not_completed": recorded.eq(True).astype(float),
        }
        self.sums.append(pd.DataFrame(parts).groupby(frame["ethnic_group"]).sum())
        at = np.minimum((frame["probability_not_completed"] * BINS).astype(int), BINS - 1)
        for group, rows in frame.groupby("ethnic_group"):
            counted = [
                np.bincount(at[rows.index][rows["done"] == done], minlength=BINS) for done in (True, False)
            ]
            self.curves[str(group)] = self.curves.get(str(group), 0) + np.stack(counted)

    def table(self, reference: str = "White") -> pd.DataFrame:
        """One row per group: contacts, shares, the true chance, and gaps to the reference group.

        `gap_planted` is what the planted inequities alone add to the chance that the work is not done.
        """
        total = pd.concat(self.sums).groupby(level=0).sum()
        share = total.drop(columns="contacts").div(total["contacts"], axis=0)
        recorded = total["recorded_as_not_completed"] / total["outcomes_recorded"]
        table = pd.DataFrame(
            {
                "contacts": total["contacts"].astype(int),
                "share_not_completed": share["not_completed"],
                **{name: share[name] for name in SUMS},
                "share_with_outcome_recorded": share["outcomes_recorded"],
                "recorded_share_not_completed": recorded,
                "gap_planted": share["chance_not_completed"] - share["chance_with_equal_care"],
                "auroc_of_true_chance": pd.Series({g: _auroc(c) for g, c in self.curves.items()}),
            }
        )
        if reference in table.index:
            for start, column in (("", "share_not_completed"), ("recorded_", "recorded_share_not_completed")):
                own = float(table.loc[[reference], column].iloc[0])
                table[f"{start}gap_to_reference"] = table[column] - own
        return table.rename_axis("ethnic_group").reset_index()


def _auroc(counted: Array) -> float:
    """Area under the curve of the true chance, from counts of done and not done in bins of it."""
    done, not_done = counted
    if not done.sum() or not not_done.sum():
        return float("nan")
    below = np.cumsum(done) - done
    return float(((below + done / 2) * not_done).sum() / (done.sum() * not_done.sum()))

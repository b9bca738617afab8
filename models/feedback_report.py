"""Use of flags, disagreement, action and what became of the work, by group: shares with intervals, small numbers
withheld by the audit's own rule.

None of it is an effect. Flags go to those most likely not to do the work, practitioners choose which to answer
and what to do, and an outcome is known only where the work was reviewed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.feedback import ACTIONS, NOTHING, WHYS, actions_of, latest
from models.shares import Share, counts_of
from models.withheld import Rule

ANSWERED = Share("answered", "Answered", "flagged", "answered")
SHARES = (
    ANSWERED,
    Share("disagreed", "Disagreed with, of those answered", "answered", "disagreed", "answered"),
    Share("acted", "Something was done, of those answered", "answered", "acted", "answered"),
)
OUTCOMES = (
    Share("reviewed", "Work reviewed since", "flagged", "known"),
    Share("not_done", "Not done, of that reviewed", "known", "not_done", "reviewed"),
)


def flags_with_answers(
    flags: pd.DataFrame, answers: pd.DataFrame, outcome: pd.DataFrame | None
) -> pd.DataFrame:
    """The flags given (those to think about first, or answered all the same) with what was said and became.

    Adds flagged, answered, agreed, disagreed, acted and, with `outcome` (point_id, not_completed), known and
    not_done, each true or false, and `did`.
    """
    last = latest(answers).set_index("flag_id")
    table = flags[flags["flag"].astype(bool) | flags["flag_id"].isin(last.index)].reset_index(drop=True)
    said = last.reindex(table["flag_id"])
    table["flagged"] = True
    table["answered"] = said["agreed"].notna().to_numpy()
    table["disagreed"] = (said["agreed"] == "no").to_numpy()
    table["acted"] = table["answered"] & (said["action"] != NOTHING).to_numpy()
    table["why"], table["action"] = said["why"].to_numpy(), said["action"].to_numpy()
    table["did"] = np.select(
        [table["acted"], table["answered"]], ["something was done", "nothing was done"], "not answered"
    )
    if outcome is not None:
        became = table["point_id"].map(outcome.set_index("point_id")["not_completed"])
        table["known"], table["not_done"] = became.notna(), became == 1
    return table


def whys(table: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Why practitioners disagreed: `words, times`."""
    return counts_of(table.loc[table["disagreed"], "why"].tolist(), WHYS, rule)


def actions(table: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """What was done, several things for one flag at times: `words, times`."""
    done = [action for said in table.loc[table["answered"], "action"] for action in actions_of(said)]
    return counts_of(done, ACTIONS, rule)

"""Which work a flag can still help: each open pathway's latest point whose outcome is open at a date."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from features.points import PLATFORM_WEEK
from models.outcome import LATE, REVIEWED, OutcomeSettings
from pipelines.built import Built

# Why nothing of a pathway is waiting: none there yet, told in one way, told in the other, not told in so many days.
OF_WORK = (
    "no work agreed yet",
    "the latest work has been reviewed",
    "the latest work was reviewed more than {} days after it was agreed",
    "agreed {} or more days ago, with no review recorded",
)
OF_WEEKS = (
    "no week on the programme is over yet",
    "the patient has logged in since",
    "no log-in within {} days of the latest week",
    "the latest week ended {} or more days ago, and what followed is not recorded",
)


def open_work(built: Built, *, as_of: date, settings: OutcomeSettings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The chosen points, indexed by point_id, and every other open pathway with its reason.

    Chosen is the latest point of an open pathway whose outcome is unknown at `as_of` and whose horizon is
    not over. The second frame has pathway_id, patient_id, practitioner_id, service_id and reason. Nobody is chosen of a
    service that is not scored.
    """
    pathways = built.pathways[built.pathways["is_open"]]
    points = built.points.merge(pathways[["pathway_id"]], on="pathway_id", validate="m:1")
    known = built.outcome[["point_id", "not_completed", "reason"]]
    points = points.merge(known, on="point_id", validate="1:1")
    points = points.sort_values(["at", "point_id"], kind="stable")
    points["days"] = np.where(points["kind"] == PLATFORM_WEEK, settings.platform_days, settings.horizon_days)
    points["over"] = points["at"] <= pd.Timestamp(as_of) - pd.to_timedelta(points["days"], unit="D")
    unscored = points["service_id"].isin(built.not_scored)
    waiting = points[points["not_completed"].isna() & ~points["over"] & ~unscored]
    chosen = waiting.drop_duplicates("pathway_id", keep="last")
    others = pathways[~pathways["pathway_id"].isin(chosen["pathway_id"])]
    latest = points.drop_duplicates("pathway_id", keep="last").set_index("pathway_id")
    not_listed = _not_listed(others, latest, weeks=built.kind == PLATFORM_WEEK)
    told = zip(not_listed["service_id"], not_listed["reason"], strict=True)
    reasons = [built.not_scored.get(*one) for one in told]
    not_listed["reason"] = pd.Series(reasons, index=not_listed.index, dtype=str)
    return chosen[built.points.columns].set_index("point_id"), not_listed


def _not_listed(others: pd.DataFrame, latest: pd.DataFrame, *, weeks: bool) -> pd.DataFrame:
    """Open pathways without a chosen point; `latest` holds the last point of those that have any."""
    last = latest.reindex(others["pathway_id"])
    days = [f"{days:.0f}" for days in last["days"].fillna(0)]
    completed, why = last["not_completed"].to_numpy(dtype=float), last["reason"].to_numpy(dtype=object)
    words, one, other = (
        (OF_WEEKS, completed == 0, completed == 1) if weeks else (OF_WORK, why == REVIEWED, why == LATE)
    )
    said = [np.array([told.format(many) for many in days], dtype=object) for told in words]
    reason = np.select([last["at"].isna().to_numpy(), one, other], said[:3], default=said[3])
    columns = ["pathway_id", "patient_id", "practitioner_id", "service_id"]
    table = others[columns].assign(reason=reason)
    return table.sort_values(["practitioner_id", "patient_id", "pathway_id"], ignore_index=True)

"""Whether the agreed work was not completed, seen at its review. The only code that looks forward in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

DAY = 86_400
REVIEWED, LATE, LEFT = "reviewed", "late", "left"
REASONS = (REVIEWED, "not reviewed", LATE, LEFT, "pending", "no task tables")
COLUMNS = ("point_id", "not_completed", "share", "reason", "label_known_at")


@dataclass(frozen=True)
class OutcomeSettings:
    """`done_share`: work done to at least this share is completed.

    `horizon_days`: a review later than this does not say what became of the work.
    `count_dropout_as`: what a patient who did not come again within the horizon counts as.
    `platform_days`: no log-in within this many days of a platform point is non-completion; not beyond the horizon,
    by which alone it is told which points are ripe: else those who logged in would be known before the others.
    """

    done_share: float = 0.5
    horizon_days: int = 42
    count_dropout_as: Literal["unknown", "not_completed"] = "unknown"
    platform_days: int = 14

    def __post_init__(self) -> None:
        if not 0 < self.done_share <= 1:
            raise ValueError(f"done_share must lie above 0 and at most at 1; it is {self.done_share}")
        if min(self.horizon_days, self.platform_days) < 1:
            raise ValueError("horizon_days and platform_days must be at least 1")
        if self.platform_days > self.horizon_days:
            raise ValueError(
                f"platform_days must not be beyond horizon_days: {self.platform_days} is more than {self.horizon_days}"
            )


@dataclass(frozen=True)
class Afterwards:
    """What happened after the points, all moments in seconds.

    `tasks`: task_id, contact_id. `reviews`: task_id, known_at, share (None: the service has no reviews).
    `attended`: pathway_id, start. `ends`: the end of each service's records, by service_id.
    """

    tasks: pd.DataFrame
    reviews: pd.DataFrame | None
    attended: pd.DataFrame
    ends: pd.Series[int]


def outcomes(points: pd.DataFrame, afterwards: Afterwards, settings: OutcomeSettings) -> pd.DataFrame:
    """The outcome of each contact's point: COLUMNS, one row per point in the order given.

    `points` has point_id, contact_id, pathway_id, service_id and `at` in seconds. `reason` says why an
    outcome is known or not: reviewed; late (reviewed after the horizon); pending (the horizon is not over
    at the end of the records); left (no attended contact after the point within the horizon); not
    reviewed.
    """
    at = points["at"].to_numpy()
    if points.empty:
        return _table(points, reason=np.array([], dtype=object))
    if afterwards.reviews is None:
        return _table(points, reason=np.full(len(points), "no task tables", dtype=object))
    share, known_at = _shares(points, afterwards.tasks, afterwards.reviews)
    horizon = at + settings.horizon_days * DAY
    known = ~np.isnan(share)
    in_time = known & (known_at <= horizon)
    pending = horizon > points["service_id"].map(afterwards.ends).to_numpy()
    left = ~_seen_again(points, afterwards.attended, settings.horizon_days)
    reason = np.select(
        [in_time, pending, known, left], [REVIEWED, "pending", LATE, LEFT], default="not reviewed"
    ).astype(object)
    not_completed = np.where(in_time, (share < settings.done_share).astype(float), np.nan)
    label_known_at = np.where(in_time, known_at, np.nan)
    if settings.count_dropout_as == "not_completed":
        not_completed = np.where(reason == LEFT, 1.0, not_completed)
        label_known_at = np.where(reason == LEFT, horizon, label_known_at)
    return _table(points, reason, not_completed, np.where(in_time, share, np.nan), label_known_at)


def platform_outcomes(
    points: pd.DataFrame, logins: pd.DataFrame, ends: pd.Series[int], settings: OutcomeSettings
) -> pd.DataFrame:
    """The outcome of each platform point: 1 where no log-in began within `platform_days` of it.

    `logins` has pathway_id and `started_at` in seconds. Like `outcomes`, COLUMNS.
    """
    at = points["at"].to_numpy()
    if points.empty:
        return _table(points, reason=np.array([], dtype=object))
    until = at + settings.platform_days * DAY
    next_login = _next_after(points, logins.rename(columns={"started_at": "start"}))
    again = next_login < until
    over = until <= points["service_id"].map(ends).to_numpy()
    known = over | again
    not_completed = np.where(known, (~again).astype(float), np.nan)
    reason = np.where(known, REVIEWED, "pending").astype(object)
    label_known_at = np.where(known, np.minimum(next_login, until), np.nan)
    return _table(points, reason, not_completed, 1.0 - not_completed, label_known_at)


def _shares(
    points: pd.DataFrame, tasks: pd.DataFrame, reviews: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Per point the mean share over its tasks, missing unless all are known, and when the last became known."""
    agreed = tasks.merge(points[["contact_id", "at"]], on="contact_id").set_index("task_id")["at"]
    agreed_at = reviews["task_id"].map(agreed).astype(float)  # where no task is known the map yields text
    after = reviews["known_at"] >= agreed_at
    known = reviews[after].dropna(subset=["share"]).sort_values(["known_at", "task_id"], kind="stable")
    first = known.drop_duplicates("task_id").set_index("task_id")[["share", "known_at"]]
    held = tasks.join(first, on="task_id")
    by_contact = held.groupby("contact_id").agg(
        tasks=("task_id", "size"),
        known=("share", "count"),
        share=("share", "mean"),
        known_at=("known_at", "max"),
    )
    found = by_contact.reindex(points["contact_id"])
    all_known = (found["known"] == found["tasks"]).to_numpy()
    share = np.where(all_known, found["share"].to_numpy(dtype=float), np.nan)
    return share, np.where(all_known, found["known_at"].to_numpy(dtype=float), np.nan)


def _seen_again(points: pd.DataFrame, attended: pd.DataFrame, horizon_days: int) -> np.ndarray:
    next_contact = _next_after(points, attended)
    return next_contact <= points["at"].to_numpy() + horizon_days * DAY


def _next_after(points: pd.DataFrame, events: pd.DataFrame) -> np.ndarray:
    """The start of the first event of the same pathway at or after each point; infinity where there is none."""
    left = points[["pathway_id", "at"]].assign(row=np.arange(len(points))).sort_values("at", kind="stable")
    right = events[["pathway_id", "start"]].sort_values("start", kind="stable")
    right = right.assign(start=right["start"].astype("int64"))
    found = pd.merge_asof(
        left.assign(at=left["at"].astype("int64")),
        right,
        left_on="at",
        right_on="start",
        by="pathway_id",
        direction="forward",
    )
    return found.sort_values("row")["start"].fillna(np.inf).to_numpy(dtype=float)


def _table(
    points: pd.DataFrame,
    reason: np.ndarray,
    not_completed: np.ndarray | float = np.nan,
    share: np.ndarray | float = np.nan,
    label_known_at: np.ndarray | float = np.nan,
) -> pd.DataFrame:
    table = pd.DataFrame({"point_id": points["point_id"].to_numpy(), "reason": reason})
    table["not_completed"] = not_completed
    table["share"] = share
    table["label_known_at"] = pd.to_datetime(
        pd.Series(np.broadcast_to(label_known_at, len(table)), index=table.index), unit="s"
    )
    return table[list(COLUMNS)]

"""What records say as a whole: points, what became of them, pathways; predictors are worked out by who needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pandas as pd

from features.facts import Facts
from features.last_contacts import LastContacts
from features.matrix import without
from features.points import CONTACT_POINT, PLATFORM_WEEK, Points, find_points, kind_of
from models.outcome import Afterwards, outcomes, platform_outcomes
from pipelines.config import Config
from pipelines.pathways import pathways

# The facts that `begin` reads, in the order in which it wants them.
FIRST = ("appointments", "patient_referrals", "discharges", "activities", "tasks", "reviews")
POINTS_ARE = {
    CONTACT_POINT: "points (sessions at which work was agreed)",
    PLATFORM_WEEK: "points (weeks on the online programme, because no table says which work was agreed)",
}
POINT_COLUMNS = [
    "point_id",
    "kind",
    "at",
    "contact_id",
    "pathway_id",
    "patient_id",
    "practitioner_id",
    "service_id",
    "session_number",
]


@dataclass(frozen=True)
class Built:
    """Everything the records say, as known at the end of `records_up_to`.

    `kind`: what the points are, CONTACT_POINT or PLATFORM_WEEK, though there be none. `pathways`: pathway_id,
    patient_id, service_id, practitioner_id, is_open. `left_out`: predictor -> why the source cannot carry it.
    `last_days`: service -> the last day that its records cover; `not_scored`: service -> why no list is made of it. The
    other frames are the artefacts of the same names.
    """

    kind: str
    points: pd.DataFrame
    features: pd.DataFrame
    protected: pd.DataFrame
    outcome: pd.DataFrame
    exclusions: pd.DataFrame
    pathways: pd.DataFrame
    synthetic: bool
    records_up_to: date
    left_out: Mapping[str, str]
    last_days: Mapping[str, str] = field(default_factory=dict)
    not_scored: Mapping[str, str] = field(default_factory=dict)

    @property
    def ends(self) -> dict[str, date]:
        """`last_days` as days."""
        return {service: date.fromisoformat(day) for service, day in self.last_days.items()}


@dataclass(frozen=True)
class Begun:
    """What can be said before any predictor is worked out: `built` lacks features and protected."""

    facts: Facts
    points: Points
    built: Built


@dataclass(frozen=True)
class Asked:
    """What `begin` wants to know, asked of the engine and perhaps not answered yet."""

    points: Points
    seen: LastContacts


def ask(facts: Facts, *, config: Config, until: date | None) -> Asked:
    """The points of the records and the last contacts, with nothing that became known from `until` on."""
    moment = _moment(until)
    return Asked(find_points(facts, config.points, until=moment), LastContacts(facts, moment))


def begin(facts: Facts, *, config: Config, until: date | None, asked: Asked | None = None) -> Begun:
    """The points of the records, what became of them, and the pathways that they belong to.

    `asked`: what `ask` gave, where it was asked before.
    """
    moment, asked = _moment(until), asked or ask(facts, config=config, until=until)
    points = asked.points
    frame, ends = points.frame()[POINT_COLUMNS], facts.ends(moment)
    built = Built(
        kind=kind_of(facts),
        points=frame,
        features=frame[["point_id"]],
        protected=frame[["point_id"]],
        outcome=_outcome(facts, points, config, moment),
        exclusions=points.exclusions,
        pathways=pathways(facts, points, asked.seen, moment),
        synthetic=facts.records.finished().synthetic,
        records_up_to=_day(int(ends.max())),
        last_days={str(name): _day(int(end)).isoformat() for name, end in ends.items()},
        left_out={},
    )
    return Begun(facts, points, built)


def ends_of(points: pd.DataFrame, last_days: Mapping[str, str]) -> pd.Series:
    """The end of the records of each point's service, from the last day that they cover."""
    ends = {service: pd.Timestamp(day) + pd.Timedelta(days=1) for service, day in last_days.items()}
    return points["service_id"].map(ends)


def no_outcomes(facts: Facts) -> str | None:
    """Why no outcome of these records can be known, where they lack the table that outcomes stand in."""
    return without(facts, "reviews") if kind_of(facts) == CONTACT_POINT else None


def _outcome(facts: Facts, points: Points, config: Config, until: int | None) -> pd.DataFrame:
    in_seconds = points.seconds()
    ends = facts.ends(until)
    if kind_of(facts) == PLATFORM_WEEK:
        logins = facts.frame("platform_sessions", "pathway_id", "started_at", until=until)
        return platform_outcomes(in_seconds, logins, ends, config.outcome)
    seen = facts.frame("appointments", "pathway_id", "start", "attended", until=until)
    reviewed = "reviews" in facts.recorded
    afterwards = Afterwards(
        tasks=facts.frame("tasks", "task_id", "contact_id", until=until),
        reviews=facts.frame("reviews", "task_id", "known_at", "share", until=until) if reviewed else None,
        attended=seen.loc[seen["attended"].fillna(False).astype(bool), ["pathway_id", "start"]],
        ends=ends,
    )
    return outcomes(in_seconds, afterwards, config.outcome)


def _day(moment: int) -> date:
    """The last day of which records still count: `moment` is its last second, or the midnight after it."""
    return datetime.fromtimestamp(moment - 1, UTC).date()


def _moment(until: date | None) -> int | None:
    """The midnight before a day, in seconds."""
    return (
        None if until is None else int(datetime(until.year, until.month, until.day, tzinfo=UTC).timestamp())
    )

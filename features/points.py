"""Prediction points: the moment at which between-session work has just been agreed.

A contact's point stands at the contact's end; `exclusions` names the contacts that have none.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeAlias

import ibis
import pandas as pd

from features.engine import Engine
from features.exclusions import EXCLUSIONS, Counted, Size, after_discharge, as_table
from features.facts import Facts

Table: TypeAlias = Any
Expression: TypeAlias = Any
DAY = 86_400
WEEK = 7 * DAY
# Kinds of point: a contact at which work was agreed; a week on the programme, where no task is recorded.
CONTACT_POINT, PLATFORM_WEEK = "contact", "platform week"
LOW_INTENSITY = (
    "748051000000105",  # guided self-help (book)
    "748101000000105",  # non-guided self-help (book)
    "748041000000107",  # guided self-help (computer)
    "748091000000102",  # non-guided self-help (computer)
    "748061000000108",  # structured physical activity
    "702545008",  # psychoeducational peer support
    "1026111000000108",  # other low intensity
    "975131000000104",  # community signposting
)


@dataclass(frozen=True)
class PointSettings:
    """`low_intensity_codes`: therapy codes of IDS202 that count as low intensity.

    `platform_weeks`: where a service records no tasks, how many weekly points a user of the online
    programme has at most.
    """

    low_intensity_codes: tuple[str, ...] = LOW_INTENSITY
    platform_weeks: int = 12


@dataclass(frozen=True)
class Points:
    """`table`: point_id, kind, at (seconds), contact_id, pathway_id, patient_id, practitioner_id, service_id,
    session_number, in `engine`, which may still be at work on them. `counted`: each exclusion with how many
    contacts and patients there were before and after, asked when somebody wants it.
    """

    engine: Engine
    table: Table
    counted: Callable[[], Sequence[Counted]] = tuple

    @cached_property
    def exclusions(self) -> pd.DataFrame:
        """What each exclusion left out: step, reason, contacts and patients before and after."""
        return as_table(self.counted())

    def frame(self) -> pd.DataFrame:
        """The points in a fixed order, with `at` as a timestamp."""
        points = self.seconds()
        return points.assign(at=pd.to_datetime(points["at"], unit="s"))

    def seconds(self) -> pd.DataFrame:
        """The same with `at` in seconds."""
        return self.engine.frame(self.table.order_by(["at", "point_id"]))


def find_points(facts: Facts, settings: PointSettings, *, until: int | None = None) -> Points:
    """Every point of a source, as known at `until` (seconds).

    Points stand where tasks are recorded; where a service has no task table, at the weekly anniversaries
    of each pathway's first log-in.
    """
    made = {CONTACT_POINT: _contact_points, PLATFORM_WEEK: _platform_points}
    return made[kind_of(facts)](facts, settings, until)


def kind_of(facts: Facts) -> str:
    """What the points of a source are: CONTACT_POINT where tasks are recorded, else PLATFORM_WEEK."""
    return CONTACT_POINT if "tasks" in facts.recorded else PLATFORM_WEEK


def _contact_points(facts: Facts, settings: PointSettings, until: int | None) -> Points:
    contacts = _contacts(facts, settings, until)
    contacts = facts.engine.keep("point_contacts", contacts)
    stays = list(accumulate((~exclusion(contacts) for exclusion in EXCLUSIONS), operator.and_))
    left = contacts.filter(stays[-1])
    points = left.select(
        point_id=left.contact_id,
        kind=ibis.literal(CONTACT_POINT),
        at=left.ends_at,
        contact_id=left.contact_id,
        pathway_id=left.pathway_id,
        patient_id=left.patient_id,
        practitioner_id=ibis.coalesce(left.set_by, left.practitioner),
        service_id=left.service_id,
        session_number=left.session_number,
    )
    if until is not None:
        points = points.filter(points["at"] < until)

    def counted() -> list[Counted]:
        sizes = _sizes(facts, contacts, [ibis.literal(True), *stays])
        return list(zip(EXCLUSIONS, sizes[:-1], sizes[1:], strict=True))

    return Points(facts.engine, _kept(facts, points), counted)


def _contacts(facts: Facts, settings: PointSettings, until: int | None) -> Table:
    """Every contact with what the exclusions ask about, as it stood at `until`."""
    contacts = facts.standing("appointments", until)
    contacts = contacts.select(
        "contact_id", "pathway_id", "start", "ends_at", "attended", "individual", "treatment"
    )
    session = ibis.window(group_by="pathway_id", order_by=["start", "contact_id"], preceding=(None, 0))
    treated = (contacts.attended & contacts.treatment).ifelse(1, 0)
    contacts = contacts.mutate(session_number=treated.sum().over(session))
    contacts = contacts.join(_patients(facts), "pathway_id")
    for beside in (_discharges(facts, until), _therapies(facts, settings, until), _tasks(facts, until)):
        contacts = contacts.left_join(beside, beside.columns[0]).drop(f"{beside.columns[0]}_right")
    return contacts


def _patients(facts: Facts) -> Table:
    rows = facts.table("patient_referrals")
    service = rows.pathway_id.left(rows.pathway_id.find(":"))
    return rows.select("pathway_id", "patient_id", service_id=service)


def _discharges(facts: Facts, until: int | None) -> Table:
    return facts.standing("discharges", until).select("pathway_id", "discharged_at")


def _therapies(facts: Facts, settings: PointSettings, until: int | None) -> Table:
    if "activities" not in facts.recorded:
        rows = facts.standing("appointments", until).select("contact_id").distinct()
        empty = ibis.null("int64")
        return rows.mutate(therapies=empty, low_intensity=empty, practitioner=ibis.null("string"))
    rows = facts.standing("activities", until)
    low = rows.therapy.isin(settings.low_intensity_codes)
    return rows.group_by("contact_id").aggregate(
        therapies=rows.therapy.count(),
        low_intensity=low.ifelse(1, 0).sum(),
        practitioner=rows.practitioner.min(),
    )


def _tasks(facts: Facts, until: int | None) -> Table:
    rows = facts.standing("tasks", until)
    return rows.group_by("contact_id").aggregate(tasks=rows.count(), set_by=rows.set_by.min())


def _platform_points(facts: Facts, settings: PointSettings, until: int | None) -> Points:
    logins = facts.standing("platform_sessions", until)
    first = logins.group_by("pathway_id").aggregate(first=logins.started_at.min())
    weeks = facts.engine.given("weeks", pd.DataFrame({"week": range(1, settings.platform_weeks + 1)}))
    rows = first.join(_patients(facts), "pathway_id").cross_join(weeks)
    rows = rows.mutate(at=rows["first"] + rows.week * WEEK)
    ends = facts.engine.given("ends", facts.ends(until).reset_index())
    rows = rows.join(ends, "service_id")
    rows = rows.left_join(_discharges(facts, until), "pathway_id").drop("pathway_id_right")
    before_end = (rows["at"] < rows.end) & ((rows["at"] < rows.discharged_at).fill_null(True))
    kept = rows.filter(before_end)
    missing = ibis.null("string")
    points = kept.select(
        point_id=kept.pathway_id + "@week " + kept.week.cast("string"),
        kind=ibis.literal(PLATFORM_WEEK),
        at=kept["at"],
        contact_id=missing,
        pathway_id=kept.pathway_id,
        patient_id=kept.patient_id,
        practitioner_id=missing,
        service_id=kept.service_id,
        session_number=kept.week.cast("int64"),
    )
    return Points(
        facts.engine,
        _kept(facts, points),
        lambda: [(after_discharge, _size(facts, rows), _size(facts, kept))],
    )


def _kept(facts: Facts, points: Table) -> Table:
    return facts.engine.keep("points", points)


def _size(facts: Facts, contacts: Table) -> Size:
    return _sizes(facts, contacts, [ibis.literal(True)])[0]


def _sizes(facts: Facts, contacts: Table, conditions: Sequence[Expression]) -> list[Size]:
    """How many contacts meet each condition, and of how many patients; in one query."""
    asked: dict[str, Expression] = {}
    for n, met in enumerate(conditions):
        whose = ibis.ifelse(met, contacts.patient_id, ibis.null("string"))
        asked |= {f"contacts_{n}": whose.count(), f"patients_{n}": whose.nunique()}
    counted = facts.engine.frame(contacts.aggregate(**asked)).iloc[0]
    return [(int(counted[f"contacts_{n}"]), int(counted[f"patients_{n}"])) for n in range(len(conditions))]


def only(facts: Facts, points: Points, chosen: Sequence[str]) -> Table:
    """The rows of `points.table` whose point_id is among the chosen, kept in the engine."""
    ids = facts.engine.given("chosen_ids", pd.DataFrame({"point_id": pd.Series(chosen, dtype="string")}))
    return facts.engine.keep("chosen_points", points.table.semi_join(ids, "point_id"))


def given_points(facts: Facts, points: pd.DataFrame) -> Points:
    """Points chosen elsewhere (a benchmark's, say): the columns of `Points.table`, `at` as a timestamp."""
    in_seconds = points.assign(at=points["at"].astype("datetime64[s]").astype("int64"))
    texts = dict.fromkeys(("contact_id", "practitioner_id"), "string")
    return Points(facts.engine, facts.engine.given("points", in_seconds.astype(texts)))

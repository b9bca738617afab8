"""What was known strictly before a point. The only place that compares dates.

Two ways, with one meaning. What concerns a pathway, a patient or a practitioner's own file is joined to the
points. What a practitioner or a service saw with all their patients is far too much to join to every point:
it is summed up once in the order of time, and each point reads the total as it stood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import ibis

from features.number import Expression, Table

DAY = 86_400.0
# A log-in whose end is not known yet is taken to go on for so long at most, ours; the longest of the 8,569 log-ins
# that Côté-Allard 2022 published lasted 5.6 hours.
LONGEST_LOG_IN_HOURS = 6
About: TypeAlias = Literal["pathway", "patient", "practitioner", "service"]
WHOSE = ("pathway_id", "patient_id", "practitioner_id", "service_id")
POINT_COLUMNS = ("point_id", *WHOSE, "contact_id", "at", "session_number")
DERIVED = ("days_before", "in_this_contact", "in_this_pathway", "with_this_practitioner")
# Which of these compare a column of the fact with the point's own.
BESIDE_THE_POINT = {
    "in_this_contact": "contact_id",
    "in_this_pathway": "pathway_id",
    "with_this_practitioner": "practitioner",
}
POINT, FACT = 0, 1
TO_NINE_PLACES = 9
NOTHING = ibis.literal(0.0, "float64")


def known_before(points: Table, rows: Table, about: About, later: Mapping[str, str]) -> Table:
    """Every point beside every row about the same subject that was known strictly before it.

    `points` has POINT_COLUMNS with `at` in seconds; `rows` has `about_id`, `known_at`, `superseded_at`,
    `order` and the fact's own columns, `happened_at` where that may be before `known_at`. A row counts while no later
    version of it was known, and its days are counted from when it happened. A column named in `later` is seen only
    where the moment it names has passed; `minutes_until_point` is cut at the point, see `_minutes`.
    """
    key = f"{about}_id"
    named = points.select(**{f"point_{name.removeprefix('point_')}": points[name] for name in POINT_COLUMNS})
    standing = (rows.superseded_at.isnull()) | (rows.superseded_at >= named.point_at)
    seen = named.join(rows, [named[f"point_{key}"] == rows[key], rows.known_at < named.point_at, standing])
    when = seen.happened_at if "happened_at" in seen.columns else seen.known_at
    seen = seen.mutate(days_before=(seen.point_at - when).cast("float64") / DAY)
    if "ended_at" in seen.columns:
        seen = seen.mutate(minutes_until_point=_minutes(seen))
    for own, moment in later.items():
        seen = seen.mutate(**{own: ibis.ifelse(seen[moment] < seen.point_at, seen[own], ibis.null())})
    if "contact_id" in seen.columns:
        seen = seen.mutate(in_this_contact=(seen.contact_id == seen.point_contact_id).fill_null(False))
    if "practitioner" in seen.columns:
        seen = seen.mutate(with_this_practitioner=seen.practitioner == seen.point_practitioner_id)
    if "pathway_id" in seen.columns:
        seen = seen.mutate(in_this_pathway=seen.pathway_id == seen.point_pathway_id)
    return seen


def _minutes(seen: Table) -> Expression:
    """Minutes of each log-in up to its end or, where no end was known before the point, up to the point.

    Whether an end is recorded later must not matter: a log-in of the last LONGEST_LOG_IN_HOURS without a known
    end counts as going on, and of an earlier one nobody knows how long it was, which is missing.
    """
    so_far = seen.point_at - seen.known_at
    going_on = ibis.ifelse(so_far <= LONGEST_LOG_IN_HOURS * 3_600, so_far, ibis.null())
    seconds = ibis.ifelse(seen.ended_at < seen.point_at, seen.ended_at - seen.known_at, going_on)
    return seconds.cast("float64") / 60.0


def behind_totals(points: Table, rows: Table, about: About) -> Table:
    """The rows that a running total of each point is made of, for looking at a few points: every point beside
    every row about its practitioner or service, other patients' only, that stood strictly before it.
    """
    key = f"{about}_id"
    named = points.select("point_id", subject=points[key], own=points.patient_id, point_at=points["at"])
    standing = rows.superseded_at.isnull() | (rows.superseded_at >= named.point_at)
    seen = named.join(
        rows,
        [named.subject == rows[key], rows.known_at < named.point_at, named.own != rows.patient_id, standing],
    )
    return seen.mutate(days_before=(seen.point_at - seen.known_at).cast("float64") / DAY)


@dataclass(frozen=True)
class Totals:
    """Running totals asked for: per amount, its total over the subject's rows known strictly before each point, the
    rows of the point's own patient left out.

    `rows` has `about_id`, `patient_id`, `known_at` and `superseded_at`; an amount is one number per row. A row
    enters when it was known and leaves when a later version of it was. A point without the subject is not answered.
    `fact` names the column of the points' ids, `{fact}__point`.
    """

    fact: str
    points: Table
    rows: Table
    about: About
    amounts: Mapping[str, Expression]

    def asking(self) -> Table:
        """`point_id`, `subject` and `moment` of the points that have the subject."""
        points, key = self.points, f"{self.about}_id"
        return points.filter(points[key].notnull()).select(
            "point_id", subject=points[key], moment=points["at"]
        )

    def changes(self) -> Table:
        """`subject`, `moment` and by how much each amount changes then."""
        return total_changes(self.rows, self.about, self.amounts).rename(subject=f"{self.about}_id")

    def by_sorting(self) -> Table:
        """`point_id` and the totals over all rows of its subject, by running sums in the order of time.

        The cost is that of sorting points and rows together, whatever the number of patients.
        """
        asking, amounts = self.asking(), tuple(self.amounts)
        # Nobody asks of other practitioners and services, where only some have points.
        changes = self.changes().semi_join(asking, "subject")
        columns = ("subject", "moment", *amounts, "point_id", "kind")
        here = asking.mutate(kind=ibis.literal(POINT, "int8"), **dict.fromkeys(amounts, NOTHING))
        nobody = ibis.null(asking.point_id.type())
        others = changes.mutate(kind=ibis.literal(FACT, "int8"), point_id=nobody)
        together = ibis.union(here.select(*columns), others.select(*columns))
        # At one moment the point stands before the facts: what becomes known then does not count.
        so_far = ibis.window(group_by="subject", order_by=["moment", "kind"], preceding=None, following=0)
        summed = together.select(
            "kind", "point_id", **{name: together[name].sum().over(so_far) for name in amounts}
        )
        return summed.filter(summed.kind == POINT).drop("kind")

    def less_own(self, everybodys: Table) -> Table:
        """What is asked for, from the totals over all rows as `by_sorting` gives them."""
        own = own_totals(self.points, self.rows, self.about, self.amounts)
        both = everybodys.left_join(own, "point_id")
        less = {name: both[name] - ibis.coalesce(both[f"own_{name}"], NOTHING) for name in self.amounts}
        return both.select(
            **{f"{self.fact}__point": both.point_id},
            **{name: total.round(TO_NINE_PLACES) for name, total in less.items()},
        )


def total_changes(rows: Table, about: About, amounts: Mapping[str, Expression]) -> Table:
    """`about_id`, `moment` and by how much each amount's total over all rows of a subject changes then."""
    return _changes(_counted(rows, about, amounts), about, tuple(amounts))


def own_totals(points: Table, rows: Table, about: About, amounts: Mapping[str, Expression]) -> Table:
    """`point_id` and, as `own_` columns, the totals over the rows of the point's own patient, where there are any."""
    return _own(points, _counted(rows, about, amounts), about, tuple(amounts))


def _counted(rows: Table, about: About, amounts: Mapping[str, Expression]) -> Table:
    return rows.select(f"{about}_id", "patient_id", "known_at", "superseded_at", **amounts)


def _changes(counted: Table, about: About, amounts: tuple[str, ...]) -> Table:
    """A row enters when it was known and leaves when a later version of it was."""
    columns = (f"{about}_id", "moment", *amounts)
    leaving = counted.filter(counted.superseded_at.notnull())
    leaving = leaving.mutate(moment=leaving.superseded_at, **{name: -leaving[name] for name in amounts})
    return counted.mutate(moment=counted.known_at).select(*columns).union(leaving.select(*columns))


def _own(points: Table, counted: Table, about: About, amounts: tuple[str, ...]) -> Table:
    key = f"{about}_id"
    named = points.select("point_id", subject=points[key], own=points.patient_id, point_at=points["at"])
    standing = counted.superseded_at.isnull() | (counted.superseded_at >= named.point_at)
    seen = named.join(
        counted,
        [
            named.own == counted.patient_id,
            named.subject == counted[key],
            counted.known_at < named.point_at,
            standing,
        ],
    )
    return seen.group_by("point_id").aggregate(**{f"own_{name}": seen[name].sum() for name in amounts})

"""All that is asked of one fact's histories, answered in one query whatever the number of predictors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import ibis
import ibis.expr.operations as ops

from features.as_of import NOTHING, About, Totals, own_totals, total_changes
from features.engine import Engine
from features.number import Expression, Number, Table

Summary = Callable[[Expression, Expression], Expression]


def _number(value: Expression) -> Expression:
    return value.cast("float64")


# Ibis' own `argmax` sorts every group on DuckDB; the engines' own functions keep one row of each.
@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def max_by(value: float, order: int) -> float:  # type: ignore[empty-body]
    """The value of the row with the highest order; rows without an order count for nothing."""


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def min_by(value: float, order: int) -> float:  # type: ignore[empty-body]
    """The value of the row with the lowest order; rows without an order count for nothing."""


@ibis.udf.agg.builtin(name="max_by")  # type: ignore[untyped-decorator]
def last_text(value: str, order: int) -> str:  # type: ignore[empty-body]
    """As `max_by`, of texts."""


def _of_values(value: Expression, order: Expression) -> Expression:
    """The order of the rows that have a value."""
    return ibis.ifelse(value.notnull(), order.cast("int64"), ibis.null("int64"))


# A count that is only asked to know whether there is anything: its rows are not told as those behind a value.
ASIDE = "count aside"
# Each means the same on every engine: ties are broken by the fixed order of a subject's rows, missing values
# count for nothing.
SUMMARIES: Mapping[str, Summary] = {
    "count": lambda value, _: value.count(),
    ASIDE: lambda value, _: value.count(),
    "distinct": lambda value, _: value.nunique(),
    "sum": lambda value, _: _number(value).sum(),
    "mean": lambda value, _: _number(value).mean(),
    "lowest": lambda value, _: _number(value).min(),
    "highest": lambda value, _: _number(value).max(),
    "spread": lambda value, _: _number(value).std(),
    "latest": lambda value, order: max_by(_number(value), _of_values(value, order)),
    "latest_text": lambda value, order: last_text(value, _of_values(value, order)),
    "first": lambda value, order: min_by(_number(value), _of_values(value, order)),
}
ADDITIVE = ("sum", "count", "mean")


class NotAdditiveError(Exception):
    """A summary that no running total can give was asked of a practitioner's or a service's history."""


@dataclass(frozen=True)
class Question:
    """One summary of one value per row."""

    summary: str
    value: Expression


@dataclass
class Tally:
    """What is asked of one fact about a pathway or a patient. `seen`: the rows known before each point."""

    beside_points: ClassVar[bool] = True

    fact: str
    seen: Table
    recorded: frozenset[str]
    origins: Mapping[str, str]
    asked: dict[str, Question] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    prepared: dict[str, Expression] = field(default_factory=dict)
    _names: dict[tuple[str, Any], str] = field(default_factory=dict)  # what is asked, found without searching

    def ask(self, summary: str, value: Expression) -> Number:
        """The number that a summary of a value per row gives; the same question is asked once."""
        name = self._names.setdefault((summary, value.op()), f"{self.fact}__{len(self._names)}")
        self.asked.setdefault(name, Question(summary, value))
        return _cell(name)

    def forget(self) -> None:
        """As if nothing had been asked of these rows; what was prepared beside them stays."""
        self.asked, self.read, self._names = {}, set(), {}

    def nothing_known(self) -> Number:
        """1 where no row was known before the point, else 0."""
        return self.ask(ASIDE, self.seen["order"]).or_else(0.0) <= 0.0

    def per_point(self, summary: str, value: Expression) -> Expression:
        """The summary of a value over each point's rows, beside each of these rows.

        Errors: NotAdditiveError where there are only running totals.
        """
        if not self.beside_points:
            raise NotAdditiveError(f"a running total of {self.fact} cannot look back to a certain row")
        name = f"prepared_{len(self.prepared)}"
        self.prepared[name] = SUMMARIES[summary](value, self.seen["order"])
        return self.with_prepared()[name]

    def answers(self) -> Table:
        """One row per point with any history: `{fact}__point` and one column per question."""
        rows = self.with_prepared()
        order = rows["order"]
        found = {
            name: _number(SUMMARIES[question.summary](on(rows, question.value), order))
            for name, question in self.asked.items()
        }
        grouped = rows.group_by("point_id").aggregate(**found)
        return grouped.rename(**{f"{self.fact}__point": "point_id"})

    def kept(self, engine: Engine) -> Table:
        """The answers, worked out and kept in the engine."""
        return engine.keep(f"answers_{self.fact}", self.answers())

    def with_prepared(self) -> Table:
        """The rows with what was worked out per point beside them."""
        if not self.prepared:
            return self.seen
        per_point = self.seen.group_by("point_id").aggregate(**self.prepared)
        return self.seen.left_join(per_point, "point_id").drop("point_id_right")


@dataclass
class RunningTally(Tally):
    """What is asked of one fact about a practitioner or a service. `seen`: its rows, whoever the patient is."""

    beside_points: ClassVar[bool] = False

    about: About = "practitioner"
    points: Any = None

    def ask(self, summary: str, value: Expression) -> Number:
        """As `Tally.ask`. Errors: NotAdditiveError for a summary that is not among ADDITIVE."""
        if summary not in ADDITIVE:
            raise NotAdditiveError(
                f"'{summary}' of {self.fact} is no running total; ask for {', '.join(ADDITIVE)} or share"
            )
        count = super().ask("count", value)
        if summary == "count":
            return count
        total = super().ask("sum", value)
        return total / count if summary == "mean" else total.where_above(count, 0)

    def nothing_known(self) -> Number:
        """See `Tally.nothing_known`; missing where the point has no practitioner: nobody knows of whom to ask."""
        return super().ask(ASIDE, self.seen["order"]) <= 0.0

    def kept(self, engine: Engine) -> Table:
        """See `Tally.kept`; the rows of each point's own patient are left out."""
        asked = Totals(self.fact, self.points, self.seen, self.about, self._amounts())
        return engine.totals(f"answers_{self.fact}", asked)

    def changes(self) -> Table:
        """By how much each answer changes with every row, whoever the patient is; see `total_changes`."""
        return total_changes(self.seen, self.about, self._amounts())

    def own_answers(self) -> Table:
        """The part of each answer that the rows of each point's own patient make up; see `own_totals`."""
        return own_totals(self.points, self.seen, self.about, self._amounts())

    def _amounts(self) -> dict[str, Expression]:
        return {
            name: ibis.ifelse(question.value.notnull(), 1, 0).cast("float64")
            if question.summary in ("count", ASIDE)
            else ibis.coalesce(_number(question.value), NOTHING)
            for name, question in self.asked.items()
        }


def _cell(name: str) -> Number:
    return Number(lambda wide: wide[name])


def on(rows: Table, value: Expression) -> Expression:
    """The same value read from rows that have more columns than those it was written for."""
    read = value.op().find(ops.Field, filter=ops.Value)
    return (
        value.op().replace({field: ops.Field(rows, field.name) for field in read}, filter=ops.Value).to_expr()
    )

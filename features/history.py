"""Histories: what a predictor is written with.

A predictor is written with a `History` of one fact (`appointments`), whose rows were all known before the
point, a `Column` of it (`appointments.missed`), one value per row, and a `Number`, one value per point, which
is what every summary of a column gives. Only the words below exist, because each means the same on every
engine; dividing by nothing gives missing. Of a history without any row every summary is missing, counts too:
`when_absent` says what that means. Rows of which none says what is asked give missing, but a condition that no row
meets counts 0.
"""

from __future__ import annotations

import ibis

from features.as_of import BESIDE_THE_POINT, DERIVED
from features.column import Column
from features.errors import nearest
from features.number import Expression, Number
from features.tally import ASIDE, RunningTally, Tally


class NotRecordedError(Exception):
    """A predictor reads a column of a fact that this source does not record; `origin`: its `Table.Column`."""

    def __init__(self, fact: str, column: str, origin: str) -> None:
        super().__init__(f"the source does not record {origin}")
        self.fact = fact
        self.column = column


class History:
    """The rows of one fact that were known strictly before a point.

    Of a practitioner's or a service's rows only running totals can be had: sums, counts, means and shares.
    """

    def __init__(self, tally: Tally, condition: Expression | None = None) -> None:
        self.tally = tally
        self.condition = condition

    def __bool__(self) -> bool:
        raise TypeError(
            "a History is not known yet where the predictor is written: no `if`, `and`, `or`, `not`; "
            "ask `.count()`, and `when_absent` says what an empty one gives"
        )

    def __getattr__(self, name: str) -> Column:
        tally = self.tally
        if name in DERIVED and isinstance(tally, RunningTally):
            raise AttributeError(
                f"'{name}' belongs to one point; a running total such as '{tally.fact}' cannot ask for it"
            )
        if name not in (*DERIVED, *tally.origins):
            raise AttributeError(
                f"fact '{tally.fact}' has no column '{name}': {nearest(name, (*DERIVED, *tally.origins))}"
            )
        needed = BESIDE_THE_POINT.get(name, name)
        if needed in tally.origins and needed not in tally.recorded:
            raise NotRecordedError(tally.fact, needed, tally.origins[needed])
        self.tally.read.add(name)
        return Column(self, self.tally.seen[name])

    @property
    def order(self) -> Expression:
        """The fixed order of a subject's rows: by when they happened (were known, where nobody says), then by key."""
        return self.tally.seen["order"]

    @property
    def ago(self) -> Expression:
        """How long before the point each row happened: the same for rows of one moment."""
        return self.tally.seen["days_before"]

    def where(self, condition: Column) -> History:
        """Only the rows of which the condition is true."""
        both = condition.value if self.condition is None else self.condition & condition.value
        return History(self.tally, both)

    def after_latest(self, condition: Column) -> History:
        """Only the rows of later moments than the last at which the condition is true of a row; all where none is."""
        last = self.tally.per_point("lowest", self.where(condition).keep(self.ago))
        return self.where(Column(self, last.isnull() | (self.ago < last)))

    def like_latest(self, column: Column) -> History:
        """Only the rows that have the same text in a column as the last row that has one."""
        last = self.tally.per_point("latest_text", self.keep(column.value))
        return self.where(Column(self, column.value == last))

    def keep(self, value: Expression) -> Expression:
        """A value per row, missing where the condition does not hold."""
        return value if self.condition is None else ibis.ifelse(self.condition, value, ibis.null())

    def count(self) -> Number:
        """How many rows there are."""
        return self.tally.ask("count", self.keep(self.order))

    def is_empty(self) -> Number:
        """1 where there is no row, else 0: a condition, as `Column.is_known`."""
        return self.tally.ask(ASIDE, self.keep(self.order)) <= 0.0

    def days_since_latest(self) -> Number:
        """Days from the moment the last row was known to the point."""
        return self.days_before.lowest()

    def days_since_first(self) -> Number:
        """Days from the moment the first row was known to the point."""
        return self.days_before.highest()

"""How one table is kept in DuckDB, as text: what can be written once and asked again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

NAMED = re.compile('"([^"]+)"')


@dataclass(frozen=True)
class TotalsAsked:
    """The questions whose answers become the totals over all rows: `points`, `changes`, and which amounts."""

    points: str
    changes: str
    amounts: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """The SQL that makes a table, and the tables that it is made of; names stand between double quotes.

    `totals`: asked first, and there for the SQL as the table `all_NAME`.
    """

    name: str
    sql: str
    reads: tuple[str, ...]
    totals: TotalsAsked | None = None

    @property
    def total(self) -> str:
        """What the totals over all rows are called for the SQL."""
        return f"all_{self.name}"

    def renamed(self, names: Mapping[str, str]) -> Step:
        """The same with other names for itself and for what it reads; `names`: old to new."""
        new = {name: names[name] for name in (self.name, *self.reads) if name in names}
        changed = {**new, self.total: f"all_{new[self.name]}"}

        def put(sql: str) -> str:
            return NAMED.sub(lambda found: f'"{changed.get(found[1], found[1])}"', sql)

        totals = self.totals
        if totals:
            totals = TotalsAsked(put(totals.points), put(totals.changes), totals.amounts)
        return Step(new[self.name], put(self.sql), tuple(new.get(one, one) for one in self.reads), totals)

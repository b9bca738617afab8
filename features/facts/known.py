"""All facts of a source, each worked out once and kept where the engine can join it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import ibis
import pandas as pd

from features.engine import DuckDB, Engine
from features.errors import nearest
from features.facts.definition import FACTS, Fact, FactSettings
from features.facts.source import DAY, Shared, Source, Table, end_of_day
from features.records import Reading, Records


class Facts:
    """What a source says, fact by fact, with the moment each row was known and was superseded.

    Worked out by DuckDB, unless another engine is given.
    """

    def __init__(
        self, records: Records | Reading, settings: FactSettings, engine: Engine | None = None
    ) -> None:
        unknown = [name for name in settings.arrival_lag_days if name not in FACTS]
        if unknown:
            raise ValueError(f"arrival_lag_days names no fact '{unknown[0]}'; {nearest(unknown[0], FACTS)}")
        self.records = records
        self.settings = settings
        self.engine = engine or DuckDB(records)
        self._kept: dict[str, Table] = {}

    @cached_property
    def _shared(self) -> Shared:
        return Shared(self.records, self.engine)

    @cached_property
    def recorded(self) -> Mapping[str, frozenset[str]]:
        """Fact -> the columns of it that this source carries; a fact without any is left out."""
        carried = {name: fact.recorded(self.records.columns) for name, fact in FACTS.items()}
        return {name: columns for name, columns in carried.items() if columns}

    def table(self, name: str) -> Table:
        """The rows of a fact: `{about}_id, known_at, superseded_at, order, record_key` and its columns.

        Every version of a row stands here; a later one supersedes an earlier one at its own `known_at`.
        """
        if name not in self._kept:
            fact = FACTS[name]
            source = Source(fact, self.settings, self._shared, self.table)
            rows = _finished(fact, fact.rows(source), self._lag(name))
            self._kept[name] = self.engine.keep(f"fact_{name}", rows)
        return self._kept[name]

    def foresee(self, names: Iterable[str]) -> None:
        """Ask now for facts that will be wanted, as far as they are recorded: the engine works them out behind."""
        for name in names:
            if name in self.recorded:
                self.table(name)

    def take(self, tables: Mapping[str, Table]) -> None:
        """Facts that the engine was asked for otherwise, as `table` would have: see `features.plan`."""
        self._kept.update(tables)

    def standing(self, name: str, until: int | None = None) -> Table:
        """The rows of a fact as they stood at `until` (seconds; at the end of the records where None)."""
        rows = self.table(name)
        if until is None:
            return rows.filter(rows.superseded_at.isnull())
        current = rows.superseded_at.isnull() | (rows.superseded_at >= until)
        return rows.filter((rows.known_at < until) & current)

    def frame(self, name: str, *columns: str, until: int | None = None) -> pd.DataFrame:
        """Some columns of the standing rows of a fact, in the order of their keys."""
        rows = self.standing(name, until)
        return self.engine.frame(rows.order_by("record_key").select(*columns))

    def ends(self, until: int | None = None) -> pd.Series[int]:
        """The end of each service's records in seconds, by `service_id`: its last reporting period, or `until`."""
        header = self.engine.table("IDS000Header")
        last = header.group_by(service_id=header.OrgID_Provider)
        ended = last.aggregate(end=end_of_day(header.ReportingPeriodEndDate.max())).order_by("service_id")
        ends: pd.Series[int] = self.engine.frame(ended).set_index("service_id")["end"]
        return ends if until is None else ends.clip(upper=until)

    def _lag(self, name: str) -> int:
        return round(self.settings.arrival_lag_days.get(name, 0.0) * DAY)


def _finished(fact: Fact, rows: Table, lag: int) -> Table:
    """Rows with the moment each version was superseded and a fixed order within their subject.

    A version that was corrected later keeps its place in time: it is known from the correction on, but it happened when
    it happened.
    """
    key = f"{fact.about}_id"
    rows = rows.mutate(known_at=rows.known_at + lag)
    for moment in {"ended_at", "happened_at"} & set(rows.columns):
        rows = rows.mutate(**{moment: rows[moment] + lag})
    rows = rows.filter(rows[key].notnull() & rows.known_at.notnull() & rows.record_key.notnull())
    in_order = ["happened_at" if "happened_at" in rows.columns else "known_at", "record_key"]
    if "version" in rows.columns:
        in_order.append("version")
        versions = ibis.window(group_by=[key, "record_key"], order_by="version")
        rows = rows.mutate(superseded_at=rows.known_at.lead().over(versions))
    else:
        rows = rows.mutate(superseded_at=ibis.null("int64"))
    if fact.running:  # sums know no order
        return rows.mutate(order=ibis.literal(0, "int64"))
    return rows.mutate(order=ibis.row_number().over(ibis.window(group_by=key, order_by=in_order)))

"""Spark as an engine, here or on a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from features.as_of import Totals
from features.engine import of_its_own, quoted
from features.number import Table
from features.records import Records
from features.seconds import in_seconds


class Spark:
    """Spark, over the records as Parquet: one folder a table, one below it a service.

    `backend` is Ibis' PySpark backend, its session in UTC. `folder` must be seen by every worker; kept
    tables are written below it, because Spark would otherwise work them out at every use.
    """

    def __init__(self, records: Records, backend: Any, folder: Path) -> None:
        self._backend = backend
        self._folder = folder
        export(records, folder / "records")

    def table(self, name: str) -> Table:
        """See `Engine`."""
        return self._backend.read_parquet(str(self._folder / "records" / name), table_name=f"records_{name}")

    def keep(self, name: str, rows: Table) -> Table:
        """See `Engine`."""
        name = of_its_own(name)
        path = self._folder / "kept" / name
        self._backend.to_parquet(rows, str(path))
        # Spark gives some functions a narrower type than Ibis thinks, such as 32 bits to a row's number.
        return self._backend.read_parquet(str(path), table_name=f"kept_{name}").cast(rows.schema())

    def totals(self, name: str, asked: Totals) -> Table:
        """See `Engine`."""
        return self.keep(name, asked.less_own(asked.by_sorting()))

    def let_go(self, kept: Sequence[Table]) -> None:
        """See `Engine`; they stand on disk until the end."""

    def given(self, name: str, frame: pd.DataFrame) -> Table:
        """See `Engine`."""
        path = self._folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(path, index=False)
        return self._backend.read_parquet(str(path), table_name=f"given_{name}")

    def frame(self, rows: Table) -> pd.DataFrame:
        """See `Engine`."""
        frame: pd.DataFrame = rows.to_pandas()
        return frame

    def write(self, rows: Table, path: Path, *, by: str | None = None) -> None:
        """See `Engine`."""
        self._backend.to_parquet(rows, str(path), mode="overwrite", partitionBy=by)

    def abandon(self) -> None:
        """See `Engine`: here nothing waits."""


def pyspark_backend(session: Any) -> Any:
    """Ibis' PySpark backend over a session, for `Spark`."""
    return ibis.pyspark.connect(session)


def export(records: Records, folder: Path) -> None:
    """Write the records as Parquet, a folder a table, one below it a service, as `Spark` reads them."""
    backend = ibis.duckdb.from_connection(records.connection)
    for name in records.columns:
        (folder / name).mkdir(parents=True)
        rows = in_seconds(backend.table(name))
        query = backend.compile(rows.mutate(service=rows.OrgID_Provider))
        target = quoted(folder / name)
        records.connection.execute(
            f"COPY ({query}) TO '{target}' (FORMAT parquet, PARTITION_BY (service), OVERWRITE_OR_IGNORE)"
        )

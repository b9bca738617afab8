"""Records of as many pathways as wanted: a synthetic service, checked and typed, then repeated at more providers.

Only referrals on which work was agreed are kept, with all the records of their patients: about three points each.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd

from features.records import Records, read_records
from features.records.settings import SourceSettings
from features.standard import columns_of
from pipelines.synthetic.whole_service import synthesise

REFERRALS_PER_PATHWAY = 2.42
"""Referrals of the synthetic service for one on which work is agreed."""
MEMORY = "5GB"
"""What DuckDB may hold; the rest goes to disk."""
OWNERS = ("ServiceRequestId", "CareContactId", "CareActId", "LocalPatientId", "TaskId")


def make_service(folder: Path, *, pathways: int, copies: int, seed: int = 1) -> None:
    """Typed records below `folder`, a folder a table, a file for each copy of a service of `pathways`.

    A folder of the same make is left as it is; any other one there is written anew.
    """
    made = {"pathways": pathways, "copies": copies, "seed": seed}
    marker = folder / "made.json"
    if marker.exists() and json.loads(marker.read_text())["made"] == made:
        return
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "source"
    referrals = round(pathways * REFERRALS_PER_PATHWAY)
    synthesise(source, pathways=referrals, services=12, months=24, seed=seed, file_format="parquet")
    records = read_records(source, SourceSettings())
    _keep_treated(records.connection, records.columns)
    for table in records.columns:
        for copy in range(copies):
            _write(records.connection, table, folder / table, copy)
    shutil.rmtree(source)
    text = {"made": made, "columns": {table: list(held) for table, held in records.columns.items()}}
    marker.write_text(json.dumps(text))


def _keep_treated(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, tuple[str, ...]]) -> None:
    """Leave what belongs to a referral on which work was agreed."""
    connection.execute(
        "CREATE TEMP TABLE own_ServiceRequestId AS SELECT DISTINCT c.OrgID_Provider, c.ServiceRequestId "
        "FROM BSW001TaskSet JOIN IDS201CareContact c USING (OrgID_Provider, CareContactId)"
    )
    for table, own, parent in (
        ("IDS101Referral", "LocalPatientId", "ServiceRequestId"),
        ("IDS201CareContact", "CareContactId", "ServiceRequestId"),
        ("IDS202CareActivity", "CareActId", "CareContactId"),
        ("BSW001TaskSet", "TaskId", "CareContactId"),
    ):
        connection.execute(
            f"CREATE TEMP TABLE own_{own} AS SELECT DISTINCT OrgID_Provider, {own} FROM {table} "
            f"SEMI JOIN own_{parent} USING (OrgID_Provider, {parent})"
        )
    for table, held in columns.items():
        owner = next((name for name in OWNERS if name in held), None)
        if owner is not None:
            connection.execute(
                f'CREATE OR REPLACE TABLE "{table}" AS SELECT * FROM "{table}" '
                f"SEMI JOIN own_{owner} USING (OrgID_Provider, {owner})"
            )


def _write(connection: duckdb.DuckDBPyConnection, table: str, folder: Path, copy: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = str(folder / f"copy-{copy:03d}.parquet").replace("'", "''")
    connection.execute(
        f"COPY (SELECT * REPLACE (OrgID_Provider || '.{copy}' AS OrgID_Provider) FROM \"{table}\") "
        f"TO '{path}' (FORMAT parquet)"
    )


def open_service(folder: Path, *, threads: int = 2) -> Records:
    """The records that `make_service` left, read from Parquet as they are asked for."""
    columns = json.loads((folder / "made.json").read_text())["columns"]
    connection = duckdb.connect()
    spill = str(folder / "spill").replace("'", "''")
    connection.execute(f"SET threads = {threads}; SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET temp_directory = '{spill}'; SET preserve_insertion_order = false")
    for table, held in columns.items():
        path = str(folder / table / "*.parquet").replace("'", "''")
        chosen = ", ".join(f'"{name}"' for name in held if name in columns_of(table))
        connection.execute(f"CREATE VIEW \"{table}\" AS SELECT {chosen} FROM read_parquet('{path}')")
    nothing = pd.DataFrame()
    return Records(connection, {name: tuple(held) for name, held in columns.items()}, nothing, nothing, True)

"""Where records are silent altogether: a table nobody could use, or one that some services of several never fill in.

A count of no rows is 0, and 0 is also what a patient has with whom nothing happened. So whoever reads counts must know
where nobody recorded anything.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from features.errors import InputError
from features.records.files import CONTACT, LOG_IN, TASK
from features.records.held import Records

SHOWN = 3  # rules


def must_be_usable(records: Records, tables: Collection[str]) -> None:
    """Errors: InputError naming each of these tables of which every row was set aside, with the rules they break."""
    faults = []
    for table, file, rows in lost(records, tables).to_numpy():
        broken = records.set_aside[records.set_aside["table"] == table]
        rules = (broken["column"] + " " + broken["rule"]).drop_duplicates().head(SHOWN)
        faults.append(
            f"{file}: none of its {rows:,} rows can be used ({', '.join(rules)}), and without "
            "them it would look as if nothing had happened; `bsw check` lists them: mend them, or leave the file out"
        )
    if faults:
        raise InputError(*faults)


def must_mean_weeks(records: Records) -> None:
    """Points are weeks on the online programme only where no table of tasks is kept, never because it has no row.

    Errors: InputError naming each table without a row for want of which they would be weeks unasked.
    """
    faults = [
        f"{table}: holds no row, and without one points would be weeks on the online programme ({LOG_IN}) and the "
        f"outcome a log-in, not agreed work; put its rows there, or leave {TASK} out if weeks are what is meant"
        for table in weeks_unasked(records)
    ]
    if faults:
        raise InputError(*faults)


def weeks_unasked(records: Records) -> list[str]:
    """The tables without a row for want of which points are weeks, though a table of tasks is kept."""
    kept = TASK in records.columns or TASK in records.empty
    return [table for table in (CONTACT, TASK) if kept and table in records.empty]


def lost(records: Records, tables: Collection[str]) -> pd.DataFrame:
    """Those of the tables of which every row was set aside: `table, file, rows_read`."""
    # Records made in memory count nothing.
    counts = records.counts.reindex(columns=["table", "file", "rows_read", "rows_kept"])
    broken = counts["table"].isin(tables) & counts["table"].isin(
        records.set_aside["table"]
    )  # and not by an objection
    nothing_left = broken & (counts["rows_kept"] == 0)
    return counts.loc[nothing_left, ["table", "file", "rows_read"]]


def silent_services(records: Records, tables: Collection[str]) -> dict[str, list[str]]:
    """Of these tables, each -> the services that have no row of it, where others have."""
    services = _services(records, "IDS000Header")
    there = sorted(records.columns.keys() & set(tables))
    silent = {table: sorted(services - _services(records, table)) for table in there}
    return {table: without for table, without in silent.items() if without}


def _services(records: Records, table: str) -> set[str]:
    with records.connection.cursor() as own:
        found = own.execute(f'SELECT DISTINCT OrgID_Provider FROM "{table}"').fetchall()
    return {str(row[0]) for row in found}

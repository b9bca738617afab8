"""Where records are silent: a table of which nobody could use all, or one that some services of several never fill in.

A count of no rows is 0, and 0 is also what a patient has with whom nothing happened. So whoever reads counts must know
where nobody recorded anything.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from features.errors import InputError
from features.records.checking import SENT_ONCE
from features.records.files import CONTACT, ESSENTIAL, LOG_IN, TASK
from features.records.held import Records

SHOWN = 3  # rules
TOO_MANY = 0.5  # of a table's rows set aside: what is left says nothing of the whole


def must_be_usable(records: Records, tables: Collection[str]) -> None:
    """Errors: InputError naming each of these tables of which most rows were set aside, with the rules they break."""
    faults = []
    for table, file, rows, broken, _ in lost(records, tables).to_numpy():
        own = records.set_aside[records.set_aside["table"] == table]
        rules = (own["column"] + " " + own["rule"]).value_counts().index[:SHOWN]
        usable = "none" if rows == broken else f"only {rows - broken:,}"
        otherwise = "" if table in ESSENTIAL else ", or leave the file out"
        faults.append(
            f"{file}: {usable} of its {rows:,} rows can be used ({', '.join(rules)}), and without "
            "the others it would look as if nothing had happened; `bsw check` lists them: mend them, or map what the "
            f"service writes in the configuration{otherwise}"
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
    """See `unreadable`: those of the tables of which so many rows were set aside that they cannot be used."""
    return unreadable(records, tables, above=TOO_MANY)


def unreadable(records: Records, tables: Collection[str], *, above: float) -> pd.DataFrame:
    """Those of the tables of which more than the share `above` of the rows was set aside, the most first:
    `table, file, rows, set_aside, share`.

    Neither what went with a patient who objects nor a second copy of a row is lost, and so neither is counted.
    """
    broken = records.set_aside[records.set_aside["rule"] != SENT_ONCE]
    rows_broken = broken[["table", "file", "row"]].drop_duplicates().groupby("table").size()
    # Records made in memory count nothing.
    found = records.counts.reindex(columns=["table", "file", "rows_kept"])
    found["set_aside"] = [int(rows_broken.get(table, 0)) for table in found["table"]]
    found["rows"] = found["rows_kept"].astype(int) + found["set_aside"]
    found["share"] = found["set_aside"] / found["rows"].clip(lower=1)
    chosen = found[found["table"].isin(tables) & (found["share"] > above)]
    columns = ["table", "file", "rows", "set_aside", "share"]
    return chosen.sort_values(["share", "table"], ascending=[False, True], ignore_index=True)[columns]


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

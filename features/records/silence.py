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

HEADER = "IDS000Header"
SHOWN = 3  # rules
TOO_MANY = 0.5  # of a table's rows set aside: what is left says nothing of the whole
NOBODYS = ""  # the service of rows that name none of the records'


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


def lost_by_service(records: Records, tables: Collection[str]) -> dict[str, list[str]]:
    """The same by service: each of the records' services that has such a table -> which."""
    found = unreadable_by_service(records, tables, above=TOO_MANY)
    own = found[found["service"] != NOBODYS]
    return {str(service): sorted(rows["table"]) for service, rows in own.groupby("service")}


def unreadable(records: Records, tables: Collection[str], *, above: float) -> pd.DataFrame:
    """Those of the tables of which more than the share `above` of the rows was set aside, the most first:
    `table, file, rows, set_aside, share`.

    Neither what went with a patient who objects nor a second copy of a row is lost, and so neither is counted.
    """
    rows_broken = _broken(records, tables).groupby("table").size()
    # Records made in memory count nothing.
    found = records.counts.reindex(columns=["table", "file", "rows_kept"])
    found["set_aside"] = [int(rows_broken.get(table, 0)) for table in found["table"]]
    found["rows"] = found["rows_kept"].astype(int) + found["set_aside"]
    columns = ["table", "file", "rows", "set_aside", "share"]
    return _above(found[found["table"].isin(tables)], above)[columns]


def unreadable_by_service(records: Records, tables: Collection[str], *, above: float) -> pd.DataFrame:
    """The same within each service: `table, service, rows, set_aside, share`.

    Rows that name none of the records' services stand under NOBODYS, as a share of the whole table.
    """
    broken = _broken(records, tables)
    known = broken["service"].isin(services_of(records))
    found = broken.assign(service=broken["service"].where(known, NOBODYS))
    lost_rows = found.groupby(["table", "service"]).size().rename("set_aside").reset_index()
    kept = {table: _rows_of(records, table) for table in lost_rows["table"].unique()}
    lost_rows["rows"] = lost_rows["set_aside"] + [
        kept[table].get(service, 0) if service != NOBODYS else sum(kept[table].values())
        for table, service in zip(lost_rows["table"], lost_rows["service"], strict=True)
    ]
    return _above(lost_rows, above)[["table", "service", "rows", "set_aside", "share"]]


def _broken(records: Records, tables: Collection[str]) -> pd.DataFrame:
    """The rows of these tables that were set aside, but for second copies, each once: `table, file, row, service`."""
    found = records.set_aside
    broken = found[(found["rule"] != SENT_ONCE) & found["table"].isin(tables)]
    return broken[["table", "file", "row", "service"]].drop_duplicates(["table", "file", "row"])


def _above(found: pd.DataFrame, share: float) -> pd.DataFrame:
    """Those of which more than `share` of `rows` was `set_aside`, the most first."""
    found = found.assign(share=found["set_aside"] / found["rows"].clip(lower=1))
    by = [name for name in ("share", "table", "service") if name in found]
    ascending = [name != "share" for name in by]
    return found[found["share"] > share].sort_values(by, ascending=ascending, ignore_index=True)


def silent_services(records: Records, tables: Collection[str]) -> dict[str, list[str]]:
    """Of these tables, each -> the services that have no row of it, where others have."""
    services = services_of(records)
    there = sorted(records.columns.keys() & set(tables))
    silent = {table: sorted(services - _rows_of(records, table).keys()) for table in there}
    return {table: without for table, without in silent.items() if without}


def services_of(records: Records) -> set[str]:
    """The services whose submissions these are."""
    return {*_rows_of(records, HEADER)}


def _rows_of(records: Records, table: str) -> dict[str, int]:
    """How many rows of a table each service has."""
    with records.connection.cursor() as own:
        found = own.execute(f'SELECT OrgID_Provider, count(*) FROM "{table}" GROUP BY 1').fetchall()
    return {str(service): int(rows) for service, rows in found}

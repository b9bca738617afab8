"""Where records are silent: a table of which nobody could use all, or one that some services of several never fill in.

A count of no rows is 0, and 0 is also what a patient has with whom nothing happened. So whoever reads counts must know
where nobody recorded anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd

from features.errors import InputError
from features.records.checking import SENT_ONCE
from features.records.files import CONTACT, ESSENTIAL, LOG_IN, TASK
from features.records.held import Records

HEADER = "IDS000Header"
SHOWN = 3  # rules
TOO_MANY = 0.5  # of a table's rows set aside: what is left says nothing of the whole
NO_FEWER = 20  # rows gone: fewer of a table at the edge are no reason to be without everything else
NOBODYS = ""  # the service of rows that name none of the records'
PARENT = r"^must be in (IDS\w+|BSW\w+)$"


def must_be_usable(records: Records, tables: Collection[str], *, at_heart: Collection[str]) -> None:
    """Errors: InputError naming each of these tables that is `lost`, with the rules that its rows break."""
    faults = []
    for table, file, rows, broken, _ in lost(records, tables, at_heart=at_heart).to_numpy():
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


def lost(records: Records, tables: Collection[str], *, at_heart: Collection[str]) -> pd.DataFrame:
    """Those of the tables that cannot be used: see `unreadable`.

    Those `at_heart`, which say who has work and what became of it, cannot where most of their rows are gone; others
    where none is left, or most are gone and no few.
    """
    broken, found = _whole(records, tables)
    gone = found["table"].isin(at_heart) | (found["share"] == 1) | (found["set_aside"] >= NO_FEWER)
    found = found[gone & (found["share"] > TOO_MANY)]
    return _with_files(records, _apart(found, broken, above=TOO_MANY))


def lost_by_service(
    records: Records, tables: Collection[str], *, at_heart: Collection[str]
) -> dict[str, list[str]]:
    """Each of the records' services that lost tables -> which: those `at_heart` of which most of its rows are gone, and
    others of which no few rows are gone and none is left.

    Where most rows of a table `at_heart` name no service, it is lost to each that has no row of it.
    """
    broken, found = _by_service(records, tables)
    gone = found["table"].isin(at_heart) | ((found["share"] == 1) & (found["set_aside"] >= NO_FEWER))
    found = found[gone & (found["share"] > TOO_MANY)]
    told = _apart(found[found["service"] != NOBODYS], broken, above=TOO_MANY)
    services = {str(service): sorted(rows["table"]) for service, rows in told.groupby("service")}
    nobodys = found[(found["service"] == NOBODYS) & found["table"].isin(at_heart)]["table"]
    for table in nobodys:
        for service in sorted(services_of(records) - _rows_of(records, table).keys()):
            services[service] = sorted({*services.get(service, []), str(table)})
    return services


def unreadable(records: Records, tables: Collection[str], *, above: float) -> pd.DataFrame:
    """Those of the tables of which more than the share `above` of the rows was set aside, the most first:
    `table, file, rows, set_aside, share`.

    Neither what went with a patient who objects nor a second copy of a row is lost, and so neither is counted. A table
    is not named where no more than that is gone but with rows of a table that is.
    """
    broken, found = _whole(records, tables)
    return _with_files(records, _apart(found[found["share"] > above], broken, above=above))


def unreadable_by_service(records: Records, tables: Collection[str], *, above: float) -> pd.DataFrame:
    """The same within each service: `table, service, rows, set_aside, share`.

    Rows that name none of the records' services stand under NOBODYS, as a share of the whole table.
    """
    broken, found = _by_service(records, tables)
    return _apart(found[found["share"] > above], broken, above=above)


def _with_files(records: Records, found: pd.DataFrame) -> pd.DataFrame:
    files = records.counts.reindex(columns=["table", "file"]).set_index("table")["file"]
    return found.assign(file=found["table"].map(files))[["table", "file", "rows", "set_aside", "share"]]


def _whole(records: Records, tables: Collection[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `_broken` gives, all of it of the service NOBODYS, and the shares that it makes up of each table."""
    # Records made in memory count nothing.
    counts = records.counts.reindex(columns=["table", "rows_kept"])
    kept = dict(zip(counts["table"], counts["rows_kept"], strict=True))
    broken = _broken(records, tables).assign(service=NOBODYS)
    return broken, _shares(broken, lambda table, _: int(kept[table]))


def _by_service(records: Records, tables: Collection[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same within each service, with NOBODYS for one that is none of the records'."""
    broken = _broken(records, tables)
    known = broken["service"].isin(services_of(records))
    broken = broken.assign(service=broken["service"].where(known, NOBODYS))
    kept = {table: _rows_of(records, table) for table in broken["table"].unique()}
    gone = broken["table"].where(known).value_counts()

    def others(table: str, service: str) -> int:
        if service != NOBODYS:
            return kept[table].get(service, 0)
        return sum(kept[table].values()) + int(gone.get(table, 0))

    return broken, _shares(broken, others)


def _broken(records: Records, tables: Collection[str]) -> pd.DataFrame:
    """The rows of these tables that were set aside, but for second copies, each once: `table, service, parent, own`.

    `own`: whether a row broke a rule of its own, and not only that it must be in its `parent`.
    """
    found = records.set_aside[["table", "file", "row", "service", "rule"]]
    found = found[(found["rule"] != SENT_ONCE) & found["table"].isin(tables)]
    parent = found["rule"].str.extract(PARENT, expand=False)
    row = [found[name] for name in ("table", "file", "row")]
    found = found.assign(parent=parent, own=parent.isna().groupby(row).transform("any"))
    return found.drop_duplicates(["table", "file", "row"])[["table", "service", "parent", "own"]]


def _shares(broken: pd.DataFrame, others: Callable[[str, str], int]) -> pd.DataFrame:
    """Of each table and service in `broken`: `table, service, set_aside, rows, share`; `others`: its rows besides."""
    found = broken.groupby(["table", "service"]).size().rename("set_aside").reset_index()
    besides = [others(*one) for one in zip(found["table"], found["service"], strict=True)]
    found["rows"] = found["set_aside"] + np.array(besides, dtype=np.int64)
    return found.assign(share=found["set_aside"] / found["rows"])


def _apart(found: pd.DataFrame, broken: pd.DataFrame, *, above: float) -> pd.DataFrame:
    """Those of `found` of whose rows more than the share `above` is gone for another reason than that they must be in
    the row of a table that is found as well; the most first.
    """
    parents = found[["table", "service"]].rename(columns={"table": "parent"})
    told = broken.merge(parents, how="left", on=["parent", "service"], indicator="gone")
    own = told[told["own"] | (told["gone"] == "left_only")].groupby(["table", "service"]).size()
    found = found.merge(own.rename("apart").reset_index(), how="left", on=["table", "service"])
    kept = found[found["apart"].fillna(0) > above * found["rows"]]
    order = kept.sort_values(["share", "table", "service"], ascending=[False, True, True], ignore_index=True)
    return order[["table", "service", "rows", "set_aside", "share"]]


def silent_services(records: Records, tables: Collection[str]) -> dict[str, list[str]]:
    """Of these tables, each -> the services that have no row of it, where others have.

    One whose rows were set aside has some: see `unreadable_by_service`.
    """
    services, set_aside = services_of(records), records.set_aside.groupby("table")["service"].agg(set)
    there = sorted(records.columns.keys() & set(tables))
    silent = {
        table: sorted(services - _rows_of(records, table).keys() - set_aside.get(table, set()))
        for table in there
    }
    return {table: without for table, without in silent.items() if without}


def services_of(records: Records) -> set[str]:
    """The services whose submissions these are."""
    return {*_rows_of(records, HEADER)}


def _rows_of(records: Records, table: str) -> dict[str, int]:
    """How many rows of a table each service has."""
    with records.connection.cursor() as own:
        found = own.execute(f'SELECT OrgID_Provider, count(*) FROM "{table}" GROUP BY 1').fetchall()
    return {str(service): int(rows) for service, rows in found}

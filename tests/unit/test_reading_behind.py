"""A table may be read as soon as it is clean, whatever becomes of the others; after an error nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import duckdb
import pandas as pd
import pytest

from features.errors import InputError
from features.records import Reading, Records
from features.records.held import SET_ASIDE

COLUMNS = {"IDS001MPI": ("LocalPatientId",), "IDS101Referral": ("ServiceRequestId",)}


def waiting_for(reading: Reading, *tables: str) -> tuple[Thread, list[InputError]]:
    """A thread that waits for tables, and what it was told instead."""
    told: list[InputError] = []

    def wait() -> None:
        try:
            reading.cleaned(tables)
        except InputError as error:
            told.append(error)

    thread = Thread(target=wait, daemon=True)
    thread.start()
    return thread, told


def test_a_table_is_there_before_the_others_are_clean() -> None:
    go_on = Event()

    def rest(is_clean: Callable[[str], None]) -> Records:
        is_clean("IDS001MPI")
        go_on.wait(10)
        is_clean("IDS101Referral")
        return Records(connection, COLUMNS, pd.DataFrame(columns=list(SET_ASIDE)), pd.DataFrame())

    with duckdb.connect() as connection:
        reading = Reading(connection, COLUMNS, rest)
        reading.cleaned(["IDS001MPI"])
        other, _ = waiting_for(reading, "IDS101Referral")
        other.join(0.05)
        assert other.is_alive()
        go_on.set()
        other.join(10)
        assert not other.is_alive()
        assert reading.finished().columns == COLUMNS


def test_who_waits_for_a_table_that_will_never_be_clean_is_told_why() -> None:
    failed = Event()

    def rest(is_clean: Callable[[str], None]) -> Records:
        failed.wait(10)
        raise InputError("IDS101Referral.csv: no referral is left")

    with duckdb.connect() as connection:
        reading = Reading(connection, COLUMNS, rest)
        thread, told = waiting_for(reading, "IDS101Referral")
        failed.set()
        thread.join(10)
        assert not thread.is_alive()
        assert [str(error) for error in told] == ["IDS101Referral.csv: no referral is left"]
        with pytest.raises(InputError, match="no referral is left"):
            reading.finished()

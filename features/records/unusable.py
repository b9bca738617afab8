"""Why records cannot be used at all: a line per column and rule, however many rows break it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb
import pandas as pd

from features.errors import InputError
from features.records.checking import SENT_ONCE
from features.records.files import ESSENTIAL, Found
from features.records.rules import KIND_WORDS
from features.records.settings import SourceSettings

HEADER, PATIENTS, REFERRALS = ESSENTIAL
NO_DATE = tuple(f"must be {KIND_WORDS[kind]}" for kind in ("date", "timestamp"))
SHOWN = 3  # rules that a table's rows break, the most frequent first
LONGEST = 20  # characters of how a date is written


def refuse_unusable(
    connection: duckdb.DuckDBPyConnection, found: Found, set_aside: pd.DataFrame, settings: SourceSettings
) -> None:
    """A header row that breaks a rule leaves a submission undated; without a referral there is nothing.

    Errors: InputError, a line per column and rule. Only the header's values are shown: those of other tables are
    patients', and of their dates there is no more than the form.
    """
    broken = set_aside[set_aside["rule"] != SENT_ONCE]
    faults = [*_of_header(found, broken[broken["table"] == HEADER], settings)]
    if not faults and not connection.execute(f"SELECT 1 FROM {REFERRALS} LIMIT 1").fetchall():
        faults = [*_of_referrals(found, broken, settings)]
    if faults:
        raise InputError(*faults)


def _of_header(found: Found, broken: pd.DataFrame, settings: SourceSettings) -> Iterator[str]:
    for (column, rule, remedy), rows in broken.groupby(["column", "rule", "remedy"], sort=False):
        first = rows.iloc[0]
        value = repr(first["value"]) if isinstance(first["value"], str) else "blank"
        said = f"row {first['row']}: {column} {rule}; it is {value}"
        if len(rows) > 1:
            said = f"{column} {rule} in {len(rows):,} rows; in row {first['row']} it is {value}"
        yield f"{found.tables[HEADER]}: {said}; {remedy}{_formats(str(rule), settings)}"


def _of_referrals(found: Found, broken: pd.DataFrame, settings: SourceSettings) -> Iterator[str]:
    """Why none is left, and where that is for want of their patients, why those are set aside."""
    own = broken[broken["table"] == REFERRALS]
    if own.empty:
        yield f"{found.tables[REFERRALS]}: no referral is left: every patient objects"
    for line in _by_rule(own, settings):
        yield f"{found.tables[REFERRALS]}: no referral is left: {line}"
    if own["rule"].str.endswith(PATIENTS).any():
        for line in _by_rule(broken[broken["table"] == PATIENTS], settings):
            yield f"{found.tables[PATIENTS]}: {line}"


def _by_rule(broken: pd.DataFrame, settings: SourceSettings) -> Iterator[str]:
    groups = [*broken.groupby(["column", "rule", "remedy"], sort=False)]
    for (column, rule, remedy), rows in sorted(groups, key=lambda group: -len(group[1]))[:SHOWN]:
        many = f"{len(rows):,} row{'s' * (len(rows) > 1)}"
        form = f", as in {_form(rows['value'].iloc[0])} (9 for a digit)" if rule in NO_DATE else ""
        yield f"{column} {rule} in {many}{form}; {remedy}{_formats(str(rule), settings)}"


def _form(value: str) -> str:
    """How a date is written, without saying which it is."""
    return repr(re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", value))[:LONGEST])


def _formats(rule: str, settings: SourceSettings) -> str:
    """Which formats of a date are read by the configuration, where it names any and they do not fit."""
    named = ", ".join(f"'{form}'" for form in settings.date_formats)
    return f" (now {named})" if named and rule in NO_DATE else ""

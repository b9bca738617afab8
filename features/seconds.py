"""Dates, times and moments as whole numbers of seconds, as everything in `features` compares them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Table: TypeAlias = Any
Expression: TypeAlias = Any


def in_seconds(rows: Table) -> Table:
    """The rows with each date and moment as seconds since 1970, local time, and each time as seconds of its day."""
    changed: Mapping[str, Expression] = {
        name: _SECONDS[kind](rows[name])
        for name, kind in ((name, _kind(kind)) for name, kind in rows.schema().items())
        if kind in _SECONDS
    }
    return rows.mutate(**changed) if changed else rows


def _kind(kind: Any) -> str:
    return str(kind).partition("(")[0]


def _of_date(value: Expression) -> Expression:
    return value.cast("timestamp").epoch_seconds().cast("int64")


def _of_moment(value: Expression) -> Expression:
    return value.epoch_seconds().cast("int64")


def _of_time(value: Expression) -> Expression:
    return (value.hour() * 3_600 + value.minute() * 60 + value.second()).cast("int64")


_SECONDS = {"date": _of_date, "timestamp": _of_moment, "time": _of_time}

"""Columns as text, the way a file carries them: codes, ids, dates, times, numbers. Missing is null."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.synthetic.calendar import Array

Text = Any  # a pyarrow array of strings; pyarrow carries no types


def code(words: Sequence[str], index: Array, *, missing: Array | None = None) -> Text:
    """The word at each index; null where missing, where the index is negative or the word empty."""
    absent = (index < 0) if missing is None else (index < 0) | missing
    values = pa.array([word or None for word in words], pa.string())
    return values.take(pa.array(np.where(absent, 0, index), mask=absent))


def either(yes: Array, words: tuple[str, str] = ("Y", "N"), *, missing: Array | None = None) -> Text:
    """The first word where true, the second where not."""
    return code(words, np.where(yes, 0, 1), missing=missing)


def constant(word: str | None, size: int) -> Text:
    """The same word on every row."""
    return pa.array([word], pa.string()).take(pa.array(np.zeros(size, dtype=np.int64)))


def number(values: Array, missing: Array | None = None) -> Text:
    """Whole numbers."""
    return pa.array(np.asarray(values).astype(np.int64), mask=missing).cast(pa.string())


def identifier(prefix: str, values: Array, *, width: int = 6) -> Text:
    """An id: prefix and a number with leading zeros; null where negative."""
    digits = pc.utf8_lpad(number(values, values < 0), width=width, padding="0")
    return pc.binary_join_element_wise(prefix, digits, "")


def day(days: Array, missing: Array | None = None) -> Text:
    """ISO dates from days since 1970."""
    return pa.array(np.asarray(days).astype("datetime64[D]"), mask=missing).cast(pa.string())


def clock(minutes: Array, missing: Array | None = None) -> Text:
    """Time of day, HH:MM:SS, from minutes after midnight."""
    values = pa.array((np.asarray(minutes) * 60).astype(np.int32), pa.int32(), mask=missing)
    return values.cast(pa.time32("s")).cast(pa.string())


def moment(minutes: Array, missing: Array | None = None) -> Text:
    """ISO date and time from minutes since 1970."""
    seconds = (np.asarray(minutes).astype(np.int64) * 60).astype("datetime64[s]")
    return pa.array(seconds, mask=missing).cast(pa.string())


def joined(*columns: Text) -> Text:
    """Columns written one after the other."""
    return pc.binary_join_element_wise(*columns, "")

"""The cells of an audit's table: as numbers, as 0 or 1, and what is wrong with which of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from models.intervals import Floats
from pipelines.auditing.groups import texts

EMPTY = {"", "na", "nan", "n/a", "null", "none", "<na>"}
YES, NO = {"1", "1.0", "true", "yes"}, {"0", "0.0", "false", "no"}
ROWS_NAMED = 5


def numbers(
    path: Path, name: str, frame: pd.DataFrame, faults: list[str], *, low: float, high: float
) -> Floats:
    """A column of numbers in a range; what is none, or outside, is a fault with its first rows."""
    cells = texts(frame[name])
    values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
    empty = cells.str.lower().isin(EMPTY).to_numpy(dtype=bool)
    rule = f"{path}: column '{name}' must be numbers from {low:g} to {high:g}"
    percent = np.nanmax(values, initial=0) > 1 and np.nanmax(values, initial=0) <= 100
    hint = "; are these percentages? Divide them by 100" if percent else "; correct or leave out these rows"
    faults.extend(values_fault(rule, "no number", cells, np.isnan(values) & ~empty, hint=""))
    faults.extend(values_fault(rule, "empty", cells, empty, hint="; leave out rows without a prediction"))
    faults.extend(values_fault(rule, "outside", cells, (values < low) | (values > high), hint=hint))
    return values


def zero_one(
    path: Path, name: str | None, frame: pd.DataFrame, faults: list[str], *, empty: bool
) -> Floats | None:
    """A column of 0 and 1 (or false and true); empty is NaN where it may be empty, else a fault.

    None where no column was named, or it is not there.
    """
    if name not in frame.columns:
        return None
    cells = texts(frame[name]).str.lower()
    missing = cells.isin(EMPTY).to_numpy(dtype=bool)
    yes, no = cells.isin(YES).to_numpy(dtype=bool), cells.isin(NO).to_numpy(dtype=bool)
    rule = f"{path}: column '{name}' must be 0{', 1 or empty (not known)' if empty else ' or 1'}"
    wrong = ~(yes | no | missing)
    faults.extend(
        values_fault(rule, "something else", cells, wrong, hint="; correct or leave out these rows")
    )
    if not empty:
        faults.extend(values_fault(rule, "empty", cells, missing, hint="; leave out rows without a flag"))
    return np.where(yes, 1.0, np.where(no, 0.0, np.nan))


def values_fault(rule: str, what: str, cells: pd.Series, wrong: np.ndarray, *, hint: str) -> Iterator[str]:
    """One line for all rows with one fault: how many, the first rows (1 is the first below the header)."""
    if not wrong.any():
        return
    at = np.flatnonzero(wrong)
    rows = ", ".join(str(row + 1) for row in at[:ROWS_NAMED]) + (", ..." if len(at) > ROWS_NAMED else "")
    came = "" if what == "empty" else f", such as '{cells.iloc[int(at[0])][:40]}'"
    plural = "rows" if len(at) > 1 else "row"
    yield f"{rule}; {what} in {len(at):,} {plural} ({plural} {rows}){came}{hint}"


def plain(column: pd.Series) -> pd.Series:
    """A column whose cells are numbers, where all of them are, or texts; empty is missing."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    written = texts(column)
    filled: pd.Series = written.where(~written.str.lower().isin(EMPTY), None)
    numbers: pd.Series = pd.to_numeric(filled, errors="coerce")
    return numbers if (numbers.notna() == filled.notna()).all() else filled

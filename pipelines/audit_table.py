"""The table of an audit as it comes from any system: read, checked whole, every fault told at once."""

from __future__ import annotations

import csv
import json
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from features.errors import InputError, nearest
from models.groups import cluster_codes_of
from models.intervals import Floats
from pipelines.store import fingerprint, is_synthetic

EMPTY = {"", "na", "nan", "n/a", "null", "none", "<na>"}
YES, NO = {"1", "1.0", "true", "yes"}, {"0", "0.0", "false", "no"}
MOST_GROUPS = 200
ROWS_NAMED = 5


@dataclass(frozen=True)
class Asked:
    """The columns a call names."""

    risk: str
    outcome: str
    flag: str | None
    by: tuple[str, ...]
    cluster: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column named."""
        return tuple(name for name in (self.risk, self.outcome, self.flag, *self.by, self.cluster) if name)


@dataclass(frozen=True)
class AuditTable:
    """A table that an audit can use: risk 0..1; outcome 0, 1 or NaN; flags; clusters; a column per group."""

    risk: Floats
    outcome: Floats
    flag: Floats | None
    cluster: np.ndarray | None
    by: tuple[pd.Series, ...]
    synthetic: bool | None
    without_cluster: bool


def read_audit_table(path: Path, asked: Asked) -> AuditTable:
    """The table in a CSV or Parquet file.

    Errors: InputError with one line per fault, all of them: the file, the columns, the values.
    """
    frame = _read(path)
    faults = list(_column_faults(path, frame, asked))
    there = set(frame.columns)
    risk = _numbers(path, asked.risk, frame, faults, low=0, high=1) if asked.risk in there else None
    outcome = _zero_one(path, asked.outcome, frame, faults, empty=True) if asked.outcome in there else None
    flag = _zero_one(path, asked.flag, frame, faults, empty=False) if asked.flag in there else None
    by = tuple(_labels(frame[name]) for name in asked.by if name in there)
    faults.extend(_group_faults(path, by))
    if outcome is not None and len(frame) and not faults and np.isnan(outcome).all():
        faults.append(f"{path}: no row has a known outcome in '{asked.outcome}'; there is nothing to audit")
    if faults or risk is None or outcome is None:
        raise InputError(*faults)
    cluster = _labels(frame[asked.cluster]) if asked.cluster else None
    codes = None if cluster is None else cluster_codes_of(cluster.to_numpy(dtype=object), len(cluster))
    lacking = cluster is not None and bool(cluster.isna().any())
    return AuditTable(risk, outcome, flag, codes, by, _synthetic(path), lacking)


def _read(path: Path) -> pd.DataFrame:
    """Every cell of a CSV as text; a Parquet as it is."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; give a CSV or Parquet table")
    try:
        return pd.read_parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _read_csv(path)
    except (UnicodeDecodeError, pa.ArrowInvalid, csv.Error) as error:
        raise InputError(f"{path}: not readable as {_kind(path)} ({_first(error)})") from None
    except (OSError, pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise InputError(f"{path}: not readable as {_kind(path)} ({_first(error)})") from None
    except pd.errors.EmptyDataError:
        raise InputError(
            f"{path}: the file is empty; it needs a header row and a row per prediction"
        ) from None


def _kind(path: Path) -> str:
    return "Parquet" if path.suffix.lower() in (".parquet", ".pq") else "CSV in UTF-8"


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _read_csv(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header = next(csv.reader(stream), [])
    twice = sorted(name for name, count in Counter(header).items() if count > 1 and name)
    if twice:
        raise InputError(*(f"{path}: the header names '{name}' twice; rename one" for name in twice))
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False, na_filter=False
        )


def _column_faults(path: Path, frame: pd.DataFrame, asked: Asked) -> Iterator[str]:
    names = [str(name) for name in frame.columns]
    for name in dict.fromkeys(asked.columns):
        if name not in frame.columns:
            yield f"{path}: there is no column '{name}': {nearest(name, names)}"
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        yield f"{path}: the columns seem to be separated by something other than a comma; save it with commas"
    for name, times in Counter(asked.columns).items():
        if times > 1 and not (name == asked.cluster and times == 2):
            yield f"column '{name}' is asked for {times} times; each part of the audit needs its own column"
    if not len(frame):
        yield f"{path}: the table has no rows; it needs one per prediction"


def _numbers(
    path: Path, name: str, frame: pd.DataFrame, faults: list[str], *, low: float, high: float
) -> Floats:
    """A column of numbers in a range; what is none, or outside, is a fault with its first rows."""
    texts = _texts(frame[name])
    values = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float)
    empty = texts.str.lower().isin(EMPTY).to_numpy(dtype=bool)
    rule = f"{path}: column '{name}' must be numbers from {low:g} to {high:g}"
    percent = np.nanmax(values, initial=0) > 1 and np.nanmax(values, initial=0) <= 100
    hint = "; are these percentages? Divide them by 100" if percent else "; correct or leave out these rows"
    faults.extend(_values_fault(rule, "no number", texts, np.isnan(values) & ~empty, hint=""))
    faults.extend(_values_fault(rule, "empty", texts, empty, hint="; leave out rows without a prediction"))
    faults.extend(_values_fault(rule, "outside", texts, (values < low) | (values > high), hint=hint))
    return values


def _zero_one(path: Path, name: str | None, frame: pd.DataFrame, faults: list[str], *, empty: bool) -> Floats:
    """A column of 0 and 1 (or false and true); empty is NaN where it may be empty, else a fault."""
    texts = _texts(frame[name]).str.lower()
    missing = texts.isin(EMPTY).to_numpy(dtype=bool)
    yes, no = texts.isin(YES).to_numpy(dtype=bool), texts.isin(NO).to_numpy(dtype=bool)
    rule = f"{path}: column '{name}' must be 0{', 1 or empty (not known)' if empty else ' or 1'}"
    wrong = ~(yes | no | missing)
    faults.extend(
        _values_fault(rule, "something else", texts, wrong, hint="; correct or leave out these rows")
    )
    if not empty:
        faults.extend(_values_fault(rule, "empty", texts, missing, hint="; leave out rows without a flag"))
    return np.where(yes, 1.0, np.where(no, 0.0, np.nan))


def _values_fault(rule: str, what: str, texts: pd.Series, wrong: np.ndarray, *, hint: str) -> Iterator[str]:
    """One line for all rows with one fault: how many, the first rows (1 is the first below the header)."""
    if not wrong.any():
        return
    at = np.flatnonzero(wrong)
    rows = ", ".join(str(row + 1) for row in at[:ROWS_NAMED]) + (", ..." if len(at) > ROWS_NAMED else "")
    came = "" if what == "empty" else f", such as '{texts.iloc[int(at[0])][:40]}'"
    plural = "rows" if len(at) > 1 else "row"
    yield f"{rule}; {what} in {len(at):,} {plural} ({plural} {rows}){came}{hint}"


def _texts(column: pd.Series) -> pd.Series:
    """Every value as trimmed text, missing as empty."""
    return column.astype(object).where(column.notna(), "").astype(str).str.strip()


def _labels(column: pd.Series) -> pd.Series:
    """Group labels as text, missing kept as missing; whole numbers lose a decimal point that says nothing."""
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    texts = _texts(column)
    return texts.where(texts != "", None)


def _group_faults(path: Path, by: Sequence[pd.Series]) -> Iterator[str]:
    for column in by:
        if (groups := column.nunique()) > MOST_GROUPS:
            yield (
                f"{path}: column '{column.name}' has {groups:,} different values; a group column has at most "
                f"{MOST_GROUPS}: put the values into bands first"
            )


def _synthetic(path: Path) -> bool | None:
    """Whether the table says that it is made from synthetic records; None where nothing tells."""
    if path.suffix.lower() in (".parquet", ".pq"):
        return is_synthetic(path)
    for manifest in sorted((path.parent / "manifests").glob("*.json")):
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        if facts["artefacts"].get(path.name) == fingerprint(path) and "synthetic" in facts:
            return bool(facts["synthetic"])
    return None

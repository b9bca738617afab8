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
from pipelines.auditing.cells import numbers, plain, values_fault, zero_one
from pipelines.auditing.groups import group_columns, labels, texts
from pipelines.store import fingerprint, is_synthetic


@dataclass(frozen=True)
class Asked:
    """The columns a call names."""

    risk: str
    outcome: str
    flag: str | None
    by: tuple[str, ...]
    cluster: str | None
    id: str | None = None
    practitioner: str | None = None
    second: str | None = None
    adjust: tuple[str, ...] = ()
    depth: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column named."""
        alone = (self.risk, self.outcome, self.flag, self.cluster, self.id, self.practitioner, self.second)
        return tuple(name for name in (*alone, *self.by, *self.adjust) if name)


@dataclass(frozen=True)
class AuditTable:
    """A table that an audit can use.

    risk: 0..1; outcome and second: 0, 1 or NaN; flag: 0 or 1; cluster: codes; practitioner: labels, missing
    for none; by: a column of labels per grouping, roll-ups and intersections among them; adjust: columns to
    adjust for, as labels. What was not named is None or empty. notes: what a reader should know of the
    groups.
    """

    risk: Floats
    outcome: Floats
    flag: Floats | None
    cluster: np.ndarray | None
    by: tuple[pd.Series, ...]
    synthetic: bool | None
    without_cluster: bool
    practitioner: pd.Series | None = None
    second: Floats | None = None
    adjust: tuple[pd.Series, ...] = ()
    notes: tuple[str, ...] = ()


def read_audit_table(path: Path, asked: Asked) -> AuditTable:
    """The table in a CSV or Parquet file.

    Errors: InputError with one line per fault, all of them: the file, the columns, the values.
    """
    frame = _read(path)
    faults = list(_column_faults(path, frame, asked))
    there = set(frame.columns)
    risk = numbers(path, asked.risk, frame, faults, low=0, high=1) if asked.risk in there else None
    outcome = zero_one(path, asked.outcome, frame, faults, empty=True)
    flag = zero_one(path, asked.flag, frame, faults, empty=False)
    second = zero_one(path, asked.second, frame, faults, empty=True)
    faults.extend(_id_faults(path, asked.id, frame))
    grouped = group_columns([labels(frame[name]) for name in asked.by if name in there], asked.depth)
    faults.extend(f"{path}: {fault}" for fault in grouped.faults)
    if outcome is not None and len(frame) and not faults and np.isnan(outcome).all():
        faults.append(f"{path}: no row has a known outcome in '{asked.outcome}'; there is nothing to audit")
    if faults or risk is None or outcome is None:
        raise InputError(*faults)
    cluster = labels(frame[asked.cluster]) if asked.cluster else None
    return AuditTable(
        risk,
        outcome,
        flag,
        None if cluster is None else cluster_codes_of(cluster.to_numpy(dtype=object), len(cluster)),
        grouped.columns,
        _synthetic(path),
        cluster is not None and bool(cluster.isna().any()),
        labels(frame[asked.practitioner]) if asked.practitioner else None,
        second,
        tuple(labels(frame[name]) for name in asked.adjust),
        grouped.notes,
    )


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
        if times > 1 and not (name in (asked.cluster, asked.practitioner, *asked.adjust) and times == 2):
            yield f"column '{name}' is asked for {times} times; each part of the audit needs its own column"
    if not len(frame):
        yield f"{path}: the table has no rows; it needs one per prediction"


def _id_faults(path: Path, name: str | None, frame: pd.DataFrame) -> Iterator[str]:
    """A row that comes twice would count twice."""
    if name not in frame.columns:
        return
    ids = texts(frame[name])
    empty, twice = ids.eq("").to_numpy(dtype=bool), ids.duplicated(keep="first").to_numpy(dtype=bool)
    rule = f"{path}: column '{name}' must be an id of its own in each row"
    yield from values_fault(rule, "empty", ids, empty, hint="")
    hint = "; leave out the repetitions"
    yield from values_fault(rule, "an id that came before", ids, twice & ~empty, hint=hint)


def _synthetic(path: Path) -> bool | None:
    """Whether the table says that it is made from synthetic records; None where nothing tells."""
    if path.suffix.lower() in (".parquet", ".pq"):
        return is_synthetic(path)
    for manifest in sorted((path.parent / "manifests").glob("*.json")):
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        if facts["artefacts"].get(path.name) == fingerprint(path) and "synthetic" in facts:
            return bool(facts["synthetic"])
    return None


def read_columns(path: Path, names: Sequence[str]) -> pd.DataFrame:
    """Further columns of the table, rows as in the file; a CSV's numbers as numbers, empty as missing.

    Errors: InputError with one line per column that is not there.
    """
    frame = _read(path)
    there = [str(name) for name in frame.columns]
    faults = [
        f"{path}: there is no column '{name}': {nearest(name, there)}" for name in names if name not in there
    ]
    if faults:
        raise InputError(*faults)
    return pd.DataFrame({name: plain(frame[name]) for name in names})

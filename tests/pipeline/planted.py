"""A synthetic service whose every identifier carries a mark, and a search for such marks in a whole MLflow store."""

from __future__ import annotations

import base64
import gzip
import io
import re
import sqlite3
import tarfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd

MARK = "ZQX"
IDENTIFIERS = (
    "LocalPatientId",
    "Person_ID",
    "ServiceRequestId",
    "CareContactId",
    "CareActId",
    "TaskId",
    "CarePersLocalId",
    "PathwayID",
    "Unique_ServiceRequestID",
    "Unique_CareContactID",
)
ADDED = {"NHSNumber": "ZQX4567890", "Postcode": "ZQX1 9ZZ"}
EMBEDDED = re.compile(rb";base64,([A-Za-z0-9+/=\s]+)")


def plant(source: Path) -> None:
    """Put the mark into every identifier of the records, and an NHS number and a postcode beside each patient."""
    for path in source.glob("*.parquet"):
        frame = pd.read_parquet(path)
        for column in frame.columns.intersection(list(IDENTIFIERS)):
            frame[column] = (MARK + frame[column]).where(frame[column].notna())
        if path.stem == "IDS001MPI":
            frame = frame.assign(**ADDED)
        frame.to_parquet(path)


def births(source: Path) -> set[str]:
    """Every date of birth, as it may be written."""
    dates = pd.to_datetime(pd.read_parquet(source / "IDS001MPI.parquet")["PersonBirthDate"].dropna().unique())
    return {one.strftime(how) for one in dates for how in ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d %B %Y")}


def moments(points: pd.DataFrame) -> set[str]:
    """Every moment of a point to the minute, as it may be written; midnights say nothing of a person."""
    at = points.loc[points["at"].dt.strftime("%H:%M") != "00:00", "at"]
    return {one.strftime(how) for one in at for how in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")}


def rows(features: pd.DataFrame, *, side_by_side: int = 8, telling: int = 5) -> set[str]:
    """A part of each row of predictors, as text formats write it: the first neighbours that are all there and of
    which several differ from one another."""
    values = features.drop(columns="point_id", errors="ignore").astype(float).to_numpy()
    said: set[str] = set()
    for row in values:
        windows = (row[at : at + side_by_side] for at in range(len(row) - side_by_side + 1))
        whole = (w for w in windows if not np.isnan(w).any() and len(np.unique(w)) >= telling)
        if (part := next(whole, None)) is not None:
            said |= {between.join(map(repr, part.tolist())) for between in (",", ", ", "\t")}
    return said


def found(store: Path, needles: Collection[str]) -> list[str]:
    """Where in the store a needle stands, in whatever is packed into it as well: `place: needle`, by case or not."""
    wanted = sorted(needle.lower().encode() for needle in needles)
    return [
        f"{place}: {needle.decode()}"
        for place, content in contents(store)
        for lower in [content.lower()]
        for needle in wanted
        if needle in lower
    ]


def contents(store: Path) -> Iterator[tuple[str, bytes]]:
    """Every file as it is and unpacked, and every value of a database whole: long ones lie scattered in its file."""
    for path in sorted(path for path in store.rglob("*") if path.is_file()):
        name, data = str(path.relative_to(store)), path.read_bytes()
        yield from _unpacked(name, data)
        if data.startswith(b"SQLite format 3"):
            with closing(sqlite3.connect(path)) as database:
                yield f"{name} (values)", "\n".join(database.iterdump()).encode()


def _unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, data
    if data.startswith(b"\x1f\x8b"):
        yield from _unpacked(f"{name} (gzip)", gzip.decompress(data))
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from _unpacked(f"{name}/{member}", archive.read(member))
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for entry in archive:
                if opened := archive.extractfile(entry):
                    yield from _unpacked(f"{name}/{entry.name}", opened.read())
    elif data.startswith(b"PAR1"):
        yield f"{name} (rows)", pd.read_parquet(io.BytesIO(data)).to_csv(index=False).encode()
    for number, embedded in enumerate(EMBEDDED.findall(data)):
        yield from _unpacked(f"{name} (embedded {number})", base64.b64decode(embedded))

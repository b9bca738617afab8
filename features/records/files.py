"""Which file holds which table of the standard, and what lies beside them that nobody will read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from features.errors import InputError, nearest
from features.records.settings import SourceSettings
from features.standard import tables

ESSENTIAL = ("IDS000Header", "IDS001MPI", "IDS101Referral")
CONTACT, TASK, LOG_IN = "IDS201CareContact", "BSW001TaskSet", "BSW004PlatformSession"
ENDINGS = (".csv", ".parquet")


@dataclass(frozen=True)
class Found:
    """`tables`: table -> its file or folder. `unread`: names of files that hold no known table, with a hint."""

    tables: Mapping[str, Path]
    unread: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of all files of tables."""
        files = (
            file for path in self.tables.values() for file in (path.rglob("*") if path.is_dir() else [path])
        )
        return sum(file.stat().st_size for file in files if file.is_file())


def find_files(source: Path, settings: SourceSettings) -> Found:
    """The file or folder of each table. Errors: InputError, every fault at once."""
    if not source.is_dir():
        raise InputError(f"{source}: there is no such folder")
    found: dict[str, Path] = {}
    faults = []
    for table in tables():
        here = _places(source, settings.tables.get(table, table))
        if len(here) > 1:
            names = " and ".join(path.name for path in here)
            faults.append(f"{source}: table {table} is there twice, as {names}; keep one")
        elif here:
            found[table] = here[0]
        elif table in settings.tables:
            faults.append(_not_there(source, table, settings.tables[table]))
    left = _left_over(source, {*found.values()}, settings)
    faults += _missing(source, found, left)
    if faults:
        raise InputError(*faults)
    return Found(found, tuple(f"{path.name}{_hint(path, found)}" for path in left))


def _places(source: Path, stem: str) -> list[Path]:
    places = (source / f"{stem}.csv", source / f"{stem}.parquet", source / stem)
    return [path for path in places if path.exists()]


def _not_there(source: Path, table: str, stem: str) -> str:
    stems = sorted(path.stem for path in source.iterdir())
    return (
        f"{source}: the configuration names '{stem}' for {table}, but there is no {stem}.csv or .parquet; "
        f"{nearest(stem, stems)}"
    )


def _left_over(source: Path, read: set[Path], settings: SourceSettings) -> list[Path]:
    """Tables by their ending, and folders with the name of one, that no table of the standard is read from."""
    return [
        path
        for path in sorted(source.iterdir())
        if path not in read
        and path.name != settings.exclude
        and (path.suffix.lower() in ENDINGS or (path.is_dir() and _alike(path.stem, tables())))
    ]


def _alike(name: str, names: Iterable[str]) -> str | None:
    lower = {known.lower(): known for known in names}
    close = get_close_matches(name.lower(), lower, n=1, cutoff=0.8)
    return lower[close[0]] if close else None


def _hint(path: Path, found: Mapping[str, Path]) -> str:
    alike = _alike(path.stem, (table for table in tables() if table not in found))
    return f" (did you mean {alike}?)" if alike else ""


def _missing(source: Path, found: Mapping[str, Path], left: list[Path]) -> list[str]:
    if not found:
        there = sorted(path.stem for path in source.iterdir())
        hint = nearest(there[0], tables()) if there else "the folder is empty"
        return [f"{source}: holds no table of the standard; {hint}"]
    faults = []
    for table in ESSENTIAL:
        if table not in found:
            meant = [path.name for path in left if _alike(path.stem, [table])]
            hint = f"; is it {meant[0]}?" if meant else ""
            faults.append(f"{source}: the table {table} is missing; nothing can be read without it{hint}")
    if TASK in found and CONTACT not in found:
        faults.append(f"{source}: the table {CONTACT} is missing; {TASK} says nothing without it")
    elif TASK not in found and LOG_IN not in found:
        faults.append(f"{source}: holds no between-session work; it needs {CONTACT} and {TASK}, or {LOG_IN}")
    return faults

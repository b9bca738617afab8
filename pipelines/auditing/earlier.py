"""What audits published before, read from their folders, so that no difference between two gives a count back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.errors import InputError
from models.audit_rows import CAPACITY
from models.earlier import Earlier
from models.exact_cover import Cell
from models.withheld import COLUMNS, cell_of

_OF_ROWS = ("table_sha256", "cluster")
_RESTS: Mapping[str, tuple[str, ...]] = {
    "rows": _OF_ROWS,
    "known": (*_OF_ROWS, "outcome"),
    "answered": (*_OF_ROWS, "outcome"),
    "events": (*_OF_ROWS, "outcome"),
}


@dataclass(frozen=True)
class PublishedBefore:
    """The audits published before: their figures, and the groupings of the same table among them."""

    audits: tuple[Earlier, ...]
    by: tuple[str, ...]
    depth: int


def read_published(folders: Sequence[Path], asked: Mapping[str, Any]) -> PublishedBefore:
    """The publications in `folders`, each with an audit.json; `asked` is what is asked for now, as there.

    Publications without disclosure control are left aside: what they show is public.
    Errors: InputError where a folder holds no audit that can be read.
    """
    found = [_read(folder) for folder in folders]
    controlled = [one for one in found if one["disclosure"] != "none"]
    same_table = [one["asked"] for one in controlled if _same(one["asked"], asked, _OF_ROWS)]
    return PublishedBefore(
        tuple(Earlier(_figures(one), _unchanged(one["asked"], asked)) for one in controlled),
        tuple(dict.fromkeys(name for one in same_table for name in one["by"])),
        max((one["depth"] for one in same_table), default=1),
    )


def _read(folder: Path) -> dict[str, Any]:
    path = folder / "audit.json"
    try:
        audit = json.loads(path.read_text(encoding="utf-8"))
        return {name: audit[name] for name in ("asked", "figures", "disclosure")}
    except OSError:
        raise InputError(f"{path}: there is no such file; --published names the folder of an audit") from None
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        raise InputError(f"{path}: not an audit as this version writes it; name the folder of one") from None


def _same(then: Mapping[str, Any], now: Mapping[str, Any], names: Sequence[str]) -> bool:
    return all(then.get(name) == now.get(name) for name in names)


def _unchanged(then: Mapping[str, Any], now: Mapping[str, Any]) -> frozenset[str]:
    """The columns of cells that rest on the same rows and values then as now."""
    return frozenset(column for column in COLUMNS if _same(then, now, _rests(column)))


def _rests(column: str) -> tuple[str, ...]:
    if column.startswith(CAPACITY):
        return (*_OF_ROWS, "outcome", "flag", "risk", "capacity")
    if column.startswith("second_"):
        return (*_OF_ROWS, "outcome", "second")
    return _RESTS.get(column, (*_OF_ROWS, "outcome", "flag"))


def _figures(audit: Mapping[str, Any]) -> dict[Cell, dict[str, str]]:
    figures: dict[Cell, dict[str, str]] = {}
    for row in audit["figures"]:
        figures.setdefault(cell_of(row["by"], row["group"]), {})[row["measure"]] = str(row["value"])
    return figures

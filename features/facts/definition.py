"""What a fact is: which columns of the records it may read, what it gives, and when each row was known."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from features.as_of import About
from features.errors import nearest
from features.standard import columns_of, tables

if TYPE_CHECKING:
    from features.facts.source import Source

Reads = Mapping[str, Mapping[str, str]]
FACTS: dict[str, Fact] = {}
POST_INGEST = "derived-post-ingest"


class FactError(Exception):
    """A fact is defined wrongly; raised when the facts are imported."""


@dataclass(frozen=True)
class FactSettings:
    """`share_of_part`: how much of a task counts as done where only "part" was recorded, 0 to 1.

    `arrival_lag_days`: fact -> days between a thing being recorded and its being there to read.
    """

    share_of_part: float = 0.5
    arrival_lag_days: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.share_of_part <= 1:
            raise ValueError(f"share_of_part must lie between 0 and 1; it is {self.share_of_part}")
        for name, days in self.arrival_lag_days.items():
            if days < 0:
                raise ValueError(f"arrival_lag_days.{name} must not be negative; it is {days}")


@dataclass(frozen=True)
class Fact:
    """Something recorded about a pathway, a patient, a practitioner or a service.

    `reads`: table -> column -> Ibis type; nothing else of the records can be seen.
    `gives`: column -> (Ibis type, the column of the records that must be recorded for it).
    `later`: column -> the column that holds the moment from which alone it is known.
    `parts`: the tables of each part of a fact that is a union of parts, any of which carries it alone.
    `running`: what a practitioner or a service saw with all patients: only totals up to a point can be had.
    `protected`: only a predictor that is marked so may read it, and only where a setting admits that.
    """

    name: str
    about: About
    reads: Reads
    gives: Mapping[str, tuple[str, str]]
    later: Mapping[str, str]
    parts: tuple[frozenset[str], ...]
    running: bool
    protected: bool
    summary: str
    rows: Callable[[Source], Any]

    @property
    def spelt(self) -> Mapping[str, str]:
        """`reads` as it is written in a definition, for facts that are made of this one."""
        return {
            table: " ".join(f"{name}:{kind}" for name, kind in columns.items())
            for table, columns in self.reads.items()
        }

    def origin(self, column: str) -> str:
        """`Table.Column` of the records behind a column of the fact."""
        needed = self.gives[column][1]
        return next(f"{table}.{needed}" for table, columns in self.reads.items() if needed in columns)

    def recorded(self, columns: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
        """The columns of the fact that a source with these tables and columns can carry."""
        carried = (part for part in self.parts if part <= columns.keys())
        held = {name for part in carried for table in part for name in columns[table]}
        return frozenset(name for name, (_, needed) in self.gives.items() if needed in held)

    def tables(self, needed: Iterable[str] = ()) -> tuple[frozenset[str], ...]:
        """The tables of every part that can carry any of these columns of the records; of all if none is named."""
        asked = set(needed)
        return tuple(
            part for part in self.parts if not asked or any(asked & self.reads[one].keys() for one in part)
        )

    def missing_tables(self, tables: Collection[str], column: str | None = None) -> tuple[str, ...]:
        """What a source with `tables` lacks for the fact, or for a column of it; nothing where a part can carry it."""
        able = self.tables([self.gives[column][1]] if column else ())
        if any(part <= set(tables) for part in able):
            return ()
        return tuple(table for table in self.reads if table in frozenset().union(*able) - set(tables))


def fact(
    about: About,
    *,
    reads: Mapping[str, str],
    gives: Mapping[str, str],
    later: Mapping[str, str] | None = None,
    parts: Iterable[Iterable[str]] | None = None,
    running: bool = False,
    protected: bool = False,
) -> Callable[[Callable[[Source], Any]], Callable[[Source], Any]]:
    """Declare the function below to give the rows of a fact.

    `reads` spells, for each table, its columns as "Name" or "Name:type"; `gives` spells, for each column
    of the fact, "type Column", the column being the one that must be recorded. The function gives a table
    with `{about}_id`, `record_key`, `known_at` (seconds) and the columns named; with `version` where a row
    can be corrected, `happened_at` where a correction does not move it in time, and `patient_id` where `running`.
    Without `parts` it needs every table it reads.
    """

    def declare(function: Callable[[Source], Any]) -> Callable[[Source], Any]:
        name = function.__name__
        if name in FACTS:
            raise FactError(f"there is a fact '{name}' already; give this one another name")
        FACTS[name] = _checked(
            name=name,
            about=about,
            reads={table: _typed(columns) for table, columns in reads.items()},
            gives={column: _split(spelt) for column, spelt in gives.items()},
            later=dict(later or {}),
            parts=tuple(frozenset(part) for part in parts or (reads,)),
            running=running,
            protected=protected,
            summary=re.split(r"\n\s*\n", function.__doc__ or "")[0].replace("\n", " ").strip(),
            rows=function,
        )
        return function

    return declare


def _checked(**definition: Any) -> Fact:
    """The fact, if all it reads may be read and all it gives is read. Errors: FactError."""
    made = Fact(**definition)
    for table, columns in made.reads.items():
        if table not in tables():
            raise FactError(f"{made.name}: the standard has no table '{table}'; {nearest(table, tables())}")
        known = columns_of(table)
        for column in columns:
            if column not in known:
                raise FactError(f"{made.name}: {table} has no column '{column}'; {nearest(column, known)}")
            if known[column].origin == POST_INGEST:
                raise FactError(
                    f"{made.name}: {table}.{column} is worked out over the whole pathway after the event; "
                    "no fact may read it"
                )
    unread = next((table for part in made.parts for table in part if table not in made.reads), None)
    if unread is not None:
        raise FactError(
            f"{made.name}: `parts` names {unread}, which `reads` does not name; {nearest(unread, made.reads)}"
        )
    read = {column for columns in made.reads.values() for column in columns}
    for given, (_, needed) in made.gives.items():
        if needed not in read:
            raise FactError(
                f"{made.name}: '{given}' needs the column {needed}, which `reads` does not name; "
                f"{nearest(needed, read)}"
            )
    return made


def _typed(columns: str) -> dict[str, str]:
    pairs = (spelt.partition(":") for spelt in columns.split())
    return {name: kind or "string" for name, _, kind in pairs}


def _split(spelt: str) -> tuple[str, str]:
    kind, needed = spelt.split()
    return kind, needed

"""The record standard as data: tables, columns, types, codes and ranges, read from data/standard."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Kind = Literal["text", "date", "time", "timestamp", "integer", "number", "score"]
SQL_TYPES: Mapping[str, str] = {
    "text": "VARCHAR",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "score": "DOUBLE",
}


@dataclass(frozen=True)
class StandardColumn:
    """A column of a table of the standard.

    `origin`: submitted, derived-on-ingest, derived-post-ingest, added to extract, or v2.0. `key`: "primary",
    "Table.Column" of the parent, or empty. `renamed_to`: the v2.1 name of a v2.0 column.
    """

    name: str
    kind: Kind
    origin: str
    longest: int | None
    key: str
    mandatory: bool
    layouts: frozenset[str]
    renamed_to: str
    meaning: str
    source: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files("data").joinpath("standard", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def tables() -> Mapping[str, Mapping[str, StandardColumn]]:
    """Every table of the standard, the four local ones included, with its columns in order."""
    rows = _rows("tables.csv")
    names = {name[:6]: name for row in rows if (name := row["table"])}
    known: dict[str, dict[str, StandardColumn]] = {}
    for row in rows:
        parent, _, column = row["key"].partition(".")
        known.setdefault(row["table"], {})[row["column"]] = StandardColumn(
            name=row["column"],
            kind=row["type"],  # type: ignore[arg-type]
            origin=row["origin"],
            longest=int(row["longest"]) if row["longest"] else None,
            key=f"{names[parent[:6]]}.{column}" if column else parent,
            mandatory=row["mandatory"] == "yes",
            layouts=frozenset(row["layouts"].split()),
            renamed_to=row["renamed_to"],
            meaning=row["meaning"],
            source=row["source"],
        )
    return known


def columns_of(table: str) -> Mapping[str, StandardColumn]:
    """The columns of a table of the standard."""
    return tables()[table]


def primary_key(table: str) -> str | None:
    """The column that names a row of a table within its provider and submission."""
    return next((name for name, column in tables()[table].items() if column.key == "primary"), None)


@cache
def codes() -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Permitted codes with their meaning, by table and column; a column not named takes any value."""
    known: dict[tuple[str, str], dict[str, str]] = {}
    for row in _rows("codes.csv"):
        known.setdefault((row["table"], row["column"]), {})[row["code"]] = row["meaning"]
    for (table, column), meanings in list(known.items()):
        renamed = tables()[table][column].renamed_to
        if renamed:  # values of v2.0 arrive under the v2.1 name
            known[table, renamed] = {**meanings, **known.get((table, renamed), {})}
    return known


@cache
def circumstance_codes(use: str) -> Mapping[str, str]:
    """The IDS011 codes assigned to a use (predictor, protected, unused), each with its group."""
    return {row["code"]: row["group"] for row in _rows("circumstances.csv") if row["use"] == use}


@cache
def circumstance_meanings() -> Mapping[str, str]:
    """What each IDS011 code means."""
    return {row["code"]: row["meaning"] for row in _rows("circumstances.csv")}


@cache
def ethnic_categories() -> Mapping[str, tuple[str, str]]:
    """Ethnic category codes with the category in words (16+1) and its group (5+1)."""
    return {row["code"]: (row["category"], row["group"]) for row in _rows("ethnicity.csv")}


@dataclass(frozen=True)
class Scoring:
    """What a score on an assessment tool may be: within `within`, if it is scored in numbers, or one of `also`.

    `also` says that there is no score, such as not applicable, or answers yes or no; it is read as missing.
    """

    name: str
    within: tuple[float, float] | None
    also: tuple[str, ...]


@cache
def scoring() -> Mapping[str, Scoring]:
    """What scores may be, by the code of the assessment tool."""
    return {
        row["tool"]: Scoring(
            row["name"],
            (float(row["lowest"]), float(row["highest"])) if row["highest"] else None,
            tuple(row["also"].split()),
        )
        for row in _rows("assessment_tools.csv")
    }


@dataclass(frozen=True)
class Range:
    """What a number may be; `where`: only in rows of this rating type.

    `is_scale`: whether it is answered or reckoned from the lowest to the highest, as a rating is. Other bounds only say
    what is plausible, such as at most 24 hours, and are hardly ever reached.
    """

    table: str
    column: str
    where: str
    lowest: float
    highest: float
    is_scale: bool


@cache
def ranges() -> tuple[Range, ...]:
    """The ranges of the numbers that have one."""
    return tuple(
        Range(
            row["table"],
            row["column"],
            row["where"],
            float(row["lowest"]),
            float(row["highest"]),
            is_scale=row["bounds"] == "scale",
        )
        for row in _rows("ranges.csv")
    )


@cache
def thresholds() -> Mapping[str, tuple[float, float]]:
    """Questionnaire -> the lowest score at caseness, the smallest reliable change (thresholds.csv, with sources)."""
    return {
        row["measure"]: (float(row["caseness_at_least"]), float(row["reliable_change_at_least"]))
        for row in _rows("thresholds.csv")
    }

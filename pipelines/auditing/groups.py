"""The groupings of an audit from the columns that a call names: ethnic categories with their roll-up, intersections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from features.protected import NOT_STATED
from features.standard import ethnic_categories
from models.groups import NOT_RECORDED

MOST_GROUPS = 200
ENOUGH_CODES = 8  # so many different codes, all of them ethnic category codes, are no other letters
ROLL_UP, CROSS = " (5+1)", " × "


@dataclass(frozen=True)
class Grouped:
    """Columns of labels, what a reader should know of them, and what is wrong with them."""

    columns: tuple[pd.Series, ...]
    notes: tuple[str, ...]
    faults: tuple[str, ...]


def group_columns(by: Sequence[pd.Series], depth: int) -> Grouped:
    """Every grouping: the columns named, ethnic categories rolled up, intersections of up to `depth` columns.

    Ethnic categories (16+1, as codes or in words) are shown in words and rolled up into their groups (5+1);
    intersections are made with the roll-up, the categories being too many to cross.
    """
    columns: list[pd.Series] = []
    crossed: list[pd.Series] = []
    notes: list[str] = []
    for column in by:
        fine, coarse, note = _ethnic(column)
        notes += [note] if note else []
        columns.append(fine)
        if coarse is not None and not any(_alike(coarse, other) for other in by):
            columns.append(coarse)
        crossed.append(fine if coarse is None else coarse)
    crossed = [one for k, one in enumerate(crossed) if not any(_alike(one, two) for two in crossed[:k])]
    faults = list(_faults(columns))
    if not 1 <= depth <= max(len(crossed), 1):
        faults.append(
            f"intersections of depth {depth} are asked for; with {len(crossed)} different group columns the depth "
            f"is from 1 to {max(len(crossed), 1)}: name further columns with --by, or lower --depth"
        )
    elif not faults:
        columns += [_cross(parts) for size in range(2, depth + 1) for parts in combinations(crossed, size)]
        faults += _faults(columns)
    return Grouped(tuple(columns), tuple(notes), tuple(faults))


def texts(column: pd.Series) -> pd.Series:
    """Every value as trimmed text, missing as empty."""
    return column.astype(object).where(column.notna(), "").astype(str).str.strip()


def labels(column: pd.Series) -> pd.Series:
    """Group labels as text, missing kept as missing; whole numbers lose a decimal point that says nothing."""
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    trimmed = texts(column)
    return trimmed.where(trimmed != "", None)


def _ethnic(column: pd.Series) -> tuple[pd.Series, pd.Series | None, str]:
    """The column in words and its roll-up, where it holds ethnic categories; else as it is, and None."""
    known = ethnic_categories()
    in_words = {category: (category, group) for category, group in known.values()}
    codes = column.str.upper() if column.notna().any() else column
    named = "ethnic" in str(column.name).lower()
    held = set(codes.dropna())
    if held and held <= set(known) and (named or len(held) >= ENOUGH_CODES):
        meaning, read = known, codes
    elif held and set(column.dropna()) <= set(in_words) and set(column.dropna()) != {NOT_STATED}:
        meaning, read = in_words, column
    else:
        strange = sorted(held - set(known))
        odd = named and len(held & set(known)) >= ENOUGH_CODES
        note = f"'{column.name}' holds {', '.join(strange[:5])}, no ethnic category codes: taken as labels"
        return column, None, note if odd else ""
    fine = read.map({code: words for code, (words, _) in meaning.items()}).fillna(NOT_STATED)
    coarse = read.map({code: group for code, (_, group) in meaning.items()}).fillna(NOT_STATED)
    return fine.rename(str(column.name)), coarse.rename(f"{column.name}{ROLL_UP}"), ""


def _alike(one: pd.Series, other: pd.Series) -> bool:
    """Whether two columns make the same groups of the same rows."""
    together = one.fillna(NOT_RECORDED).replace(NOT_RECORDED, NOT_STATED) == other.fillna(NOT_STATED)
    return bool(together.all())


def _cross(parts: Sequence[pd.Series]) -> pd.Series:
    """One label per row from those of several columns."""
    words = [part.fillna(f"{part.name} {NOT_RECORDED.lower()}").astype(str) for part in parts]
    joined = words[0]
    for word in words[1:]:
        joined = joined + CROSS + word
    return joined.rename(CROSS.join(str(part.name) for part in parts))


def _faults(columns: Sequence[pd.Series]) -> Iterator[str]:
    for column in columns:
        if (groups := column.nunique()) > MOST_GROUPS:
            yield (
                f"column '{column.name}' has {groups:,} different values; a group column has at most "
                f"{MOST_GROUPS}: put the values into bands first"
            )

"""The example in a predictor's docstring: the rows of its histories, and the value that they give.

    appointments | days_before  missed
                 | 100          yes
    gives        | 0

A dash is missing; columns stand two or more spaces apart. A predictor that it reads is given by its value.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

import pandas as pd

from features.facts import FACTS
from features.lineage import DERIVED_TYPES
from features.predictor import Predictor

DTYPES = {"float64": "float64", "int64": "Int64", "boolean": "boolean", "string": "string"}
WORDS = {"yes": True, "no": False, "-": None}


@dataclass
class Example:
    """`rows`: fact -> its rows, oldest first; `values`: predictor -> its value; `gives`: None is missing."""

    rows: dict[str, pd.DataFrame] = field(default_factory=dict)
    values: dict[str, float | None] = field(default_factory=dict)
    gives: float | None = None


def example_of(predictor: Predictor) -> Example | None:
    """The example in the predictor's docstring; None where it has none."""
    lines = [line for line in (inspect.getdoc(predictor.function) or "").splitlines() if "|" in line]
    if not lines:
        return None
    example, fact = Example(), ""
    tables: dict[str, list[list[str]]] = {}
    for line in lines:
        gutter, _, cells = (part.strip() for part in line.partition("|"))
        if gutter == "gives":
            example.gives = _number(cells)
        elif gutter in FACTS or not gutter:
            fact = gutter or fact
            tables.setdefault(fact, []).append(re.split(r"\s{2,}", cells))
        else:
            example.values[gutter] = _number(cells)
    example.rows = {fact: _table(fact, cells) for fact, cells in tables.items()}
    return example


def _number(text: str) -> float | None:
    return None if text == "-" else float(text)


def _table(fact: str, cells: list[list[str]]) -> pd.DataFrame:
    """The rows as the engine has them: every column of the fact, what the example leaves out being missing."""
    given = pd.DataFrame(cells[1:], columns=cells[0])
    kinds = {name: kind for name, (kind, _) in FACTS[fact].gives.items()} | DERIVED_TYPES
    columns = {}
    for name, kind in kinds.items():
        texts = given[name] if name in given else pd.Series(["-"] * len(given))
        values = [WORDS.get(text, text) for text in texts]
        if kind in ("float64", "int64"):
            values = [None if value is None else float(value) for value in values]
        columns[name] = pd.Series(values, dtype=DTYPES[kind])
    table = pd.DataFrame(columns)
    return table.assign(point_id="p", order=range(len(table)), patient_id="somebody else")

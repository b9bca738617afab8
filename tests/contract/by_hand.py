"""A few rows and points that a reader can check by hand, asked one question on a given engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import pandas as pd

from features.as_of import DAY, known_before
from features.engine import Engine
from features.history import History
from features.number import Number
from features.tally import Tally

AT = 1_700_006_400  # 15 November 2023 at midnight
_names = count()


@dataclass(frozen=True)
class Seen:
    """A row known so many days before AT."""

    days: float
    value: float | None = None
    yes: bool | None = None
    key: str = "a"
    pathway: str = "w"


@dataclass(frozen=True)
class At:
    """A point so many days after AT."""

    days: float = 0.0
    name: str = "p"
    pathway: str = "w"


def answer(engine: Engine, rows: Sequence[Seen], asked: Callable[[History], Number]) -> float | None:
    """What the question gives at AT."""
    return answers(engine, rows, asked, [At()])["p"]


def answers(
    engine: Engine, rows: Sequence[Seen], asked: Callable[[History], Number], points: Sequence[At]
) -> dict[str, float | None]:
    """What the question gives at each point, by the point's name."""
    held = engine.given(f"points_{next(_names)}", _points(points))
    facts = engine.given(f"facts_{next(_names)}", _facts(rows))
    origins = {"value": "T.Value", "yes": "T.Yes"}
    tally = Tally("scores", known_before(held, facts, "pathway", {}), frozenset(origins), origins)
    number = asked(History(tally))
    found = tally.answers()
    wide = held.left_join(found, held.point_id == found["scores__point"])
    frame = engine.frame(wide.select("point_id", value=number.of(wide).cast("float64")))
    pairs = zip(frame["point_id"], frame["value"].astype("float64"), strict=True)
    return {str(name): None if math.isnan(value) else float(value) for name, value in pairs}


def _points(points: Sequence[At]) -> pd.DataFrame:
    shared: dict[str, Any] = {"patient_id": "x", "practitioner_id": "y", "service_id": "z", "contact_id": "c"}
    return pd.DataFrame([
        {"point_id": p.name, "pathway_id": p.pathway, **shared, "at": round(AT + p.days * DAY), "session_number": 1}
        for p in points
    ])  # fmt: skip


def _facts(rows: Sequence[Seen]) -> pd.DataFrame:
    """The rows in the sequence in which they are given, their fixed order beside them."""
    frame = pd.DataFrame({
        "pathway_id": [row.pathway for row in rows],
        "known_at": [round(AT - row.days * DAY) for row in rows],
        "record_key": [row.key for row in rows],
        "value": pd.array([row.value for row in rows], dtype="Float64"),
        "yes": pd.array([row.yes for row in rows], dtype="boolean"),
        "superseded_at": pd.array([None] * len(rows), dtype="Int64"),
    })  # fmt: skip
    in_order = frame.sort_values(["pathway_id", "known_at", "record_key"]).index
    return frame.assign(order=pd.Series(range(len(rows)), index=in_order))

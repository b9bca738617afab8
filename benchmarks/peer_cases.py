"""Small cases that tell right histories from wrong ones, with the answer worked out row by row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

Row = tuple[str, str, float]


@dataclass(frozen=True)
class Case:
    """`points`: point_id, patient, at; `scores`: patient, at, score. `windows`: from and to, days."""

    name: str
    points: pd.DataFrame
    scores: pd.DataFrame
    windows: tuple[tuple[int, int], ...] = ((0, 90),)
    days_at_once: int | None = None


def _case(
    name: str, points: Sequence[tuple[str, str, str]], scores: Sequence[Row],
    windows: tuple[tuple[int, int], ...] = ((0, 90),), days_at_once: int | None = None,
) -> Case:  # fmt: skip
    asked = pd.DataFrame(points, columns=["point_id", "patient", "at"])
    known = pd.DataFrame(scores, columns=["patient", "at", "score"])
    moments = [
        frame.assign(at=pd.to_datetime(frame["at"]).astype("datetime64[us]")) for frame in (asked, known)
    ]
    moments[1] = moments[1].astype({"patient": "str", "score": "float64"})
    return Case(name, moments[0], moments[1], windows, days_at_once)


LONG = [("P", f"2024-{month:02d}-10 09:00", float(month)) for month in range(1, 13)]
FAR = tuple((f"F{month}", "P", f"2024-{month:02d}-20 10:00") for month in range(1, 13))
CASES = (
    _case("a value at the exact instant of the point does not count", [("a", "P", "2024-03-01 10:00")],
          [("P", "2024-03-01 10:00", 20), ("P", "2024-02-20 10:00", 4)]),
    _case("two points of one patient at one time keep their values, beside another patient's",
          [("a", "P", "2024-03-01 10:00"), ("b", "P", "2024-03-01 10:00"), ("c", "Q", "2024-03-01 10:00")],
          [("P", "2024-02-20 10:00", 4), ("Q", "2024-02-20 10:00", 9)]),
    _case("a window from 180 to 365 days", FAR, LONG, ((180, 365),)),
    _case("the same window, points taken in batches", FAR, LONG, ((180, 365),), 60),
    _case("a silent patient: nothing inside the window", [("a", "P", "2024-12-01 10:00")],
          [("P", "2024-01-20 10:00", 4), ("Q", "2024-11-20 10:00", 9)], ((0, 30), (0, 365))),
    _case("lowest, mean and highest of numbers", [("a", "P", "2024-03-01 10:00")],
          [("P", "2024-02-20 10:00", 4.5), ("P", "2024-02-22 10:00", 7), ("P", "2024-02-25 10:00", -1)]),
    _case("a record entered after the point, dated by its entry", [("a", "P", "2024-03-01 10:00")],
          [("P", "2024-03-05 10:00", 20), ("P", "2024-02-20 10:00", 4)]),
    _case("a table without a row", [("a", "P", "2024-03-01 10:00")], []),
    _case("a patient without any record", [("a", "P", "2024-03-01 10:00"), ("b", "Q", "2024-03-01 10:00")],
          [("P", "2024-02-20 10:00", 4)]),
    _case("a record dated after midnight of the point's day by its end", [("a", "P", "2024-03-01 10:00")],
          [("P", "2024-03-01 23:59:59", 20), ("P", "2024-02-29 23:59:59", 4)]),
    _case("a record of another referral, each referral its own subject",
          [("a", "P/1", "2024-03-01 10:00"), ("b", "P/2", "2024-03-01 10:00")],
          [("P/1", "2024-02-20 10:00", 4), ("P/2", "2024-02-21 10:00", 9)]),
)  # fmt: skip


def expected(case: Case) -> pd.DataFrame:
    """The right answer: what was known strictly before each point, no longer ago than the window says."""
    found = []
    rows: list[dict[str, Any]] = case.scores.to_dict("records")  # type: ignore[assignment]
    for point in case.points.to_dict("records"):
        row: dict[str, object] = {"point_id": point["point_id"]}
        for first, last in case.windows:
            known = [
                score["score"]
                for score in rows
                if score["patient"] == point["patient"]
                and score["at"] < point["at"]
                and first <= (point["at"] - score["at"]) / pd.Timedelta(days=1) <= last
            ]
            values = {
                "mean": math.fsum(known) / len(known) if known else math.nan,
                "max": max(known, default=math.nan),
                "min": min(known, default=math.nan),
                "count": float(len(known)),
            }
            row |= {f"score_{name}_{first}_{last}": value for name, value in values.items()}
        found.append(row)
    return pd.DataFrame(found)


def faults(found: pd.DataFrame, gold: pd.DataFrame) -> str:
    """What is wrong, in a few words; nothing where every cell agrees to 1e-9."""
    if sorted(found["point_id"]) != sorted(gold["point_id"]):
        return f"{len(found)} points of {len(gold)}"
    absent = [name for name in gold if name not in found]
    if absent:
        return f"no {absent[0]}"
    one, other = (frame.set_index("point_id").sort_index().astype("float64") for frame in (found, gold))
    apart = (one[other.columns] - other).abs() > 1e-9
    apart |= one[other.columns].isna() != other.isna()
    return f"{int(apart.to_numpy().sum())} of {other.size} cells" if apart.to_numpy().any() else ""

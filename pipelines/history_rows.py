"""What the records hold behind a reason, as short tables on a patient's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from features.rows_behind import Behind
from pipelines.listed import short_day
from pipelines.page import listing, paragraph

MOST = 6
NOWHERE = np.array([], dtype=int)
NOTHING = paragraph("Nothing about it was recorded before the work was agreed.", note=True)
FACT_WORDS = {
    "appointments": "Appointments",
    "complaints": "Presenting problems",
    "gad7": "GAD-7",
    "phq9": "PHQ-9",
    "platform_sessions": "Log-ins to the online programme",
    "reviews": "Reviews of agreed work",
    "session_ratings": "Ratings in sessions",
    "tasks": "Work agreed",
    "wsas": "Work and Social Adjustment Scale",
}
COLUMN_WORDS = {
    "days_to_due": "days until review is due",
    "days_to_review": "days until reviewed",
    "forgot": "was forgotten",
    "inside_barrier": "avoidance, low mood or doubt in the way",
    "obstacles": "obstacles discussed",
    "outside_barrier": "time, work, family or health in the way",
    "own_language": "in the patient's language",
    "rationale": "reason explained",
    "share": "share done",
    "share_of_highest": "share of the highest score",
    "understanding_barrier": "not understood",
    "what": "what agreed",
    "when": "when agreed",
    "where_to": "where agreed",
    "with_whom": "with whom agreed",
    "written": "written summary",
}
SHARES = ("share", "share_of_highest")


@dataclass(frozen=True)
class _Rows:
    """The rows of one fact, found by point without searching."""

    behind: Behind
    places: Mapping[str, np.ndarray]

    def table(self, fact: str, predictors: Sequence[str], point: str) -> Markup | None:
        """The newest rows that went into any of these predictors at a point; None where there are none."""
        own = [name for name in predictors if name in self.behind.columns]
        rows = self.behind.rows.iloc[self.places.get(point, NOWHERE)]
        rows = rows[rows[[f"counted_{name}" for name in own]].any(axis=1)]
        if rows.empty or not own:
            return None
        newest = rows.iloc[::-1].head(MOST)
        columns: dict[str, list[str | None]] = {"Known on": [short_day(when) for when in newest["known_at"]]}
        for column in dict.fromkeys(column for name in own for column in self.behind.columns[name]):
            columns[_words(COLUMN_WORDS, column)] = [_said(column, value) for value in newest[column]]
        count = "" if len(rows) <= MOST else f": the newest {MOST} of {len(rows)}"
        return listing(columns, f"{_words(FACT_WORDS, fact)}{count}")


class HistoryRows:
    """The rows behind every reason of a caseload."""

    def __init__(self, behind: Mapping[str, Behind]) -> None:
        self._facts = {
            fact: _Rows(
                one,
                {
                    str(point): np.asarray(places)
                    for point, places in one.rows.groupby("point_id").indices.items()
                },
            )
            for fact, one in behind.items()
        }

    def under(self, predictors: Sequence[str], point: str) -> Markup:
        """What stands under a reason: a table per fact that its predictors read, or that there is nothing."""
        tables = [rows.table(fact, predictors, point) for fact, rows in self._facts.items()]
        found = [one for one in tables if one is not None]
        return Markup("").join(found) if found else NOTHING


def _words(known: Mapping[str, str], name: str) -> str:
    words = known.get(name, name.replace("_", " "))
    return f"{words[0].upper()}{words[1:]}"


def _said(column: str, value: object) -> str | None:
    """A value in words; None where it is not recorded."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return f"{number:.0%}" if column in SHARES else f"{round(number, 1):g}"

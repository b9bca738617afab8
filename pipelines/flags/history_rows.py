"""What the records hold behind a reason, as short tables on a patient's page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from features.rows_behind import Behind
from pipelines.flags.listed import short_day
from pipelines.page import MISSING, listing, paragraph

MOST = 6
NOTHING = paragraph("Nothing about it was recorded before that day.", note=True)
FACT_WORDS = {
    "appointments": "Appointments",
    "anxiety_measures": "Scales of particular anxiety problems",
    "complaints": "Presenting problems",
    "gad7": "GAD-7",
    "patients": "What the patient prefers",
    "phq9": "PHQ-9",
    "platform_sessions": "Log-ins to the online programme",
    "reviews": "Reviews of agreed work",
    "session_ratings": "Ratings in sessions",
    "tasks": "Work agreed",
    "wsas": "Work and Social Adjustment Scale",
}
COLUMN_WORDS = {
    "adapted": "adapted to circumstances",
    "addressed": "difficulties taken up",
    "alliance": "working together",
    "complaint": "problem (code)",
    "confidence": "patient's confidence",
    "credibility": "approach makes sense",
    "days_to_due": "days until review is due",
    "days_to_review": "days until reviewed",
    "expectancy": "expected benefit",
    "forgot": "was forgotten",
    "inside_barrier": "avoidance, low mood or doubt in the way",
    "measure": "scale",
    "minutes_until_point": "minutes",
    "modules": "modules finished",
    "obstacles": "obstacles discussed",
    "other_language": "another language than English",
    "outside_barrier": "time, work, family or health in the way",
    "passivity": "expects to be treated",
    "rationale": "reason explained",
    "resistance": "holding back",
    "reviewed": "gone through",
    "share": "share done",
    "share_of_highest": "share of the highest score",
    "support": "support from people close by",
    "type": "kind of task",
    "understanding_barrier": "not understood",
    "what": "what agreed",
    "when": "when agreed",
    "where_to": "where agreed",
    "with_whom": "with whom agreed",
    "written": "written summary",
}
SHARES = ("share", "share_of_highest")


class _Rows:
    """The rows of one fact as plain columns, found by point without searching: thousands of pages ask."""

    def __init__(self, fact: str, behind: Behind) -> None:
        self._fact, self._read = fact, behind.columns
        self._columns = {str(name): behind.rows[name].tolist() for name in behind.rows.columns}
        self._places: dict[str, list[int]] = {}
        for place, point in enumerate(self._columns["point_id"]):
            self._places.setdefault(point, []).append(place)

    def reads(self, predictor: str) -> bool:
        """Whether the rows behind a predictor are among these."""
        return predictor in self._read

    def table(self, predictors: Sequence[str], point: str) -> Markup | None:
        """The newest rows that went into any of these predictors at a point; None where there are none."""
        own = [name for name in predictors if name in self._read]
        counted = [self._columns[f"counted_{name}"] for name in own]
        rows = [place for place in self._places.get(point, ()) if any(marks[place] for marks in counted)]
        if not rows:
            return None
        newest = rows[::-1][:MOST]
        columns = {"Day": [short_day(self._columns["happened_at"][place]) for place in newest]}
        for name in dict.fromkeys(column for reader in own for column in self._read[reader]):
            columns[_words(COLUMN_WORDS, name)] = [
                _said(name, self._columns[name][place]) for place in newest
            ]
        count = "" if len(rows) <= MOST else f": the newest {MOST} of {len(rows)}"
        return listing(columns, f"{_words(FACT_WORDS, self._fact)}{count}")


class HistoryRows:
    """The rows behind every reason of a caseload."""

    def __init__(self, behind: Mapping[str, Behind]) -> None:
        self._facts = [_Rows(fact, one) for fact, one in behind.items()]

    def under(self, predictors: Sequence[str], point: str) -> Markup:
        """What stands under a reason: a table per fact that its predictors read, or that there is nothing.

        Errors: LookupError where nobody asked for the rows behind these predictors.
        """
        if not any(rows.reads(name) for rows in self._facts for name in predictors):
            raise LookupError(f"the rows behind {', '.join(predictors)} were not asked for")
        tables = [rows.table(predictors, point) for rows in self._facts]
        found = [one for one in tables if one is not None]
        return Markup("").join(found) if found else NOTHING


def _words(known: Mapping[str, str], name: str) -> str:
    words = known.get(name, name.replace("_", " "))
    return f"{words[0].upper()}{words[1:]}"


def _said(column: str, value: object) -> str:
    """A value in words."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.0%}" if column in SHARES else f"{round(value, 1):g}"
    return str(value)

"""Which values the records hold of each number that has bounds in the standard, by service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import pandas as pd

from features.facts import FACTS, scores
from features.facts.session_ratings import RATED
from features.records import Records
from features.standard import ranges, scoring
from models.withheld import RULES, count_shown

RULE = RULES["nhs"]
# The ends that are shown: the very least and the very greatest value are one patient's.
LEAST, MIDDLE, GREATEST = 0.05, 0.5, 0.95
SCORE = "PersScore"
# The questionnaires that facts read, by the table of their scores.
TOOLS_READ = {
    scores.AT_REFERRAL: {*scores.PHQ9, *scores.GAD7},
    scores.AT_CONTACT: {*scores.PHQ9, *scores.GAD7, *scores.WSAS_ITEMS, *scores.ANXIETY_MEASURES},
}
# What tells the things apart that one column holds, and who says so: two raters may use two scales.
TOLD_APART = {"Rating": ("RatingType", "RatedBy"), SCORE: ("CodedAssToolType", None)}
# The key that leads from a table to its patient, and the table that hands it on; the surest first.
PATIENT = "LocalPatientId"
TO_PATIENT = (
    ("ServiceRequestId", "IDS101Referral"),
    ("TaskId", "BSW001TaskSet"),
    ("CareActId", "IDS202CareActivity"),
    ("CareContactId", "IDS201CareContact"),
)


@dataclass(frozen=True)
class Bounds:
    """What a number may be; `is_scale`: see `features.standard.Range`."""

    lowest: float
    highest: float
    is_scale: bool

    @property
    def words(self) -> str:
        """As in "0 to 10"."""
        return f"{self.lowest:g} to {self.highest:g}"


@dataclass(frozen=True)
class Number:
    """A column of the standard; `of`: the kind of rating or the questionnaire's code; `by`: who rates; else empty."""

    table: str
    column: str
    of: str = ""
    by: str = ""

    @property
    def name(self) -> str:
        """As in "working alliance by the patient"; nothing for a column that holds one thing."""
        of = f"{scoring()[self.of].name} ({self.of})" if self.column == SCORE else self.of
        return f"{of} by the {self.by}" if self.by else of

    @property
    def is_read(self) -> bool:
        """Whether a fact reads it; other questionnaires, and what the other of two raters says, reach no predictor."""
        if self.column == SCORE:
            return self.of in TOOLS_READ[self.table]
        if self.column == "Rating":
            return any(self.of == of and self.by in ("", by) for of, by in RATED.values())
        return any(self.column in fact.reads.get(self.table, ()) for fact in FACTS.values())


@dataclass(frozen=True)
class Used:
    """The values of a number in one service's records.

    `values`: value, in order; rows that hold it; patients of whom it is the least; patients of whom it is the greatest.
    """

    number: Number
    service: str
    bounds: Bounds
    values: pd.DataFrame

    @property
    def patients(self) -> int:
        """How many have a value."""
        return int(self.values["least"].sum())

    @property
    def rows(self) -> int | str:
        """Rows with a value, as they may be shown."""
        rows = int(self.values["rows"].sum())
        return count_shown(rows if self.patients >= RULE.smallest else 0, RULE)

    def shown(self, share: float) -> float | None:
        """See `at`; None where on either side of it, itself included, are fewer patients than may be shown."""
        value = at(self.values, share)
        below = self.values.loc[self.values["value"] <= value, "least"].sum()
        above = self.values.loc[self.values["value"] >= value, "greatest"].sum()
        return value if min(below, above) >= RULE.smallest else None

    def as_json(self) -> dict[str, Any]:
        """The same for another program, as it may be shown."""
        return {
            **asdict(self.number),
            "service": self.service,
            "lowest_allowed": self.bounds.lowest,
            "highest_allowed": self.bounds.highest,
            "rows": self.rows,
            "p5": self.shown(LEAST),
            "median": self.shown(MIDDLE),
            "p95": self.shown(GREATEST),
        }


def at(values: pd.DataFrame, share: float) -> float:
    """The least value that this share of the rows does not exceed."""
    reached = values["rows"].cumsum()
    return float(values.loc[reached >= share * reached.iloc[-1], "value"].iloc[0])


def values_used(records: Records) -> list[Used]:
    """Those of every number with bounds, as far as the records hold it."""
    return [used for table, column in _columns(records) for used in _used(records, table, column)]


@cache
def bounds() -> Mapping[Number, Bounds]:
    """What each number may be."""
    totals = {
        Number(table, SCORE, tool): Bounds(*allowed.within, is_scale=True)
        for table in TOOLS_READ
        for tool, allowed in scoring().items()
        if allowed.within
    }
    others = {
        Number(known.table, known.column, known.where): Bounds(known.lowest, known.highest, known.is_scale)
        for known in ranges()
    }
    return others | totals


def _columns(records: Records) -> list[tuple[str, str]]:
    places = dict.fromkeys((number.table, number.column) for number in bounds())
    return [(table, column) for table, column in places if column in records.columns.get(table, ())]


def _used(records: Records, table: str, column: str) -> Iterator[Used]:
    """Those of one column, thing by thing and service by service."""
    for (of, by, service), values in _counted(records, table, column).groupby(["of", "by", "service"]):
        known = bounds().get(Number(table, column, str(of)))
        if known:
            kept = values[["value", "rows", "least", "greatest"]].reset_index(drop=True)
            yield Used(Number(table, column, str(of), str(by)), str(service), known, kept)


def _counted(records: Records, table: str, column: str) -> pd.DataFrame:
    """`service, of, by, value, rows, least, greatest`: how often each value is used, see `Used`."""
    held = records.columns[table]
    of, by = (
        f"coalesce(\"{name}\", '')" if name in held else "''" for name in TOLD_APART.get(column, (None, None))
    )
    asked = f"""
        WITH held AS (
            SELECT OrgID_Provider AS service, {of} AS "of", {by} AS "by", CAST("{column}" AS DOUBLE) AS value, patient
            FROM ({_with_patient(records, table)}) WHERE "{column}" IS NOT NULL
        ), spans AS (
            SELECT service, "of", "by", patient, min(value) AS low, max(value) AS high
            FROM held WHERE patient IS NOT NULL GROUP BY ALL
        )
        SELECT service, "of", "by", value, sum(r)::BIGINT AS rows, sum(l)::BIGINT AS least, sum(g)::BIGINT AS greatest
        FROM (
            SELECT service, "of", "by", value, 1 AS r, 0 AS l, 0 AS g FROM held
            UNION ALL SELECT service, "of", "by", low, 0, 1, 0 FROM spans
            UNION ALL SELECT service, "of", "by", high, 0, 0, 1 FROM spans
        ) GROUP BY ALL ORDER BY ALL
    """
    with records.connection.cursor() as own:
        return own.execute(asked).df()


def _with_patient(records: Records, table: str) -> str:
    """SQL for the rows of a table with `patient`, which is missing where the records do not lead to one."""
    held = records.columns[table]
    if PATIENT in held:
        return f'SELECT *, "{PATIENT}" AS patient FROM "{table}"'
    for key, parent in TO_PATIENT:
        if key in held and parent != table and parent in records.columns:
            # The parent's rows were sent in several submissions; a key is one patient's in all of them.
            patients = (
                f'SELECT OrgID_Provider, "{key}", min(patient) AS patient FROM ({_with_patient(records, parent)}) '
                "GROUP BY ALL"
            )
            return f'SELECT * FROM "{table}" LEFT JOIN ({patients}) USING (OrgID_Provider, "{key}")'
    return f'SELECT *, NULL::VARCHAR AS patient FROM "{table}"'

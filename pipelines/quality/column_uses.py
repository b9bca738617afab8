"""What each column of the records is for: predictors by construct, and whatever else would be lost without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from features.conceptual_model import CONSTRUCTS
from features.lineage import columns_read
from features.predictor import catalogue
from features.records import Records

WHOLE_TABLE = "the whole table"
# What columns are for besides predictors.
BESIDES: Mapping[tuple[str, str], str] = {
    ("IDS001MPI", "EthnicCategory"): "the audit by ethnic group",
    ("IDS001MPI", "Gender"): "the audit by gender",
    ("IDS001MPI", "PersonBirthDate"): "the audit by age",
    ("IDS001MPI", "IndicesOfDeprivationDecile"): "the audit by deprivation",
    ("IDS101Referral", "ServDischDate"): "knowing which pathways are still open",
    ("IDS201CareContact", "AttendOrDNACode"): "points: which contacts took place",
    ("IDS201CareContact", "CareContPatientTherMode"): "points: which contacts were individual",
    ("IDS201CareContact", "CareContTime"): "points: at what time a contact began, else 00:00",
    ("IDS201CareContact", "ClinContDurOfCareCont"): "points: when a contact ended",
    ("IDS202CareActivity", "CodeProcAndProcStatus"): "points: which treatment is of low intensity",
    ("BSW001TaskSet", "TaskId"): "points: which work was agreed",
    ("BSW001TaskSet", "CarePersLocalId"): "flags by practitioner",
    ("BSW002TaskReview", "Completion"): "outcomes: whether the work was done",
    ("BSW002TaskReview", "CompletionPercent"): "outcomes: how much of the work was done",
    ("BSW002TaskReview", "ReviewDateTime"): "outcomes: when that was known, where not in the contact",
}


@dataclass
class Uses:
    """What a column is for. `predictors`: construct's title -> names of predictors that read the column."""

    predictors: dict[str, set[str]] = field(default_factory=dict)
    besides: set[str] = field(default_factory=set)

    def add(self, other: Uses) -> None:
        """Take in what another column is for."""
        for construct, names in other.predictors.items():
            self.predictors.setdefault(construct, set()).update(names)
        self.besides |= other.besides

    @property
    def in_words(self) -> str:
        """Everything, such as "the audit by age; Symptoms (phq9_change, phq9_first)"."""
        constructs = [
            f"{title} ({', '.join(sorted(names))})" for title, names in sorted(self.predictors.items())
        ]
        return "; ".join([*sorted(self.besides), *constructs])

    @property
    def in_short(self) -> str:
        """The same without the names of predictors."""
        return "; ".join([*sorted(self.besides), *sorted(self.predictors)])


@cache
def uses() -> Mapping[tuple[str, str], Uses]:
    """What the columns are for, by table and column; one that is not here only names and checks rows."""
    known: dict[tuple[str, str], Uses] = {}
    for place, words in BESIDES.items():
        known.setdefault(place, Uses()).besides.add(words)
    for name, predictor in catalogue().items():
        for origin in columns_read(predictor):
            table, _, column = origin.partition(".")
            own = known.setdefault((table, column), Uses()).predictors
            own.setdefault(CONSTRUCTS[predictor.construct].title, set()).add(name)
    return known


def missing(records: Records) -> pd.DataFrame:
    """What is used but not in the records, and what goes without it: `table, column, costs`."""
    lost: dict[tuple[str, str], Uses] = {}
    for (table, column), used in uses().items():
        if table not in records.columns:
            lost.setdefault((table, WHOLE_TABLE), Uses()).add(used)
        elif column not in records.columns[table]:
            lost.setdefault((table, column), Uses()).add(used)
    rows = [(*place, used.in_words) for place, used in sorted(lost.items(), key=lambda item: item[0])]
    return pd.DataFrame(rows, columns=["table", "column", "costs"])


def blank(records: Records) -> pd.DataFrame:
    """Columns that are used and there, but hold no value in any row: `table, column, costs`."""
    rows = []
    for (table, column), used in sorted(uses().items(), key=lambda item: item[0]):
        if column in records.columns.get(table, ()):
            filled = f'SELECT 1 FROM "{table}" WHERE "{column}" IS NOT NULL LIMIT 1'
            if not records.connection.execute(filled).fetchall():
                rows.append((table, column, used.in_words))
    return pd.DataFrame(rows, columns=["table", "column", "costs"])

"""A few rows that break a rule, as every real extract has some: added to the tables, never put in place.

They are copies of good rows with something wrong, so that nothing true depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.synthetic.assumptions import DIRTY_ROWS
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.record_keeping import Block

CONTACT, PATIENT, REFERRAL = "IDS201CareContact", "IDS001MPI", "IDS101Referral"
REVIEW, LOGIN = "BSW002TaskReview", "BSW004PlatformSession"


@dataclass(frozen=True)
class Dirt:
    """`kind`: what is wrong, in words. `column`: where; `wrong`: what it says; `own_id`: given a fresh id."""

    kind: str
    table: str
    column: str
    wrong: str | None
    own_id: str | None = None


DIRT = (
    Dirt("a code that is not permitted", CONTACT, "AttendOrDNACode", "8", "CareContactId"),
    Dirt("a text that is no date", CONTACT, "CareContDate", "31/02/2025", "CareContactId"),
    Dirt("a contact of an unknown referral", CONTACT, "ServiceRequestId", "R-UNKNOWN", "CareContactId"),
    Dirt("a contact before its referral", CONTACT, "CareContDate", "2015-01-05", "CareContactId"),
    Dirt("a contact after its submission", CONTACT, "CareContDate", "2026-01-05", "CareContactId"),
    Dirt("a contact without an id", CONTACT, "CareContactId", None),
    Dirt("two versions of a contact in one submission", CONTACT, "CareContTime", "23:59:00"),
    Dirt("a duration in words", CONTACT, "ClinContDurOfCareCont", "half", "CareContactId"),
    Dirt("a patient without an id", PATIENT, "LocalPatientId", None),
    Dirt("an ethnic category that is none", PATIENT, "EthnicCategory", "I", "LocalPatientId"),
    Dirt("a discharge before the referral", REFERRAL, "ServDischDate", "2001-01-01", "ServiceRequestId"),
    Dirt(
        "an activity of an unknown contact", "IDS202CareActivity", "CareContactId", "C-UNKNOWN", "CareActId"
    ),
    Dirt("a score out of range", "IDS607CodedScoreAssessmentAct", "PersScore", "99"),
    Dirt("a score that is no number", "IDS606CodedScoreAssessmentRefer", "PersScore", "high"),
    Dirt("a review of an unknown task", REVIEW, "TaskId", "T-UNKNOWN"),
    Dirt("more than the whole of a task", REVIEW, "CompletionPercent", "150"),
    Dirt("a rating off its scale", "BSW003SessionRating", "Rating", "77"),
    Dirt("a log-in that ends before it starts", LOGIN, "SessionEnd", "2001-01-01 00:00:00"),
    Dirt("a log-in long after the last month", LOGIN, "SessionStart", "2031-01-01 09:00:00"),
    Dirt("a log-in at no time", LOGIN, "SessionStart", "yesterday"),
    Dirt("a time that is none", CONTACT, "CareContTime", "25:71", "CareContactId"),
    Dirt("a code that is too long", CONTACT, "OrgIDComm", "SYNCB-AND-MORE", "CareContactId"),
    Dirt("a contact of an unknown submission", CONTACT, "UniqueSubmissionID", "7", "CareContactId"),
    Dirt("a barrier that is none", REVIEW, "BarriersReported", "time;weather"),
    Dirt("a review before its task was set", REVIEW, "ReviewDateTime", "2001-01-01 09:00:00"),
    Dirt("a task of another referral", "BSW001TaskSet", "ServiceRequestId", "R-UNKNOWN", "TaskId"),
)


def with_dirt(block: Block, tables: Mapping[str, pa.Table]) -> tuple[dict[str, pa.Table], pa.Table]:
    """The tables with dirty rows at their ends, and what was added: kind, table, column, rows."""
    chance, made = block.chance("dirt"), dict(tables)
    share = DIRTY_ROWS * sum(table.num_rows for table in tables.values()) / len(DIRT)
    each = max(1, round(share))
    added = []
    for dirt in DIRT:
        if dirt.table not in tables:  # a table this service does not keep
            continue
        good = tables[dirt.table]
        among = _spoilable(dirt, good)
        if len(among):
            rows = good.take(pa.array(np.sort(chance.choice(among, min(each, len(among)), replace=False))))
            spoilt = _spoil(dirt, rows, prefix=f"X{block.number}{DIRT.index(dirt):02d}")
            made[dirt.table] = pa.concat_tables([made[dirt.table], spoilt])
            added.append((dirt.kind, dirt.table, dirt.column, rows.num_rows))
    columns = list(zip(*added, strict=True)) or [(), (), (), ()]
    return made, pa.table(dict(zip(("kind", "table", "column", "rows"), map(list, columns), strict=True)))


def _spoilable(dirt: Dirt, table: pa.Table) -> Array:
    """Rows to copy: a conflict of versions only where nothing else hangs on the contact, a missed one."""
    if dirt.table == CONTACT and dirt.own_id is None and dirt.wrong is not None:
        return np.flatnonzero(pc.is_in(table["AttendOrDNACode"], pa.array(["2", "3"])).to_numpy())
    return np.arange(table.num_rows)


def _spoil(dirt: Dirt, rows: pa.Table, *, prefix: str) -> pa.Table:
    columns = {dirt.column: [dirt.wrong] * rows.num_rows}
    if dirt.own_id is not None:
        columns[dirt.own_id] = [f"{prefix}{number:05d}" for number in range(rows.num_rows)]
    for name, values in columns.items():
        rows = rows.set_column(rows.column_names.index(name), name, pa.array(values, pa.string()))
    return rows

"""Whether practitioners go by the same ids wherever they are named: else one person counts as two."""

from __future__ import annotations

from features.records.files import TASK
from features.records.held import Records

ACTIVITY = "IDS202CareActivity"
STAFF = "CarePersLocalId"
TOLD_FROM = 0.05
"""The least share of tasks without a match that is told, ours: some are set by people who see nobody."""


def unlike_ids(records: Records) -> list[str]:
    """A line per way in which the practitioners of tasks and those of contacts go by other ids; none where a table or
    the column lacks.
    """
    if not all(STAFF in records.columns.get(table, ()) for table in (TASK, ACTIVITY)):
        return []
    (counted,) = records.connection.execute(
        f"""
        WITH seen AS (SELECT DISTINCT OrgID_Provider AS provider, {STAFF} AS id FROM {ACTIVITY}),
             alike AS (SELECT DISTINCT provider, lower(id) AS id FROM seen WHERE id IS NOT NULL),
             apart AS (SELECT OrgID_Provider AS provider, {STAFF} AS id FROM {TASK} WHERE {STAFF} IS NOT NULL
                       AND NOT EXISTS (FROM seen WHERE seen.provider = OrgID_Provider AND seen.id = {STAFF}))
        SELECT (SELECT count({STAFF}) FROM {TASK}), count(*), count(*) FILTER (WHERE EXISTS (
            FROM alike WHERE alike.provider = apart.provider AND alike.id = lower(apart.id))) FROM apart
        """
    ).fetchall()
    tasks, apart, by_capitals = counted
    lines = []
    if by_capitals:
        lines.append(
            f"practitioners' ids in {TASK} and {ACTIVITY} differ by capitals at {_of(by_capitals, tasks)} of the "
            "tasks; write them alike, or one person counts as two"
        )
    if apart - by_capitals > TOLD_FROM * tasks:
        lines.append(
            f"the practitioner of {_of(apart - by_capitals, tasks)} of the tasks in {TASK} is in no row of {ACTIVITY}; "
            "use the same ids in both, or what a practitioner did before is not found"
        )
    return lines


def _of(some: int, all_of_them: int) -> str:
    """A share in whole percent, never none where there are some."""
    return f"{max(1, round(100 * some / all_of_them))}%"

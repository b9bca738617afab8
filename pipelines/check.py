"""`bsw check`: read a source, apply every rule, and say whether there is enough to learn from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from features.records import Records, read_records
from features.records.silence import lost, weeks_unasked
from features.records.staff import unlike_ids
from models.splits import cut_of, mature
from pipelines.build import assemble_records
from pipelines.built import POINTS_ARE, Built, ends_of
from pipelines.config import Config
from pipelines.gaps import READ, Gaps, at_heart
from pipelines.page import write_page
from pipelines.progress import progress
from pipelines.quality import other_scales
from pipelines.quality.column_uses import WHOLE_TABLE, blank, missing
from pipelines.quality.page import Quality, quality_page
from pipelines.quality.unassigned_circumstances import unassigned
from pipelines.quality.values_used import values_used
from pipelines.store import step, write_json, write_table


def check(source: Path, *, out: Path, config: Config) -> int:
    """Write OUT/quality.html, quality.json, quarantine.csv and missing.csv; gives the exit code, 0.

    Errors: InputError, a line per fault, where the source cannot be used at all.
    """
    with step("check", out, inputs={"source": source}, config=config) as manifest:
        with progress("Checking", 3) as advance:
            records = read_records(source, config.source)
            advance("points and outcomes")
            built = assemble_records(records, config=config, until=None)
            advance("report")
            quality = Quality(
                source=source.name,
                records=records,
                missing=missing(records),
                blank=blank(records),
                readiness=readiness(built, config),
                enough=is_enough(built, config),
                asked=(config.readiness.events, config.readiness.months),
                submissions=submissions(records),
                exclusions=built.exclusions,
                kind=POINTS_ARE[built.kind],
                unassigned=unassigned(records),
                gaps=Gaps.of(records, config.source),
                used=values_used(records),
            )
            manifest.wrote(
                write_table(out / "quarantine.csv", records.set_aside),
                write_table(out / "missing.csv", pd.concat([quality.missing, quality.blank])),
                write_json(out / "quality.json", quality.as_json()),
                write_page(out / "quality.html", quality_page(quality)),
            )
            advance()
        manifest.says(synthetic=records.synthetic, enough=quality.enough)
    print(f"{out}: {quality.sentence}")
    for line in (*not_there(quality), *quality.gaps.besides, *other_scales.lines(quality.used)):
        print(f"  {line}")
    return 0


def not_there(quality: Quality) -> list[str]:
    """A line per table that is used but not there or of no use, and per file that nobody could read as one."""
    missing = quality.missing.loc[quality.missing["column"] == WHOLE_TABLE, "table"]
    empty = quality.records.empty
    lines = [
        f"{'holds no row' if table in empty else 'not there'}: {table} (quality.html says what that costs)"
        for table in missing
    ]
    lines += [
        f"{_usable(rows - broken)} of its rows can be used: {table}; build refuses it"
        for table, _, rows, broken, _ in lost(
            quality.records, READ, at_heart=at_heart(quality.records)
        ).to_numpy()
    ]
    lines += [
        f"without a row of {table} points are weeks on the online programme unasked; build refuses that"
        for table in weeks_unasked(quality.records)
    ]
    lines += unlike_ids(quality.records)
    return lines + [f"not read: {name}" for name in quality.records.unread]


def _usable(rows: int) -> str:
    return f"only {rows:,}" if rows else "none"


def submissions(records: Records) -> pd.DataFrame:
    """The monthly submissions: `provider, submissions, first, last, months without one, versions`.

    Months are looked for up to the latest submission of all: a provider that stopped has none since.
    """
    versions = (
        "string_agg(DISTINCT DatSetVer, ', ' ORDER BY DatSetVer)"
        if "DatSetVer" in records.columns["IDS000Header"]
        else "'not said'"
    )
    return records.connection.execute(
        "SELECT OrgID_Provider AS provider, count(DISTINCT UniqueSubmissionID) AS submissions, "
        "min(ReportingPeriodStartDate) AS first, max(ReportingPeriodEndDate) AS last, "
        "greatest(0, date_diff('month', first, (SELECT max(ReportingPeriodEndDate) FROM IDS000Header)) + 1 - "
        "count(DISTINCT date_trunc('month', ReportingPeriodEndDate))) AS \"months without one\", "
        f"{versions} AS versions "
        "FROM IDS000Header GROUP BY OrgID_Provider ORDER BY OrgID_Provider"
    ).df()


def readiness(built: Built, config: Config) -> dict[str, int]:
    """Points, known outcomes, events and months, over all points and before the cut of a split."""
    outcome, at = built.outcome, built.points["at"]
    ripe = mature(at, ends_of(built.points, built.last_days), config.outcome.horizon_days)
    known = outcome["not_completed"].notna() & ripe
    counted = {
        "points": len(outcome),
        "mature": int(ripe.sum()),
        "known": int(known.sum()),
        "not_completed": int(outcome.loc[known, "not_completed"].sum()),
        "months": int(at[ripe].dt.to_period("M").nunique()),
        "patients": int(built.points.loc[known, "patient_id"].nunique()),
    }
    if len(outcome):
        cut = cut_of(at, config.split.test_share) - pd.Timedelta(days=config.outcome.horizon_days)
        counted["known_to_learn_from"] = int((known & (at <= cut)).sum())
        counted["not_completed_to_learn_from"] = int(outcome.loc[known & (at <= cut), "not_completed"].sum())
    return counted


def is_enough(built: Built, config: Config) -> bool:
    """Whether `ReadinessSettings` are met."""
    counted, asked = readiness(built, config), config.readiness
    events = counted.get("not_completed_to_learn_from", 0)
    others = counted.get("known_to_learn_from", 0) - events
    return min(events, others) >= asked.events and counted["months"] >= asked.months

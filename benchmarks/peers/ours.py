"""The case by this project's engine."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
import ibis
import pandas as pd

from features.as_of import known_before
from features.engine import DuckDB
from features.history import History
from features.number import Number
from features.records import Records
from features.tally import Tally

OURS = {"max": "highest", "min": "lowest"}


def build(folder: Path, out: Path) -> None:
    """Write the columns asked for."""
    case = json.loads((folder / "asked.json").read_text())
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    for name in ("points", "scores"):
        connection.execute(f"CREATE VIEW case_{name} AS SELECT * FROM '{folder / name}.parquet'")
    engine = DuckDB(Records(connection, {}, pd.DataFrame(), pd.DataFrame()))
    points, rows = engine.table("case_points"), engine.table("case_scores")
    missing = ibis.null("string")
    points = points.mutate(number=ibis.row_number())
    points = engine.keep("case_numbered", points.select("point_id", "patient", "at", "number"))
    asked = points.select(
        point_id=points.number, pathway_id=points.patient, patient_id=points.patient, practitioner_id=missing,
        service_id=missing, contact_id=missing, at=points["at"], session_number=ibis.literal(0),
    )  # fmt: skip
    scores = [name for name in rows.columns if name not in ("patient", "at")]
    known = rows.select(
        *scores, pathway_id=rows.patient, known_at=rows["at"], superseded_at=ibis.null("int64"), order=ibis.literal(0)
    )  # fmt: skip
    origins = dict.fromkeys(scores, "the case")
    tally = Tally("scores", known_before(asked, known, "pathway", {}), frozenset(origins), origins)
    history, numbers = History(tally), {}
    for first, last in case["windows"]:
        within = history.where((history.days_before <= last) & (history.days_before >= first))
        for score in scores:
            for summary in case["summaries"]:
                number: Number = getattr(getattr(within, score), OURS.get(summary, summary))()
                number = number.or_else(0.0) if summary == "count" else number
                numbers[f"{score}_{summary}_{first}_{last}"] = number
    answers = tally.answers()
    wide = points.left_join(answers, points.number == answers.scores__point)
    engine.write(wide.select("point_id", **{name: n.of(wide) for name, n in numbers.items()}), out)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))

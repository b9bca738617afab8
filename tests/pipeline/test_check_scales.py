"""`bsw check` names numbers on another scale than the standard's, and of a synthetic service none."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from features.records import Records, SourceSettings, read_records
from pipelines.build import build
from pipelines.check import check
from pipelines.config import Config
from pipelines.quality.other_scales import lines
from pipelines.quality.values_used import values_used
from pipelines.synthetic.whole_service import synthesise
from tests.pipeline.small_source import clean_frames, write_source

RATINGS, TASKS, REVIEWS = "BSW003SessionRating", "BSW001TaskSet", "BSW002TaskReview"
OUT_OF_TEN = "\"RatingType\" NOT IN ('passive expectation', 'in-session resistance')"
PLANTED = [
    (RATINGS, "Rating", "Rating / 10", OUT_OF_TEN, "between 0 and 1, as shares do"),
    (RATINGS, "Rating", "(Rating >= 6)::INT", OUT_OF_TEN, "hardly any value is above 2"),
    (RATINGS, "Rating", "1 + round(Rating * 0.4)", OUT_OF_TEN, "whole numbers up to 5"),
    (RATINGS, "Rating", "Rating / 3", f"NOT ({OUT_OF_TEN})", "between 0 and 1, as shares do"),
    (TASKS, "PatientConfidence", "PatientConfidence / 10", "true", "between 0 and 1, as shares do"),
    (TASKS, "PatientConfidence", "1 + round(PatientConfidence * 0.4)", "true", "whole numbers up to 5"),
    (REVIEWS, "CompletionPercent", "CompletionPercent / 100", "true", "between 0 and 1, as shares do"),
    (REVIEWS, "CompletionPercent", "round(CompletionPercent / 10)", "true", "hardly any value is above 20"),
    (REVIEWS, "DifficultyRating", "DifficultyRating / 4", "true", "between 0 and 1, as shares do"),
    ("IDS001MPI", "IndicesOfDeprivationDecile", "(IndicesOfDeprivationDecile + 1) // 2", "true", "up to 5"),
    ("IDS201CareContact", "ClinContDurOfCareCont", "1", "OrgID_Provider = (SELECT min(OrgID_Provider) FROM "
     "IDS201CareContact)", "about a sixtieth of those of"),
]  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """A small synthetic service, of which enough patients rate."""
    out = tmp_path_factory.mktemp("scales") / "service"
    synthesise(out, pathways=900, services=2, months=18, seed=5, file_format="parquet")
    return read_records(out, SourceSettings())


def test_of_a_synthetic_service_no_number_is_told_and_every_one_is_shown(service: Records) -> None:
    found = values_used(service)
    assert [*lines(found)] == []
    shown = {(used.number.table, used.number.column) for used in found if used.shown(0.5) is not None}
    assert {place[:2] for place in PLANTED} <= shown
    assert {"IDS606CodedScoreAssessmentRefer", "IDS607CodedScoreAssessmentAct"} <= {
        table for table, _ in shown
    }


@pytest.mark.parametrize(("table", "column", "changed", "where", "sign"), PLANTED)
def test_a_number_planted_on_another_scale_is_told(
    service: Records, table: str, column: str, changed: str, where: str, sign: str
) -> None:
    service.connection.execute(f'CREATE TABLE kept AS FROM "{table}"')
    service.connection.execute(f'UPDATE "{table}" SET "{column}" = {changed} WHERE {where}')
    try:
        said = [*lines(values_used(service))]
    finally:
        service.connection.execute(f'CREATE OR REPLACE TABLE "{table}" AS FROM kept; DROP TABLE kept')
    assert said and all(f"{table}.{column}" in line and sign in line for line in said)


@pytest.mark.long
def test_check_prints_it_and_writes_it_on_the_page_and_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = clean_frames(patients=4)
    source = write_source(tmp_path / "few", frames)
    check(source, out=tmp_path / "quality", config=Config())
    assert "another scale?" not in capsys.readouterr().out
    page = (tmp_path / "quality" / "quality.html").read_text(encoding="utf-8")
    assert "No number looks as if it were on another scale" in page

    many = clean_frames(patients=60)
    tasks = many[TASKS]
    shares = pd.Series([0.25, 0.5, 0.75, 1.0] * len(tasks))[: len(tasks)].set_axis(tasks.index)
    source = write_source(tmp_path / "many", many | {TASKS: tasks.assign(PatientConfidence=shares)})
    check(source, out=tmp_path / "quality", config=Config())
    line = f"another scale? {TASKS}.PatientConfidence of AAA01: values lie between 0 and 1, as shares do, "
    assert line in capsys.readouterr().out
    assert line in (tmp_path / "quality" / "quality.html").read_text(encoding="utf-8")
    said = json.loads((tmp_path / "quality" / "quality.json").read_text(encoding="utf-8"))
    confident = [one for one in said["values_used"] if one["column"] == "PatientConfidence"]
    assert {(one["service"], one["median"], one["highest_allowed"]) for one in confident} == {
        ("AAA01", 0.5, 10.0), ("BBB02", 0.5, 10.0),
    }  # fmt: skip
    assert {(one["service"], one["column"]) for one in said["other_scales"]} >= {
        ("AAA01", "PatientConfidence"), ("BBB02", "PatientConfidence"),
    }  # fmt: skip
    build(source, out=tmp_path / "work", config=Config(), until=None)
    assert line in capsys.readouterr().out

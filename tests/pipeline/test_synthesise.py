"""`bsw synthesise`: the same bytes for the same call, whole or not at all, and nothing else is touched."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from features.records import SourceSettings, read_records
from pipelines.cli import main
from pipelines.store import fingerprint
from pipelines.synthetic import assumptions
from pipelines.synthetic.whole_service import MARKER, synthesise

# What `bsw check` looks for in rows, table by table; kinds of one rule (ranges, parents) are named once.
RULES = {
    "at most 5 characters", "must be a date", "must be a date with a time", "must be a list of permitted codes",
    "must be a permitted code", "must be a time of day", "must be a whole number", "must be filled in",
    "must be in IDS000Header", "must be in IDS101Referral", "must be in IDS201CareContact",
    "must be in BSW001TaskSet", "must be", "must lie between 0 and 100", "must lie in", "must not be after",
    "must not be before ReferralRequestReceivedDate", "must not be before SessionStart",
    "must not be before its task was set", "must not be sent twice with different content",
}  # fmt: skip


def make(
    out: Path, *, pathways: int = 60, seed: int = 3, file_format: str = "parquet", services: int = 2
) -> Path:
    synthesise(out, pathways=pathways, services=services, months=12, seed=seed, file_format=file_format)
    return out


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_same_call_writes_the_same_bytes(tmp_path: Path, file_format: str) -> None:
    first = fingerprint(make(tmp_path / "first", file_format=file_format))
    assert first == fingerprint(make(tmp_path / "second", file_format=file_format))
    assert first != fingerprint(make(tmp_path / "third", file_format=file_format, seed=4))


def test_both_formats_hold_the_same_text(tmp_path: Path) -> None:
    parquet, csv = make(tmp_path / "parquet"), make(tmp_path / "csv", file_format="csv")
    for file in sorted(parquet.glob("*.parquet")):
        there = duckdb.sql(f"FROM read_parquet('{file}')").fetchall()
        options = "all_varchar=true, header=true, delim=',', quote='\"'"
        here = duckdb.sql(f"FROM read_csv('{csv / file.stem}.csv', {options})").fetchall()
        assert there == here, file.stem


def test_the_reader_sets_aside_every_dirty_row_and_hardly_anything_else(tmp_path: Path) -> None:
    out = make(tmp_path / "service", pathways=400)
    records = read_records(out, SourceSettings())
    added = duckdb.sql(
        f"SELECT \"table\", sum(rows) FROM '{out}/truth/dirty_rows.parquet' GROUP BY ALL"
    ).fetchall()
    aside = records.set_aside.drop_duplicates(["table", "row"]).groupby("table").size()
    assert records.synthetic
    for table, rows in added:
        assert rows <= aside[table] <= 2 * rows + 2, table
    assert set(aside.index) == {table for table, _ in added}
    assert {rule.split(" the ")[0] for rule in records.set_aside["rule"]} >= RULES


def test_ids_stay_unique_within_a_provider_over_several_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assumptions, "BLOCK_OF_PATHWAYS", 70)
    out = make(tmp_path / "service", pathways=200)
    for table, key in (("BSW001TaskSet", "TaskId"), ("truth/probabilities", "CareContactId")):
        counted = f"count(*), count(DISTINCT OrgID_Provider || ':' || {key})"
        rows, ids = duckdb.sql(f"SELECT {counted} FROM '{out}/{table}/*.parquet'").fetchall()[0]
        assert rows == ids > 0
    referrals = duckdb.sql(
        "SELECT count(DISTINCT OrgID_Provider || ServiceRequestId) "
        f"FROM '{out}/IDS101Referral/*.parquet' WHERE ServiceRequestId LIKE 'R%'"
    ).fetchall()
    assert referrals == [(200,)]


def test_parts_of_tables_read_like_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assumptions, "BLOCK_OF_PATHWAYS", 70)
    records = read_records(make(tmp_path / "service", pathways=200), SourceSettings())
    known = records.connection.execute(
        "SELECT count(DISTINCT ServiceRequestId) FROM IDS101Referral"
    ).fetchall()
    assert known[0][0] > 100
    assert set(records.set_aside["table"]) < set(records.columns)


@pytest.mark.long
def test_memory_does_not_grow_with_the_number_of_pathways(tmp_path: Path) -> None:
    """Several whole blocks, as a run of a million has them, in a process of their own."""
    call = ["synthesise", str(tmp_path / "service"), "--pathways", "80000"]
    subprocess.run([sys.executable, "-m", "pipelines.cli", *call], check=True)
    assert (
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2_000_000
    )  # KiB; the bound asked for is 8 GiB


def test_a_service_with_only_a_platform_log_can_be_read(tmp_path: Path) -> None:
    out = tmp_path / "service"
    call = ["synthesise", str(out), "--pathways", "200", "--without", "BSW001", "--without", "BSW003"]
    assert main(call) == 0
    assert not list(out.glob("BSW00[123]*"))
    assert "BSW001" in (out / "README.txt").read_text(encoding="utf-8")
    assert read_records(out, SourceSettings()).synthetic


def test_the_folder_says_that_it_holds_no_person(tmp_path: Path) -> None:
    out = make(tmp_path / "service")
    text = (out / "README.txt").read_text(encoding="utf-8")
    assert "synthetic" in text
    assert "--pathways 60" in text
    assert "--seed 3" in text
    assert "Synthetic" in (out / "truth" / "README.txt").read_text(encoding="utf-8")


def test_a_folder_it_wrote_itself_is_replaced_whole(tmp_path: Path) -> None:
    out = make(tmp_path / "service", file_format="csv")
    make(out, file_format="parquet")
    assert not list(out.glob("*.csv"))
    assert [path.name for path in tmp_path.iterdir()] == ["service"]


def test_anything_else_in_the_way_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "letter.txt").write_text("keep", encoding="utf-8")
    assert main(["synthesise", str(out), "--pathways", "20"]) == 2
    assert "did not write" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["letter.txt"]
    out.joinpath("letter.txt").unlink()
    assert main(["synthesise", str(out), "--pathways", "20"]) == 0


def test_what_a_killed_run_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    left, other = tmp_path / ".service.99.partial", tmp_path / ".service.98.partial"
    for folder in (left, other):
        folder.mkdir()
    (left / MARKER).write_text("", encoding="utf-8")
    make(tmp_path / "service")
    assert not left.exists()
    assert other.exists()


def test_all_faults_of_a_call_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["synthesise", str(tmp_path / "out"), "--services", "5000", "--months", "999", "--seed", "-1"]
    assert main(call) == 2
    told = capsys.readouterr().err
    assert "--services" in told
    assert "--months" in told
    assert "--seed" in told
    assert not (tmp_path / "out").exists()


def test_a_file_where_a_folder_should_be_is_an_error_of_the_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["synthesise", str(tmp_path / "file" / "out"), "--pathways", "20"]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("pathways", [1, 20])
def test_a_tiny_service_can_be_written(tmp_path: Path, pathways: int) -> None:
    out = make(tmp_path / "service", pathways=pathways, services=3)
    assert (out / "IDS101Referral.parquet").is_file()

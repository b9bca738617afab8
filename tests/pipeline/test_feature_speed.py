"""The studies of the engine's speed run, on a tiny service, and compare what they say they compare."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.columns_by_hand import SAME
from benchmarks.feature_speed import by_hand, compared, one_patient, scale
from benchmarks.peer_cases import CASES, expected, faults
from benchmarks.peer_race import conformance, differing, race
from features.predictor import catalogue

PATHWAYS = 120


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the made records lie."""
    return tmp_path_factory.mktemp("speed")


@pytest.mark.long
def test_the_matrix_is_made_from_records_in_cold_processes(work: Path) -> None:
    table = scale([PATHWAYS], work, runs=1)
    made = pd.read_parquet(work / f"pathways-{PATHWAYS}" / "matrix")
    assert list(made.columns) == ["point_id", *catalogue()]
    assert made["point_id"].is_unique
    assert f"| {PATHWAYS} | {len(made):,} |" in table


@pytest.mark.long
def test_sql_by_hand_gives_the_engines_columns(work: Path) -> None:
    assert f"| {PATHWAYS} | {len(SAME)} |" in by_hand([PATHWAYS], work, runs=1)
    folder = work / f"pathways-{PATHWAYS}"
    other = pd.read_parquet(folder / "by_hand.parquet")
    other.loc[0, "reviews_known"] += 1
    other.to_parquet(folder / "other.parquet")
    with pytest.raises(AssertionError, match="reviews_known"):
        compared(folder / "same_columns.parquet", folder / "other.parquet")


@pytest.mark.long
def test_one_patient_is_asked_about_in_a_warm_process(work: Path) -> None:
    assert f"| {PATHWAYS} | {len(catalogue())} |" in one_patient([PATHWAYS], work, runs=1)


def test_this_project_passes_every_conformance_case_and_runs_the_race(
    tmp_path: Path, ours: dict[str, list[str]]
) -> None:
    table = conformance(ours, tmp_path)
    assert table.count("| pass |") == len(CASES)
    assert race(ours, tmp_path, runs=1, largest=0).count("\n") == 2


def test_cells_that_differ_between_peers_are_told(tmp_path: Path) -> None:
    one = pd.DataFrame({"point_id": ["a", "b"], "mean": [1.0, float("nan")], "count": [2.0, 0.0]})
    one.to_parquet(tmp_path / "one.parquet")
    one.loc[[1, 0]].to_parquet(tmp_path / "same.parquet")
    one.assign(count=[2, 1]).to_parquet(tmp_path / "other.parquet")
    assert differing(tmp_path / "same.parquet", tmp_path / "one.parquet") == ""
    assert "1 of 4 cells differ" in differing(tmp_path / "other.parquet", tmp_path / "one.parquet")


@pytest.fixture
def ours() -> dict[str, list[str]]:
    """The command of this project's own script."""
    import sys

    return {"this project": [sys.executable, "-m", "benchmarks.peers.ours"]}


def test_a_wrong_cell_fails_a_case() -> None:
    gold = expected(CASES[0])
    assert faults(gold, gold) == ""
    assert faults(gold.assign(score_count_0_90=2.0), gold) == "1 of 4 cells"
    assert faults(gold.head(0), gold) == "0 points of 1"

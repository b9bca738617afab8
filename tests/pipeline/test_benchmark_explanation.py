"""The benchmark of explanations measures real algorithms that agree, and leaves out what would take too long."""

from __future__ import annotations

from pathlib import Path

import lightgbm as lgb
import pytest

from benchmarks.explanation_speed import (
    ALGORITHMS,
    LIGHTGBM,
    Asked,
    expected_seconds,
    learnt,
    measured,
    table,
)


@pytest.fixture(scope="module")
def booster() -> lgb.Booster:
    return learnt(trees=4, leaves=6, predictors=5)


@pytest.mark.parametrize(
    ("algorithm", "background"),
    [(name, kind) for name in ALGORITHMS for kind in (False, True) if not (kind and name == LIGHTGBM)],
)
def test_every_algorithm_is_timed_and_says_the_same(
    booster: lgb.Booster, algorithm: str, background: bool
) -> None:
    found = measured(booster, Asked(algorithm, 20, background, 5))
    assert found.difference < 1e-4
    assert found.again > 0
    assert found.memory > 0


def test_a_line_of_the_table_holds_a_measurement_of_a_process_of_its_own(
    booster: lgb.Booster, tmp_path: Path
) -> None:
    (tmp_path / "trees.txt").write_text(booster.model_to_string())
    lines = table(tmp_path, (20,), 5, longest=60)
    printed = [next(lines) for _ in range(3)]
    assert printed[2].startswith("| the trees' paths | 20 | shap.TreeExplainer | ")
    assert printed[2].endswith(" | 0e+00 |")


def test_what_fewer_rows_show_to_take_too_long_would_not_be_tried() -> None:
    assert expected_seconds([(1, 2.0)], 10**9) == 0
    assert expected_seconds([(1, 1.0), (100, 3.0), (200, 4.0)], 1_000) == pytest.approx(12.0)

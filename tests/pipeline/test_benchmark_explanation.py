"""The benchmark of explanations measures real algorithms that agree, and leaves out what would take too long."""

from __future__ import annotations

from pathlib import Path

import lightgbm as lgb
import pytest

from benchmarks.explanation_speed import ALGORITHMS, LIGHTGBM, Asked, learnt, measured, table


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


def test_what_fewer_rows_show_to_take_too_long_is_not_tried(booster: lgb.Booster, tmp_path: Path) -> None:
    (tmp_path / "trees.txt").write_text(booster.model_to_string())
    lines = table(tmp_path, (1, 10**12), 5, longest=60)
    printed = [next(lines) for _ in range(4)]
    assert printed[2].startswith("| the trees' paths | 1 | shap.TreeExplainer | ")
    assert "not tried" in printed[3]

"""The studies of learning run, on a small scale, and measure what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import learning_speed
from benchmarks.interval_coverage import invented, line
from benchmarks.made_work import made_work
from pipelines.config import Config
from pipelines.train import read_material


def test_a_made_folder_is_a_finished_build_with_both_sides_of_the_cut(tmp_path: Path) -> None:
    material = read_material(made_work(tmp_path, points=4_000, predictors=30))
    assert material.features.shape == (4_000, 30)
    cut = material.split(Config())
    assert len(cut.train) > 1_000 and len(cut.test) > 500
    assert material.features.isna().any().any()


def test_each_pair_of_fits_has_a_ratio_and_the_median_comes_last() -> None:
    *pairs, median = learning_speed.fits(1_500, 10, rounds=5, pairs=3, threads=1)
    ratios = sorted(float(row.split("|")[4]) for row in pairs)
    assert len(ratios) == 3 and min(ratios) > 0
    assert f"**{ratios[1]:.2f}**" in median


def test_a_command_that_fails_is_said_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="has not finished"):
        learning_speed.taken("train", str(tmp_path / "nothing"), folder=tmp_path)


def test_what_is_covered_is_the_share_of_chances_inside_their_intervals() -> None:
    risks = pd.DataFrame({"risk": [0.2, 0.5], "risk_low": [0.1, 0.45], "risk_high": [0.3, 0.55]})
    row = line("2 points", "truth", 0.9, risks, np.array([0.3, 0.6]))
    assert "| 90% | 50.0% | 0.150 |" in row


def test_a_wider_level_covers_more_of_what_predictors_tell() -> None:
    rows = list(invented(1_000, predictors=8, seed=1, levels=(0.5, 0.95)))
    covered = [float(row.split("|")[4].strip(" %")) for row in rows]
    assert 0 < covered[0] < covered[1] <= 100

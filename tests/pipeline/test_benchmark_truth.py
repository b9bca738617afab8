"""The study of the truth goes the product's own way with either generator, on a small scale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.truth import GENERATORS, study
from models.tuning import TuningSettings
from pipelines.config import Config

pytestmark = [pytest.mark.xdist_group("mlflow"), pytest.mark.long]


@pytest.mark.parametrize("generator", sorted(GENERATORS))
def test_every_held_out_point_is_held_against_its_own_true_chance(
    generator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    small = replace(
        Config(),
        model=replace(Config().model, max_rounds=40, refits=0),
        tuning=TuningSettings(trials=0),
    )
    (one,) = study(tmp_path, generator, pathways=1_000, seeds=[1], much=False, config=small)
    assert one.points > 100 and 0 < one.not_completed < 1
    # Nobody who knows the chances can be beaten by much; a truth joined to other points would rank like a coin.
    assert one.truth_auroc > max(0.65, one.model_auroc - 0.03)
    assert one.model_auroc > 0.55
    assert one.reached == pytest.approx((one.model_auroc - 0.5) / (one.truth_auroc - 0.5))
    assert 0 <= one.ici < 0.2 and one.slope > 0

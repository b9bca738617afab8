"""What MLflow is told of how much was learnt from gives no small number away."""

from __future__ import annotations

import pytest

from models.sample_size import Had
from models.withheld import RULES
from pipelines.config import Config
from pipelines.registry.lineage import Lineage
from pipelines.training.log import figures

NHS = RULES["nhs"]


def test_a_usual_training_is_told_in_fives_and_whole_percent() -> None:
    assert dict(figures(Had(points=312, events=101, patients=160), NHS)) == {
        "training_points": 310.0,
        "training_prevalence": 0.32,
    }


@pytest.mark.parametrize("events", [0, 1, 4, 308, 311, 312])
def test_no_share_is_told_of_few_who_did_or_did_not_do_the_work(events: int) -> None:
    assert dict(figures(Had(points=312, events=events, patients=160), NHS)) == {"training_points": 310.0}


@pytest.mark.parametrize(("points", "patients"), [(4, 4), (60, 4)])
def test_nothing_is_told_of_few(points: int, patients: int) -> None:
    assert dict(figures(Had(points=points, events=points // 2, patients=patients), NHS)) == {}


def test_the_manifest_of_a_build_leaves_without_its_exact_count() -> None:
    manifest = {"points": 1_233, "engine": "duckdb", "configuration": Config().as_table()}
    assert Lineage("print", manifest).shown == {**manifest, "points": 1_235}
    assert Lineage("print", {**manifest, "points": 3}).shown["points"] == "*"

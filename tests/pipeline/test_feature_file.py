"""features.parquet of several parts: every point is there, in the order of the points, or nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from features import matrix
from features.facts import Facts, FactSettings
from features.points import PointSettings, find_points
from features.predictor import catalogue
from features.records import Records
from pipelines.feature_file import write_features
from pipelines.store import is_synthetic, read_table
from tests.contract.small_service import small_service


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts(Records.from_frames(small_service(7)), FactSettings())


@pytest.fixture
def one_service_at_a_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(matrix.in_parts.__kwdefaults__, "at_once", 1)
    yield


@pytest.mark.usefixtures("one_service_at_a_time")
def test_a_file_of_several_parts_holds_every_point(facts: Facts, tmp_path: Path) -> None:
    points = find_points(facts, PointSettings())
    ids, path = points.frame(), tmp_path / "features.parquet"
    found = write_features(path, facts, points.table, ids, catalogue(), synthetic=True)
    features = read_table(path, "point_id")
    assert set(features["point_id"]) == set(ids["point_id"])
    assert features["point_id"].is_unique
    assert features.shape == (len(ids), len(found.rows.columns))
    for _, part in features.groupby(features["point_id"].str.partition(":")[0], sort=False):
        assert (
            part["point_id"].tolist() == ids.loc[ids["point_id"].isin(part["point_id"]), "point_id"].tolist()
        )
    assert is_synthetic(path)


def test_a_point_without_predictors_is_no_silent_loss(facts: Facts, tmp_path: Path) -> None:
    points = find_points(facts, PointSettings())
    ids, path = points.frame(), tmp_path / "features.parquet"
    some = points.table.filter(points.table.point_id != ids["point_id"][0])
    with pytest.raises(RuntimeError, match="came with predictors"):
        write_features(path, facts, some, ids, catalogue(), synthetic=True)
    assert not path.exists()

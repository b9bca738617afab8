"""A matrix worked out for some services after others is the matrix of all."""

from __future__ import annotations

import pandas as pd
import pytest

from features.facts import Facts, FactSettings
from features.matrix import in_memory, in_parts, matrix
from features.points import PointSettings, find_points
from features.predictor import catalogue
from features.records import Records
from tests.contract.small_service import small_service


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts(Records.from_frames(small_service(7)), FactSettings())


def test_services_after_one_another_give_what_all_at_once_give(facts: Facts) -> None:
    points = find_points(facts, PointSettings()).table
    whole = matrix(facts, points, catalogue())
    parts = []
    for found in in_parts(facts, points, catalogue(), at_once=1):
        assert found.left_out == whole.left_out
        parts.append(in_memory(found, facts.engine))
    assert [set(part["point_id"].str.partition(":")[0]) for part in parts] == [{"AAA01"}, {"BBB02"}]
    together = pd.concat(parts).sort_values("point_id", ignore_index=True)
    pd.testing.assert_frame_equal(together, whole.frame, check_exact=False, rtol=1e-9, atol=1e-9)


def test_services_go_together_as_long_as_there_is_room(facts: Facts) -> None:
    points = find_points(facts, PointSettings()).table
    assert len(list(in_parts(facts, points, catalogue(), at_once=10_000))) == 1

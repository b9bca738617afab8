"""A matrix made ready gives what the matrix gives, point after point."""

from __future__ import annotations

from pandas.testing import assert_frame_equal

from features.matrix import matrix
from features.points import PointSettings, find_points
from features.predictor import catalogue
from features.ready import ReadyMatrix
from tests.contract.engine import facts_of
from tests.contract.small_writer import Frames


def test_each_point_alone_and_all_together_have_the_values_of_the_matrix(several_patients: Frames) -> None:
    facts = facts_of(several_patients)
    points = find_points(facts, PointSettings())
    whole = matrix(facts, points.table, catalogue())
    ready = ReadyMatrix(facts, catalogue())
    asked = points.seconds()
    together = ready.at(asked)
    assert together.left_out == whole.left_out == {}
    assert_frame_equal(together.frame, whole.frame, check_exact=False, rtol=1e-9, atol=1e-9)
    for place in range(len(asked)):
        alone = ready.at(asked.iloc[[place]]).frame
        own = whole.frame[whole.frame["point_id"] == alone["point_id"].iloc[0]].reset_index(drop=True)
        assert_frame_equal(alone, own, check_exact=False, rtol=1e-9, atol=1e-9)


def test_no_point_gives_no_row(several_patients: Frames) -> None:
    facts = facts_of(several_patients)
    ready = ReadyMatrix(facts, catalogue())
    none = find_points(facts, PointSettings()).seconds().head(0)
    assert ready.at(none).frame.empty

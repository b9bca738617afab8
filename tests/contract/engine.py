"""Small services through the real engine, for the contract tests."""

from __future__ import annotations

import pandas as pd

from features.facts import Facts, FactSettings
from features.matrix import matrix
from features.points import PointSettings, find_points
from features.predictor import catalogue
from features.records import Records
from tests.contract.small_service import Frames


def facts_of(frames: Frames) -> Facts:
    """The facts of a small service."""
    return Facts(Records.from_frames(frames), FactSettings())


def matrix_of(frames: Frames, *, only: set[str] | None = None) -> pd.DataFrame:
    """Every predictor at every point, indexed by point; `only` keeps these points before histories are read."""
    facts = facts_of(frames)
    points = find_points(facts, PointSettings()).table
    if only is not None:
        points = points.filter(points.point_id.isin(sorted(only)))
    return matrix(facts, points, catalogue()).frame.set_index("point_id")


def points_of(frames: Frames) -> pd.DataFrame:
    """Every point, earliest first."""
    return find_points(facts_of(frames), PointSettings()).frame()

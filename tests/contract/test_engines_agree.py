"""DuckDB, Spark, a matrix made ready and the reference in plain Python give the same value in every cell."""

from __future__ import annotations

import math
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.facts import Facts, FactSettings
from features.matrix import Matrix, matrix
from features.points import PointSettings, find_points
from features.predictor import catalogue
from features.ready import ReadyMatrix
from features.records import Records
from features.spark import Spark
from tests.contract.engine import facts_of
from tests.contract.reference_matrix import Values, reference_matrix
from tests.contract.small_service import small_service
from tests.contract.small_writer import Frames
from tests.contract.some import SOME
from tests.contract.spark import on_spark

# One worker, one Spark session: the mark of a fixture's parameter is not seen when tests are dealt out.
pytestmark = pytest.mark.xdist_group("spark")

CLOSE = 1e-9
services = st.integers(0, 10_000).map(lambda seed: small_service(seed, patients=2))


def _values(facts: Facts) -> Values:
    """`point_id` -> predictor -> value by the engine; every predictor of the catalogue must be there."""
    return _by_point(matrix(facts, find_points(facts, PointSettings()).table, catalogue()))


def _made_ready(facts: Facts) -> Values:
    """The same from a matrix made ready, by SQLite."""
    return _by_point(ReadyMatrix(facts, catalogue()).at(find_points(facts, PointSettings()).seconds()))


def _by_point(found: Matrix) -> Values:
    assert found.left_out == {}
    rows = found.frame.set_index("point_id").astype("float64").to_dict("index")
    return {
        str(point): {str(name): None if math.isnan(value) else value for name, value in row.items()}
        for point, row in rows.items()
    }


def _by_reference(facts: Facts) -> Values:
    return reference_matrix(facts, find_points(facts, PointSettings()).table)


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)


def _assert_agree(one: Values, other: Values) -> None:
    assert one.keys() == other.keys()
    assert one  # a service without a point would show nothing
    apart = (
        f"{name} at {point}: {one[point][name]} against {other[point][name]}"
        for point in one
        for name in catalogue()
        if not _same(one[point][name], other[point][name])
    )
    assert list(islice(apart, 10)) == []


@SOME
@given(services)
def test_duckdb_and_sqlite_give_what_the_words_mean(frames: Frames) -> None:
    facts = facts_of(frames)
    meant = _by_reference(facts)
    _assert_agree(_values(facts), meant)
    _assert_agree(_made_ready(facts), meant)


def test_duckdb_gives_what_the_words_mean_for_several_patients(several_patients: Frames) -> None:
    facts = facts_of(several_patients)
    _assert_agree(_values(facts), _by_reference(facts))


@on_spark
def test_spark_gives_what_duckdb_gives(several_patients: Frames, spark: Spark) -> None:
    records = Records.from_frames(several_patients)
    _assert_agree(_values(Facts(records, FactSettings(), spark)), _values(facts_of(several_patients)))


def test_every_predictor_has_a_value_somewhere_in_the_small_services() -> None:
    """Else a predictor would agree with itself in silence."""
    known: dict[str, set[float]] = {name: set() for name in catalogue()}
    for seed in (7, 8):
        for row in _by_reference(facts_of(small_service(seed))).values():
            for name, value in row.items():
                known[name] |= set() if value is None else {value}
    assert [name for name, values in known.items() if not values] == []

"""What the contract tests share: one service of several patients, and one Spark session over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from features.engine import DuckDB, Engine
from features.records import Records
from features.spark import Spark
from tests.contract.small_service import small_service
from tests.contract.small_writer import Frames
from tests.contract.spark import ON_SPARK, spark_or_skip


@pytest.fixture(scope="session")
def several_patients() -> Frames:
    """A service of four patients at each of two providers."""
    return small_service(seed=7, patients=4)


@pytest.fixture(scope="session")
def spark(several_patients: Frames, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    """Spark over that service."""
    with spark_or_skip(Records.from_frames(several_patients), tmp_path_factory.mktemp("spark")) as engine:
        yield engine


@pytest.fixture
def duckdb() -> DuckDB:
    """DuckDB without records."""
    return DuckDB(Records.from_frames({}))


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=ON_SPARK)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    chosen: Engine = request.getfixturevalue(request.param)
    return chosen

"""Spark for the contract tests, where it is there: one session for all of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from features.records import Records
from features.spark import Spark
from pipelines.spark import spark_engine
from tests.conftest import REQUIRED, need

# PySpark warns of every pandas newer than itself and uses words that pandas gives up; each test must say so
# itself, as pytest resets what is ignored.
QUIET = pytest.mark.filterwarnings(
    "ignore:PySpark does not yet fully support pandas", "ignore:The copy keyword is deprecated"
)
ON_SPARK = (pytest.mark.long, pytest.mark.xdist_group("spark"), QUIET)


def on_spark(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test as one that asks for Spark."""
    for mark in ON_SPARK:
        test = mark(test)
    return test


@contextmanager
def spark_or_skip(records: Records, folder: Path) -> Iterator[Spark]:
    """A Spark engine; without Java or PySpark the test skips, or fails where BSW_REQUIRE names java."""
    need("java")
    pyspark_or_skip()
    with spark_engine(records, folder, "local[2]") as engine:
        yield engine


def pyspark_or_skip() -> None:
    """PySpark must be there, or the test skips, or fails where BSW_REQUIRE names java."""
    if importlib.util.find_spec("pyspark") is None:
        message = "PySpark is not installed; `make spark` does it"
        if "java" in REQUIRED:
            pytest.fail(f"{message}, and BSW_REQUIRE asks for java")
        pytest.skip(message)

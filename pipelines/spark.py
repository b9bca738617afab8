"""Spark as the engine: the same facts, points and predictors, here or on a cluster."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from features.engine import Spark, pyspark_backend
from features.errors import InputError
from features.records import Records
from pipelines.store import partial_of

LOCAL = "local[*]"
# A service's records are small beside what Spark is made for: 200 tasks a join would mostly wait for one another.
LOCAL_PARTITIONS = "4"
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",  # the engine's seconds are those of the records' own clock
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ansi.enabled": "true",
}


@contextmanager
def spark_engine(records: Records, folder: Path, master: str | None) -> Iterator[Spark]:
    """A Spark engine over the records, its working tables in a hidden folder beside WORK's artefacts.

    `folder` must be seen by every worker of the cluster. The session is stopped and the working tables
    are removed at the end. Errors: InputError where PySpark or Java is not there or the master does not answer.
    """
    working = partial_of(folder / "spark")
    with warnings.catch_warnings():
        # PySpark warns of every pandas newer than itself, at each exchange of data.
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
        session = _session(master or LOCAL)
        try:
            yield Spark(records, pyspark_backend(session), working)
        finally:
            session.stop()
            shutil.rmtree(working, ignore_errors=True)


def _session(master: str) -> Any:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError("--engine spark needs PySpark; run `make spark`, or leave --engine out") from None
    if shutil.which("java") is None:
        raise InputError("--engine spark needs Java 17 or newer; none is on the PATH")
    builder = SparkSession.builder.master(master).appName("bsw build")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    if master.startswith("local"):
        builder = builder.config("spark.sql.shuffle.partitions", LOCAL_PARTITIONS)
    try:
        session = builder.getOrCreate()
    except (PySparkException, RuntimeError) as error:
        raise InputError(f"--master {master}: Spark does not start ({str(error).splitlines()[0]})") from None
    session.sparkContext.setLogLevel("ERROR")
    return session

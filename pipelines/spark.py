"""Spark as the engine: the same facts, points and predictors, here or on a cluster."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from features.errors import InputError
from features.records import Records
from features.spark import Spark, pyspark_backend
from pipelines.store import partial_of

LOCAL = "local[*]"
STANDALONE = "spark://"
ADDRESSES = (STANDALONE, "local", "yarn", "k8s://")
SECONDS_TO_ANSWER = 5.0
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
    are removed at the end. Errors: those of `refuse_silence`; InputError where Spark does not start.
    """
    refuse_silence(master)
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


def refuse_silence(master: str | None) -> None:
    """Errors: InputError where PySpark or Java is not there, `master` is no address, or nobody answers at it."""
    if importlib.util.find_spec("pyspark") is None:
        raise InputError("--engine spark needs PySpark; run `make spark`, or leave --engine out")
    if not _java():
        raise InputError("--engine spark needs Java 17 or newer; none is on the PATH or at JAVA_HOME")
    if master is None:
        return
    if not master.startswith(ADDRESSES):
        raise InputError(
            f"--master {master}: Spark's address begins with {', '.join(ADDRESSES)}, such as spark://HOST:7077; "
            "without --master Spark runs here"
        )
    if master.startswith(STANDALONE):
        _ask(master)


def _java() -> bool:
    """Whether there is a Java where Spark looks for one: at JAVA_HOME if that is set, else on the PATH."""
    home = os.environ.get("JAVA_HOME")
    return bool(shutil.which("java", path=str(Path(home) / "bin") if home else None))


def _ask(master: str) -> None:
    """Errors: InputError where none of the masters of a Spark cluster takes a call; Spark itself asks for a minute."""
    unanswered = []
    for place in master.removeprefix(STANDALONE).split(","):
        host, _, port = place.rpartition(":")
        try:
            # An address of IPv6 stands in brackets: spark://[::1]:7077.
            socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS_TO_ANSWER).close()
            return
        except (OSError, ValueError) as error:
            unanswered.append(f"{place} ({error})")
    raise InputError(
        f"--master {master}: nobody answers at {', '.join(unanswered)}; start the cluster or mend the address "
        "(spark://HOST:PORT), or leave --master out and Spark runs here"
    )


def _session(master: str) -> Any:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("bsw build")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    if master.startswith("local"):
        builder = builder.config("spark.sql.shuffle.partitions", LOCAL_PARTITIONS)
    try:
        session = builder.getOrCreate()
    except (PySparkException, Py4JError, RuntimeError) as error:
        raise InputError(
            f"--master {master}: Spark does not start ({_reason(error)}); see what Spark printed above, or leave "
            "--master out and Spark runs here"
        ) from None
    session.sparkContext.setLogLevel("ERROR")
    return session


def _reason(error: Exception) -> str:
    """The line that says what went wrong: of an exception of Java its own message, not that there was one."""
    lines = str(error).splitlines() or [type(error).__name__]
    return next((line.lstrip(": ") for line in lines if line.startswith(": ")), lines[0])

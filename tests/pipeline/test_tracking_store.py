"""The store of runs and models: made whole or not at all, and refused with one line where it is no store."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from features.errors import InputError
from pipelines.config import Config, TrackingSettings
from pipelines.registry.tracking import connect, tracking_uri
from pipelines.registry.tracking_store import sqlite_file

pytestmark = pytest.mark.xdist_group("mlflow")
MAKE = """
import sys
from dataclasses import replace
from pipelines.config import Config, TrackingSettings
from pipelines.registry.tracking import connect
connect(replace(Config(), tracking=TrackingSettings(uri=sys.argv[1])))
"""


@pytest.fixture(autouse=True)
def no_address_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def _config(file: Path) -> Config:
    return replace(Config(), tracking=TrackingSettings(uri=f"sqlite:///{file}"))


def test_artefacts_lie_beside_the_file(tmp_path: Path) -> None:
    client = connect(_config(tmp_path / "mlflow.db"))
    where = client.get_experiment_by_name("bsw").artifact_location
    assert where == (tmp_path / "mlartifacts").as_uri()


@pytest.mark.long
@pytest.mark.parametrize("seconds", [0.15, 0.5])
def test_killed_while_the_tables_are_made_there_is_no_store_and_a_fresh_start_makes_one(
    tmp_path: Path, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    file = tmp_path / "mlflow.db"
    started = subprocess.Popen([sys.executable, "-c", MAKE, f"sqlite:///{file}"], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not list(elsewhere.rglob("mlflow.db")) and time.monotonic() < until:
        time.sleep(0.005)
    assert list(elsewhere.rglob("mlflow.db")), "the tables are not made where the test looks"
    time.sleep(seconds)
    started.kill()
    started.wait()
    assert not file.exists()
    assert connect(_config(file)).get_experiment_by_name("bsw") is not None


def test_an_emptied_store_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    file.touch()
    assert connect(_config(file)).get_experiment_by_name("bsw") is not None


def test_junk_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    file.write_bytes(b"my thesis" * 100)
    with pytest.raises(InputError, match=r"is not a whole SQLite file .*; move it away") as caught:
        connect(_config(file))
    assert len(caught.value.faults) == 1
    assert file.read_bytes() == b"my thesis" * 100


def test_a_database_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("create table experiments (recipe text)")
    before = file.read_bytes()
    with pytest.raises(InputError, match="holds something else than MLflow's"):
        connect(_config(file))
    assert file.read_bytes() == before


def test_a_store_of_an_mlflow_that_we_do_not_know_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    connect(_config(file))
    other = tmp_path / "newer.db"
    other.write_bytes(file.read_bytes())
    with closing(sqlite3.connect(other)) as newer, newer:
        newer.execute("update alembic_version set version_num = 'of tomorrow'")
    with pytest.raises(InputError, match="cannot be opened") as caught:
        connect(_config(other))
    assert [fault.count("\n") for fault in caught.value.faults] == [0]


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_truncated_store_is_refused_in_one_line(tmp_path: Path, share: float) -> None:
    file = tmp_path / "mlflow.db"
    connect(_config(file))
    cut_short = tmp_path / "short.db"
    cut_short.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
    with pytest.raises(InputError, match="tracking store") as caught:
        connect(_config(cut_short))
    assert [fault.count("\n") for fault in caught.value.faults] == [0]


def test_the_address_from_outside_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////elsewhere/mlflow.db")
    assert tracking_uri(_config(tmp_path / "mlflow.db")) == "sqlite:////elsewhere/mlflow.db"


def test_a_second_configuration_in_one_process_reaches_its_own_store(tmp_path: Path) -> None:
    first, second = _config(tmp_path / "a" / "mlflow.db"), _config(tmp_path / "b" / "mlflow.db")
    connect(first).create_experiment("only in the first")
    assert connect(second).get_experiment_by_name("only in the first") is None
    assert connect(first).get_experiment_by_name("only in the first") is not None
    assert tracking_uri(second) == second.tracking.uri


def test_only_a_sqlite_address_names_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert sqlite_file("sqlite:///mlflow.db") == tmp_path / "mlflow.db"
    assert sqlite_file("sqlite:////srv/mlflow.db") == Path("/srv/mlflow.db")
    assert sqlite_file("postgresql://host/mlflow") is None


def test_a_database_whose_driver_is_not_installed_names_the_package(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mysql\+pymysql://bsw:\*\*\*@db/m: needs the package pymysql"):
        connect(replace(Config(), tracking=TrackingSettings(uri="mysql+pymysql://bsw:hunter2@db/m")))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_a_postgresql_address_is_read_by_the_driver_that_we_install(scheme: str) -> None:
    config = replace(Config(), tracking=TrackingSettings(uri=f"{scheme}://db/mlflow"))
    assert tracking_uri(config) == "postgresql+psycopg2://db/mlflow"

"""MLflow's store on a real PostgreSQL server: the same commands, a password that stands nowhere, plain refusals."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from features.errors import InputError
from models.answers import answers
from pipelines.cli import main
from pipelines.config import Config, TrackingSettings
from pipelines.registry.tracking import connect, load_model
from pipelines.train import read_material
from tests.pipeline.planted import found
from tests.pipeline.postgres import Cluster, cluster
from tests.pipeline.serving import free_port
from tests.pipeline.small_work import small_work

pytestmark = [pytest.mark.xdist_group("mlflow"), pytest.mark.long]
PASSWORD = "hun%ter2@the/moor"
PARTS = {PASSWORD, "hun%25ter2%40the%2Fmoor", "ter2", "the/moor"}
SETTINGS = """
[tracking]
uri = "{uri}"
artefacts = "{artefacts}"
[model]
max_rounds = 40
refits = 2
[tuning]
trials = 0
[evaluation]
draws = 30
"""


@dataclass(frozen=True)
class Place:
    """A server with the database `mlflow`, and a folder with a settings file, a build and room for artefacts."""

    server: Cluster
    folder: Path

    @property
    def config(self) -> Config:
        store = TrackingSettings(uri=self.server.address("mlflow"), artefacts=str(self.folder / "artefacts"))
        return replace(Config(), tracking=store)

    def command(self, *words: str) -> int:
        return main([*words, "--config", str(self.folder / "settings.toml")])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("postgres")
    with pytest.MonkeyPatch.context() as patch, cluster(PASSWORD) as server:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        server.run("postgres", "create database mlflow", "create database recipes", "create database empty")
        place = Place(server, folder)
        tracking = place.config.tracking
        settings = SETTINGS.format(uri=tracking.uri, artefacts=tracking.artefacts)
        (folder / "settings.toml").write_text(settings)
        small_work(folder / "work")
        yield place


@pytest.fixture(scope="module")
def said(place: Place) -> str:
    """What training, evaluation and promotion print, run by their commands."""
    printed = io.StringIO()
    work = str(place.folder / "work")
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        assert place.command("train", work) == 0
        assert place.command("evaluate", work) == 0
        assert place.command("promote", "1", "--because", "it is only a test", "--by", "a test") == 0
    return printed.getvalue()


def test_a_version_is_trained_promoted_and_loaded_again(place: Place, said: str) -> None:
    champion = load_model("models:/bsw@champion", place.config)
    assert champion.version == "1"
    features = read_material(place.folder / "work").features.head(20)
    own = answers(champion.model, features)
    assert own.notna().all().all()
    pd.testing.assert_frame_equal(mlflow.pyfunc.load_model("models:/bsw@champion").predict(features), own)
    assert "models:/bsw/1 is champion although" in said


def test_artefacts_lie_where_the_configuration_says(place: Place, said: str) -> None:
    held = {path.name for path in (place.folder / "artefacts").rglob("*") if path.is_file()}
    assert {"risk_model.json", "metrics.json", "promotion.json", "catalogue.md"} <= held


def test_the_password_is_neither_printed_nor_written_anywhere(place: Place, said: str) -> None:
    assert not [part for part in PARTS if part in said]
    for written in ("artefacts", "work"):
        assert found(place.folder / written, PARTS) == []
    values = place.server.values("mlflow")
    assert "promote models:/bsw/1" in values
    assert not [part for part in PARTS if part in values]


def refusal(uri: str, artefacts: str = "") -> str:
    """The one line by which a store is refused, within seconds."""
    begun = time.monotonic()
    with pytest.raises(InputError) as caught:
        connect(replace(Config(), tracking=TrackingSettings(uri=uri, artefacts=artefacts)))
    assert time.monotonic() - begun < 20
    (line,) = caught.value.faults
    assert "\n" not in line
    assert not [part for part in PARTS if part in line]
    return line


def test_a_wrong_password_is_refused_at_once_and_not_repeated(place: Place) -> None:
    line = refusal(place.server.address("mlflow", "the/moor@wrong"))
    assert "password authentication failed" in line
    assert "bsw:***@127.0.0.1" in line


def test_a_password_that_was_not_written_as_an_address_wants_it_is_not_repeated_either(place: Place) -> None:
    assert "***" in refusal(f"postgresql://bsw:{PASSWORD}@127.0.0.1:{place.server.port}/mlflow")


def test_a_server_that_does_not_run_is_refused_at_once(place: Place) -> None:
    line = refusal(f"postgresql://bsw:the%2Fmoor@127.0.0.1:{free_port()}/mlflow")
    assert "cannot be reached" in line and "tracking.uri" in line


def test_a_database_of_something_else_is_refused_and_left_as_it_is(place: Place) -> None:
    place.server.run("recipes", "create table if not exists cakes (name text)")
    line = refusal(place.server.address("recipes"), artefacts=str(place.folder / "other"))
    assert "holds something else than MLflow's" in line
    assert place.server.values("recipes") == ""


def test_a_new_store_must_say_where_its_files_lie(place: Place) -> None:
    assert "'tracking.artefacts'" in refusal(place.server.address("empty"))

"""A model is refused under code that is not its own: by our commands and by MLflow, with both versions named."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from features.errors import InputError
from models.tuning import TuningSettings
from pipelines.config import Config, TrackingSettings
from pipelines.registry.code_in_use import code_in_use
from pipelines.registry.tracking import connect, load_model
from pipelines.train import train
from tests.pipeline.small_work import small_work

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.xdist_group("mlflow"), pytest.mark.long]
LOAD = """
import sys
from dataclasses import replace
from features.errors import InputError
from pipelines.registry.code_in_use import code_in_use
from pipelines.config import Config, TrackingSettings
from pipelines.registry.tracking import connect, load_model
import mlflow
config = replace(Config(), tracking=TrackingSettings(uri=sys.argv[1]))
print("here:", code_in_use())
try:
    print("loaded:", load_model("models:/bsw/1", config).version)
except InputError as error:
    print("ours:", error)
try:
    print("served:", mlflow.pyfunc.load_model("models:/bsw/1"))
except mlflow.exceptions.MlflowException as error:
    print("MLflow:", error)
"""
FOREIGN = """
import sys, types
sys.modules["features"] = types.ModuleType("features")
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
try:
    print("served:", mlflow.pyfunc.load_model("models:/bsw/1"))
except mlflow.exceptions.MlflowException as error:
    print("MLflow:", error)
"""


@dataclass(frozen=True)
class Place:
    """A folder with a store in it that holds one version."""

    folder: Path
    config: Config

    def run(self, program: str, code: Path) -> dict[str, str]:
        """What a program says where the packages in the folder `code` are those imported."""
        environment = {**os.environ, "PYTHONPATH": str(code), "PYTHONWARNINGS": "ignore"}
        call = [sys.executable, "-c", program, self.config.tracking.uri]
        ended = subprocess.run(
            call, capture_output=True, text=True, cwd=self.folder, env=environment, check=False
        )
        assert ended.returncode == 0, ended.stderr
        lines = (line.partition(": ") for line in ended.stdout.splitlines())
        return {head: said for head, _, said in lines}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("other_code")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        small = replace(Config().model, max_rounds=30, refits=2)
        config = replace(
            Config(),
            tracking=TrackingSettings(uri=f"sqlite:///{folder / 'mlflow.db'}"),
            model=small,
            tuning=TuningSettings(trials=0),
        )
        train(small_work(folder / "work"), config=config)
        yield Place(folder, config)


def copy_of_the_code(folder: Path) -> Path:
    for name in ("features", "models", "pipelines", "data"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def test_the_same_code_in_another_folder_loads_it(place: Place, tmp_path: Path) -> None:
    said = place.run(LOAD, copy_of_the_code(tmp_path))
    assert said["loaded"] == "1"
    assert "served" in said and "MLflow" not in said


def test_a_predictor_worked_out_otherwise_is_other_code_and_both_versions_are_named(
    place: Place, tmp_path: Path
) -> None:
    code = copy_of_the_code(tmp_path)
    changed = code / "features" / "predictors" / "symptoms" / "daily_life.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n# worked out otherwise\n", encoding="utf-8")
    said = place.run(LOAD, code)
    assert code_in_use().fingerprint[:12] not in said["here"]
    for whose, refused in (("ours", said["ours"]), ("MLflow's", said["MLflow"])):
        assert f"was made by {code_in_use()}, but this is {said['here']}" in refused, whose
        assert "train again with `bsw train`, or install the version that made it" in refused
    assert said["ours"].startswith("model models:/bsw/1: ")


def test_another_package_called_features_that_was_imported_first_does_not_run_in_its_place(
    place: Place,
) -> None:
    refused = place.run(FOREIGN, ROOT)["MLflow"]
    assert f"needs bsw-engagement {code_in_use().version}" in refused


def test_a_version_that_does_not_say_its_code_is_refused(place: Place) -> None:
    root = place.folder / "mlartifacts"
    (made_by,) = root.rglob("code.json")
    text = made_by.read_text()
    made_by.unlink()
    try:
        with pytest.raises(InputError, match="models:/bsw/1: does not say which code made it"):
            load_model("models:/bsw/1", place.config)
    finally:
        made_by.write_text(text)


def test_a_version_names_the_code_the_records_and_the_build_behind_it(place: Place) -> None:
    tags = connect(place.config).get_model_version("bsw", "1").tags
    assert tags["code"] == code_in_use().version
    assert tags["code_fingerprint"] == code_in_use().fingerprint
    assert len(tags["build"]) == 16
    assert {"records", "cut", "synthetic"} <= set(tags)

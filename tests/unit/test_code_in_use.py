"""A model remembers its code: alike wherever it lies, another where a prediction could be another."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

import data
import features
import models
from pipelines.registry.code_in_use import code_in_use, fingerprint

ROOMS = {
    name: Path(str(package.__file__)).parent
    for name, package in {"features": features, "models": models, "data": data}.items()
}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Mapping[str, Path]:
    """A copy of the code in another folder."""
    for name, room in ROOMS.items():
        shutil.copytree(room, tmp_path / name)
    return {name: tmp_path / name for name in ROOMS}


def test_the_fingerprint_is_that_of_the_code_that_was_imported() -> None:
    assert code_in_use().fingerprint == fingerprint(ROOMS)
    assert code_in_use().fingerprint[:12] in str(code_in_use())


def test_neither_the_folder_nor_line_ends_nor_compiled_files_make_it_other_code(
    elsewhere: Mapping[str, Path],
) -> None:
    for path in elsewhere["features"].rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    compiled = elsewhere["features"] / "__pycache__"
    compiled.mkdir(exist_ok=True)
    (compiled / "left.cpython-311.pyc").write_bytes(b"compiled")
    assert fingerprint(elsewhere) == fingerprint(ROOMS)


@pytest.mark.parametrize(
    "decides",
    [
        "features/predictors/symptoms/daily_life.py",
        "features/history.py",
        "data/standard/codes.csv",
        "models/answers.py",
        "models/risk_model.py",
        "models/calibration.py",
        "models/explanation.py",
    ],
)
def test_whatever_a_prediction_depends_on_makes_it_other_code(
    elsewhere: Mapping[str, Path], decides: str
) -> None:
    room, _, rest = decides.partition("/")
    with (elsewhere[room] / rest).open("a", encoding="utf-8") as changed:
        changed.write("\n# another line\n")
    assert fingerprint(elsewhere) != fingerprint(ROOMS)


def test_a_module_that_comes_or_goes_makes_it_other_code(elsewhere: Mapping[str, Path]) -> None:
    symptoms = elsewhere["features"] / "predictors" / "symptoms" / "daily_life.py"
    symptoms.rename(symptoms.with_name("signs.py"))
    assert fingerprint(elsewhere) != fingerprint(ROOMS)


@pytest.mark.parametrize("bystander", ["fairness.py", "evaluation.py", "boosting.py"])
def test_what_only_learns_or_examines_may_change(elsewhere: Mapping[str, Path], bystander: str) -> None:
    with (elsewhere["models"] / bystander).open("a", encoding="utf-8") as changed:
        changed.write("\n# another line\n")
    assert fingerprint(elsewhere) == fingerprint(ROOMS)

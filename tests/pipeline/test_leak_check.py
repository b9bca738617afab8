"""A leak planted in the records stops training; the records as they were do not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from models.leakage import LeakageSettings
from pipelines.build import build
from pipelines.config import Config
from pipelines.synthetic.whole_service import synthesise
from pipelines.train import Material, read_material
from pipelines.training.leak_check import must_not_tell

pytestmark = [pytest.mark.long, pytest.mark.xdist_group(name="leak_check")]
TASKS, REVIEWS = "BSW001TaskSet.parquet", "BSW002TaskReview.parquet"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leak") / "source"
    synthesise(folder, pathways=1500, services=2, months=24, seed=11, file_format="parquet")
    return folder


def _material(source: Path, work: Path) -> Material:
    build(source, out=work, config=Config(), until=None)
    return read_material(work)


@pytest.fixture(scope="module")
def material(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Material:
    return _material(source, tmp_path_factory.mktemp("leak") / "work")


def _judged(material: Material, settings: LeakageSettings | None = None) -> str:
    return must_not_tell(material, material.split(Config()), settings or LeakageSettings())


def test_records_as_they_were_raise_no_alarm(material: Material) -> None:
    assert _judged(material).startswith("most telling alone")


def test_a_cell_filled_in_at_the_review_is_found_without_knowing_its_name(
    source: Path, tmp_path: Path
) -> None:
    leaking = tmp_path / "source"
    shutil.copytree(source, leaking)
    tasks, reviews = pd.read_parquet(source / TASKS), pd.read_parquet(source / REVIEWS)
    really = reviews[reviews["Completion"] != "not reviewed"]
    known = pd.MultiIndex.from_frame(tasks[["OrgID_Provider", "TaskId"]]).isin(
        pd.MultiIndex.from_frame(really[["OrgID_Provider", "TaskId"]])
    )
    drawn = np.random.default_rng(1).integers(0, 11, len(tasks)).astype(float)
    tasks["PatientConfidence"] = np.where(known, drawn, np.nan)
    tasks.to_parquet(leaking / TASKS)
    material = _material(leaking, tmp_path / "work")
    with pytest.raises(InputError) as refused:
        _judged(material)
    assert all("'patient_confidence" in fault for fault in refused.value.faults)
    assert "whether the outcome will be known" in str(refused.value)
    because = "entered by hand after the review in 2024, and looked at one by one"
    named = {fault.split("'")[1] for fault in refused.value.faults}
    accepted = _judged(material, LeakageSettings(accept=dict.fromkeys(named, because)))
    assert because in accepted


def test_a_predictor_accepted_that_is_not_there_is_named(material: Material) -> None:
    with pytest.raises(InputError, match=r"leakage\.accept names no predictor 'patient_confidense'"):
        _judged(material, LeakageSettings(accept={"patient_confidense": "a sentence"}))


def test_only_points_that_were_mature_at_the_cut_are_looked_at(material: Material) -> None:
    """What the outcomes after the cut are cannot change what training is told."""
    cut = material.split(Config())
    late = (material.outcome["label_known_at"] >= cut.cut) | (material.points["at"] >= cut.cut)
    turned = material.outcome.assign(not_completed=material.outcome["not_completed"].where(~late, 1.0))
    assert must_not_tell(replace(material, outcome=turned), cut, LeakageSettings()) == _judged(material)
    assert date.fromisoformat(material.manifest["records_up_to"]) > cut.cut.date()

"""The predictors as a whole, on a synthetic service: each varies, no two say the same, absence is reported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.predictor import catalogue, unmeasured
from pipelines.build import assemble
from pipelines.built import Built
from pipelines.config import Config
from pipelines.synthetic.whole_service import synthesise

pytestmark = [pytest.mark.long, pytest.mark.xdist_group(name="ideas")]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ideas") / "source"
    synthesise(folder, pathways=3000, services=3, months=24, seed=5, file_format="parquet")
    return folder


@pytest.fixture(scope="module")
def built(source: Path) -> Built:
    return assemble(source, config=Config(), until=None)


def test_every_predictor_is_there_and_varies(built: Built) -> None:
    assert not built.left_out
    different = built.features.drop(columns="point_id").nunique()
    assert set(different.index) == set(catalogue())
    assert list(different[different < 2].index) == []


def test_no_two_predictors_say_the_same(built: Built) -> None:
    values = built.features.drop(columns="point_id")
    alike = values.corr(min_periods=100).abs().to_numpy()
    first, second = np.triu_indices(len(alike), 1)
    close = [
        (str(values.columns[i]), str(values.columns[j]))
        for i, j in zip(first, second, strict=True)
        if alike[i, j] > 0.98
    ]
    assert close == []


def test_a_service_without_a_table_builds_and_says_what_it_cannot_measure(
    source: Path, tmp_path: Path
) -> None:
    gone = ("BSW003", "BSW004", "IDS902")
    for file in source.iterdir():
        if file.is_file() and not file.name.startswith(gone):
            (tmp_path / file.name).symlink_to(file)
    built = assemble(tmp_path, config=Config(), until=None)
    assert built.left_out["alliance_latest"] == "the source has no BSW003SessionRating"
    assert built.left_out["practitioner_days_qualified"] == "the source has no IDS902CarePersQual"
    assert unmeasured(built.left_out) == ("Use of the online programme",)
    assert pd.Series(catalogue().keys()).isin([*built.features.columns, *built.left_out]).all()

"""OUT/truth: what is planted is there, of the size that was asked for, and nothing else moves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.cli import main
from pipelines.synthetic.agreeing import DRIVERS

UNEQUAL = ["Asian or Asian British", "Black or Black British", "Mixed", "Other Ethnic Groups"]


def made(folder: Path, *more: str) -> Path:
    out = folder / "service"
    assert main(["synthesise", str(out), "--pathways", "3000", "--seed", "2", *more]) == 0
    return out / "truth"


def gaps(truth: Path) -> pd.DataFrame:
    return pd.read_csv(truth / "group_gaps.csv").set_index("ethnic_group")


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("nothing"))


def test_by_default_nothing_is_planted(nothing: Path) -> None:
    planted = json.loads((nothing / "planted.json").read_text(encoding="utf-8"))
    assert planted["inequities"] == {}
    assert (gaps(nothing)["gap_planted"] == 0).all()


@pytest.mark.parametrize(
    ("switch", "column", "least", "most"),
    [
        ("planning=1", "planning", -1.1, -0.9),
        ("planning=1", "gap_planted", 0.05, 0.15),
        ("tailoring=2", "share_tailored", -0.4, -0.15),
        ("tailoring=2", "gap_planted", 0.005, 0.05),
        ("completion=0.5", "gap_planted", 0.05, 0.13),
        ("recording=0.4", "share_with_outcome_recorded", -0.4, -0.2),
        ("biased_pwp=0.9", "recorded_share_not_completed", 0.03, 0.2),
    ],
)
def test_each_inequity_has_the_size_that_was_planted(
    nothing: Path, tmp_path: Path, switch: str, column: str, least: float, most: float
) -> None:
    before, after = gaps(nothing), gaps(made(tmp_path, "--plant", switch))
    moved = (after[column] - before[column])[UNEQUAL]
    assert least < np.average(moved, weights=before.loc[UNEQUAL, "contacts"]) < most
    others = before.index.difference(UNEQUAL)
    pd.testing.assert_series_equal(
        after.loc[others, "chance_not_completed"], before.loc[others, "chance_not_completed"]
    )


def test_unfair_recording_leaves_the_truth_alone(nothing: Path, tmp_path: Path) -> None:
    after = gaps(made(tmp_path, "--plant", "biased_pwp=0.9", "--plant", "recording=0.3"))
    truly = ["contacts", "share_not_completed", "chance_not_completed", "gap_planted"]
    pd.testing.assert_frame_equal(after[truly], gaps(nothing)[truly])


def test_the_drivers_of_a_contact_add_up_to_its_chance(nothing: Path) -> None:
    key = ["OrgID_Provider", "CareContactId"]
    chance = pd.read_parquet(nothing / "probabilities.parquet").set_index(key)["probability_not_completed"]
    drivers = pd.read_parquet(nothing / "drivers.parquet").set_index(key)
    assert list(drivers) == list(DRIVERS)
    log_odds = drivers.sum(axis=1).reindex(chance.index)
    np.testing.assert_allclose(1 / (1 + np.exp(log_odds)), chance, atol=1e-5)


def test_a_node_switched_off_drives_nothing(tmp_path: Path) -> None:
    truth = made(tmp_path, "--off", "alliance", "--off", "season")
    drivers = pd.read_parquet(truth / "drivers.parquet")
    assert (drivers[["alliance", "season"]] == 0).all().all()
    assert (drivers["planning"] != 0).all()
    assert json.loads((truth / "planted.json").read_text(encoding="utf-8"))["nodes_off"] == [
        "alliance",
        "season",
    ]


def test_biased_practitioners_are_named_only_where_bias_is_planted(nothing: Path, tmp_path: Path) -> None:
    assert not pd.read_parquet(nothing / "practitioners.parquet")["biased"].any()
    staff = pd.read_parquet(made(tmp_path, "--plant", "biased_pwp=0.5") / "practitioners.parquet")
    assert staff["biased"].mean() == pytest.approx(0.15, abs=0.03)


def test_the_configuration_plants_and_switches_too(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[synthetic]\noff = ["drift"]\n[synthetic.effects]\n"completion.session" = 0.2\n'
        "[synthetic.inequities]\ncompletion = 0.3\n",
        encoding="utf-8",
    )
    truth = made(tmp_path, "--config", str(own))
    planted = json.loads((truth / "planted.json").read_text(encoding="utf-8"))
    assert planted["inequities"] == {"completion": 0.3}
    assert planted["effects_changed"] == {"completion.session": 0.2}
    drivers = pd.read_parquet(truth / "drivers.parquet")
    assert drivers["session"].max() == pytest.approx(0.2 * round(drivers["session"].max() / 0.2), abs=1e-5)

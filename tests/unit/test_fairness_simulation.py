"""What the intervals and tests promise, kept in simulated audits with patients who come again.

`bsw benchmark audit` runs 2,000 audits of each of four scenarios and writes the tables that benchmarks/ holds;
the shorter runs here hold the code to account on every test run.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.audit_simulation import SCENARIOS, WATCHED, Planted, with_a_difference, without_a_difference
from pipelines.benchmark_audit import benchmark_audit

AUDITS = 350
KEPT = Path(__file__).resolve().parents[2] / "benchmarks"
CHANCE = 2.33 * np.sqrt(0.07 * 0.93 / AUDITS)  # what a true 7% may show by chance in this few audits


@pytest.mark.long
@pytest.mark.parametrize("scenario", [SCENARIOS[1], SCENARIOS[3]], ids=lambda one: one.name)
def test_equal_groups_raise_few_alarms_and_joint_intervals_hold(scenario: object) -> None:
    found = without_a_difference(scenario, audits=AUDITS, seed=11).set_index("measure")  # type: ignore[arg-type]
    own = found.loc[list(WATCHED)]
    assert (own["false_alarms"] <= 0.07 + CHANCE).all()
    assert (own["joint_held"] >= 0.93 - CHANCE).all()
    assert (own["gaps_held"] >= 0.93 - CHANCE).all()
    assert own["false_alarms"].mean() <= 0.07
    assert own[["joint_held", "gaps_held"]].mean().min() >= 0.93
    assert found.loc["any of them (Holm)", "false_alarms"] <= 0.07 + CHANCE


@pytest.mark.long
def test_flags_that_miss_half_in_a_group_of_350_are_found() -> None:
    found = with_a_difference(SCENARIOS[2], Planted(3, blind=0.5), "sensitivity", audits=60, seed=12)
    assert found["found"] > 0.9
    assert found["gap"] < -0.1


def test_the_tables_kept_are_of_2000_audits_each_and_keep_the_promise() -> None:
    alarms = pd.read_csv(KEPT / "audit_false_alarms.csv")
    assert set(alarms["scenario"]) == {scenario.name for scenario in SCENARIOS}
    assert set(alarms["audits"]) == {2000}
    own = alarms[alarms["measure"].isin(WATCHED)]
    assert own["false_alarms"].max() <= 0.07
    assert own["joint_held"].min() >= 0.93
    assert own["gaps_held"].min() >= 0.93
    power = pd.read_csv(KEPT / "audit_power.csv")
    for _, of_kind in power.groupby(["measure", "patients_in_group"]):
        assert of_kind["found"].is_monotonic_increasing


def test_the_command_writes_both_tables(tmp_path: Path) -> None:
    benchmark_audit(tmp_path, audits=4)
    assert set(pd.read_csv(tmp_path / "audit_false_alarms.csv")["measure"]) >= set(WATCHED)
    assert {"inequity", "gap", "found", "group_named"} <= set(pd.read_csv(tmp_path / "audit_power.csv"))

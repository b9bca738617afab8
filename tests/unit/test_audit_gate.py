"""An audit holds a model back for differences found and for having compared nothing, and says why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.audit_gate import Gate, gate
from models.audit_settings import AuditSettings
from models.disclosure import publish
from models.fairness import audit_column
from tests.unit.test_disclosure import PLENTY, audit_of
from tests.unit.test_fairness_comparison import planted

SETTINGS = AuditSettings()


def gate_of(gap: float, rows: int = 6000) -> Gate:
    return gate(publish([planted(rows, gap)]), SETTINGS)


def test_equal_groups_pass_without_a_reason() -> None:
    found = gate_of(0.0, rows=20_000)
    assert found.allows
    assert found.reasons == ()


def test_a_difference_found_holds_the_model_back_and_names_measure_groups_and_margin() -> None:
    found = gate_of(0.2)
    assert not found.allows
    (reason,) = [one for one in found.reasons if "Sensitivity" in one]
    assert "10 percentage points" in reason
    assert "one, other" in reason


def test_a_difference_that_lies_within_the_margin_is_a_caution() -> None:
    found = gate_of(0.03, rows=60_000)
    assert not [one for one in found.reasons if "Sensitivity" in one]
    assert [one for one in found.cautions if "Sensitivity" in one and "within" in one]


def test_little_data_is_a_caution_and_never_equality() -> None:
    found = gate(publish([audit_of({"A": PLENTY, "B": (22, 25, 21, 30, 10)})]), SETTINGS)
    assert any("no sign of equality" in one for one in found.cautions)


def test_where_nothing_could_be_compared_the_model_is_held_back() -> None:
    audit = audit_column(np.full(60, 0.5), np.arange(60) % 2, pd.Series(["only"] * 60, name="group"))
    found = gate(publish([audit]), SETTINGS)
    assert not found.allows
    assert "No two groups" in found.reasons[0]


def test_an_audit_says_whom_it_compared_and_whether_data_were_enough_for_any_verdict() -> None:
    few = gate(publish([audit_of({"A": PLENTY, "B": (60, 60, 40, 60, 30), "C": (2, 3, 1, 3, 1)})]), SETTINGS)
    assert "compared in some main measure: A, B." in few.scope and "Compared in none: C." in few.scope
    unsure = "In no main measure were the data enough to rule a difference out."
    verdicts = publish([planted(20_000, 0.0)]).verdicts
    assert (verdicts["verdict"] != "not enough data").any() and unsure not in gate_of(0.0, rows=20_000).scope
    assert unsure in gate_of(0.0, rows=400).scope

"""An audit holds a model back for differences found and for having compared nothing, and says why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.audit_gate import Gate, gate
from models.audit_settings import AuditSettings
from models.comparison import FOUND, NOT_ENOUGH
from models.disclosure import publish
from models.fairness import GroupAudit, audit_column
from tests.unit.test_disclosure import PLENTY, audit_of
from tests.unit.test_fairness_comparison import planted

SETTINGS = AuditSettings()


def gate_of(gap: float, rows: int = 6000) -> Gate:
    return judged(planted(rows, gap))


def judged(audit: GroupAudit, disclosure: str = "nhs") -> Gate:
    return gate([audit], publish([audit], disclosure=disclosure), SETTINGS)


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
    found = judged(audit_of({"A": PLENTY, "B": (22, 25, 21, 30, 10)}))
    assert any("no sign of equality" in one for one in found.cautions)


def test_where_nothing_could_be_compared_the_model_is_held_back() -> None:
    audit = audit_column(np.full(60, 0.5), np.arange(60) % 2, pd.Series(["only"] * 60, name="group"))
    found = judged(audit)
    assert not found.allows
    assert "No two groups" in found.reasons[0]


def test_an_audit_says_whom_it_compared_and_whether_data_were_enough_for_any_verdict() -> None:
    few = judged(audit_of({"A": PLENTY, "B": (60, 60, 40, 60, 30), "C": (2, 3, 1, 3, 1)}))
    assert "compared in some main measure: A, B." in few.scope and "Compared in none: C." in few.scope
    unsure = "In no main measure were the data enough to rule a difference out."
    verdicts = publish([planted(20_000, 0.0)]).verdicts
    assert (verdicts["verdict"] != "not enough data").any() and unsure not in gate_of(0.0, rows=20_000).scope
    assert unsure in gate_of(0.0, rows=400).scope


def test_within_the_margin_is_said_only_where_it_is_shown_of_every_group_compared() -> None:
    # The gap of C, of few patients, is not found to differ by itself, but reaches far beyond the margin.
    audit = audit_of({"A": (400, 400, 150, 650, 0), "B": (400, 400, 250, 550, 0), "C": (20, 20, 11, 29, 0)})
    rate = audit.measures["false_positive_rate"]
    assert rate.verdict == FOUND and rate.figures["verdict"]["C"] == NOT_ENOUGH
    assert rate.figures["gap_high"]["C"] > SETTINGS.margin
    found = judged(audit)
    (reason,) = [one for one in found.reasons if "False-positive rate" in one]
    assert "C" in reason.partition("reach beyond it in:")[2]
    assert not any("False-positive rate" in one and "lies within" in one for one in found.cautions)


def test_how_much_is_disclosed_decides_nothing() -> None:
    # A gap that ends at 10.2 percentage points is published as 10.
    for flagged in range(480, 520):
        audit = audit_of({"A": (flagged, 1000, 300, 700, 0), "B": (580, 900, 300, 700, 0)})
        end = audit.measures["sensitivity"].figures["gap_high"]["B"]
        if 0.1 < end < 0.105:
            break
    assert 0.1 < end < 0.105
    shown, hidden = judged(audit, "none"), judged(audit, "nhs")
    assert not shown.allows and not hidden.allows
    assert shown.reasons == hidden.reasons


def test_a_group_in_which_nothing_happened_that_was_expected_is_no_lack_of_data() -> None:
    rng = np.random.default_rng(3)
    group = pd.Series(np.repeat(["A", "B", "C"], [300, 1500, 1500]), name="group")
    risk = rng.uniform(0.2, 0.6, len(group))
    outcome = np.where(group == "A", 0.0, (rng.random(len(group)) < risk).astype(float))
    audit = audit_column(risk, outcome, group)
    ratio = audit.measures["observed_to_expected"]
    assert ratio.verdict == FOUND and ratio.figures["enough"]["A"]
    assert ratio.figures["value"]["A"] == pytest.approx(0.5 / risk[:300].sum())
    found = judged(audit)
    assert not found.allows and "groups not named here" in " ".join(found.reasons)


def test_a_column_in_which_no_two_groups_were_compared_is_named() -> None:
    rng = np.random.default_rng(2)
    risk, outcome = rng.uniform(0.2, 0.8, 2000), (rng.random(2000) < 0.5).astype(float)
    gender = pd.Series(rng.choice(["F", "M"], 2000), name="gender")
    ethnic_group = pd.Series(np.where(np.arange(2000) < 10, "few", "many"), name="ethnic_group")
    both = [audit_column(risk, outcome, by) for by in (gender, ethnic_group)]
    found = gate(both, publish(both, disclosure="none"), SETTINGS)
    assert found.not_compared == ("ethnic_group",)


def test_a_group_of_few_patients_of_whom_nobody_had_it_happen_is_no_finding() -> None:
    rng = np.random.default_rng(5)
    patient = np.concatenate([np.repeat(np.arange(20), 10), np.arange(20, 4020)])
    group = pd.Series(np.where(patient < 20, "few", "many"), name="group")
    outcome = np.where(patient < 20, 0.0, (rng.random(len(patient)) < 0.1).astype(float))
    found = audit_column(np.full(len(patient), 0.1), outcome, group, cluster=patient)
    alone = audit_column(np.full(len(patient), 0.1), outcome, group)
    assert found.measures["observed_to_expected"].p > 0.2 > alone.measures["observed_to_expected"].p

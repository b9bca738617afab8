"""How firm risks are over refits, and what may be shown of whose outcomes are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.ascertainment import Ascertainment, ascertained, ascertainment, reasons_shown, share_shown
from models.at_the_flag import At
from models.earlier import STAR
from models.evaluation import EvaluationSettings
from models.instability import instability
from models.withheld import RULES
from pipelines.evaluating.metrics_json import services_shown

SETTINGS = EvaluationSettings(draws=60)


def _at(rows: int, threshold: float = 0.5) -> At:
    return At(threshold, np.arange(rows).astype(str).astype(object), SETTINGS)


def test_refits_that_agree_are_perfectly_stable() -> None:
    risk = np.random.default_rng(1).random(200)
    found = instability(risk, np.tile(risk, (4, 1)), _at(200)).figures.set_index("measure")
    assert (found["value"] == 0).all()


def test_the_figures_are_what_their_definitions_say() -> None:
    risk = np.array([0.2, 0.48, 0.6, 0.9])
    refitted = np.array([[0.3, 0.52, 0.6, 0.8], [0.1, 0.44, 0.4, 0.9]])
    found = instability(risk, refitted, _at(4)).figures.set_index("measure")["value"]
    assert found["mean_absolute_error"] == pytest.approx(np.abs(refitted - risk).mean())
    assert found["flips"] == pytest.approx(2 / 8)
    assert found["unsure"] == pytest.approx(2 / 4)


def test_no_bin_shows_a_single_person() -> None:
    draw = np.random.default_rng(2)
    risk = np.concatenate([draw.uniform(0.2, 0.4, 300), [0.97]])
    shown = instability(risk, np.tile(risk, (3, 1)), _at(301)).by_risk
    assert shown["risk"].between(0.2, 0.4).all()


def test_without_refits_nothing_is_said() -> None:
    assert instability(np.array([0.1]), np.empty((0, 1)), _at(1)).figures.empty


def _points(rows: int = 3_000) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray, pd.Series]:
    draw = np.random.default_rng(3)
    group = draw.choice(["White", "Asian", "Tiny"], rows, p=[0.8, 0.199, 0.001])
    reason = np.where(draw.random(rows) < 0.75, "reviewed", "not reviewed").astype(object)
    reason[draw.random(rows) < 0.05] = "left"
    outcome = pd.DataFrame({"reason": reason, "not_completed": np.where(reason == "reviewed", 1.0, np.nan)})
    groups = pd.DataFrame(
        {"month": draw.choice(["2025-01", "2025-02", "2025-03"], rows), "ethnic group": group}
    )
    patients = draw.integers(0, 900, rows).astype(str).astype(object)
    return outcome, groups, patients, pd.Series(draw.integers(0, 25, rows).astype(str))


@pytest.fixture(scope="module")
def found() -> Ascertainment:
    outcome, groups, patients, practitioners = _points()
    return ascertained(outcome, groups, patients=patients, practitioners=practitioners, settings=SETTINGS)


def test_a_tiny_group_is_withheld_and_not_to_be_had_from_the_others(found: Ascertainment) -> None:
    by_group = found.groups[found.groups["by"] == "ethnic group"].set_index("group")
    assert (by_group.loc["Tiny", ["points", "known", "left"]] == STAR).all()
    assert (by_group["points"] == STAR).sum() >= 2


def test_shares_are_whole_percent_and_counts_rounded(found: Ascertainment) -> None:
    outcome, *_ = _points()
    whole = found.groups.iloc[0]
    assert (whole["group"], whole["points"]) == ("All", "3,000")
    known = outcome["not_completed"].notna().mean()
    assert whole["known"] == round(known, 2)
    assert whole["known_low"] <= whole["known"] <= whole["known_high"]
    shown = [count for count in found.groups["points"] if count != STAR]
    assert all(int(count.replace(",", "")) % 5 == 0 for count in shown)


def _reasons_shown(known: frozenset[str] = frozenset({"reviewed"}), **points: int) -> dict[str, str]:
    """The points of each reason as they are shown; a share must be withheld where they are."""
    reasons = np.repeat(list(points), list(points.values()))
    labels = np.where(np.isin(reasons, list(known)), 1.0, np.nan)
    counted = ascertainment(pd.DataFrame({"reason": reasons, "not_completed": labels}))
    shown = reasons_shown(counted, RULES["nhs"]).set_index("reason")
    assert ((shown["points"] == STAR) <= (shown["share"] == STAR)).all()
    return {str(reason): str(number) for reason, number in shown["points"].items()}


def test_reasons_of_enough_points_are_rounded() -> None:
    assert _reasons_shown(reviewed=93, late=12, left=6) == {"reviewed": "95", "late": "10", "left": "5"}


def test_a_reason_that_few_points_have_is_not_to_be_had_from_the_others() -> None:
    """Reviewed, how many outcomes are unknown, and all but one of the reasons why would give the last one back."""
    assert _reasons_shown(reviewed=93, late=23, left=4) == {"reviewed": "95", "late": STAR, "left": STAR}
    few = {"reviewed": 93, "not reviewed": 40, "late": 2, "left": 2}
    assert _reasons_shown(**few) == {**dict.fromkeys(few, STAR), "reviewed": "95"}


def test_a_reason_does_not_hide_behind_one_of_which_the_sum_is_told() -> None:
    """Who left counts as known here: with late, the smaller one, they would follow from how many are known."""
    known = frozenset({"reviewed", "left"})
    shown = _reasons_shown(known, **{"reviewed": 93, "not reviewed": 40, "late": 23, "left": 4})
    assert shown == {"reviewed": STAR, "not reviewed": "40", "late": "25", "left": STAR}


def test_where_few_outcomes_are_unknown_no_reason_tells_how_many() -> None:
    assert _reasons_shown(reviewed=93, left=4) == {"reviewed": STAR, "left": STAR}


def test_no_practitioner_is_named(found: Ascertainment) -> None:
    assert found.counted == 25
    assert list(found.practitioners.columns) == ["at", "known"]
    assert found.practitioners["known"].is_monotonic_increasing


def test_pending_points_are_not_counted() -> None:
    outcome, groups, patients, practitioners = _points()
    outcome.loc[:999, ["reason", "not_completed"]] = ["pending", np.nan]
    found = ascertained(outcome, groups, patients=patients, practitioners=practitioners, settings=SETTINGS)
    assert found.groups.iloc[0]["points"] == "2,000"
    assert "pending" not in found.groups


def test_a_service_with_few_patients_or_outcomes_of_a_kind_shows_no_count_of_them() -> None:
    rows = [("A", 240, 81, 102), ("B", 40, 18, 3), ("C", 31, 12, 29), ("D", 14, 2, 7)]
    table = pd.DataFrame(rows, columns=["service", "points", "patients", "events"])
    shown = services_shown(table.assign(measure="auroc", value=23 / 30))
    assert shown["points"].tolist() == ["240", "40", "30", STAR]
    assert shown["patients"].tolist() == ["80", "20", "10", STAR]
    assert shown["events"].tolist() == ["100", STAR, STAR, STAR]
    assert set(shown["value"]) == {0.767}  # 0.7666... can only be of so many pairs


def test_a_share_is_withheld_where_hardly_any_outcome_is_of_another_kind() -> None:
    assert share_shown(97, 100, RULES["nhs"]) == share_shown(100, 100, RULES["nhs"]) == STAR
    assert share_shown(95, 100, RULES["nhs"]) == 0.95
    reviewed = pd.DataFrame({"reason": ["reviewed"] * 240, "not_completed": 1.0})
    alone = reasons_shown(ascertainment(reviewed), RULES["nhs"])
    assert alone[["points", "share"]].to_numpy().tolist() == [["240", STAR]]

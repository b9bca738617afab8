"""A version is held back by each figure that is beyond its bounds, too uncertain, or not there."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from models.audit_gate import Gate
from models.promotion import MOST_KNOWN, PromotionSettings, audited, measured
from models.withheld import outwards
from pipelines.evaluating.log import share_known

SETTINGS = PromotionSettings()
GOOD = {
    "test_calibration_slope": (1.02, 0.91, 1.13),
    "test_calibration_intercept": (0.01, -0.1, 0.12),
    "test_ici": (0.01, 0.006, 0.03),
    "gain_over_logistic_regression": (0.012, 0.006, 0.018),
}


def figures(known_share: float = 0.7, **changed: tuple[float, float, float]) -> Mapping[str, float]:
    named: dict[str, float] = {"known_share": known_share, "draws": 1_000}
    for name, (value, low, high) in {**GOOD, **changed}.items():
        named |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return named


def failing(of: Mapping[str, float]) -> list[str]:
    return [one.gate for one in measured(of, SETTINGS, remedy="evaluate it") if not one.holds]


def test_good_figures_hold_every_gate() -> None:
    assert failing(figures()) == []


@pytest.mark.parametrize(
    ("gate", "changed"),
    [
        ("calibration slope", {"test_calibration_slope": (1.6, 1.4, 1.8)}),
        ("calibration slope", {"test_calibration_slope": (1.0, 0.7, 1.3)}),
        ("calibration intercept", {"test_calibration_intercept": (-0.2, -0.3, -0.1)}),
        ("calibration error (ICI)", {"test_ici": (0.04, 0.03, 0.06)}),
        ("gain in AUROC over logistic regression", {"gain_over_logistic_regression": (0.01, 0.0, 0.02)}),
    ],
)
def test_an_interval_that_leaves_its_bounds_holds_the_version_back(
    gate: str, changed: Mapping[str, tuple[float, float, float]]
) -> None:
    assert failing(figures(**changed)) == [gate]


@pytest.mark.parametrize("name", GOOD)
def test_rounding_outwards_decides_as_the_whole_ends_do(name: str) -> None:
    draw = np.random.default_rng(1)
    bounds = {"test_ici": (0.05,), "test_calibration_slope": (0.75, 1.33)}.get(name, (-0.25, 0.0, 0.25))
    held = []
    for bound in bounds:
        for off in (*draw.normal(0, 1e-5, 40), 1e-12, -1e-12, 0.0):
            value, *ends = GOOD[name]
            ends[int(bound > value)] = bound + off
            whole, shown = (failing(figures(**{name: (value, *each)})) for each in (ends, outwards(*ends)))
            assert whole == shown
            held.append(not whole)
    assert 0 < sum(held) < len(held)


def test_no_end_is_rounded_inwards() -> None:
    ends = np.sort(np.random.default_rng(2).normal(0, 1, (500, 2)) ** 3, axis=1)
    for low, high in ends:
        down, up = outwards(low, high)
        assert down <= low and high <= up
        assert (down, up) == (float(f"{down:.4g}"), float(f"{up:.4g}")) == outwards(down, up)
        assert [down, up] == pytest.approx([low, high], rel=0.001)
    assert np.isnan(outwards(float("nan"), float("nan"))).all()


def test_too_few_outcomes_known_hold_the_version_back() -> None:
    assert failing(figures(known_share=0.49)) == ["outcomes known"]


def test_intervals_of_a_few_draws_hold_the_version_back() -> None:
    assert failing({**figures(), "draws": 300}) == ["draws behind the intervals"]


def test_what_was_not_measured_does_not_hold_and_says_how_to_measure_it() -> None:
    found = measured({}, SETTINGS, remedy="run `bsw evaluate`")
    assert not any(one.holds for one in found)
    assert {one.reason for one in found} == {"was not measured; run `bsw evaluate`"}


def test_a_reason_names_the_figure_its_interval_and_the_bounds() -> None:
    slope = measured(figures(), SETTINGS, remedy="")[0]
    assert slope.reason == "1.020 (0.910 to 1.130) where the whole interval must be 0.75 to 1.33"


def test_the_audits_own_reasons_are_given() -> None:
    held = audited(Gate(False, ("By group, a difference.", "Another."), (), "", ()), ())
    assert (held.holds, held.reason) == (False, "By group, a difference. Another.")
    passed = audited(Gate(True, (), ("a caution",), "Compared: A, B.", ()), ("group",))
    assert passed.holds and passed.reason.endswith("that is no proof of equality. Compared: A, B.")


def test_another_column_beside_it_does_not_stand_in_for_one_whose_groups_were_not_compared() -> None:
    gate = Gate(True, (), (), "By gender, compared: A, B.", ("ethnic_group",))
    held = audited(gate, ("ethnic_group",))
    assert not held.holds and "by ethnic_group had enough data" in held.reason
    assert audited(gate, ("gender",)).holds


@pytest.mark.parametrize("wrong", [{"slope_from": 1.2}, {"ici": 0.0}, {"known_share": 2.0}, {"gain": 1.0}])
def test_meaningless_bounds_are_refused(wrong: Mapping[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        PromotionSettings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [1.0, 0.999, 0.995])
def test_ashare_known_that_could_never_hold_is_refused_with_the_rule_and_the_remedy(share: float) -> None:
    with pytest.raises(ValueError, match="could never hold") as refused:
        PromotionSettings(known_share=share)
    assert "fewer than 5 outcomes are unknown" in str(refused.value)
    assert "set it to 0.99 or less" in str(refused.value)


def test_the_highestshare_known_that_may_be_asked_for_can_hold() -> None:
    most = share_known(np.repeat([True, False], [1_000_000, 1]))
    assert most == MOST_KNOWN
    asked = PromotionSettings(known_share=most)
    assert all(one.holds for one in measured(figures(known_share=most), asked, remedy=""))

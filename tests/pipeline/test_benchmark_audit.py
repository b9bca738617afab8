"""The study of planted inequities plants what it says, and can be run by anyone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.audit_detection import ASKED, study, summary
from benchmarks.planted import CAREFUL, PLANTINGS, RECORDED, Planting, Truth, audit_table, truth_of

GROUP = "Asian or Asian British"


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return truth_of(tmp_path_factory.mktemp("truth") / "service", pathways=4000, seed=5)


def planted(truth: Truth, planting: Planting) -> tuple[pd.Series, pd.Series]:
    """Means in the affected group and in the others, over many tables."""
    many = pd.concat([audit_table(truth, planting, GROUP, np.random.default_rng(k)) for k in range(30)])
    many["recorded"] = many["not_completed"].notna()
    known = many[many["recorded"]]
    means = many.groupby(many["group"] == GROUP)[["planned_carefully", "recorded", "risk"]].mean()
    means["excess"] = (known["not_completed"] - known["risk"]).groupby(known["group"] == GROUP).mean()
    return means.loc[True], means.loc[False]


@pytest.mark.parametrize("planting", PLANTINGS, ids=lambda one: f"{one.name} {one.size:g}")
def test_each_planting_moves_what_it_names_in_its_group_and_nothing_in_the_others(
    truth: Truth, planting: Planting
) -> None:
    there, elsewhere = planted(truth, planting)
    assert elsewhere["planned_carefully"] == pytest.approx(CAREFUL, abs=0.01)
    assert elsewhere["recorded"] == pytest.approx(RECORDED, abs=0.01)
    assert elsewhere["excess"] == pytest.approx(0, abs=0.01)
    care = CAREFUL - planting.size * (planting.name == "less careful planning")
    assert there["planned_carefully"] == pytest.approx(care, abs=0.02)
    if planting.name == "less complete recording":
        assert there["recorded"] == pytest.approx(RECORDED - planting.size, abs=0.02)
    if planting.name == "a score too low":
        assert there["excess"] > 0.05
    if planting.name == "work not done less often recorded":
        assert there["excess"] < -0.03
    if planting.name in ("nothing", "less careful planning", "a real difference, equal care"):
        assert there["excess"] == pytest.approx(0, abs=0.02)
    if planting.name in ("less careful planning", "a real difference, equal care"):
        assert there["risk"] > elsewhere["risk"] + 0.02


@pytest.mark.long
def test_the_study_finds_gross_inequities_and_gives_the_same_figures_again() -> None:
    audits = pd.DataFrame(study(services=1, deals=2, pathways=4000))
    found = summary(audits).set_index(["planted", "size"])
    assert len(found) == len(PLANTINGS)
    assert found.loc[("less complete recording", 0.2), "found there"] == 1
    assert found.loc[("less complete recording", 0.2), "mean gap there"] == pytest.approx(-0.2, abs=0.05)
    nothing = audits[audits["planted"] == "nothing"]
    assert len(nothing) == 10
    assert (nothing[[f"{name} p" for name in ASKED]] < 0.05).mean().mean() < 0.3
    again = pd.DataFrame(study(services=1, deals=2, pathways=4000))
    pd.testing.assert_frame_equal(audits, again, check_exact=True)

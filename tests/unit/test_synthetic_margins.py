"""Margins: counted as published, set beside published figures, and told where they lie too far apart."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines.synthetic import fitted
from pipelines.synthetic.comparison import TESTED_ON, TOLERANCE, comparison
from pipelines.synthetic.margins import DECILE, ETHNIC, families, past, published, referrals
from pipelines.synthetic.people import DECILES, ETHNICITIES
from pipelines.synthetic.whole_service import synthesise


@pytest.fixture(scope="module")
def frame(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    out = tmp_path_factory.mktemp("margins") / "service"
    synthesise(out, pathways=3_000, services=3, months=24, seed=4, file_format="csv")
    return referrals(out)


def test_published_figures_are_read_as_numbers() -> None:
    figures = published("2023-24")
    assert figures["referrals_received_count", "Total"] == 1_829_202
    assert figures["improvement_percentage", "Total"] == 66.8


def test_codes_have_the_names_of_the_publication() -> None:
    figures = published(TESTED_ON).xs("referrals_received_count")
    assert {f"Ethnic Group: {name}" for name in ETHNIC.values()} <= set(figures.index)
    assert {f"Indices of Deprivation Decile: {name}" for name in DECILE.values()} <= set(figures.index)
    assert DECILE["1"] == "10 Most deprived"


def test_each_referral_counts_once_as_it_stood_last(frame: pd.DataFrame) -> None:
    assert len(frame) == 3_000
    paired = frame["at_caseness"] | frame["not_at_caseness"]
    assert 0.98 < paired.sum() / frame["finished"].sum() <= 1
    assert not (paired & ~frame["finished"]).any()
    assert (frame.loc[frame["finished"], "sessions"] >= 2).all()
    assert not (frame["recovery"] & ~frame["at_caseness"]).any()
    assert 0.3 < past(frame).mean() < 0.8


def test_every_referral_has_a_group_in_every_breakdown(frame: pd.DataFrame) -> None:
    assert all(groups.notna().all() for groups in families(frame).values())


def test_a_margin_far_off_is_outside_and_one_near_is_within(frame: pd.DataFrame) -> None:
    usual = comparison(frame).set_index(["kind", "group", "measure"])["within"]
    assert usual["Outcome", "Total", "improvement, %"]
    worse = comparison(frame.assign(improvement=False)).set_index(["kind", "group", "measure"])
    assert not worse.loc[("Outcome", "Total", "improvement, %"), "within"]
    assert worse.loc[("Outcome", "Total", "improvement, %"), "synthetic"] == 0


def test_every_kind_of_margin_has_a_tolerance_and_a_published_figure(frame: pd.DataFrame) -> None:
    table = comparison(
        pd.concat([frame.assign(provider=f"P{number}") for number in range(15)], ignore_index=True)
    )
    assert set(table["kind"]) == set(TOLERANCE)
    assert table[["tested_on", "synthetic", "tolerance"]].notna().all().all()


def test_shifts_are_fitted_for_every_group() -> None:
    for shifts in (fitted.GOES_ON, fitted.RESPONDS):
        assert set(shifts["ethnic"]) == set(ETHNICITIES)
        assert set(shifts["decile"]) == set(DECILES)
        assert set(shifts["age"]) == {str(age) for age in fitted.AGES}


@pytest.mark.long
def test_the_service_is_near_england_in_a_year_it_was_not_fitted_on(tmp_path: Path) -> None:
    """The declared tolerances; a few margins of so many may lie outside by chance."""
    out = tmp_path / "service"
    synthesise(out, pathways=60_000, services=25, months=36, seed=11, file_format="parquet")
    table = comparison(referrals(out)).set_index("kind")
    assert table["within"].mean() >= 0.95
    assert table.loc[["Outcome", "Waiting", "Sessions"], "within"].all()
    assert len(table) > 150

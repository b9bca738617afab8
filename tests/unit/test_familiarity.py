"""Who is unlike the patients learnt from is told from aggregates, and no person's value is among them."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.familiarity import LEAST, Familiarity, familiarity_from, learn_familiarity, spread_of


def points(rows: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    found = pd.DataFrame(draw.normal(50, 9, size=(rows, 6)), columns=list("abcdef"))
    found["a"] = draw.integers(0, 2, rows)
    found["b"] = draw.poisson(0.4, rows)
    return found.mask(draw.random(found.shape) < 0.1)


@pytest.fixture(scope="module")
def learnt() -> Familiarity:
    return learn_familiarity(points(3_000, 1), points(1_000, 2), used=list("abcdef"), unlike_share=0.02)


def test_so_many_of_the_points_set_aside_and_of_new_ones_are_unlike(learnt: Familiarity) -> None:
    assert learnt.unlike(points(1_000, 2)).mean() == pytest.approx(0.02, abs=0.002)
    assert learnt.unlike(points(4_000, 3)).mean() == pytest.approx(0.02, abs=0.012)


def test_patients_of_another_kind_are_unlike(learnt: Familiarity) -> None:
    other = points(500, 4)
    far = other.assign(**{name: other[name] + 60 for name in "cdef"})
    assert learnt.unlike(far).mean() > 0.9


def test_missing_is_strange_only_where_it_seldom_is(learnt: Familiarity) -> None:
    silent = points(500, 4).assign(**dict.fromkeys("bcdef", np.nan))
    assert learnt.unlike(silent).mean() < 0.05
    whole = learn_familiarity(
        points(3_000, 1).fillna(0), points(1_000, 2).fillna(0), used=list("abcdef"), unlike_share=0.02
    )
    assert whole.unlike(silent).mean() > 0.9


def test_a_predictor_that_the_trees_do_not_use_makes_nobody_strange() -> None:
    few = learn_familiarity(points(3_000, 1), points(1_000, 2), used=["c"], unlike_share=0.02)
    strange = points(200, 5).assign(d=1e9)
    assert few.unlike(strange).mean() < 0.1


def test_what_is_registered_reads_back_the_same(learnt: Familiarity) -> None:
    again = familiarity_from(json.loads(json.dumps(learnt.as_table())))
    assert again == learnt
    pd.testing.assert_series_equal(again.unlike(points(50, 6)), learnt.unlike(points(50, 6)))


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    values=some.lists(
        some.one_of(some.none(), some.floats(-1e6, 1e6), some.integers(0, 3)), min_size=0, max_size=400
    )
)
def test_a_spread_is_whole_and_has_enough_points_beyond_its_outermost_quantiles(
    values: list[float | None],
) -> None:
    known = np.array([np.nan if value is None else value for value in values], dtype=float)
    spread = spread_of(known)
    assert sum(spread.shares) == pytest.approx(1)
    assert min(spread.shares) > 0
    assert len(spread.shares) == len(spread.edges) + 2
    assert list(spread.edges) == sorted(spread.edges)
    assert np.isfinite(spread.rarity(known)).all()
    if (~np.isnan(known)).sum() < 2 * LEAST:
        assert spread.edges == ()


def test_neither_the_lowest_nor_the_highest_value_is_kept() -> None:
    values = np.random.default_rng(1).normal(1_000, 300, 5_000)
    kept = set(spread_of(values).edges)
    assert not kept & set(values)
    assert all(float(f"{edge:.2g}") == edge for edge in kept)

"""A value that was never missing among the points learnt from is not read as 0 where it is missing."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.binned import Binned
from models.missing_side import with_missing_sides
from models.tree_shap import tables
from models.trees import read_trees

PARAMETERS = {"objective": "binary", "num_leaves": 6, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1}


def rows(seed: int, *, low: float) -> tuple[np.ndarray, np.ndarray]:
    """Two columns from `low` on, the second missing in every fifth row, and an outcome that follows both."""
    draw = np.random.default_rng(seed)
    matrix = low + draw.exponential(10, size=(400, 2))
    matrix[::5, 1] = np.nan
    chance = 1 / (1 + np.exp((matrix[:, 0] - low - 5) / 3 + np.isnan(matrix[:, 1])))
    return matrix, (draw.random(400) < chance).astype(float)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000), low=st.sampled_from([-20.0, 0.0, 3.0]))
def test_answers_to_what_trees_have_met_stay_to_the_bit(seed: int, low: float) -> None:
    matrix, outcome = rows(seed, low=low)
    plain = lgb.train(PARAMETERS, lgb.Dataset(matrix, outcome), 30)
    sided = with_missing_sides(plain)
    np.testing.assert_array_equal(sided.predict(matrix), plain.predict(matrix))
    again = with_missing_sides(sided).model_to_string()
    assert again == sided.model_to_string()
    assert lgb.Booster(model_str=again).predict(matrix).tolist() == plain.predict(matrix).tolist()


def test_a_value_that_was_never_missing_goes_with_most_of_the_points_and_not_as_0() -> None:
    # One question alone: whether the first column is at most 3.5, which 300 of 400 points are not.
    matrix = np.repeat([[2.0], [5.0]], [100, 300], axis=0)
    outcome = np.repeat([1.0, 0.0, 1.0, 0.0], [80, 20, 60, 240])
    plain = lgb.train({**PARAMETERS, "num_leaves": 2}, lgb.Dataset(matrix, outcome), 20)
    few, most = plain.predict([[2.0], [5.0]])
    assert plain.predict([[np.nan]])[0] == plain.predict([[0.0]])[0] == few
    sided = with_missing_sides(plain)
    assert sided.predict([[np.nan]])[0] == most
    assert sided.predict([[0.0]])[0] == few


def test_a_side_that_was_learnt_is_kept_and_one_leaf_alone_asks_nothing() -> None:
    matrix, outcome = rows(1, low=0)
    plain = lgb.train(PARAMETERS, lgb.Dataset(matrix, outcome), 30)
    unknown = np.column_stack([matrix[:, 0], np.full(400, np.nan)])
    np.testing.assert_array_equal(with_missing_sides(plain).predict(unknown), plain.predict(unknown))
    alone = lgb.train(PARAMETERS, lgb.Dataset(matrix, np.tile([0.0, 1.0], 200)[:400] * 0), 2)
    assert with_missing_sides(alone).predict(matrix).tolist() == alone.predict(matrix).tolist()


def test_the_trees_of_the_product_go_so_and_are_explained_so() -> None:
    matrix, outcome = rows(2, low=3)
    booster = Binned(matrix, outcome).trees(PARAMETERS, 30)
    given_ = matrix.copy()
    given_[:, 0] = np.nan
    as_nought = np.column_stack([np.zeros(400), matrix[:, 1]])
    assert not np.allclose(booster.predict(given_), booster.predict(as_nought))
    parts = booster.predict(given_, pred_contrib=True)
    np.testing.assert_allclose(parts.sum(axis=1), booster.predict(given_, raw_score=True), atol=1e-6)
    forest = read_trees(booster.model_to_string())
    np.testing.assert_allclose(tables(forest).parts(given_), parts[:, :-1], atol=1e-9)


def test_half_and_half_goes_left() -> None:
    matrix = np.repeat([[2.0], [5.0]], 200, axis=0)
    outcome = np.repeat([1.0, 0.0, 1.0, 0.0], [150, 50, 50, 150])
    sided = with_missing_sides(lgb.train({**PARAMETERS, "num_leaves": 2}, lgb.Dataset(matrix, outcome), 5))
    assert sided.predict([[np.nan]])[0] == pytest.approx(sided.predict([[2.0]])[0], abs=0)

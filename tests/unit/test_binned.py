"""Rows binned once give the trees that they would give by themselves, alone or several at a time."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest

from models.binned import Binned, at_once
from models.boosting import BoostingSettings
from models.lesson import parameters

ASKED = parameters(5, {}, BoostingSettings(), seed=3, threads=1)


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(1)
    matrix = draw.normal(size=(900, 5)).round(1)
    matrix[draw.random(matrix.shape) < 0.1] = np.nan
    return matrix, (draw.random(900) < 1 / (1 + np.exp(-np.nan_to_num(matrix[:, 0])))).astype(float)


def test_all_rows_give_what_lightgbm_gives(rows: tuple[np.ndarray, np.ndarray]) -> None:
    bare = lgb.train(ASKED, lgb.Dataset(*rows, params={"verbose": -1, "feature_pre_filter": False}), 30)
    found = Binned(*rows).trees(ASKED, 30)
    assert np.array_equal(bare.predict(rows[0]), found.predict(rows[0]))


def test_a_place_named_twice_is_a_row_twice(rows: tuple[np.ndarray, np.ndarray]) -> None:
    matrix, outcome = rows
    places = np.sort(np.random.default_rng(2).integers(0, 900, 900))
    binned = Binned(matrix, outcome)
    alike = lgb.Dataset(matrix[places], outcome[places], reference=binned._rows)
    with pytest.warns(UserWarning, match="Overriding the parameters from Reference Dataset"):
        expected = lgb.train(ASKED, alike, 30).predict(matrix)
    assert np.array_equal(binned.trees(ASKED, 30, places=places).predict(matrix), expected)


def test_early_stopping_watches_rows_that_the_trees_do_not_learn_from(
    rows: tuple[np.ndarray, np.ndarray],
) -> None:
    matrix, outcome = rows
    learn, watch = np.arange(600), np.arange(600, 900)
    found = Binned(matrix, outcome).stopped(ASKED, learn=learn, watch=watch, most=200, patience=10)
    assert found.booster.num_trees() == found.rounds < 190
    risk = found.booster.predict(matrix[watch])
    loss = -np.mean(np.log(np.where(outcome[watch] == 1, risk, 1 - risk)))
    assert found.loss == pytest.approx(loss)
    turned = np.concatenate([outcome[:600], 1 - outcome[600:]])
    assert Binned(matrix, turned).stopped(ASKED, learn=learn, watch=watch, most=200, patience=10).rounds < 3


def test_several_at_a_time_come_in_order_and_the_same() -> None:
    def square(number: int) -> int:
        return number**2

    assert list(at_once(square, range(20), threads=1)) == list(at_once(square, range(20), threads=3))

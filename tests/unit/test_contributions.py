"""Every algorithm of tree SHAP says the same, adds up, and takes a missing value where the trees take it."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings

from features.errors import InputError
from models import contributions, tree_shap
from models.contributions import Contributions, by_lightgbm, by_woodelf
from models.tree_shap import DEEPEST, shapley_values, tables
from models.trees import read_trees
from models.ways import deepest
from tests.unit.random_boosters import Material, by_definition, material, materials


@pytest.fixture(scope="module")
def deep() -> Material:
    return material(4, columns=16, leaves=130, rounds=20)


@settings(max_examples=40, deadline=None)
@given(materials)
def test_tables_say_what_lightgbm_says_and_add_up_to_its_log_odds(made: Material) -> None:
    parts = tables(read_trees(made.booster.model_to_string())).parts(made.matrix)
    np.testing.assert_allclose(parts, by_lightgbm(made.booster, made.matrix), atol=1e-12)
    base = Contributions(made.booster).base
    np.testing.assert_allclose(base + parts.sum(axis=1), made.margin, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(materials)
def test_woodelf_says_what_lightgbm_says_within_numbers_of_32_bits(made: Material) -> None:
    parts = by_woodelf(made.booster, made.matrix)
    np.testing.assert_allclose(parts, by_lightgbm(made.booster, made.matrix), atol=1e-4)
    np.testing.assert_allclose(Contributions(made.booster).base + parts.sum(axis=1), made.margin, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(materials)
def test_with_a_background_parts_are_shapley_values_by_their_definition(made: Material) -> None:
    asked, background = made.matrix[:3], made.matrix[20:]
    parts = Contributions(made.booster, background).of(asked, made.margin[:3])
    for row, found in zip(asked, parts, strict=True):
        np.testing.assert_allclose(found, by_definition(made.booster, row, background), atol=1e-9)
    np.testing.assert_allclose(by_woodelf(made.booster, asked, background), parts, atol=1e-4)


def test_every_row_of_a_background_counts_not_the_first_hundred() -> None:
    made = material(7, rows=360)
    ordered = made.matrix[np.argsort(made.margin)]
    parts = Contributions(made.booster, ordered).of(made.matrix[:1], made.margin[:1])
    np.testing.assert_allclose(parts[0], by_definition(made.booster, made.matrix[0], ordered), atol=1e-9)
    first = by_definition(made.booster, made.matrix[0], ordered[:100])
    assert np.abs(parts[0] - first).max() > 0.1


@pytest.mark.parametrize("with_background", [False, True])
def test_shap_itself_says_the_same_where_every_column_was_missing_in_training(with_background: bool) -> None:
    import shap

    made = material(3)
    asked = made.matrix.copy()
    asked[:, -1] = np.nan_to_num(asked[:, -1])
    background = asked[10:] if with_background else None
    masker = None if background is None else shap.maskers.Independent(background, max_samples=len(background))
    theirs = shap.TreeExplainer(made.booster, masker)(asked, check_additivity=False)
    ours = Contributions(made.booster, background)
    parts = ours.of(asked, made.booster.predict(asked, raw_score=True))
    np.testing.assert_allclose(parts, theirs.values, atol=1e-6)
    assert ours.base == pytest.approx(float(np.ravel(theirs.base_values)[0]))


def test_shap_with_a_background_misplaces_what_was_never_missing_in_training_and_we_do_not() -> None:
    import shap

    made = material(3)
    masker = shap.maskers.Independent(made.matrix, max_samples=len(made.matrix))
    theirs = shap.TreeExplainer(made.booster, masker)(made.matrix, check_additivity=False)
    assert np.abs(theirs.base_values + theirs.values.sum(axis=1) - made.margin).max() > 0.1
    Contributions(made.booster, made.matrix).of(made.matrix, made.margin)


def test_tables_of_trees_with_more_questions_than_fit_a_byte_say_what_lightgbm_says() -> None:
    made = material(8, columns=9, leaves=24, rounds=6)
    trees = read_trees(made.booster.model_to_string())
    assert 8 < deepest(trees) <= DEEPEST
    np.testing.assert_allclose(
        tables(trees).parts(made.matrix), by_lightgbm(made.booster, made.matrix), atol=1e-12
    )


@pytest.mark.parametrize("with_background", [False, True])
def test_trees_too_deep_for_tables_go_to_woodelf_and_add_up(
    deep: Material, with_background: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deepest(read_trees(deep.booster.model_to_string())) > DEEPEST
    monkeypatch.setattr(contributions, "MANY", 10)
    background = deep.matrix[30:] if with_background else None
    parts = Contributions(deep.booster, background).of(deep.matrix, deep.margin)
    np.testing.assert_allclose(parts, by_woodelf(deep.booster, deep.matrix, background))
    if not with_background:
        np.testing.assert_allclose(parts, by_lightgbm(deep.booster, deep.matrix), atol=1e-4)


def test_points_are_explained_the_same_alone_few_many_and_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    made = material(5, rows=900)
    together = Contributions(made.booster).of(made.matrix, made.margin)
    alone = Contributions(made.booster).of(made.matrix[:1], made.margin[:1])
    monkeypatch.setattr(tree_shap, "CHUNK", 70)
    monkeypatch.setattr(contributions, "WOODELF_CHUNK", 400)
    chunked = Contributions(made.booster).of(made.matrix, made.margin)
    np.testing.assert_allclose(alone, together[:1], atol=1e-12)
    np.testing.assert_array_equal(chunked, together)
    np.testing.assert_allclose(by_woodelf(made.booster, made.matrix), together, atol=1e-4)


def test_parts_that_do_not_add_up_are_refused() -> None:
    made = material(6, rows=900)
    with pytest.raises(InputError, match=r"900 of 900 points .* does not sum"):
        Contributions(made.booster).of(made.matrix, made.margin + 2e-6)


@pytest.mark.parametrize("setting", [{"zero_as_missing": True}, {"linear_tree": True}])
def test_trees_that_tables_and_woodelf_would_misread_are_refused(setting: dict[str, bool]) -> None:
    draw = np.random.default_rng(1)
    matrix = draw.normal(size=(700, 3)).round()
    options = {"objective": "binary", "verbose": -1, "num_threads": 1} | setting
    booster = lgb.train(options, lgb.Dataset(matrix, (matrix[:, 0] > 0).astype(int), params=options), 5)
    with pytest.raises(InputError, match="cannot be explained"):
        Contributions(booster).of(matrix, np.zeros(700))


def test_a_booster_that_asks_nothing_has_parts_of_nothing() -> None:
    matrix = np.zeros((600, 2))
    booster = lgb.train(
        {"objective": "binary", "verbose": -1, "num_threads": 1},
        lgb.Dataset(matrix, np.arange(600) % 3 == 0),
        3,
    )
    margin = np.asarray(booster.predict(matrix, raw_score=True))
    for background in (None, matrix[:50]):
        assert not Contributions(booster, background).of(matrix, margin).any()


def test_shapley_values_of_a_game_of_two_are_those_worked_out_by_hand() -> None:
    # Column 0 answers for a quarter of those who stand in, column 1 for half, independently.
    found = shapley_values(np.array([[0.375, 0.125, 0.375, 0.125]]))
    both = found[0, :, 3]
    assert both.tolist() == pytest.approx([0.75 * 0.75, 0.5 * 0.625])
    assert both.sum() == pytest.approx(1 - 0.125)

"""The way to each leaf, by hand: a column asked about twice is one, and its shares are multiplied."""

from __future__ import annotations

import numpy as np

from models.trees import Forest
from models.ways import NONE, deepest, ways


def forest() -> Forest:
    """A tree that asks about column 3, then 5, then 3 again, going on to the left; and one of one question."""
    return Forest(
        first_node=np.array([0, 3]),
        column=np.array([3, 5, 3, 7]),
        threshold=np.zeros(4),
        missing_left=np.zeros(4, dtype=bool),
        left=np.array([1, 2, ~0, ~4]),
        right=np.array([~3, ~2, ~1, ~5]),
        node_count=np.array([100.0, 80.0, 40.0, 10.0]),
        leaf_count=np.array([10.0, 30.0, 40.0, 20.0, 9.0, 1.0]),
        leaf_value=np.arange(6.0),
    )


def test_steps_go_from_the_leaf_to_the_root_of_its_own_tree() -> None:
    found = ways(forest())
    assert deepest(forest()) == 3
    assert found.node.tolist() == [
        [2, 1, 0],
        [2, 1, 0],
        [1, 0, NONE],
        [0, NONE, NONE],
        [3, NONE, NONE],
        [3, NONE, NONE],
    ]
    assert found.went_left[:, 0].tolist() == [True, False, False, False, True, False]
    assert found.went_left[0].tolist() == [True, True, True]


def test_a_column_asked_about_twice_has_one_slot_with_both_shares() -> None:
    found = ways(forest())
    assert found.columns[0].tolist() == [3, 5, NONE]
    assert found.slot[0].tolist() == [0, 1, 0]
    # To the first leaf: 10 of 40, 40 of 80, 80 of 100.
    np.testing.assert_allclose(found.shares[0], [0.25 * 0.8, 0.5, 1.0])
    np.testing.assert_allclose(found.shares[5], [0.1, 1.0, 1.0])


def test_trees_without_questions_have_no_ways() -> None:
    empty, none = np.zeros(0), np.zeros(0, dtype=np.int64)
    bare = Forest(none, none, empty, np.zeros(0, dtype=bool), none, none, empty, empty, empty)
    assert deepest(bare) == 0

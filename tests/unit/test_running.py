"""Running totals in memory: strictly before, of one's own subject, whatever the order of points and changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.running import totals_before

CENTURY = 100 * 366 * 86_400
whens = st.tuples(st.integers(1, 3), st.sampled_from((-CENTURY, -1, 0, 1, 2, 3, CENTURY)))


def _columns(rows: list[tuple[int, ...]], *names: str) -> dict[str, np.ndarray]:
    frame = pd.DataFrame(rows, columns=list(names)).astype("int64")
    return {name: frame[name].to_numpy() for name in names}


@given(st.lists(whens, max_size=12), st.lists(st.tuples(whens, st.integers(-3, 3)), max_size=12))
def test_a_total_is_the_sum_of_the_changes_before_it(
    points: list[tuple[int, int]], changes: list[tuple[tuple[int, int], int]]
) -> None:
    asked = _columns([(n, *when) for n, when in enumerate(points)], "point_id", "subject", "moment")
    changing = _columns([(*when, amount) for when, amount in changes], "subject", "moment", "amount")
    found = totals_before(asked, changing, ["amount"]).set_index("point_id")["amount"].sort_index()
    assert found.index.tolist() == list(range(len(points)))
    assert found.tolist() == [
        sum(amount for (whose, at), amount in changes if whose == subject and at < moment)
        for subject, moment in points
    ]


def test_small_amounts_keep_their_places_beside_large_ones_of_another_subject() -> None:
    asked = _columns([(0, 1, 10), (1, 2, 10)], "point_id", "subject", "moment")
    changing = _columns([(1, 5), (2, 5)], "subject", "moment") | {"amount": np.array([1e15, 0.1])}
    found = totals_before(asked, changing, ["amount"]).set_index("point_id")["amount"]
    assert found[1] == pytest.approx(0.1, abs=1e-15)

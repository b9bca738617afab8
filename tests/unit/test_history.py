"""The vocabulary of histories, each word against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import numpy as np
import pandas as pd
import pytest

from features.as_of import DAY, known_before
from features.history import History, NotRecordedError
from features.number import Number
from features.tally import Tally

AT = 1_700_006_400
ROWS = [  # days before the point, key, value, yes
    (10.0, "a", 4.0, True),
    (6.0, "b", 8.0, False),
    (6.0, "a", None, None),
    (2.0, "c", 6.0, True),
    (0.0, "d", 99.0, True),  # at the very instant: not known before
    (-1.0, "e", 77.0, True),  # afterwards
]


def _number(
    asked: Callable[[History], Number], rows: list[tuple[float, str, float | None, bool | None]]
) -> float:
    backend = ibis.duckdb.connect()
    points = pd.DataFrame(
        {"point_id": ["p"], "pathway_id": ["w"], "patient_id": ["x"], "practitioner_id": ["y"], "service_id": ["z"],
         "contact_id": ["c"], "at": [AT], "session_number": [1]}
    )  # fmt: skip
    facts = pd.DataFrame(
        {
            "pathway_id": "w",
            "known_at": [int(AT - days * DAY) for days, *_ in rows],
            "record_key": [key for _, key, _, _ in rows],
            "value": pd.array([value for _, _, value, _ in rows], dtype="Float64"),
            "yes": pd.array([yes for *_, yes in rows], dtype="boolean"),
            "superseded_at": pd.array([None] * len(rows), dtype="Int64"),
        }
    ).sort_values(["known_at", "record_key"], ignore_index=True)
    facts["order"] = range(len(facts))
    seen = known_before(
        backend.create_table("points", points), backend.create_table("facts", facts), "pathway", {}
    )
    tally = Tally(
        "scores", seen, frozenset({"value", "yes"}), {"value": "T.V", "yes": "T.Y", "gone": "T.Gone"}
    )
    number = asked(History(tally))
    wide = backend.table("points").left_join(tally.answers(), [ibis.literal(True)])
    result = wide.select(n=number.of(wide).cast("float64")).to_pandas()["n"].iloc[0]
    return float(result) if result is not None else np.nan


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (lambda h: h.count(), 4.0),
        (lambda h: h.value.count(), 3.0),
        (lambda h: h.value.sum(), 18.0),
        (lambda h: h.value.mean(), 6.0),
        (lambda h: h.value.lowest(), 4.0),
        (lambda h: h.value.highest(), 8.0),
        (lambda h: h.value.spread(), 2.0),
        (lambda h: h.value.distinct(), 3.0),
        (lambda h: h.value.first(), 4.0),
        (lambda h: h.value.latest(), 6.0),
        (lambda h: h.yes.sum(), 2.0),
        (lambda h: h.yes.share(), 2 / 3),
        (lambda h: h.yes.any(), 1.0),
        (lambda h: h.yes.latest(), 1.0),
        (lambda h: (~h.yes).sum(), 1.0),
        (lambda h: h.days_since_latest(), 2.0),
        (lambda h: h.days_since_first(), 10.0),
        (lambda h: h.where(h.days_before <= 6).value.sum(), 14.0),
        (lambda h: h.where(h.days_before <= 6).where(h.yes).value.sum(), 6.0),
        (lambda h: h.where(h.days_before <= 1).count(), 0.0),
        (lambda h: h.where(h.days_before > 5).value.latest(), 8.0),
        (lambda h: h.value.recorded().sum(), 3.0),
        (lambda h: h.value.among(4.0, 6.0).sum(), 2.0),
        (lambda h: h.value.slope_per_week(), 1.75),
        (lambda h: h.value.latest() - h.value.first(), 2.0),
        (lambda h: h.value.at_latest().mean(), 6.0),
        (lambda h: h.where(h.days_before > 2).value.at_latest().mean(), 8.0),
        (lambda h: h.where(h.days_before > 2).value.recorded().at_latest().mean(), 0.5),
        (lambda h: h.after_latest(h.yes).count(), 0.0),
        (lambda h: h.where(h.days_before > 2).after_latest(h.yes).count(), 2.0),
        (lambda h: h.after_latest(h.value > 9).count(), 4.0),
        (lambda h: 10.0 - h.count(), 6.0),
        (lambda h: (h.count() >= 4.0) + (h.count() < 4.0), 1.0),
        (lambda h: (h.count() - 9.0).at_least(0.0), 0.0),
        (lambda h: h.count().at_most(3.0), 3.0),
    ],
)
def test_a_summary_is_what_it_says(asked: Callable[[History], Number], expected: float) -> None:
    assert _number(asked, ROWS) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "asked",
    [
        lambda h: h.value.latest(),
        lambda h: h.value.mean(),
        lambda h: h.value.sum(),
        lambda h: h.value.slope_per_week(),
        lambda h: h.count() / (h.count() - h.count()),
        lambda h: h.days_since_latest(),
    ],
)
def test_nothing_to_sum_up_and_division_by_nothing_are_missing(asked: Callable[[History], Number]) -> None:
    assert np.isnan(_number(asked, [(-1.0, "a", 5.0, True)]))


def test_a_slope_over_one_moment_is_missing() -> None:
    rows: list[tuple[float, str, float | None, bool | None]] = [(3.0, "a", 1.0, True), (3.0, "b", 9.0, True)]
    assert np.isnan(_number(lambda h: h.value.slope_per_week(), rows))


def test_rows_known_at_one_moment_stand_in_the_order_of_their_keys() -> None:
    rows: list[tuple[float, str, float | None, bool | None]] = [(3.0, "b", 2.0, True), (3.0, "a", 1.0, True)]
    assert _number(lambda h: h.value.latest(), rows) == 2.0
    assert _number(lambda h: h.value.latest(), rows[::-1]) == 2.0


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match="fact 'scores' has no column 'valu': did you mean 'value'"):
        _number(lambda h: h.valu.sum(), ROWS)
    with pytest.raises(NotRecordedError, match=r"does not record T\.Gone"):
        _number(lambda h: h.gone.sum(), ROWS)

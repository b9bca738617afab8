"""Faults of released peers, which get time wrong in silence: each by name, with values to check by hand."""

from __future__ import annotations

import pytest

from features.engine import Engine
from tests.contract.by_hand import At, Seen, answer, answers

# One worker, one Spark session: the mark of a fixture's parameter is not seen when tests are dealt out.
pytestmark = pytest.mark.xdist_group("spark")

SECOND = 1 / 86_400


def test_a_value_at_the_very_instant_does_not_leak_in(engine: Engine) -> None:
    """As in timeseriesflattener 2.5.2."""
    rows = [Seen(SECOND, value=5.0), Seen(0.0, value=99.0)]
    assert answer(engine, rows, lambda h: h.value.latest()) == 5
    assert answer(engine, rows, lambda h: h.value.highest()) == 5


@pytest.mark.parametrize("keys", [("T10", "T9"), ("T9", "T10")])
def test_of_two_rows_of_one_moment_none_is_the_last(engine: Engine, keys: tuple[str, str]) -> None:
    """As wherever ties are broken by an id: whether T10 or T9 was left undone is not for the alphabet to say."""
    rows = [Seen(9, value=0.2), *(Seen(3, value=float(n), key=key) for n, key in enumerate(keys)), Seen(1)]
    assert answer(engine, rows, lambda h: h.value.at_latest().mean()) == 0.5
    assert answer(engine, rows, lambda h: h.after_latest(h.value > 0.9).value.is_known()) == 0


def test_two_referrals_with_one_patient_and_time_keep_their_values(engine: Engine) -> None:
    """As in timeseriesflattener 2.5.2, which swaps them."""
    rows = [Seen(3, value=21.0, pathway="second"), Seen(2, value=3.0, pathway="first")]
    points = [At(name="two", pathway="second"), At(name="one", pathway="first")]
    assert answers(engine, rows, lambda h: h.value.latest(), points) == {"one": 3, "two": 21}


def test_points_in_pieces_have_the_values_of_the_whole(engine: Engine) -> None:
    """As in timeseriesflattener 2.5.2, where chunking drops data."""
    rows = [Seen(days, value=days) for days in (4.0, 3.0, 2.0, 1.0)]
    points = [At(days, name=f"after {days}") for days in (-2.5, -1.5, 0.0)]
    whole = answers(engine, rows, lambda h: h.value.sum(), points)
    assert whole == {"after -2.5": 7, "after -1.5": 9, "after 0.0": 10}
    for point in points:
        assert answers(engine, rows, lambda h: h.value.sum(), [point]) == {point.name: whole[point.name]}


def test_silence_is_seen_because_windows_hang_off_the_point(engine: Engine) -> None:
    """As in MEDS-Tab 0.2.0, whose windows hang off the last event: three log-ins, then forty days of nothing."""
    rows = [Seen(days) for days in (42.0, 41.0, 40.0)]
    assert answer(engine, rows, lambda h: h.where(h.days_before <= 7).count()) == 0
    assert answer(engine, rows, lambda h: h.days_since_latest()) == 40
    later = answers(engine, rows, lambda h: h.days_since_latest(), [At(5, name="five days on")])
    assert later == {"five days on": 45}


def test_a_window_leaves_out_the_point_and_holds_its_far_end(engine: Engine) -> None:
    """As in featuretools, which includes the cutoff by default."""
    rows = [
        Seen(7 + SECOND, value=1.0),
        Seen(7.0, value=10.0),
        Seen(1.0, value=100.0),
        Seen(0.0, value=1000.0),
    ]
    assert answer(engine, rows, lambda h: h.where(h.days_before <= 7).value.sum()) == 110

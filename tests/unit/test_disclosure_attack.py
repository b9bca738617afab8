"""An attacker with an integer program and everything published tries to work a small count out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from models.audit_settings import AuditSettings
from models.disclosure import Published, publish
from models.earlier import STAR, Earlier
from models.groups import EVERYONE
from models.withheld import cell_of
from tests.unit.test_disclosure import audit_of

Tables = Mapping[str, tuple[int, ...]]
CELLS = ("flagged_events", "missed_events", "flagged_others", "passed_others", "unknown")
COUNTED = {
    "rows": (0, 1, 2, 3, 4),
    "known": (0, 1, 2, 3),
    "events": (0, 1),
    "flagged": (0, 2),
}
SHARES = {
    "known_share": ((0, 1, 2, 3), (0, 1, 2, 3, 4)),
    "base_rate": ((0, 1), (0, 1, 2, 3)),
    "flag_rate": ((0, 2), (0, 1, 2, 3, 4)),
    "sensitivity": ((0,), (0, 1)),
    "false_negative_rate": ((1,), (0, 1)),
    "false_positive_rate": ((2,), (2, 3)),
    "specificity": ((3,), (2, 3)),
    "ppv": ((0,), (0, 2)),
    "npv": ((3,), (1, 3)),
    "missed": ((1,), (0, 1, 2, 3)),
}
SMALL_OR_NOT = st.one_of(st.integers(0, 9), st.integers(5, 60))
TABLES = st.lists(
    st.tuples(*[SMALL_OR_NOT] * 5).filter(lambda cells: sum(cells[:4]) > 0), min_size=2, max_size=4
)
BY_GATE_ALONE = AuditSettings(minimum_cases=2, minimum_clusters=2)


class Attacker:
    """What is published about one column, as constraints on the cells of every group."""

    def __init__(
        self,
        published: Published,
        tables: Tables,
        roll_up: Mapping[str, tuple[str, ...]] | None = None,
        *,
        to_the_digit: bool = False,
    ) -> None:
        groups = list(tables)
        self.raw = np.array(list(tables.values()), dtype=float).ravel()
        self.to_the_digit = to_the_digit  # as if the intervals gave away what rounding hides
        self.groups, self.width = groups, len(groups) * len(CELLS)
        self.unions = {EVERYONE: tuple(groups), **(roll_up or {})}
        self.rows: list[np.ndarray] = []
        self.low: list[float] = []
        self.high: list[float] = []
        for group in [*groups, *self.unions]:
            self._learn(published, group)

    def _learn(self, published: Published, group: str) -> None:
        figures = published.figures
        own = figures[figures["group"] == group].drop_duplicates("measure").set_index("measure")["value"]
        for name, parts in COUNTED.items():
            if own[name] != STAR:
                self._count(self.total(group, parts), int(own[name]))
        for name, (top, bottom) in SHARES.items():
            if own.get(name, "") not in ("", STAR):
                share = float(own[name])
                above, below = self.total(group, top), self.total(group, bottom)
                self._share(above, below, share)

    def _count(self, row: np.ndarray, rounded: int) -> None:
        exact = float(row @ self.raw)
        self._between(row, *((exact, exact) if self.to_the_digit else (rounded - 2, rounded + 2)))

    def _share(self, above: np.ndarray, below: np.ndarray, share: float) -> None:
        if self.to_the_digit:
            for row in (above, below):
                self._between(row, float(row @ self.raw), float(row @ self.raw))
        else:
            self._between(above - (share + 0.005 + 1e-9) * below, -np.inf, 0)
            self._between(above - (share - 0.005 - 1e-9) * below, 0, np.inf)

    def total(self, group: str, parts: tuple[int, ...]) -> np.ndarray:
        """The sum of some cells of a group, of a roll-up or of everyone, as coefficients."""
        of = [self.groups.index(member) for member in self.unions.get(group, (group,))]
        row = np.zeros(self.width)
        row[[k * len(CELLS) + part for k in of for part in parts]] = 1
        return row

    def _between(self, row: np.ndarray, low: float, high: float) -> None:
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def range_of(self, row: np.ndarray) -> tuple[int, int]:
        """The least and the most that a sum of cells can be, given all that is published."""
        rules = LinearConstraint(np.array(self.rows), self.low, self.high)
        ends = []
        for sign in (1, -1):
            found = milp(
                sign * row, constraints=rules, integrality=np.ones(self.width), bounds=Bounds(0, 200)
            )
            assert found.success, found.message
            ends.append(round(sign * found.fun))
        return ends[0], ends[1]


def small_counts(cells: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The sums of a group's cells that the rule forbids to know."""
    protected = [*COUNTED.values(), (0,), (1,), (2,), (3,), (2, 3)]
    return [parts for parts in protected if sum(cells[part] for part in parts) < 5]


def nothing_small_is_found(attacker: Attacker, tables: Tables) -> None:
    """Every small count stays at least as vague as the star itself says: 0 to 4."""
    for group, cells in tables.items():
        for parts in small_counts(cells):
            low, high = attacker.range_of(attacker.total(group, parts))
            assert high - low >= 4, (group, parts, low, high)


@pytest.mark.long
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(TABLES)
def test_no_small_count_can_be_worked_out_from_all_that_is_published(found: list[tuple[int, ...]]) -> None:
    tables = {f"g{k}": cells for k, cells in enumerate(found)}
    published = publish([audit_of(tables, settings=BY_GATE_ALONE)])
    nothing_small_is_found(Attacker(published, tables), tables)


@pytest.mark.long
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(TABLES, TABLES)
def test_nor_from_categories_and_their_roll_up_together(
    first: list[tuple[int, ...]], second: list[tuple[int, ...]]
) -> None:
    tables = {f"a{k}": cells for k, cells in enumerate(first)} | {f"b{k}": c for k, c in enumerate(second)}
    roll_up = {group: tuple(name for name in tables if name[0] == group) for group in ("a", "b")}
    published = publish(
        [
            audit_of(tables, settings=BY_GATE_ALONE),
            audit_of(tables, "roll-up", settings=BY_GATE_ALONE, named=lambda group: group[0]),
        ]
    )
    nothing_small_is_found(Attacker(published, tables, roll_up), tables)


@pytest.mark.long
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(TABLES)
def test_nor_if_intervals_gave_every_shown_count_to_the_digit(found: list[tuple[int, ...]]) -> None:
    tables = {f"g{k}": cells for k, cells in enumerate(found)}
    published = publish([audit_of(tables, settings=BY_GATE_ALONE)])
    nothing_small_is_found(Attacker(published, tables, to_the_digit=True), tables)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_nor_from_two_crossing_columns_and_their_intersections(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = (int(rng.integers(2, 4)) for _ in range(2))
    tables = {f"a{i}×b{j}": random_cells(rng, 0.5) for i in range(first) for j in range(second)}
    margins = {f"a{i}": tuple(n for n in tables if n.startswith(f"a{i}×")) for i in range(first)}
    margins |= {f"b{j}": tuple(n for n in tables if n.endswith(f"×b{j}")) for j in range(second)}
    published = publish(
        [
            audit_of(tables, settings=BY_GATE_ALONE),
            audit_of(tables, "a", settings=BY_GATE_ALONE, named=lambda name: name.split("×")[0]),
            audit_of(tables, "b", settings=BY_GATE_ALONE, named=lambda name: name.split("×")[1]),
        ]
    )
    nothing_small_is_found(Attacker(published, tables, margins, to_the_digit=True), tables)


def random_cells(rng: np.random.Generator, small: float) -> tuple[int, ...]:
    """The cells of a group, a share of them small."""
    return tuple(
        int(rng.integers(0, 10)) if rng.random() < small else int(rng.integers(5, 61)) for _ in range(5)
    )


class AttackerOfTwo:
    """Two publications of a growing table: the cells then, and who came since."""

    def __init__(self, then: Attacker, now: Attacker) -> None:
        self.width, self.of_one = 2 * then.width, then
        self.rules = [np.concatenate([row, 0 * row]) for row in then.rows]
        self.rules += [np.concatenate([row, row]) for row in now.rows]
        self.low, self.high = then.low + now.low, then.high + now.high

    def came_since(self, group: str, parts: tuple[int, ...]) -> tuple[int, int]:
        """The least and the most of those who came since."""
        row = np.concatenate([np.zeros(self.of_one.width), self.of_one.total(group, parts)])
        rules = LinearConstraint(np.array(self.rules), self.low, self.high)
        ends = []
        for sign in (1, -1):
            found = milp(
                sign * row, constraints=rules, integrality=np.ones(self.width), bounds=Bounds(0, 200)
            )
            assert found.success, found.message
            ends.append(round(sign * found.fun))
        return ends[0], ends[1]


def two_publications(seed: int, *, aware: bool) -> int:
    """How many small steps of a growing table can be told to fewer values than a star leaves open."""
    rng = np.random.default_rng(seed)
    then = {f"g{k}": random_cells(rng, 0.25) for k in range(int(rng.integers(2, 5)))}
    came = {
        group: tuple(
            int(rng.integers(0, 4)) if rng.random() < 0.6 else int(rng.integers(8, 40)) for _ in range(5)
        )
        for group in then
    }
    now = {group: tuple(a + b for a, b in zip(then[group], came[group], strict=True)) for group in then}
    first = publish([audit_of(then, settings=BY_GATE_ALONE)])
    figures: dict[tuple[str, str], dict[str, str]] = {}
    for row in first.figures.to_dict("records"):
        figures.setdefault(cell_of(row["by"], row["group"]), {})[row["measure"]] = str(row["value"])
    earlier = [Earlier(figures, frozenset())] if aware else []
    second = publish([audit_of(now, settings=BY_GATE_ALONE)], earlier=earlier)
    attacker = AttackerOfTwo(Attacker(first, then), Attacker(second, now))
    ranges = [attacker.came_since(group, parts) for group in then for parts in small_counts(came[group])]
    return sum(high - low < 4 for low, high in ranges)


@pytest.mark.long
def test_two_publications_of_a_growing_table_do_not_tell_how_few_came() -> None:
    assert [two_publications(seed, aware=True) for seed in range(8)] == [0] * 8


@pytest.mark.long
def test_two_publications_that_know_nothing_of_each_other_do_tell() -> None:
    assert sum(two_publications(seed, aware=False) for seed in range(2)) > 5


def test_the_attacker_is_strong_enough_to_break_a_table_without_the_second_cell() -> None:
    """The same attack on counts that are not rounded and hide only what is small finds the cell."""
    attacker = Attacker.__new__(Attacker)
    attacker.groups, attacker.width, attacker.unions = ["a", "b"], 10, {EVERYONE: ("a", "b")}
    attacker.rows, attacker.low, attacker.high = [], [], []
    rows = COUNTED["rows"]
    attacker._between(attacker.total("a", rows), 50, 50)
    attacker._between(attacker.total(EVERYONE, rows), 53, 53)
    assert attacker.range_of(attacker.total("b", rows)) == (3, 3)

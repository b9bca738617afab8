"""The attacker again, with two cut-offs published side by side: the flags and the cut-off by capacity."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from models.audit_settings import AuditSettings
from models.disclosure import Published, publish
from models.earlier import STAR
from models.fairness import audit_column
from models.groups import EVERYONE

# What everybody is one of: the outcome (happened, did not, not known), flagged, within capacity.
KINDS = [
    (outcome, flag, capacity) for outcome in "yn?" for flag in (True, False) for capacity in (True, False)
]
Kind = tuple[str, bool, bool]
COUNTS: dict[str, Callable[[Kind], bool]] = {
    "rows": lambda kind: True,
    "known": lambda kind: kind[0] != "?",
    "events": lambda kind: kind[0] == "y",
    "flagged": lambda kind: kind[1],
}


def which(chosen: Callable[[Kind], bool]) -> np.ndarray:
    return np.array([float(chosen(kind)) for kind in KINDS])


def shares() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Name, what is above and what is below the line, as coefficients of the kinds."""
    known, event, other = which(COUNTS["known"]), which(COUNTS["events"]), which(lambda kind: kind[0] == "n")
    everyone = which(COUNTS["rows"])
    yield from (("known_share", known, everyone), ("base_rate", event, known))
    for prefix, place in (("", 1), ("capacity_", 2)):
        on = np.array([float(kind[place]) for kind in KINDS])
        yield f"{prefix}flag_rate", on, everyone
        yield f"{prefix}sensitivity", on * event, event
        yield f"{prefix}false_positive_rate", on * other, other
        yield f"{prefix}ppv", on * event, on * known
        yield f"{prefix}npv", (1 - on) * other, (1 - on) * known
        yield f"{prefix}missed", (1 - on) * event, known
        yield f"{prefix}net_benefit", on * event - on * other, known  # at a threshold of one half


def guarded() -> list[np.ndarray]:
    """The sums of kinds that nobody may learn where they are small."""
    cells = [
        which(lambda kind, o=outcome, p=place, v=value: kind[0] == o and kind[p] == v)
        for outcome in "yn"
        for place in (1, 2)
        for value in (True, False)
    ]
    between = [which(lambda kind, o=outcome: kind[0] == o and kind[1] != kind[2]) for outcome in "yn"]
    return [*cells, *between, which(lambda kind: kind[2])]


def published_of(table: np.ndarray) -> Published:
    """table: groups x kinds, how many there are."""
    rows = [
        (f"g{group}", *KINDS[kind])
        for group, kind in np.ndindex(table.shape)
        for _ in range(int(table[group, kind]))
    ]
    people = pd.DataFrame(rows, columns=["group", "outcome", "flag", "within"])
    room = (people["within"].sum() + 0.5) / len(people)
    return publish(
        [
            audit_column(
                np.where(people["within"], 0.9, 0.1),
                people["outcome"].map({"y": 1.0, "n": 0.0}).to_numpy(dtype=float),
                people["group"],
                flag=people["flag"],
                settings=AuditSettings(minimum_cases=2, minimum_clusters=2, capacity=float(room)),
            )
        ]
    )


def learnt(published: Published, groups: int) -> LinearConstraint:
    """All that is published, as constraints on groups x kinds."""
    rules: list[tuple[np.ndarray, float, float]] = []
    for name in [*(f"g{k}" for k in range(groups)), EVERYONE]:
        at = np.ones(groups) if name == EVERYONE else np.eye(groups)[int(name[1:])]
        own = published.figures[published.figures["group"] == name].set_index("measure")["value"]
        for count, chosen in COUNTS.items():
            if own[count] != STAR:
                rules.append((np.kron(at, which(chosen)), int(own[count]) - 2, int(own[count]) + 2))
        for measure, above, below in shares():
            if own.get(measure, "") not in ("", STAR):
                for end, low, high in ((0.005 + 1e-9, -np.inf, 0.0), (-0.005 - 1e-9, 0.0, np.inf)):
                    rules.append((np.kron(at, above - (own[measure] + end) * below), low, high))
    return LinearConstraint(*(np.array(part) for part in zip(*rules, strict=True)))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_two_cut_offs_side_by_side_give_no_small_count_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(2, 4)), len(KINDS))
    table = np.where(rng.random(shape) < 0.4, rng.integers(0, 5, shape), rng.integers(4, 40, shape))
    rules, attacked = learnt(published_of(table), shape[0]), 0
    for group, sums in ((g, s) for g in range(shape[0]) for s in guarded()):
        if table[group] @ sums < 5:
            aim, ends = np.kron(np.eye(shape[0])[group], sums), []
            for sign in (1, -1):
                whole = np.ones(table.size)
                found = milp(sign * aim, constraints=rules, integrality=whole, bounds=Bounds(0, 200))
                assert found.success, found.message
                ends.append(sign * found.fun)
            assert ends[1] - ends[0] > 3.5, (group, sums, ends)
            attacked += 1
    assert attacked > 0

"""How often the outcome of agreed work is known, and why not: over time and for whom.

Points whose horizon is not over leave every denominator. Counts go through the official disclosure rule
(`models.suppression`): one under 5 is withheld, and so is what would give it back; others are rounded to 5.
Practitioners appear as a spread, never one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.earlier import STAR
from models.evaluation import EvaluationSettings, with_interval
from models.exact_cover import Cell, Sum
from models.groups import EVERYONE, NOT_RECORDED
from models.labels import FEWEST_PRACTITIONERS
from models.resampling import Draws, Numbers
from models.suppression import ALL, hidden_cells
from models.withheld import RULES, Rule, count_words

KNOWN, POINTS = "known", "points"
FEWEST_POINTS = 20
SPREAD_AT = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Ascertainment:
    """`groups`: by, group, points, known, known_low, known_high, and a column per reason, with shares of 0 to 1 in
    whole percent and counts rounded; '*' is withheld. The first row is everyone. `practitioners`: at (a share of the
    practitioners), known (at most this share of their outcomes is known); empty under 10 practitioners of at
    least 20 points. `counted`: how many practitioners those are.
    """

    groups: pd.DataFrame
    practitioners: pd.DataFrame
    counted: int


def ascertainment(outcome: pd.DataFrame) -> pd.DataFrame:
    """Whether the outcome of mature points is known, by reason: `reason, known, points, share`; unrounded."""
    mature = outcome[outcome["reason"] != "pending"]
    counted = mature["reason"].value_counts().rename_axis("reason").reset_index(name="points")
    with_outcome = mature.loc[mature["not_completed"].notna(), "reason"]
    counted.insert(1, "known", counted["reason"].isin(with_outcome))
    return counted.assign(share=counted["points"] / max(1, len(mature)))


def reasons_shown(counted: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """What may be shown of `ascertainment`: `reason, points, share`.

    Small counts, what would give them back, and the shares of both are withheld ('*'); other counts are rounded.
    """
    whole, hidden = int(counted["points"].sum()), _hidden_reasons(counted, rule)
    gone = counted["reason"].isin(hidden)
    points = [count_words(number, rule) for number in counted["points"]]
    shares = [share_shown(int(number), whole, rule) for number in counted["points"]]
    shown = pd.DataFrame({"reason": counted["reason"], "points": points, "share": shares}, dtype=object)
    shown.loc[gone, ["points", "share"]] = STAR
    return shown


def _hidden_reasons(counted: pd.DataFrame, rule: Rule) -> frozenset[str]:
    """The reasons to hide.

    How many outcomes are known is published too, where neither side is few: reasons under which an outcome is known
    make up one sum, the others another, and none may hide behind one of the other sum.
    """
    side = ["known" if known else "unknown" for known in counted["known"]]
    reasons = list(zip(side, counted["reason"].astype(str), strict=True))
    sides = {("", str(one)): int(part.sum()) for one, part in counted["points"].groupby(side)}
    numbers = {**dict(zip(reasons, counted["points"], strict=True)), **sides, ALL: sum(sides.values())}
    bonds = [Sum(tuple(cell for cell in reasons if cell[0] == one), ("", one)) for _, one in sides]
    told = {ALL} if min(sides.values(), default=0) < rule.smallest else {ALL, *sides}
    hidden = hidden_cells(
        pd.DataFrame({"points": list(numbers.values())}, index=pd.Index(list(numbers), tupleize_cols=False)),
        [*bonds, Sum(tuple(sides), ALL)],
        smallest=rule.smallest,
        shown=frozenset(told),
    )
    return frozenset(reason for one, reason in hidden if one)


def share_shown(part: int, whole: int, rule: Rule) -> float | str:
    """The share of a kind, of known outcomes for instance, in whole percent; '*' where few are of it or few are not."""
    return STAR if min(part, whole - part) < max(rule.smallest, 1) else round(part / whole, rule.digits)


def ascertained(
    outcome: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    patients: NDArray[np.object_],
    practitioners: pd.Series,
    settings: EvaluationSettings,
) -> Ascertainment:
    """What may be shown of the outcomes of all mature points.

    `outcome`: not_completed and reason; `groups`: one column for each way of grouping; `patients` and
    `practitioners`: rows alike in all. A reason under which an outcome is known counts as known.
    """
    mature = (outcome["reason"] != "pending").to_numpy()
    known = outcome.loc[mature, "not_completed"].notna()
    kinds = outcome.loc[mature, "reason"].where(~known, KNOWN).astype(str)
    labels = groups[mature].astype(object).where(lambda frame: frame.notna(), NOT_RECORDED).astype(str)
    counts = _counts(labels, kinds, patients[mature])
    draws = Draws(patients[mature], settings.draws, settings.seed)
    shown = _shown(counts, _known_shares(labels, known.to_numpy(), draws), RULES["nhs"])
    spread, counted = _over_practitioners(practitioners[mature], known)
    return Ascertainment(shown, spread, counted)


def _cells(labels: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Everyone, then every group of every column in the order of its labels."""
    named = [(by, group) for by in labels for group in sorted(labels[by].unique())]
    return (("", EVERYONE), *((str(by), str(group)) for by, group in named))


def _member(labels: pd.DataFrame, by: str, group: str) -> NDArray[np.bool_]:
    return np.ones(len(labels), dtype=bool) if not by else (labels[by] == group).to_numpy()


def _counts(labels: pd.DataFrame, kinds: pd.Series, patients: NDArray[np.object_]) -> pd.DataFrame:
    """Points and patients of each group and kind of outcome: by, group, kind, points, patients."""
    rows = []
    for by, group in _cells(labels):
        member = _member(labels, by, group)
        for kind in (POINTS, *sorted(kinds.unique())):
            inside = member if kind == POINTS else member & (kinds == kind).to_numpy()
            rows.append((by, group, kind, int(inside.sum()), len(np.unique(patients[inside].astype(str)))))
    return pd.DataFrame(rows, columns=["by", "group", "kind", "points", "patients"])


def _known_shares(labels: pd.DataFrame, known: NDArray[np.bool_], draws: Draws) -> pd.DataFrame:
    """The share known in each group with its interval, patients drawn again: known, known_low, known_high."""
    members = np.column_stack([_member(labels, *cell) for cell in _cells(labels)]).astype(np.float64)

    def shares(weights: Numbers) -> Numbers:
        top, bottom = weights @ (members * known[:, None]), weights @ members
        return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)

    found = draws.over(shares)
    rows = [with_interval(found[:, column]) for column in range(found.shape[1])]
    return pd.DataFrame(rows, columns=["known", "known_low", "known_high"])


def _shown(counts: pd.DataFrame, shares: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """A row per group with what the rule lets be seen."""
    hidden = _hidden(counts, rule)
    kinds = list(dict.fromkeys(counts["kind"]))
    rows = []
    for place, ((by, group), part) in enumerate(counts.groupby(["by", "group"], sort=False)):
        number = dict(zip(part["kind"], part["points"], strict=True))
        gone = {kind: _cell(str(by), str(group), kind) in hidden for kind in kinds}
        known = STAR if gone[KNOWN] or gone[POINTS] else share_shown(number[KNOWN], number[POINTS], rule)
        share = {
            str(name): STAR if known == STAR else round(float(value), rule.digits)
            for name, value in shares.iloc[place].items()
        }
        reasons = {
            kind: STAR if gone[kind] or gone[POINTS] else round(number[kind] / number[POINTS], rule.digits)
            for kind in kinds
            if kind not in (POINTS, KNOWN)
        }
        points = STAR if gone[POINTS] else count_words(number[POINTS], rule)
        rows.append({"by": by, "group": group, "points": points, **share, **reasons})
    return pd.DataFrame(rows)


def _cell(by: str, group: str, kind: str) -> Cell:
    return (by, f"{group}: {kind}")


def _hidden(counts: pd.DataFrame, rule: Rule) -> frozenset[Cell]:
    """The cells to hide over all groups and kinds together."""
    cells = [_cell(*row) for row in counts[["by", "group", "kind"]].itertuples(index=False, name=None)]
    amounts = counts[["points", "patients"]].set_axis(pd.Index(cells, tupleize_cols=False))
    return hidden_cells(amounts, tuple(_sums(counts)), smallest=rule.smallest)


def _sums(counts: pd.DataFrame) -> Iterator[Sum]:
    """Kinds make up a group's points; the groups of a column make up everyone, kind by kind."""
    kinds: Sequence[str] = list(dict.fromkeys(counts["kind"]))
    groups = counts[["by", "group"]].drop_duplicates()
    for by, group in groups.itertuples(index=False, name=None):
        yield Sum(tuple(_cell(by, group, kind) for kind in kinds if kind != POINTS), _cell(by, group, POINTS))
    for by, kind in product(groups.loc[groups["by"] != "", "by"].unique(), kinds):
        parts = groups.loc[groups["by"] == by, "group"]
        yield Sum(tuple(_cell(by, group, kind) for group in parts), _cell("", EVERYONE, kind))


def _over_practitioners(practitioners: pd.Series, known: pd.Series) -> tuple[pd.DataFrame, int]:
    """How the share known spreads over practitioners of enough points, in steps of 5 in 100."""
    each = known.groupby(practitioners.to_numpy(dtype=object)).agg(["mean", "size"])
    shares = each.loc[each["size"] >= FEWEST_POINTS, "mean"].to_numpy(dtype=np.float64)
    if len(shares) < FEWEST_PRACTITIONERS:
        return pd.DataFrame(columns=["at", "known"], dtype=float), len(shares)
    at = np.quantile(shares, SPREAD_AT)
    return pd.DataFrame({"at": SPREAD_AT, "known": np.round(at * 20) / 20}), len(shares)

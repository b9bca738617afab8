"""The official rule, cell by cell: what is small is hidden, and nothing that is shown gives it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from models.audit_settings import AuditSettings
from models.disclosure import Published, publish
from models.earlier import STAR
from models.exact_cover import Sum
from models.fairness import GroupAudit, audit_column
from models.groups import EVERYONE
from models.suppression import ALL, hidden_cells, sums
from models.withheld import RULES, WITHHELD, count_words


def audit_of(
    cells: Mapping[str, tuple[int, ...]],
    by: str = "group",
    settings: AuditSettings | None = None,
    named: Callable[[str], str] = str,
) -> GroupAudit:
    """Per group: flagged events, missed events, flagged others, passed others, unknown outcomes."""
    kinds = [(1.0, True), (1.0, False), (0.0, True), (0.0, False), (np.nan, False)]
    rows = [
        (named(group), outcome, flag)
        for group, counted in cells.items()
        for (outcome, flag), times in zip(kinds, counted, strict=True)
        for _ in range(times)
    ]
    table = pd.DataFrame(rows, columns=[by, "outcome", "flag"])
    risk = np.random.default_rng(1).uniform(0.2, 0.8, len(table))
    return audit_column(
        risk, table["outcome"].to_numpy(dtype=float), table[by], flag=table["flag"], settings=settings
    )


def counts(published: Published, by: str = "group") -> pd.DataFrame:
    return published.counts[published.counts["by"] == by].set_index("group")


def value(published: Published, group: str, measure: str) -> object:
    figures = published.figures
    return figures[(figures["group"] == group) & (figures["measure"] == measure)]["value"].iloc[0]


PLENTY = (40, 60, 30, 150, 20)


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "*"), (4, "*"), (5, "5"), (7, "5"), (8, "10"), (1237, "1,235"), (1238, "1,240")]
)
def test_counts_are_hidden_under_five_and_else_rounded_to_the_nearest_five(count: int, shown: str) -> None:
    assert count_words(count, RULES["nhs"]) == shown


def test_shares_are_computed_on_unrounded_numbers_and_given_as_whole_percent() -> None:
    published = publish([audit_of({"A": (41, 58, 30, 150, 20), "B": PLENTY})])
    assert value(published, "A", "sensitivity") == round(41 / 99, 2)


@pytest.mark.parametrize("numerator", [0, 3, 97, 100])
def test_a_share_is_withheld_with_its_interval_where_its_numerator_or_the_rest_is_small(
    numerator: int,
) -> None:
    published = publish(
        [audit_of({"A": (numerator, 100 - numerator, 30, 150, 20), "B": PLENTY, "C": PLENTY})]
    )
    figures = published.figures
    row = figures[(figures["group"] == "A") & (figures["measure"] == "sensitivity")].iloc[0]
    assert (row["value"], row["low"], row["high"], row["note"]) == (STAR, "", "", WITHHELD)


def test_where_sensitivity_is_withheld_nothing_that_gives_it_back_is_shown() -> None:
    published = publish([audit_of({"A": (3, 97, 30, 150, 20), "B": PLENTY, "C": PLENTY})])
    for measure in ("false_negative_rate", "missed", "ppv", "npv", "flag_rate"):
        assert value(published, "A", measure) == STAR, measure
    assert counts(published)["flagged"]["A"] == STAR
    assert value(published, "A", "false_positive_rate") == round(30 / 180, 2)


def test_a_hidden_group_is_never_the_only_one_of_its_column() -> None:
    published = publish([audit_of({"tiny": (1, 1, 0, 1, 0), "B": PLENTY, "C": (50, 60, 50, 150, 10)})])
    for name in ("rows", "known", "events", "flagged"):
        assert (counts(published)[name] == STAR).sum() >= 2, name
    assert counts(published)["rows"]["B"] == STAR  # the next smallest
    assert counts(published)["rows"][EVERYONE] != STAR


def test_with_two_groups_and_one_small_both_are_hidden_or_the_total_is() -> None:
    published = publish([audit_of({"tiny": (1, 1, 0, 1, 0), "B": PLENTY})])
    assert (counts(published)["rows"] == STAR).sum() >= 2


def test_hidden_groups_that_come_to_almost_nothing_take_another_with_them() -> None:
    published = publish([audit_of({"a": (1, 0, 0, 0, 0), "b": (1, 0, 0, 0, 0), "C": PLENTY, "D": PLENTY})])
    assert (counts(published)["rows"] == STAR).sum() >= 3


def test_a_category_cannot_be_worked_out_from_its_roll_up() -> None:
    fine = pd.Series(["x1"] * 3 + ["x2"] * 60 + ["x3"] * 90 + ["y1"] * 40 + ["y2"] * 45, name="fine")
    coarse = fine.str[0].rename("coarse")
    outcome = np.arange(len(fine)) % 2
    risk = np.random.default_rng(1).uniform(0.2, 0.8, len(fine))
    published = publish([audit_column(risk, outcome, column) for column in (fine, coarse)])
    shown = counts(published, "fine")["rows"]
    assert (shown[["x1", "x2", "x3"]] == STAR).sum() >= 2
    assert shown["y1"] != STAR  # the cover inside the roll-up covers the total too


def test_sums_are_found_from_the_rows_and_not_from_names() -> None:
    fine = pd.Series(list("aabbccd") * 4, name="fine")
    coarse = pd.Series(list("1111223") * 4, name="coarse")
    outcome = np.arange(28) % 2
    audits = [audit_column(np.full(28, 0.5), outcome, column) for column in (fine, coarse)]
    found = set(sums(audits))
    assert Sum((("fine", "a"), ("fine", "b")), ("coarse", "1")) in found
    assert Sum((("fine", "c"),), ("coarse", "2")) in found
    assert Sum((("coarse", "1"), ("coarse", "2"), ("coarse", "3")), ALL) in found


def test_a_small_total_hides_its_parts() -> None:
    amounts = pd.DataFrame(
        {"n": [2, 1, 3]}, index=pd.Index([("g", "a"), ("g", "b"), ALL], tupleize_cols=False)
    )
    hidden = hidden_cells(amounts, [Sum((("g", "a"), ("g", "b")), ALL)], smallest=5)
    assert hidden == {("g", "a"), ("g", "b"), ALL}


def test_few_patients_are_small_however_many_predictions_they_have() -> None:
    rng = np.random.default_rng(1)
    group = pd.Series(["few"] * 80 + ["B"] * 200 + ["C"] * 300, name="group")
    patient = np.where(group == "few", np.arange(580) % 4, 100 + np.arange(580) % 150)
    outcome, risk = rng.integers(0, 2, 580), rng.uniform(0.2, 0.8, 580)
    published = publish([audit_column(risk, outcome, group, cluster=patient)])
    assert counts(published)["rows"]["few"] == STAR
    assert value(published, "few", "base_rate") == STAR


def test_ranking_and_calibration_are_withheld_under_ten_events() -> None:
    published = publish([audit_of({"A": (4, 5, 40, 60, 0), "B": PLENTY, "C": PLENTY})])
    for measure in ("auroc", "brier", "observed_to_expected", "slope"):
        assert value(published, "A", measure) == STAR
    assert "A" not in set(published.curves["group"])


def test_why_a_figure_is_withheld_is_not_said() -> None:
    published = publish([audit_of({"tiny": (1, 1, 0, 1, 0), "B": PLENTY, "C": (50, 60, 50, 150, 10)})])
    assert set(published.figures.loc[published.figures["value"] == STAR, "note"]) == {WITHHELD}


def test_without_disclosure_control_counts_come_out_to_the_digit() -> None:
    published = publish([audit_of({"A": (3, 97, 30, 151, 21), "B": PLENTY})], disclosure="none")
    assert counts(published).loc["A", ["rows", "known", "events", "flagged"]].tolist() == [
        "302",
        "281",
        "100",
        "33",
    ]
    assert value(published, "A", "sensitivity") == 0.03


def test_cases_needed_are_rounded_up_and_never_without_bound() -> None:
    figures = publish([audit_of({"A": PLENTY, "B": PLENTY, "C": PLENTY})]).figures
    needed = figures[figures["measure"].str.endswith("cases needed")]["value"]
    assert len(needed)
    assert all(words == "over 100000" or int(words) % 50 == 0 for words in needed)

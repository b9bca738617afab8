"""Whether the outcomes themselves can be relied on alike in every group.

An outcome that is not known may have been either; a practitioner may record less, or differently, and see
more of one group than another. Neither can be settled from the table, but it can be said how far the gaps
could move, and how much of them is left among patients of the same practitioner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.audit_rows import Rows
from models.audit_settings import AuditSettings
from models.clustered import Estimates
from models.comparison import compare
from models.groups import cluster_codes_of
from models.intervals import Floats, critical, divide, sidak
from models.measured import estimate
from models.measures import MEASURES, Measure, available

BOUNDED = ("base_rate", "sensitivity", "false_positive_rate", "ppv")
WITHIN = ("known_share", "base_rate")
FEWEST_PRACTITIONERS = 10


@dataclass(frozen=True)
class LabelAudit:
    """What is known of the outcomes of one column's groups; unrounded, like `fairness.GroupAudit`.

    bounds: group, measure, and the gap from the other groups: all, all_low, all_high (were every unknown
    outcome to have happened; intervals hold together), none, none_low, none_high (were none), least, most
    (this group's one way, the other groups' the other way). within: group, measure, gap, low, high among
    predictions of the same practitioner, practitioners (who saw both the group and others); None without
    practitioners. spread: see `spread_over_practitioners`.
    """

    by: str
    bounds: pd.DataFrame
    within: pd.DataFrame | None
    spread: tuple[float, float, float, int] | None


def audit_labels(
    by: str,
    groups: Sequence[str],
    rows: Rows,
    *,
    practitioner: pd.Series | None = None,
    settings: AuditSettings,
) -> LabelAudit:
    """The outcomes of the groups of one column.

    groups: labels in the order of the rows' codes; practitioner: one label per row, missing for none.
    """
    bounds = [
        _bounds(MEASURES[name], groups, rows, settings) for name in BOUNDED if available(MEASURES[name], rows)
    ]
    if practitioner is None:
        return LabelAudit(by, pd.concat(bounds, ignore_index=True), None, None)
    there = practitioner.notna().to_numpy()
    codes = cluster_codes_of(practitioner.to_numpy(dtype=object), len(practitioner))
    within = [_within(name, groups, rows, codes, there, settings) for name in WITHIN]
    spread = spread_over_practitioners(rows, practitioner)
    return LabelAudit(by, pd.concat(bounds, ignore_index=True), pd.concat(within, ignore_index=True), spread)


def _bounds(measure: Measure, groups: Sequence[str], rows: Rows, settings: AuditSettings) -> pd.DataFrame:
    filled = {
        name: replace(rows, outcome=np.where(rows.known, rows.outcome, value))
        for name, value in (("all", 1.0), ("none", 0.0))
    }
    table: dict[str, object] = {"group": list(groups), "measure": measure.name}
    found = {name: estimate(measure, one) for name, one in filled.items()}
    seen = estimate(measure, rows)
    for name, one in found.items():
        enough = (one.cases >= settings.minimum_cases) & (one.clusters >= settings.minimum_clusters)
        compared = compare(
            one, measure.kind, enough, level=settings.level, margin=settings.margin_of(measure)
        )
        table |= {name: compared.gap, f"{name}_low": compared.gap_joint.low}
        table |= {f"{name}_high": compared.gap_joint.high}
    table["least"], table["most"] = _extremes(seen, found["all"].value, found["none"].value)
    return pd.DataFrame(table)


def _extremes(seen: Estimates, first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """The least and the most each gap can be where every group may have its unknown either way."""
    low, high = np.fmin(first, second), np.fmax(first, second)
    counted = np.isfinite(low) & (seen.cases > 0)
    weights = np.tile(np.where(counted, seen.cases, 0.0), (len(low), 1)) * (1 - np.eye(len(low)))
    weights = divide(weights, weights.sum(axis=1, keepdims=True))
    others_low, others_high = (weights @ np.where(counted, one, 0.0) for one in (low, high))
    return low - others_high, high - others_low


def _within(
    name: str,
    groups: Sequence[str],
    rows: Rows,
    codes: np.ndarray,
    there: np.ndarray,
    settings: AuditSettings,
) -> pd.DataFrame:
    """Each group against everyone else of the same practitioner."""
    counted = there if name == "known_share" else there & rows.known
    outcome = (rows.known if name == "known_share" else rows.event)[counted].astype(float)
    group, practitioner = rows.grouping.group[counted], codes[counted]
    joint = sidak(settings.level, len(groups))
    return pd.DataFrame(
        [
            (label, name, *same_practitioner_gap(outcome, group == at, practitioner, level=joint))
            for at, label in enumerate(groups)
        ],
        columns=["group", "measure", "gap", "low", "high", "practitioners"],
    )


def same_practitioner_gap(
    outcome: Floats, member: np.ndarray, practitioner: np.ndarray, *, level: float
) -> tuple[float, float, float, int]:
    """(gap, low, high, practitioners): a group's share minus others' inside the same practitioner.

    Practitioners are weighted by how much they can say (Mantel & Haenszel's weights for a difference of
    shares: n1 n0 / n), which is the coefficient of a regression with an effect for each practitioner; the
    interval takes each practitioner as one cluster. NaN under 10 practitioners who saw both.
    Source: Greenland & Robins 1985 (Biometrics 41:55).
    """
    codes = np.unique(practitioner, return_inverse=True)[1]
    ones, zeros = (np.bincount(codes, weights=part.astype(float)) for part in (member, ~member))
    top = np.bincount(codes, weights=outcome * member), np.bincount(codes, weights=outcome * ~member)
    weight = ones * zeros / (ones + zeros)
    both = weight > 0
    practitioners = int(both.sum())
    if practitioners < FEWEST_PRACTITIONERS:
        return np.nan, np.nan, np.nan, practitioners
    difference = (top[0][both] / ones[both]) - (top[1][both] / zeros[both])
    share = weight[both] / weight[both].sum()
    gap = float(share @ difference)
    variance = float(((share * (difference - gap)) ** 2).sum()) * practitioners / (practitioners - 1)
    reach = float(critical(level, np.array([float(practitioners)]))[0]) * np.sqrt(variance)
    return gap, gap - reach, gap + reach, practitioners


def spread_over_practitioners(rows: Rows, practitioner: pd.Series) -> tuple[float, float, float, int]:
    """(tenth, middle, ninth tenth of the practitioners' shares with a known outcome, practitioners counted).

    Only practitioners with at least 20 predictions count; NaN under 10 of them.
    """
    table = pd.DataFrame(
        {"practitioner": practitioner.to_numpy(dtype=object), "known": rows.known.astype(float)}
    )
    each = table.groupby("practitioner")["known"].agg(["mean", "size"])
    shares = each.loc[each["size"] >= 20, "mean"].to_numpy(dtype=float)
    if len(shares) < FEWEST_PRACTITIONERS:
        return np.nan, np.nan, np.nan, len(shares)
    low, middle, high = (float(end) for end in np.quantile(shares, [0.1, 0.5, 0.9]))
    return low, middle, high, len(shares)

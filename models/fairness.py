"""How well risks and flags serve each group: figures, uncertainty, comparison, verdict.

Works on plain arrays from any system. What is returned here is unrounded and unsuppressed; nothing of it
may be published but through `models.disclosure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from models.audit_rows import Rows, counts, flag_at_capacity
from models.audit_settings import AuditSettings
from models.calibration_curves import recalibrated_curves
from models.calibration_error import calibration_error
from models.clustered import Estimates, Grouping
from models.comparison import FOUND, NOT_ENOUGH, Compared, compare, group_verdicts, holm, verdict
from models.groups import EVERYONE, cluster_codes_of, group_codes
from models.intervals import sidak
from models.measured import enough_cases, estimate
from models.measures import MEASURES, Family, Measure, available


@dataclass(frozen=True)
class MeasureAudit:
    """One measure over the groups of one column.

    figures: one row per group and 'All': value, low, high (each at the level), joint_low, joint_high (hold
    for all groups together), gap, gap_low, gap_high (from the other groups, hold together), pooled, needed
    (cases for a verdict on this group), enough, verdict (on this group). verdict: one of three.
    p_adjusted: Holm over the family.
    """

    measure: Measure
    figures: pd.DataFrame
    statistic: float
    freedom: int
    p: float
    p_adjusted: float
    verdict: str


@dataclass(frozen=True)
class GroupAudit:
    """Everything about the groups of one column.

    counts and cluster_counts: groups and 'All' x what was counted (see `measures.counts`). measures: by
    name. curves: the recalibrated risk per group: group, risk, observed, low, high. parts: groups of rows,
    for finding out which groups of another column are made of them.
    """

    by: str
    groups: tuple[str, ...]
    counts: pd.DataFrame
    cluster_counts: pd.DataFrame
    measures: Mapping[str, MeasureAudit]
    curves: pd.DataFrame
    codes: NDArray[np.int64]


def audit_column(
    risk: ArrayLike,
    outcome: ArrayLike,
    by: pd.Series,
    *,
    flag: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    second: ArrayLike | None = None,
    settings: AuditSettings | None = None,
) -> GroupAudit:
    """The audit over the groups of one column; a missing label is a group of its own, 'Not recorded'.

    risk: 0..1; outcome: 0, 1 or NaN for not known; flag: true or false; cluster: what rows belong together
    (a patient), without it every row stands alone; second: another outcome, 0, 1 or NaN. One value per row.
    """
    settings = settings or AuditSettings()
    rows, groups = audit_rows(risk, outcome, by, flag=flag, cluster=cluster, second=second, settings=settings)
    return audit_table(str(by.name), groups, rows, settings)


def audit_rows(
    risk: ArrayLike,
    outcome: ArrayLike,
    by: pd.Series,
    *,
    flag: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    second: ArrayLike | None = None,
    settings: AuditSettings,
) -> tuple[Rows, tuple[str, ...]]:
    """The arrays that `audit_column` works on, and its groups; arguments as there.

    Without a capacity, or where the flags are that cut-off already, there is no second cut-off.
    """
    codes, groups = group_codes(by)
    risks = np.asarray(risk, dtype=float)
    flags = None if flag is None else np.asarray(flag, dtype=bool)
    capacity = None if settings.capacity is None else flag_at_capacity(risks, settings.capacity)
    if capacity is not None and flags is not None and bool((capacity == flags).all()):
        capacity = None
    return Rows(
        risks,
        np.asarray(outcome, dtype=float),
        flags,
        Grouping(codes, cluster_codes_of(cluster, len(codes)), len(groups)),
        capacity,
        None if second is None else np.asarray(second, dtype=float),
        settings.odds,
    ), groups


def audit_table(by: str, groups: tuple[str, ...], rows: Rows, settings: AuditSettings) -> GroupAudit:
    """The audit of rows whose groups are known; as `audit_column`."""
    whole = rows.pooled()
    named = [*groups, EVERYONE]
    each, total = counts(rows), counts(whole)
    of_rows, of_clusters = (
        pd.DataFrame({name: np.append(each[name][k], total[name][k]) for name in each}, index=named)
        for k in (0, 1)
    )
    measures = {
        name: _measured(measure, rows, whole, of_rows, settings)
        for name, measure in MEASURES.items()
        if available(measure, rows)
    }
    enough = measures["slope"].figures["enough"].to_numpy(dtype=bool)
    return GroupAudit(
        by,
        groups,
        of_rows,
        of_clusters,
        _judged(measures, settings),
        recalibrated_curves(named, enough, rows, whole, settings.level),
        rows.grouping.group,
    )


def _measured(
    measure: Measure, rows: Rows, whole: Rows, counted: pd.DataFrame, settings: AuditSettings
) -> MeasureAudit:
    """The measure in every group and over all, its test, not yet adjusted for the other measures."""
    if measure.family == "described":
        return _described(measure, rows, whole, counted, settings)
    compared, enough = _compared(measure, rows, counted.iloc[:-1], settings)
    overall, overall_enough = _compared(measure, whole, counted.iloc[-1:], settings)
    columns = {
        "value": (compared.value, overall.value),
        "low": (compared.own.low, overall.own.low),
        "high": (compared.own.high, overall.own.high),
        "joint_low": (compared.joint.low, overall.joint.low),
        "joint_high": (compared.joint.high, overall.joint.high),
        "gap": (compared.gap, [np.nan]),
        "gap_low": (compared.gap_joint.low, [np.nan]),
        "gap_high": (compared.gap_joint.high, [np.nan]),
        "pooled": (compared.pooled, [np.nan]),
        "needed": (compared.needed, [np.nan]),
        "enough": (enough, overall_enough),
    }
    figures = pd.DataFrame(
        {name: np.concatenate([np.asarray(a), np.asarray(b)]) for name, (a, b) in columns.items()},
        index=counted.index,
    )
    test = compared.test
    return MeasureAudit(measure, figures, test.statistic, test.freedom, test.p, np.nan, NOT_ENOUGH)


def _described(
    measure: Measure, rows: Rows, whole: Rows, counted: pd.DataFrame, settings: AuditSettings
) -> MeasureAudit:
    """A measure that groups are not compared by: figures and intervals, no test."""
    each, joint = (
        [calibration_error(part, level) for part in (rows, whole)]
        for level in (settings.level, sidak(settings.level, len(counted) - 1))
    )
    value, low, high, clusters = (np.concatenate([one[k] for one in each]) for k in range(4))
    enough = (counted[list(measure.needs)] >= settings.minimum_cases).all(axis=1).to_numpy()
    enough = enough & (clusters >= settings.minimum_clusters) & np.isfinite(value)
    columns = {"value": value, "low": low, "high": high}
    columns |= {
        f"joint_{end}": np.concatenate([one[k] for one in joint]) for k, end in ((1, "low"), (2, "high"))
    }
    figures = pd.DataFrame(columns, index=counted.index)
    figures[~enough] = np.nan
    empty = dict.fromkeys(("gap", "gap_low", "gap_high", "pooled", "needed"), np.nan)
    return MeasureAudit(
        measure, figures.assign(**empty, enough=enough), np.nan, 0, np.nan, np.nan, NOT_ENOUGH
    )


def _compared(
    measure: Measure, rows: Rows, counted: pd.DataFrame, settings: AuditSettings
) -> tuple[Compared, NDArray[np.bool_]]:
    estimates = estimate(measure, rows)
    enough = enough_cases(measure, rows, counted, least=settings.minimum_cases)
    enough = enough & (estimates.clusters >= settings.minimum_clusters)
    enough = enough & np.isfinite(estimates.value) & _spread(measure, estimates)
    margin = settings.margin_of(measure)
    return compare(estimates, measure.kind, enough, level=settings.level, margin=margin), enough


def _spread(measure: Measure, estimates: Estimates) -> NDArray[np.bool_]:
    """Whether the figure's uncertainty can be told: a share's always, another's where it varies at all."""
    if measure.kind in ("share", "area"):
        return np.isfinite(estimates.variance)
    positive = estimates.value > 0 if measure.kind == "ratio" else np.ones(len(estimates.value), dtype=bool)
    return np.isfinite(estimates.variance) & (estimates.variance > 0) & positive


def _judged(measures: Mapping[str, MeasureAudit], settings: AuditSettings) -> dict[str, MeasureAudit]:
    """The measures with p-values adjusted within their family and the verdicts that follow."""
    adjusted: dict[str, float] = {}
    families: tuple[Family, ...] = ("main", "beside", "capacity", "second", "described")
    for family in families:
        own = [name for name, one in measures.items() if one.measure.family == family]
        p_values = holm(np.array([measures[name].p for name in own]))
        adjusted |= dict(zip(own, p_values.tolist(), strict=True))
    return {
        name: _with_verdict(one, adjusted[one.measure.mirrors or name], settings)
        for name, one in measures.items()
    }


def _with_verdict(one: MeasureAudit, adjusted: float, settings: AuditSettings) -> MeasureAudit:
    low, high = (one.figures[end].to_numpy(dtype=float) for end in ("gap_low", "gap_high"))
    if one.measure.kind == "ratio":
        low, high = np.log(low), np.log(high)
    margin, words = settings.margin_of(one.measure), settings.margin_words(one.measure)
    overall = verdict(adjusted, low, high, level=settings.level, margin=margin, words=words)
    of_groups = group_verdicts(low, high, found=overall == FOUND, margin=margin, words=words)
    figures = one.figures.assign(verdict=of_groups)
    return replace(one, figures=figures, p_adjusted=adjusted, verdict=overall)

"""Each measure of the catalogue in each group of an audit's rows, with its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from models.audit_rows import Bools, Rows
from models.clustered import Estimates, auroc, ratio
from models.measures import Measure

HALF = 0.5


def estimate(measure: Measure, rows: Rows) -> Estimates:
    """The measure in each group, on the measure's own scale.

    Errors: ValueError where the rows lack what it takes (see `measures.available`), or it is described only.
    """
    if measure.name == "auroc":
        return auroc(rows.risk, rows.event, rows.known, rows.grouping)
    if measure.name == "slope":
        return rows.recalibrated.slope
    if measure.uses == "second":
        return _of_second(measure.name, rows)
    top, bottom = parts(measure, rows)
    found = ratio(top.astype(float), bottom.astype(float), rows.grouping)
    return _none_happened(found, rows) if measure.kind == "ratio" else found


def enough_cases(
    measure: Measure, rows: Rows, counted: Mapping[str, ArrayLike] | pd.DataFrame, *, least: int
) -> Bools:
    """Whether each group has at least so many of all cases that the measure needs; `counted`: by name, a number each.

    What was observed beside what was expected may be little where much was expected: that is the finding, and no
    lack of data.
    """
    held = np.column_stack([np.asarray(counted[name], dtype=float) for name in measure.needs])
    if measure.kind == "ratio":
        expected = (rows.risk * rows.known, (1 - rows.risk) * rows.known)
        held = np.maximum(held, np.column_stack([rows.grouping.total(each) for each in expected]))
    return np.asarray((held >= least).all(axis=1))


def _none_happened(found: Estimates, rows: Rows) -> Estimates:
    """Where no outcome happened, half a one is taken to have: a ratio of 0 has no logarithm and no uncertainty, and
    a group in which nothing of what was expected happened must not drop out of the comparison.

    How alike the outcomes of a patient are cannot be seen there: they are taken to be the same, as uncertain as that
    makes them.
    """
    expected = rows.grouping.total(rows.risk * rows.known)
    none = (found.value == 0) & (expected > 0)
    value = np.where(none, HALF / np.where(none, expected, 1), found.value)
    covariance = found.covariance.copy()
    at = np.flatnonzero(none)
    covariance[at, at] = value[at] ** 2 / HALF * rows.grouping.most_alike(rows.known)[at]
    return replace(found, value=value, covariance=covariance)


def parts(measure: Measure, rows: Rows) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """What is added up above and below the line."""
    known, event = rows.known, rows.event
    if measure.name == "known_share":
        return known, np.ones_like(known)
    if measure.name == "base_rate":
        return event, known
    if measure.name == "mean_risk":
        return rows.risk * known, known
    if measure.name == "observed_to_expected":
        return event, rows.risk * known
    if measure.name == "brier":
        return (rows.risk - event) ** 2 * known, known
    flag = rows.capacity if measure.uses == "capacity" else rows.flag
    if flag is None or not measure.uses:
        raise ValueError(f"measure '{measure.name}' cannot be estimated from these rows")
    return _flag_parts(measure.base, flag, rows)


def _flag_parts(name: str, flag: Bools, rows: Rows) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    known, event = rows.known, rows.event
    other = known & ~event
    parts: dict[str, tuple[NDArray[np.generic], NDArray[np.generic]]] = {
        "flag_rate": (flag, np.ones_like(flag)),
        "sensitivity": (flag & event, event),
        "false_negative_rate": (~flag & event, event),
        "false_positive_rate": (flag & other, other),
        "specificity": (~flag & other, other),
        "ppv": (flag & event, flag & known),
        "npv": (~flag & other, ~flag & known),
        "missed": (~flag & event, known),
        "net_benefit": ((flag & event) - rows.odds * (flag & other), known),
    }
    return parts[name]


def _of_second(name: str, rows: Rows) -> Estimates:
    """A measure of the second outcome, among rows with both outcomes known."""
    if rows.second is None:
        raise ValueError(f"measure '{name}' needs a second outcome")
    both = rows.known & ~np.isnan(rows.second)
    yes = both & (rows.second == 1)
    if name == "second_auroc":
        return auroc(rows.risk, yes, both, rows.grouping)
    whole = {
        "second_known_share": rows.known,
        "second_rate": both,
        "second_if_happened": both & rows.event,
        "second_if_not": both & ~rows.event,
    }[name]
    part = both if name == "second_known_share" else yes & whole
    return ratio(part.astype(float), whole.astype(float), rows.grouping)

"""Estimates of every group at once, with their covariance when rows of one cluster go together.

Every measure is written as a sum over rows of how much each row moves it (its influence). Adding the
influences up by cluster and multiplying the sums gives the covariance of all groups, whether a cluster lies
inside one group (a patient) or across several (a practitioner). For a share this is the usual
cluster-robust variance (Liang & Zeger 1986, Biometrika 73:13), for an AUROC the clustered form of DeLong's
(DeLong 1988, Biometrics 44:837; Obuchowski 1997, Biometrics 53:567), for a calibration slope the sandwich
of a logistic regression. No resampling: the same table always gives the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, logit

from models.groups import cluster_codes_of
from models.intervals import Floats, Interval, critical, divide, effective_size, wilson

Codes = NDArray[np.int64]
NEAREST_TO_CERTAIN = 1e-6  # a risk of exactly 0 or 1 has no log-odds
STEPS, CLOSE_ENOUGH = 50, 1e-10


@dataclass(frozen=True)
class Estimates:
    """One measure in each group.

    value: the figure, NaN where it is not defined. covariance: groups x groups. cases: what the figure
    rests on. clusters: in how many clusters those cases lie.
    """

    value: Floats
    covariance: Floats
    cases: Floats
    clusters: Floats

    @property
    def variance(self) -> Floats:
        """The variance of each group's figure."""
        return np.diag(self.covariance).copy()


@dataclass(frozen=True)
class Grouping:
    """Which group and which cluster each row belongs to, as codes from 0; `groups` is how many there are."""

    group: Codes
    cluster: Codes
    groups: int

    def total(self, amount: Floats | NDArray[np.bool_]) -> Floats:
        """The sum of `amount` in each group."""
        return np.asarray(np.bincount(self.group, weights=amount, minlength=self.groups), dtype=float)

    def clusters(self, counted: NDArray[np.bool_]) -> Floats:
        """How many clusters have at least one of the counted rows, in each group."""
        pair, group_of_pair = self._pairs
        met = np.zeros(len(group_of_pair), dtype=bool)
        met[pair[counted]] = True
        return np.bincount(group_of_pair[met], minlength=self.groups).astype(float)

    def most_alike(self, counted: NDArray[np.bool_]) -> Floats:
        """How many times larger a variance can be at most for the clusters of the counted rows, in each group: where
        all rows of a cluster are alike. 1 where every cluster has one row.
        """
        pair, group_of_pair = self._pairs
        size = np.bincount(pair, weights=counted, minlength=len(group_of_pair))
        squares, rows = (
            np.bincount(group_of_pair, weights=one, minlength=self.groups).astype(np.float64)
            for one in (size**2, size)
        )
        return divide(squares, rows)

    @cached_property
    def _pairs(self) -> tuple[Codes, Codes]:
        """Each row's pair of group and cluster as a code, and the group of each pair."""
        span = int(self.cluster.max(initial=0)) + 1
        pairs, pair = np.unique(self.group * span + self.cluster, return_inverse=True)
        return pair.astype(np.int64), (pairs // span).astype(np.int64)

    def covariance(self, influence: Floats, counted: NDArray[np.bool_]) -> Floats:
        """The cluster-robust covariance of the groups' figures; NaN for a group with one cluster."""
        shape = (int(self.cluster.max(initial=0)) + 1, self.groups)
        sums = sparse.csr_array((influence, (self.cluster, self.group)), shape=shape)
        clusters = self.clusters(counted)
        small = np.sqrt(divide(clusters, clusters - 1))
        return np.asarray((sums.T @ sums).toarray() * np.outer(small, small), dtype=float)


def together(patients: NDArray[np.object_]) -> Grouping:
    """All rows as one group, the rows of a patient as a cluster."""
    return Grouping(np.zeros(len(patients), dtype=np.int64), cluster_codes_of(patients, len(patients)), 1)


def share_interval(share: Estimates, level: float) -> Interval:
    """Each group's interval: Wilson's, on the effective number of its cases; NaN with under two clusters."""
    size = effective_size(share.value, share.variance, share.cases, share.clusters)
    return wilson(share.value, size, critical(level, share.clusters))


def ratio(top: Floats, bottom: Floats, grouping: Grouping) -> Estimates:
    """The sum of `top` over the sum of `bottom` in each group; both have one number per row."""
    below = grouping.total(bottom)
    value = divide(grouping.total(top), below)
    safe = np.where(np.isnan(value), 0, value)[grouping.group]
    influence = (top - safe * bottom) / np.where(below == 0, 1, below)[grouping.group]
    counted = bottom > 0
    cases = grouping.total(counted.astype(float))
    return Estimates(value, grouping.covariance(influence, counted), cases, grouping.clusters(counted))


def auroc(risk: Floats, event: NDArray[np.bool_], known: NDArray[np.bool_], grouping: Grouping) -> Estimates:
    """The chance that a row with the event has the higher risk than one without, inside each group.

    Ties count half. Cases are the smaller of the numbers with and without the event.
    """
    value, influence = np.full(grouping.groups, np.nan), np.zeros(len(risk))
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(grouping.group[rows], kind="stable")]
    ends = np.searchsorted(grouping.group[rows], np.arange(grouping.groups + 1))
    for group, (start, end) in enumerate(pairwise(ends)):
        own = rows[start:end]
        value[group], influence[own] = _placements(risk[own], event[own])
    events, others = grouping.total(known & event), grouping.total(known & ~event)
    covariance = grouping.covariance(influence, known)
    return Estimates(value, covariance, np.minimum(events, others), grouping.clusters(known))


def _placements(risk: Floats, event: NDArray[np.bool_]) -> tuple[float, Floats]:
    """AUROC and each row's influence on it, from ranks among all and among its own kind."""
    from scipy.stats import rankdata  # slow to import, and not for every command

    events, others = int(event.sum()), int((~event).sum())
    if events == 0 or others == 0:
        return np.nan, np.zeros(len(risk))
    among_all = rankdata(risk)
    placed = np.empty(len(risk))
    placed[event] = (among_all[event] - rankdata(risk[event])) / others
    placed[~event] = 1 - (among_all[~event] - rankdata(risk[~event])) / events
    value = float(placed[event].mean())
    return value, (placed - value) / np.where(event, events, others)


@dataclass(frozen=True)
class Recalibration:
    """The logistic regression of the outcome on the log-odds of the risk, in each group.

    coefficients: groups x (intercept, slope). covariance: groups x 2 x 2, cluster-robust. slope: the slopes
    alone, with the covariance between groups.
    """

    coefficients: Floats
    covariance: Floats
    slope: Estimates


def recalibration(
    risk: Floats, outcome: Floats, known: NDArray[np.bool_], grouping: Grouping
) -> Recalibration:
    """Fitted by Newton's method in all groups at once; NaN where it does not settle (complete separation)."""
    at = np.flatnonzero(known)
    inside = Grouping(grouping.group[at], grouping.cluster[at], grouping.groups)
    x = logit(np.clip(risk[at], NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN))
    design = np.column_stack([np.ones_like(x), x])
    coefficients, bread = _newton(design, outcome[at], inside)
    usable = np.asarray(np.isfinite(coefficients).all(axis=1))
    safe = np.where(usable[:, None], coefficients, 0)
    left = outcome[at] - expit((design * safe[inside.group]).sum(axis=1))
    influence = np.einsum("nij,nj->ni", bread[inside.group], design * left[:, None])
    influence[~usable[inside.group]] = 0
    everyone = np.ones(len(at), dtype=bool)
    between = inside.covariance(influence[:, 1], everyone)
    slope = Estimates(coefficients[:, 1], between, inside.total(np.ones(len(at))), inside.clusters(everyone))
    return Recalibration(coefficients, _within(influence, everyone, inside), slope)


def _within(influence: Floats, everyone: NDArray[np.bool_], inside: Grouping) -> Floats:
    """The 2 x 2 covariance of each group's intercept and slope, by the polarisation of variances."""
    first, second, both = (
        np.diag(inside.covariance(part, everyone))
        for part in (influence[:, 0], influence[:, 1], influence.sum(axis=1))
    )
    cross = (both - first - second) / 2
    return np.stack([np.stack([first, cross], axis=-1), np.stack([cross, second], axis=-1)], axis=-2)


def _newton(design: Floats, outcome: Floats, inside: Grouping) -> tuple[Floats, Floats]:
    """Coefficients (groups x 2) and the inverse information (groups x 2 x 2)."""
    coefficients = np.tile([0.0, 1.0], (inside.groups, 1))
    for _ in range(STEPS):
        expected = expit((design * coefficients[inside.group]).sum(axis=1))
        bread = _inverse(design, expected * (1 - expected), inside)
        left = outcome - expected
        score = np.column_stack([inside.total(design[:, k] * left) for k in (0, 1)])
        step = np.einsum("gij,gj->gi", bread, score)
        coefficients = coefficients + np.clip(step, -2, 2)
        moving = np.abs(step).max(axis=1) > CLOSE_ENOUGH
        if not moving.any():
            break
    lost = moving | ~np.isfinite(bread).all(axis=(1, 2))
    coefficients[lost] = np.nan
    return coefficients, bread


def _inverse(design: Floats, weight: Floats, inside: Grouping) -> Floats:
    """The inverse of each group's information matrix; NaN where it has none (all risks alike)."""
    a, b, d = (inside.total(weight * design[:, i] * design[:, j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    determinant = a * d - b * b
    usable = determinant > 1e-12 * np.maximum(a * d, 1e-300)
    safe = np.where(usable, determinant, np.nan)
    return np.stack([np.stack([d, -b], axis=-1), np.stack([-b, a], axis=-1)], axis=-2) / safe[:, None, None]

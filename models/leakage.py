"""Does a predictor know what it should not? Found by what it tells, not by its name.

Three marks of a column that was filled in, or overwritten, once the outcome was known. Alone it ranks outcomes
better than anything published for a whole model; alone it tells whether the outcome will be known at all, which is
settled after the point; or, where it is filled in for some only, they all end alike. A column overwritten with
something that tells little is not found here; that no predictor reads what was recorded after its point is what the
contract tests of the engine are for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.clustered import Grouping, auroc
from models.intervals import Floats, critical

BINS, FOLDS, LEVEL = 20, 2, 0.95
LEAST = 30  # points of either kind, and patients: with fewer, chance alone tells a lot
HONEST = 5  # a predictor that knows nothing it should not may leave a fifth of the doubt, among those who share a value
CHANCE = 1e-6  # that so many patients of such would end alike all the same
OUTCOME, KNOWN = "the outcome", "whether the outcome will be known"
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class LeakageSettings:
    """AUROCs that one predictor alone should not reach, and what is used all the same.

    `tells_outcome`: in ranking outcomes, where whole models that know earlier behaviour reach .70 to .75 (our
    inference from published results). `tells_known`: in ranking which outcomes will be known. `accept`:
    predictor -> why it may be used all the same, in a sentence.
    """

    tells_outcome: float = 0.8
    tells_known: float = 0.8
    accept: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not all(0.5 < limit < 1 for limit in (self.tells_outcome, self.tells_known)):
            raise ValueError("tells_outcome and tells_known are AUROCs: above 0.5 and below 1")
        for name, why in self.accept.items():
            if not why.strip():
                raise ValueError(f"accept.{name} needs a sentence that says why it may be used all the same")


@dataclass(frozen=True)
class Telling:
    """`predictor` alone ranks `what` with `auroc`; `low`: the lower end of its 95% interval; `limit`: what it
    should not reach."""

    predictor: str
    what: str
    auroc: float
    low: float
    limit: float

    @property
    def suspected(self) -> bool:
        """Whether the whole interval lies above the limit."""
        return self.low > self.limit

    @property
    def words(self) -> str:
        """What was found, for whoever must look at the records."""
        return (
            f"predictor '{self.predictor}' alone tells {self.what}: AUROC {self.auroc:.2f}, at least "
            f"{self.low:.2f} where {self.limit:.2f} is suspected"
        )


@dataclass(frozen=True)
class Alike:
    """`points` of `patients`, in all of which `predictor` holds much the same or anything at all, and of all of which
    `what` is the same."""

    predictor: str
    what: str
    points: int
    patients: int

    @property
    def words(self) -> str:
        """What was found, for whoever must look at the records."""
        return (
            f"predictor '{self.predictor}' alone tells {self.what} of some: it is the same at all {self.points:,} "
            f"points of {self.patients:,} patients who share a value, or have one"
        )


def all_alike(features: pd.DataFrame, outcome: Floats, patients: NDArray[np.object_]) -> tuple[Alike, ...]:
    """Predictors of which a value, or having one, goes with one end at more points than an honest one would give.

    Arguments as for `tellings`. Of a predictor that is filled in for a few only, no ranking of all shows it.
    """
    known = ~np.isnan(outcome)
    clusters = np.unique(patients.astype(str), return_inverse=True)[1].astype(np.int64)
    asked = ((OUTCOME, known, outcome == 1), (OUTCOME, known, outcome == 0), (KNOWN, known | True, known))
    fewest = [_fewest(float(event[rows].mean())) if rows.any() else np.inf for _, rows, event in asked]
    found: dict[tuple[str, str], Alike] = {}
    for name in features.columns:
        bins = _bins(features[name].to_numpy(dtype=np.float64))
        for (what, rows, event), least in zip(asked, fewest, strict=True):
            for sharing in _ending_alike(bins, rows, event):
                owners = len(np.unique(clusters[sharing]))
                if owners >= least:
                    found[str(name), what] = Alike(str(name), what, int(sharing.sum()), owners)
    return tuple(found.values())


def _fewest(share: float) -> float:
    """How many patients must end alike, of whom so large a share does on the whole, to be suspected."""
    honest = 1 - (1 - share) / HONEST
    return np.inf if honest >= 1 else float(np.log(CHANCE) / np.log(honest))


def _ending_alike(
    bins: Codes, rows: NDArray[np.bool_], event: NDArray[np.bool_]
) -> Iterator[NDArray[np.bool_]]:
    """Of `rows`, those of each bin in which all are events, then all that have a value where these are."""
    counts = np.bincount(bins[rows], minlength=BINS + 1)
    events = np.bincount(bins[rows], weights=event[rows], minlength=BINS + 1)
    pure = (counts > 0) & (counts == events)
    yield from (rows & (bins == one) for one in np.flatnonzero(pure))
    if pure[:BINS].any() and counts[:BINS].sum() == events[:BINS].sum():
        yield rows & (bins != BINS)


def tellings(
    features: pd.DataFrame, outcome: Floats, patients: NDArray[np.object_], settings: LeakageSettings
) -> tuple[Telling, ...]:
    """What each predictor alone tells, the most telling first.

    `features`: mature points x predictors, NaN missing. `outcome`: 0, 1 or NaN where it never became known.
    Nothing is said where there are too few points of either kind. Patients are kept together.
    """
    known = ~np.isnan(outcome)
    asked = (
        (OUTCOME, known, outcome == 1, settings.tells_outcome),
        (KNOWN, np.ones(len(known), dtype=bool), known, settings.tells_known),
    )
    clusters = np.unique(patients.astype(str), return_inverse=True)[1].astype(np.int64)
    found = [
        telling
        for what, rows, event, limit in asked
        for telling in _all_alone(features[rows], event[rows], clusters[rows], what, limit)
    ]
    return tuple(sorted(found, key=lambda one: -one.auroc))


def _all_alone(
    features: pd.DataFrame, event: NDArray[np.bool_], clusters: Codes, what: str, limit: float
) -> Iterator[Telling]:
    from sklearn.model_selection import GroupKFold  # slow to import, and not for every command

    if min(event.sum(), (~event).sum(), len(np.unique(clusters))) < LEAST:
        return
    # Of the patients alone, so the same for every predictor: with millions of points they take longer than the rest.
    folds = list(GroupKFold(FOLDS).split(clusters, groups=clusters))
    grouping = Grouping(np.zeros(len(clusters), dtype=np.int64), clusters, 1)
    for name in features.columns:
        value, low = _alone(features[name].to_numpy(dtype=np.float64), event, grouping, folds)
        yield Telling(str(name), what, value, low, limit)


def _alone(
    values: Floats, event: NDArray[np.bool_], grouping: Grouping, folds: Sequence[tuple[Codes, Codes]]
) -> tuple[float, float]:
    """How well one predictor ranks events, by the other patients' rates in its bins: AUROC and its lower end."""
    bins = _bins(values)
    guessed = np.zeros(len(values))
    for learnt, asked in folds:
        guessed[asked] = _rates(bins[learnt], event[learnt])[bins[asked]]
    found = auroc(guessed, event, np.ones(len(values), dtype=bool), grouping)
    half = critical(LEVEL, found.clusters) * np.sqrt(found.variance)
    return float(found.value[0]), float(found.value[0] - half[0])


def _bins(values: Floats) -> Codes:
    """Each value's twentieth, by rank; what is missing has a bin of its own."""
    missing = np.isnan(values)
    if missing.all():
        return np.full(len(values), BINS, dtype=np.int64)
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.where(missing, BINS, np.searchsorted(edges, values)).astype(np.int64)


def _rates(bins: Codes, event: NDArray[np.bool_]) -> Floats:
    """The share of events in each bin, drawn a little towards that of all."""
    counts = np.bincount(bins, minlength=BINS + 1)
    events = np.bincount(bins, weights=event, minlength=BINS + 1)
    return np.asarray((events + 5 * event.mean()) / (counts + 5), dtype=np.float64)

"""One cut in time: who may be learnt from, and whom the model is measured on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError

Rows = NDArray[np.int64]
LEAST_IN_A_SLICE = 3


@dataclass(frozen=True)
class SplitSettings:
    """`test_share`: the last share of months is held out. `stop_share`, `calibration_share`: shares of the
    training patients by which trees are stopped, and whose outcomes settle nothing of them; a large calibration
    share is kept from the trees for good (`models.never_seen`). `seed`: of that choice.
    `least`: fewest known outcomes of each kind on either side.
    """

    test_share: float = 0.3
    stop_share: float = 0.15
    calibration_share: float = 0.2
    seed: int = 1
    least: int = 20

    def __post_init__(self) -> None:
        if not 0 < self.test_share < 1 or not 0 < self.stop_share + self.calibration_share < 1:
            raise ValueError("shares of a split must lie between 0 and 1")


@dataclass(frozen=True)
class Split:
    """Rows (positions in the points given) for each purpose; patients are in one of them only.

    `test` holds every mature point after the cut, its outcome known or not. `dropped`: training points whose
    patient is also in the test. `set_apart`: later points that the model may know the patient of.
    """

    cut: pd.Timestamp
    horizon_days: int
    end: pd.Timestamp
    fit: Rows
    stop: Rows
    calibrate: Rows
    test: Rows
    dropped: int
    set_apart: int = 0

    @property
    def train(self) -> Rows:
        """All rows that training may see."""
        return np.sort(np.concatenate([self.fit, self.stop, self.calibrate]))


def split(
    points: pd.DataFrame,
    outcome: pd.DataFrame,
    *,
    horizon_days: int,
    end: pd.Timestamp | pd.Series,
    settings: SplitSettings,
    known_to: pd.Timestamp | None = None,
) -> Split:
    """Cut `points` (point_id, patient_id, at) with their `outcome` (rows alike) in time.

    Training: `at` at least a horizon before the cut, the outcome known before the cut. Test: from the cut on.
    Both: mature, at least a horizon before `end`, the end of the records (of each point's service, where it
    is one for each point). `known_to`: the cut of a model that learnt
    from other records; whom it learnt from is not known here, so the test begins no earlier and leaves out
    every patient who has a point before it.
    Errors: InputError where a side or a slice of it holds too few outcomes of either kind.
    """
    at, horizon = points["at"], pd.Timedelta(days=horizon_days)
    cut = cut_of(at, settings.test_share)
    maybe_learnt_from = pd.Series(False, index=points.index)
    if known_to is not None:
        cut = max(cut, known_to)
        maybe_learnt_from = points["patient_id"].isin(points.loc[at < known_to, "patient_id"])
    known = outcome["not_completed"].notna() & (outcome["label_known_at"] < cut)
    ripe = mature(at, end, horizon_days) & (outcome["reason"] != "pending")
    before = (at <= cut - horizon) & known & ripe
    later = (at >= cut) & ripe
    after = later & ~maybe_learnt_from
    both = points["patient_id"].isin(points.loc[after, "patient_id"])
    train, test = np.flatnonzero(before & ~both), np.flatnonzero(after)
    _enough(outcome["not_completed"], {"training": train, "test": test}, cut, settings.least)
    fit, stop, calibrate = _slices(points["patient_id"].to_numpy(), train, settings)
    slices = {"early-stopping": stop, "calibration": calibrate}
    _enough(outcome["not_completed"], slices, cut, LEAST_IN_A_SLICE)
    dropped, set_apart = int((before & both).sum()), int((later & maybe_learnt_from).sum())
    last = end.max() if isinstance(end, pd.Series) else end
    return Split(cut, horizon_days, last, fit, stop, calibrate, test, dropped, set_apart)


def leave_one_service_out(split: Split, services: NDArray[np.object_]) -> Iterator[tuple[str, Split]]:
    """Each service with held-out points, in order of name, and the split that learns from all others.

    `services`: per point. The cut in time stays as it is: the others teach from before it, the service is tested
    from it on, so what is learnt could have been known on the day that the service joined.
    """
    names = services.astype(str)
    for service in sorted(set(names[split.test])):
        own = names == service
        fit, stop, calibrate = (rows[~own[rows]] for rows in (split.fit, split.stop, split.calibrate))
        yield (
            service,
            replace(split, fit=fit, stop=stop, calibrate=calibrate, test=split.test[own[split.test]]),
        )


def mature(at: pd.Series, end: pd.Timestamp | pd.Series, horizon_days: int) -> pd.Series:
    """Whether each point's horizon was over at the end of the records.

    Before that only quick reviews are known, and to use those alone would over-sample them.
    """
    return at <= end - pd.Timedelta(days=horizon_days)


def cut_of(at: pd.Series, test_share: float) -> pd.Timestamp:
    """The first day of the months held out: the last `test_share` of the calendar months with points."""
    first, last = at.min().to_period("M"), at.max().to_period("M")
    months = (last - first).n + 1
    held_out = max(1, round(months * test_share))
    start: pd.Timestamp = (last - (held_out - 1)).to_timestamp()
    return start


def _slices(patients: NDArray[np.object_], train: Rows, settings: SplitSettings) -> tuple[Rows, Rows, Rows]:
    """Training rows to fit, to stop early and to calibrate by, each patient in one; see `SplitSettings`."""
    everyone = np.unique(patients[train].astype(str))
    order = np.random.default_rng(settings.seed).permutation(len(everyone))
    stop = round(len(everyone) * settings.stop_share)
    calibrate = stop + round(len(everyone) * settings.calibration_share)
    place = dict(zip(everyone[order], range(len(everyone)), strict=True))
    places = np.array([place[str(patient)] for patient in patients[train]])
    return train[places >= calibrate], train[places < stop], train[(places >= stop) & (places < calibrate)]


def _enough(outcome: pd.Series, sides: Mapping[str, Rows], cut: pd.Timestamp, least: int) -> None:
    faults = []
    for side, rows in sides.items():
        known = outcome.iloc[rows].dropna()
        events = int(known.sum())
        if min(events, len(known) - events) < least:
            faults.append(
                f"too little to learn from: with the cut at {cut:%Y-%m-%d} the {side} points hold {events} outcomes "
                f"'not completed' and {len(known) - events} 'completed'; at least {least} of each are needed"
            )
    if faults:
        raise InputError(*faults)

"""The learning procedure as something that can be done again: on other patients, or without some predictors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.boosting import BoostingSettings, resampled, train
from models.resampling import Numbers
from models.risk_model import RiskModel
from models.splits import Rows, Split

Advance = Callable[[str], object]


@dataclass(frozen=True)
class StudySettings:
    """The heavier studies of `bsw evaluate --full`. `optimism`: resamples of the optimism bootstrap.
    `curve_shares`: shares of the training patients that the learning curve learns from; `curve_repeats`: other
    choices of patients for each share. `relearn`: whether the rehearsal also learns without each input. `seed`.
    """

    optimism: int = 40
    curve_shares: tuple[float, ...] = (0.1, 0.2, 0.4, 0.7, 1.0)
    curve_repeats: int = 3
    relearn: bool = True
    seed: int = 1

    def __post_init__(self) -> None:
        if self.optimism < 2 or self.curve_repeats < 1:
            raise ValueError("optimism must be at least 2 and curve_repeats at least 1")
        if not self.curve_shares or not all(0 < share <= 1 for share in self.curve_shares):
            raise ValueError("curve_shares must be shares above 0 and at most 1")


@dataclass(frozen=True)
class Procedure:
    """What is learnt from and how: points x `features`, `outcome` 0, 1 or missing, `patients` per point, the cut,
    and `directions` and `settings` as for `boosting.train`. The held-out rows are `split.test`.
    """

    features: pd.DataFrame
    outcome: Numbers
    patients: NDArray[np.object_]
    split: Split
    directions: Mapping[str, int]
    settings: BoostingSettings

    def learnt(self, split: Split | None = None, *, without: Sequence[str] = ()) -> RiskModel:
        """The model learnt anew, all of its steps, without refits."""
        return train(
            self.features.drop(columns=list(without)),
            self.outcome,
            self.patients,
            split or self.split,
            directions=self.directions,
            settings=replace(self.settings, refits=0),
        )

    def risk(self, model: RiskModel, rows: Rows) -> Numbers:
        """The model's risks for rows."""
        return model.main.risk(self.features.iloc[rows][list(model.predictors)].to_numpy(dtype=np.float64))

    @property
    def tested(self) -> Rows:
        """Held-out rows with a known outcome."""
        return self.split.test[~np.isnan(self.outcome[self.split.test])]

    def on_other_patients(self, seed: int) -> Split:
        """Training rows of patients drawn with replacement within each slice, so that no patient is in two."""
        return self._with_slices(lambda rows, slice_: resampled(self.patients, rows, seed=3 * seed + slice_))

    def on_fewer_patients(self, share: float, seed: int) -> Split:
        """Training rows of a share of each slice's patients; a larger share of one seed holds the smaller."""

        def fewer(rows: Rows, slice_: int) -> Rows:
            names = np.unique(self.patients[rows].astype(str))
            order = np.random.default_rng([seed, slice_]).permutation(names)
            kept = order[: max(1, round(share * len(names)))]
            return rows[np.isin(self.patients[rows].astype(str), kept)]

        return self._with_slices(fewer)

    def _with_slices(self, change: Callable[[Rows, int], Rows]) -> Split:
        slices = (self.split.fit, self.split.stop, self.split.calibrate)
        fit, stop, calibrate = (change(rows, number) for number, rows in enumerate(slices))
        return replace(self.split, fit=fit, stop=stop, calibrate=calibrate)

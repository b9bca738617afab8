"""The model as it is registered: trees, calibration, refits and threshold. No patient row is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError, nearest
from models.calibration import Calibration, calibration_from
from models.familiarity import Familiarity, familiarity_from
from models.lightgbm_alone import lgb
from models.risk_interval import interval

Numbers = NDArray[np.float64]
# Rows to predict from which several threads are worth their start.
WORTH_THREADS = 1_000
BEGINS = "tree\n"  # every model of LightGBM's as text
# The lowest and the highest training value of each column, in LightGBM's text: each may be one patient's alone.
RANGES = re.compile(r"^feature_infos=.*$", re.MULTILINE)


@dataclass(frozen=True)
class Fitted:
    """Trees, as LightGBM holds them or as its text, with the calibration of their log-odds."""

    trees: lgb.Booster | str
    calibration: Calibration

    @cached_property
    def booster(self) -> lgb.Booster:
        """The trees as LightGBM holds them. Errors: InputError where their text is no model of LightGBM's."""
        if not isinstance(self.trees, str):
            return self.trees
        try:
            return lgb.Booster(model_str=self.trees)
        except lgb.basic.LightGBMError as error:
            raise _no_model(error) from None

    def risk(self, matrix: Numbers) -> Numbers:
        """The calibrated probability of non-completion for each row."""
        return self.calibration.risk(raw(self.booster, matrix))


def raw(booster: lgb.Booster, matrix: Numbers, *, threads: int | None = None) -> Numbers:
    """The booster's log-odds, uncalibrated, for each row, by one thread where several would wait on one another."""
    if threads is None:
        threads = 1 if len(matrix) < WORTH_THREADS else 0
    return np.asarray(booster.predict(matrix, raw_score=True, num_threads=threads), dtype=np.float64)


@dataclass(frozen=True)
class RiskModel:
    """Predicts non-completion from a matrix with the columns `predictors`.

    `threshold`: a point of at least this risk is flagged. `about`: facts for people, such as the cut.
    `familiarity`: what the points learnt from were like, in aggregates; without it nobody is unlike them.
    `interval_level`: of the interval of a risk (0 to 1).
    """

    predictors: tuple[str, ...]
    main: Fitted
    refits: tuple[Fitted, ...]
    threshold: float
    about: Mapping[str, str] = field(default_factory=dict)
    familiarity: Familiarity | None = None
    interval_level: float = 0.9

    @property
    def booster(self) -> lgb.Booster:
        """The trees."""
        return self.main.booster

    @property
    def calibration(self) -> Calibration:
        """The calibration of the trees' log-odds."""
        return self.main.calibration

    def used(self) -> tuple[str, ...]:
        """The predictors that the trees divide patients by."""
        split_by = self.booster.feature_importance("split") > 0
        return tuple(name for name, used in zip(self.predictors, split_by, strict=True) if used)

    def unlike(self, features: pd.DataFrame) -> pd.Series:
        """Whether each row is unlike the points learnt from, on the index of `features`."""
        if self.familiarity is None:
            return pd.Series(False, index=features.index, name="unlike")
        return self.familiarity.unlike(features)

    def margin(self, features: pd.DataFrame) -> Numbers:
        """The log-odds of each row before calibration."""
        return raw(self.booster, self._matrix(features))

    def predict(self, features: pd.DataFrame, *, refitted: Iterable[Numbers] | None = None) -> pd.DataFrame:
        """`risk, risk_low, risk_high` per row, on the index of `features`.

        The interval says how far the risk would move had other patients been learnt from
        (`models.risk_interval`); it is missing for a model without refits. `refitted`: the risks of the rows under
        each refit, where somebody worked them out already.
        Errors: InputError naming every missing column or one that holds no numbers.
        """
        matrix = self._matrix(features)
        risk = self.main.risk(matrix)
        if refitted is None:
            refitted = (refit.risk(matrix) for refit in self.refits)
        low, high = interval(risk, refitted, level=self.interval_level)
        return pd.DataFrame({"risk": risk, "risk_low": low, "risk_high": high}, index=features.index)

    def _matrix(self, features: pd.DataFrame) -> Numbers:
        faults = [
            f"the model needs the predictor '{name}', which is not there; {nearest(name, features.columns)}"
            for name in self.predictors
            if name not in features
        ]
        if not faults:
            faults = [
                f"predictor '{name}' must be numbers; it is of type {features[name].dtype}"
                for name in self.predictors
                if not pd.api.types.is_numeric_dtype(features[name])
            ]
        if faults:
            raise InputError(*faults)
        return features.loc[:, list(self.predictors)].to_numpy(dtype=np.float64)

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The whole model as text files by name: nothing in it can run code."""
        everyone = {"model": self.main, **{f"refit_{n}": fit for n, fit in enumerate(self.refits, start=1)}}
        facts = {
            "predictors": list(self.predictors),
            "threshold": self.threshold,
            "interval_level": self.interval_level,
            "calibrations": {name: fit.calibration.as_table() for name, fit in everyone.items()},
            "about": dict(self.about),
            "familiarity": self.familiarity and self.familiarity.as_table(),
        }
        trees = {f"{name}.lgb.txt": without_ranges(fit.booster) for name, fit in everyone.items()}
        return {"risk_model.json": json.dumps(facts, indent=2), **trees}


def without_ranges(booster: lgb.Booster) -> str:
    """LightGBM's text of the trees without the lowest and highest value of each column; they answer the same.

    LightGBM asks for a word for each column and reads none of them when it predicts; "none" is its own.
    """
    return RANGES.sub(
        "feature_infos=" + " ".join(["none"] * booster.num_feature()), booster.model_to_string(), 1
    )


def from_texts(texts: Mapping[str, str]) -> RiskModel:
    """The model that `RiskModel.texts` wrote; the trees of its refits are read when somebody asks them.

    Errors: InputError where a part is missing or unreadable.
    """
    try:
        facts = json.loads(texts["risk_model.json"])
        fits = {
            name: Fitted(texts[f"{name}.lgb.txt"], calibration_from(calibration))
            for name, calibration in facts["calibrations"].items()
        }
        if not all(str(one.trees).startswith(BEGINS) for one in fits.values()):
            raise ValueError("a text of its trees is not LightGBM's")
        main = fits.pop("model")
        _ = main.booster
        known = facts["familiarity"]
        return RiskModel(
            tuple(facts["predictors"]),
            main,
            tuple(fits.values()),
            facts["threshold"],
            facts["about"],
            familiarity_from(known) if known else None,
            facts["interval_level"],
        )
    except (KeyError, TypeError, ValueError) as error:  # JSON's errors are ValueErrors
        raise _no_model(error) from None


def _no_model(error: Exception) -> InputError:
    return InputError(f"not a risk model of this software ({error!r}); train it again")

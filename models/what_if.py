"""The chance of records that are otherwise the same, at other values of what a practitioner can change.

An association, for analysts alone: it says how often work was not done where records looked so, not what would
happen if something were changed. What is agreed with a patient is agreed for reasons that no record holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from features.errors import InputError
from features.spoken import Words
from models.familiarity import Familiarity
from models.grounds import Speaking

# With a place for `models.outcome_words.PointWords.otherwise`.
CAUTION = "An association in past records: {}. It does not say what would happen if something were changed."
COLUMNS = ("predictor", "value", "words", "chance", "low", "high", "now")


class Changeable(Speaking, Protocol):
    """The parts of a predictor that a what-if is made of."""

    @property
    def unit(self) -> str: ...
    @property
    def says(self) -> Words: ...


class Scoring(Protocol):
    """The parts of a model that a what-if asks."""

    @property
    def predictors(self) -> tuple[str, ...]: ...
    @property
    def familiarity(self) -> Familiarity | None: ...
    def predict(self, features: pd.DataFrame) -> pd.DataFrame: ...


def what_if(model: Scoring, features: pd.DataFrame, predictor: Changeable) -> pd.DataFrame:
    """The chance of one point at each value that `predictor` had often enough among the points learnt from.

    `features` is that point's row. Columns COLUMNS, by value; `now` marks the value that the point has.
    Errors: InputError where nobody can change it, or the model does not know it; ValueError where there is not
    one row.
    """
    if len(features) != 1:
        raise ValueError(f"a what-if is of one point; there are {len(features)}")
    if not predictor.modifiable:
        raise InputError(f"'{predictor.name}' is nothing that a practitioner can change at the next plan")
    if predictor.name not in model.predictors:
        raise InputError(f"the model does not read '{predictor.name}'")
    return _asked(model, features, [predictor])[0]


def what_ifs(model: Scoring, features: pd.DataFrame, predictors: Iterable[Changeable]) -> pd.DataFrame:
    """`what_if` of every one of the predictors that can be changed and that the model reads, most moving first."""
    asked = [one for one in predictors if one.modifiable and one.name in model.predictors]
    found = _asked(model, features, asked) if asked else []
    moving = [frame for frame in found if frame["chance"].max() > frame["chance"].min()]
    ordered = sorted(moving, key=lambda frame: frame["chance"].min() - frame["chance"].max())
    return pd.concat(ordered, ignore_index=True) if ordered else pd.DataFrame(columns=list(COLUMNS))


def _asked(model: Scoring, features: pd.DataFrame, predictors: Sequence[Changeable]) -> list[pd.DataFrame]:
    """Each predictor's values with their chances; the model is asked once, because it has many refits."""
    tables = [_values(model, features, predictor) for predictor in predictors]
    changed = [
        features.iloc[[0] * len(table)].assign(**{predictor.name: table["value"].to_numpy(dtype=float)})
        for predictor, table in zip(predictors, tables, strict=True)
    ]
    found = model.predict(pd.concat(changed, ignore_index=True))
    found = found.rename(columns={"risk": "chance", "risk_low": "low", "risk_high": "high"})[
        ["chance", "low", "high"]
    ]
    ends = np.cumsum([len(table) for table in tables])
    return [
        table.assign(**found.iloc[end - len(table) : end].reset_index(drop=True))[list(COLUMNS)]
        for table, end in zip(tables, ends, strict=True)
    ]


def _values(model: Scoring, features: pd.DataFrame, predictor: Changeable) -> pd.DataFrame:
    present = float(features[predictor.name].iloc[0])
    usual = {predictor.words(value): value for value in usual_values(model.familiarity, predictor)}
    # Two values that are said alike would read as one thing with two chances.
    values = sorted((usual | {predictor.words(value): value for value in _known(present)}).values())
    words = [predictor.words(value) for value in values]
    now = [value == present for value in values]
    return pd.DataFrame({"predictor": predictor.name, "value": values, "words": words, "now": now})


def usual_values(familiarity: Familiarity | None, predictor: Changeable) -> Iterator[float]:
    """No and yes for what is one or the other, else the quantiles of the points learnt from, but the far ones."""
    if predictor.unit == "0/1" or predictor.unit.startswith("share"):
        yield from (0.0, 1.0)
    elif familiarity is not None and predictor.name in familiarity.spreads:
        yield from familiarity.spreads[predictor.name].edges[1:-1]


def _known(value: float) -> Iterator[float]:
    if value == value:  # missing is no value to compare with
        yield value

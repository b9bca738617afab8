"""Before anything is learnt: no predictor may know what came after its point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError, nearest
from models.intervals import Floats
from models.leakage import Alike, LeakageSettings, Telling, all_alike, tellings
from models.withheld import RULES, rounded

if TYPE_CHECKING:
    from models.splits import Split
    from pipelines.train import Material

NHS = RULES["nhs"]
REMEDY = (
    "look at how it was recorded (`bsw explain-predictor` shows the rows), leave it out of the records, or say in "
    "[leakage.accept] why it may be used all the same"
)


def must_not_tell(material: Material, cut: Split, settings: LeakageSettings) -> str:
    """What the points before the cut say of leakage, in a sentence for the model's record.

    Errors: InputError naming every predictor that tells too much and is not accepted.
    """
    known = list(material.features.columns)
    strange = [
        f"leakage.accept names no predictor '{name}' of this build; {nearest(name, known)}"
        for name in settings.accept
        if name not in known
    ]
    found = told_before(material, cut, settings)
    ranking = [one for one in found if one.suspected]
    named = {one.predictor for one in ranking}
    too_much: list[Telling | Alike] = [
        *ranking,
        *(_as_told(one) for one in all_alike(*_before(material, cut)) if one.predictor not in named),
    ]
    refused = [one for one in too_much if one.predictor not in settings.accept]
    if strange or refused:
        raise InputError(*strange, *(f"{one.words}; {REMEDY}" for one in refused))
    return _in_words(found, too_much, settings)


def told_before(material: Material, cut: Split, settings: LeakageSettings) -> tuple[Telling, ...]:
    """What each predictor alone tells at points whose horizon was over at the cut, outcome known or not."""
    return tellings(*_before(material, cut), settings)


def _as_told(one: Alike) -> Alike:
    """With its counts rounded: what is accepted stays with the model wherever it goes. They are never few, or nothing
    would be suspected (`models.leakage.all_alike`)."""
    return replace(one, points=rounded(one.points, NHS), patients=rounded(one.patients, NHS))


def _before(material: Material, cut: Split) -> tuple[pd.DataFrame, Floats, NDArray[np.object_]]:
    """Predictors, outcomes as known at the cut, and patients of those points."""
    points, outcome = material.points, material.outcome
    before = points["at"] <= cut.cut - pd.Timedelta(days=cut.horizon_days)
    rows = np.flatnonzero(before & (outcome["reason"] != "pending"))
    known_by_then = (outcome["label_known_at"] < cut.cut).to_numpy()
    labels = np.where(known_by_then, material.labels, np.nan)
    patients = points["patient_id"].to_numpy(dtype=object)
    return material.features.iloc[rows], labels[rows], patients[rows]


def _in_words(
    found: Sequence[Telling], too_much: Sequence[Telling | Alike], settings: LeakageSettings
) -> str:
    if not found:
        return "not looked for: too few points before the cut"
    accepted = [f"{one.words}; accepted: {settings.accept[one.predictor]}" for one in too_much]
    most = {one.what: one for one in reversed(found)}
    highest = [f"{what}: {one.predictor}, AUROC {one.auroc:.2f}" for what, one in sorted(most.items())]
    return "; ".join([*accepted, "most telling alone of " + " and of ".join(highest)])

"""The section of the evaluation's page on points of which no chance is stated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from models.abstention import NONE_STATED, RATES, STATED
from pipelines.evaluating.evaluated import Evaluation
from pipelines.evaluating.words import WORDS, figure_words
from pipelines.page import paragraph, table

WHY = (
    "Practitioners read no chance where too little is recorded, or where a patient is unlike those the model was "
    "learnt from. The held-out figures on this page count them all the same. Counts under 5, and what would give "
    "them back, are withheld (*); others are rounded to 5."
)
TITLES = {share.name: share.title for share in RATES}


def no_chance(found: Evaluation) -> list[Any]:
    """How often, for whom, and the error on either side."""
    rates, errors = found.abstention.rates, found.abstention.errors
    said = [f"{share} ({low} to {high})" if low else share for share, low, high in _texts(rates)]
    rates = rates.assign(said=said)
    wide = rates.pivot(index="group", columns="measure", values="said")
    wide = wide.loc[rates["group"].unique(), list(TITLES)].rename(columns=TITLES)
    counted = rates[rates["measure"] == RATES[0].name].set_index("group")["rows"]
    shown = wide.assign(Points=counted)[["Points", *TITLES.values()]].rename_axis("Group").reset_index()
    return [
        paragraph(WHY),
        table(shown, "Held-out points of which no chance is stated, by group, 95% interval"),
        table(_errors(errors), "How good the risks are on either side; – where there are too few outcomes"),
    ]


def _texts(rates: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    columns = (rates[name].astype(str) for name in ("share", "low", "high"))
    yield from zip(*columns, strict=True)


def _errors(errors: pd.DataFrame) -> pd.DataFrame:
    said = errors.assign(figure=[figure_words(row) for row in errors.itertuples()])
    wide = said.pivot(index="measure", columns="where", values="figure")[[STATED, NONE_STATED]]
    wide = wide.loc[errors["measure"].unique()].rename(index=WORDS)
    return wide.rename_axis("Figure").reset_index()

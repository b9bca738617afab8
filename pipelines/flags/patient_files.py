"""One patient's explanation, whole, for analysts: the page and the table behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from features.conceptual_model import TITLES
from features.errors import InputError
from features.predictor import everything
from models.what_if import COLUMNS, Scoring, what_ifs
from pipelines.flags.listed import Listed
from pipelines.flags.occasion import Occasion
from pipelines.flags.patient_explained import Explained, explained_page, explanation_table
from pipelines.flags.scored import Scored
from pipelines.page import Page, write_page
from pipelines.store import write_table


def write_explained(
    out: Path,
    scored: Scored,
    listed: Sequence[Listed],
    *,
    model: Scoring,
    patient: str | None,
    occasion: Occasion,
) -> Iterator[Path]:
    """patient.html, explanation.csv and what_if.csv of the named patient, or of the highest chance.

    Errors: InputError where the named patient has nothing open.
    """
    point = chosen_point(scored, patient)
    if point is None:
        lead = f"No patient has {occasion.meaning.point.waiting}."
        empty = Page("Why this chance", lead, [], occasion.synthetic, occasion.about)
        yield write_page(out / "patient.html", empty)
        yield write_table(out / "explanation.csv", pd.DataFrame(columns=["point_id", "predictor"]))
        yield write_table(out / "what_if.csv", pd.DataFrame(columns=list(COLUMNS)))
        return
    one = next(one for one in listed if one.flag.point == point)
    explanation = scored.explanation.of(point)
    row = scored.features.loc[[point]]
    leads = scored.stability.leading.loc[[point]].iloc[0]
    explained = explanation_table(explanation, row.iloc[0], everything(), TITLES, leads=leads)
    yield write_table(out / "explanation.csv", explained)
    others = what_ifs(model, row, everything().values())
    yield write_table(out / "what_if.csv", others)
    found = Explained(explained, explanation, scored.stability, others)
    yield write_page(out / "patient.html", explained_page(one, found, occasion.of([one.service])))


def chosen_point(scored: Scored, patient: str | None) -> str | None:
    """The named patient's point of the highest chance, or the highest of all; None where nobody is listed.

    `patient` is the records' own id. Errors: InputError where that patient has nothing open.
    """
    whose = scored.points["patient_id"]
    flags = [flag for flag, own in zip(scored.flags, whose, strict=True) if patient in (None, own)]
    if patient is not None and not flags:
        # No other patient's id is named: what went wrong may be kept in a log.
        others = scored.not_listed
        for why in others.loc[others["patient_id"] == patient, "reason"].head(1):
            raise InputError(f"patient {patient!r} is on no list: {why}")
        raise InputError(f"patient {patient!r} has nothing open to foresee; flags.csv lists who has")
    highest = max(flags, key=lambda flag: (not flag.abstained, flag.chance), default=None)
    return None if highest is None else highest.point

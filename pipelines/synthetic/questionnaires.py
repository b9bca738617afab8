"""What questionnaires say at each contact: true symptoms with error, and sometimes nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.synthetic import assumptions as a
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.record_keeping import Block


@dataclass(frozen=True)
class Scores:
    """Scores per contact, NaN where not recorded; `wsas` has a column per item, `anxiety` one per measure of
    assumptions' ANXIETY_MEASURES.
    """

    phq9: Array
    gad7: Array
    wsas: Array
    anxiety: Array


def scores_at_contacts(block: Block, complaint: Array) -> Scores:
    """Scores recorded at attended contacts; `complaint` is each pathway's, an index into COMPLAINTS."""
    chance, contacts, happened = block.chance("questionnaires"), block.contacts, block.happened
    size = len(contacts.pathway)
    draw = chance.random((3, size))
    filled = contacts.attended & (draw[0] >= a.QUESTIONNAIRE_MISSING)
    assessment = block.of(happened.phase) == 0
    with_wsas = filled & (assessment | (draw[1] < a.WSAS_AT_SESSIONS))
    return Scores(
        phq9=_where(filled, score(chance, block.of(happened.phq9), top=27)),
        gad7=_where(filled & (draw[2] > 0.02), score(chance, block.of(happened.gad7), top=21)),
        wsas=_where(with_wsas[:, None], wsas_items(chance, block.of(happened.wsas))),
        anxiety=_anxiety(block, complaint[contacts.pathway]),
    )


def _anxiety(block: Block, complaint: Array) -> Array:
    """The measure of the pathway's own disorder, at attended contacts, on a scale of its own."""
    chance, contacts, happened = block.chance("anxiety measures"), block.contacts, block.happened
    size, codes = len(contacts.pathway), list(a.COMPLAINTS)
    filled = contacts.attended & (chance.random(size) < a.ANXIETY_MEASURE_FILLED)
    level = block.of(happened.gad7) / 21 + a.ANXIETY_MEASURE_ERROR * chance.standard_normal(size)
    columns = []
    for code, (tool, top) in a.ANXIETY_MEASURES.items():
        lowest = a.ANXIETY_MEASURE_LOWEST.get(tool, 0)
        scored = np.rint(lowest + np.clip(level, 0, 1) * (top - lowest))
        columns.append(_where(filled & (complaint == codes.index(code)), scored))
    return np.column_stack(columns)


def score(chance: np.random.Generator, true: Array, *, top: int) -> Array:
    """A total as filled in: the true score with an error of about one point and a half."""
    return np.clip(np.rint(true + 1.4 * chance.standard_normal(len(true))), 0, top)


def wsas_items(chance: np.random.Generator, true: Array) -> Array:
    """Five items of 0 to 8 whose sum is near the true score."""
    spread = 1.3 * chance.standard_normal((len(true), len(a.WSAS)))
    return np.clip(np.rint(true[:, None] / len(a.WSAS) + spread), 0, 8)


def _where(recorded: Array, values: Array) -> Array:
    return np.where(recorded, values, np.nan)

"""What could be agreed otherwise, on the analysts' page: the largest differences first, the rest folded."""

from __future__ import annotations

import pandas as pd
import pytest

from features.conceptual_model import TITLES
from features.predictor import catalogue
from models.what_if import COLUMNS
from pipelines.flags.occasion import Occasion
from pipelines.flags.patient_explained import Explained, explained_page, explanation_table
from pipelines.flags.scored import Scored
from pipelines.page import render


@pytest.mark.parametrize(("things", "folded"), [(3, None), (4, "1 more,"), (9, "6 more,")])
def test_the_three_largest_differences_are_shown_and_the_rest_is_folded(
    things: int, folded: str | None, scored: Scored, occasion: Occasion
) -> None:
    rows = [
        (
            f"thing_{n}",
            value,
            f"thing {n} said {value}",
            0.5 - value * (things - n) / 100,
            0.1,
            0.9,
            not value,
        )
        for n in range(things)
        for value in (0, 1)
    ]
    page = page_with(pd.DataFrame(rows, columns=list(COLUMNS)), scored, occasion)
    shown, _, rest = page.partition("with smaller differences")
    assert all(f"thing {n} said 1" in (shown if n < 3 else rest) for n in range(things))
    assert (folded in shown[-20:]) if folded else not rest


def page_with(what_ifs: pd.DataFrame, scored: Scored, occasion: Occasion) -> str:
    one = scored.listed({patient: patient for patient in scored.patients})[0]
    explanation, point = scored.explanation.of(one.flag.point), one.flag.point
    leads = scored.stability.leading.loc[point]
    table = explanation_table(explanation, scored.features.loc[point], catalogue(), TITLES, leads=leads)
    return render(explained_page(one, Explained(table, explanation, scored.stability, what_ifs), occasion))

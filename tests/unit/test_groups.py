"""The order in which groups stand in tables and figures."""

from __future__ import annotations

import pandas as pd

from features.protected import AGE_BANDS, NOT_STATED
from models.groups import NOT_RECORDED, group_codes


def test_bands_stand_in_the_order_of_their_numbers() -> None:
    _, groups = group_codes(pd.Series([*reversed(AGE_BANDS), "unknown", None]))
    assert groups == (*AGE_BANDS, "unknown", NOT_RECORDED)
    assert group_codes(pd.Series(["10", "9", "under 1"]))[1] == ("under 1", "9", "10")


def test_words_stand_in_the_order_of_the_alphabet_and_codes_lead_to_labels() -> None:
    codes, groups = group_codes(pd.Series(["White", NOT_STATED, "Asian or Asian British", " ", "White"]))
    assert groups == ("Asian or Asian British", "White", NOT_RECORDED, NOT_STATED)
    assert [groups[code] for code in codes] == [
        "White",
        NOT_STATED,
        "Asian or Asian British",
        NOT_RECORDED,
        "White",
    ]

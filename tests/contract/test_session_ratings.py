"""A rating is read from the one whose view it is, and never compared with another person's."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest

from features.matrix import matrix
from features.points import PointSettings, find_points
from features.predictor import catalogue
from tests.contract.engine import facts_of
from tests.contract.small_service import Frames, small_service
from tests.contract.small_session import RATINGS as KINDS

RATINGS = "BSW003SessionRating"
LATEST = ("alliance_latest", "resistance_latest", "passive_expectation", "practitioner_confidence")
CHANGES = ("alliance_change", "resistance_change", "expected_benefit_change", "understanding_change")
GIVEN = {"patient": 3.0, "practitioner": 1.0}


@pytest.fixture(scope="module")
def frames() -> Frames:
    return small_service(7)


def _values(frames: Frames, ratings: pd.DataFrame) -> pd.DataFrame:
    facts = facts_of(frames | {RATINGS: ratings})
    asked = {name: catalogue()[name] for name in (*LATEST, *CHANGES)}
    return matrix(facts, find_points(facts, PointSettings()).table, asked).frame.set_index("point_id")


def _rated(frames: Frames, *raters: str) -> pd.DataFrame:
    """Everything rated by each of these at each contact with a task."""
    contacts = frames["BSW001TaskSet"][["OrgID_Provider", "CareContactId"]].drop_duplicates()
    rows = [
        {**contact, "RatingType": kind, "RatedBy": rater, "Rating": GIVEN[rater]}
        for contact, kind, rater in product(contacts.to_dict("records"), KINDS, raters)
    ]
    return pd.DataFrame(rows)


def test_what_patient_and_practitioner_say_apart_is_no_change(frames: Frames) -> None:
    values = _values(frames, _rated(frames, "patient", "practitioner"))
    assert set(values["alliance_latest"]) == {3.0}
    for name in ("resistance_latest", "passive_expectation", "practitioner_confidence"):
        assert set(values[name]) == {1.0}
    for name in CHANGES:
        assert values[name].isna().any()  # at the first session each has rated once
        assert set(values[name].dropna()) == {0.0}


def test_a_rating_by_somebody_whose_view_it_is_not_is_not_read(frames: Frames) -> None:
    values = _values(frames, _rated(frames, "practitioner"))
    assert values["alliance_latest"].isna().all()
    assert values["resistance_latest"].notna().all()


def test_ratings_of_which_nobody_says_who_gave_them_are_one_raters(frames: Frames) -> None:
    said = _rated(frames, "patient")
    unsaid = _values(frames, said.drop(columns="RatedBy"))
    assert (unsaid[list(LATEST)] == 3.0).all().all()
    pd.testing.assert_frame_equal(unsaid, _values(frames, said.assign(RatedBy=None)))

"""Rows of facts that are easily got wrong: unions of tables, dates of award, circumstances told twice."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from features.as_of import DAY
from features.matrix import Matrix, matrix
from features.points import PointSettings, find_points
from features.predictor import catalogue
from features.protected import protected
from tests.contract.engine import facts_of, points_of
from tests.contract.small_service import FIRST_DAY, Frames, small_service

AT_CONTACTS, AT_REFERRAL = "IDS607CodedScoreAssessmentAct", "IDS606CodedScoreAssessmentRefer"
SCORES = ("phq9_latest", "gad7_latest", "questionnaire_missing_now")


@pytest.fixture(scope="module")
def frames() -> Frames:
    return small_service(7)


def _some(frames: Frames, *names: str) -> Matrix:
    facts = facts_of(frames)
    points = find_points(facts, PointSettings()).table
    return matrix(facts, points, {name: known for name, known in catalogue().items() if name in names})


def _without(frames: Frames, *tables: str) -> Frames:
    return {name: frame for name, frame in frames.items() if name not in tables}


def test_scores_at_contacts_are_read_where_there_are_none_beside_contacts(frames: Frames) -> None:
    emptied = frames | {AT_REFERRAL: frames[AT_REFERRAL].head(0)}
    found = _some(_without(frames, AT_REFERRAL), *SCORES)
    assert found.left_out == {}
    assert found.frame["phq9_latest"].notna().any()
    pd.testing.assert_frame_equal(found.frame, _some(emptied, *SCORES).frame)


def test_scores_beside_contacts_are_read_where_there_are_none_at_contacts(frames: Frames) -> None:
    found = _some(_without(frames, AT_CONTACTS), *SCORES)
    assert found.frame["phq9_latest"].notna().any()
    # That no questionnaire was recorded in a contact says nothing where none ever is.
    assert found.left_out == {"questionnaire_missing_now": "the source has no IDS607CodedScoreAssessmentAct"}


def test_without_either_table_the_scores_are_left_out_by_name(frames: Frames) -> None:
    found = _some(_without(frames, AT_CONTACTS, AT_REFERRAL), *SCORES)
    assert found.left_out["phq9_latest"] == f"the source has no {AT_CONTACTS} and no {AT_REFERRAL}"


@pytest.mark.parametrize(
    ("column", "code", "name", "value"),
    [
        ("ConsMechanism", "01", "remote", 0),
        ("ConsMechanism", "04", "remote", 1),
        ("ConsMechanism", "98", "remote", None),
        ("ConsMechanism", "98", "by_telephone", None),
        ("InterpreterPresentInd", "4", "interpreter", 0),
        ("InterpreterPresentInd", "5", "interpreter", 1),
        ("InterpreterPresentInd", "X", "interpreter", None),
    ],
    ids=["in person", "talk type", "another way", "another way than a telephone", "no interpreter needed",
         "one needed who did not come", "not known"],
)  # fmt: skip
def test_a_code_says_no_more_than_the_standard_means_by_it(
    frames: Frames, column: str, code: str, name: str, value: float | None
) -> None:
    contacts = frames["IDS201CareContact"].assign(**{column: code})
    found = _some(frames | {"IDS201CareContact": contacts}, name).frame[name]
    assert found.isna().all() if value is None else set(found) == {value}


def test_a_practitioner_is_qualified_since_the_award_and_not_since_the_records_begin(frames: Frames) -> None:
    first = FIRST_DAY - timedelta(days=400)  # see small_service
    found = _some(frames, "practitioner_days_qualified").frame.set_index("point_id")
    points = points_of(frames).set_index("point_id")
    told = date(2024, 2, 1)  # the end of the first submission's period, in which the award is told
    known = points[(points["at"] >= pd.Timestamp(told)) & points["practitioner_id"].notna()]
    assert len(known) > 0
    days = (known["at"] - pd.Timestamp(first + timedelta(days=1))).dt.total_seconds() / DAY
    values = found.loc[known.index, "practitioner_days_qualified"]
    assert (values - days).abs().max() < 1e-3


def test_where_nobodys_religion_is_recorded_everybodys_is_unknown(frames: Frames) -> None:
    told = protected(facts_of(frames), points_of(frames))
    assert set(told["religion"]) == set(told["sexual_orientation"]) == {"unknown"}


def test_a_pregnancy_or_a_young_baby_is_recorded_for_the_audit_of_whoever_has_one(frames: Frames) -> None:
    told = frames["IDS011SocPerCircumstances"]
    one = str(told["LocalPatientId"].iloc[0])
    others = told[(told["SocPerCircumstance"] != "224123004") | (told["LocalPatientId"] == one)]
    points = points_of(frames)
    kept = protected(facts_of(frames | {"IDS011SocPerCircumstances": others}), points)
    hers = points["patient_id"].str.endswith(f":{one}").to_numpy()
    assert set(kept.loc[hers, "maternity"]) == {"recorded"}
    assert set(kept.loc[~hers, "maternity"]) == {"not recorded"}


@pytest.mark.parametrize(
    ("fact", "code"), [("circumstances", "160933000"), ("protected_circumstances", "160543007")]
)
def test_a_circumstance_told_on_two_days_is_two_rows_and_both_stand(
    frames: Frames, fact: str, code: str
) -> None:
    own = {"OrgID_Provider": "AAA01", "LocalPatientId": "P0", "SocPerCircumstance": code}
    told = pd.DataFrame([
        {**own, "SocPerCircumstanceRecDate": day, "UniqueSubmissionID": "AAA01-0"}
        for day in (date(2024, 1, 9), date(2024, 1, 20))
    ])  # fmt: skip
    facts = facts_of(frames | {"IDS011SocPerCircumstances": told})
    rows = facts.engine.frame(facts.table(fact))
    assert len(rows) == rows["record_key"].nunique() == 2
    assert rows["superseded_at"].isna().all()


@pytest.mark.parametrize(
    ("table", "column", "name"),
    [
        ("IDS001MPI", "LanguageCodePreferred", "prefers_other_language"),
        ("IDS201CareContact", "LanguageCodeTreat", "treated_in_another_language"),
        ("BSW001TaskSet", "MaterialsLanguage", "materials_in_english_against_preference"),
    ],
)
def test_a_language_code_in_capitals_names_the_same_language(
    frames: Frames, table: str, column: str, name: str
) -> None:
    assert frames[table][column].notna().any()
    capitals = frames | {table: frames[table].assign(**{column: frames[table][column].str.upper()})}
    as_they_are, shouted = _some(frames, name), _some(capitals, name)
    assert as_they_are.frame[name].nunique() > 1
    pd.testing.assert_frame_equal(as_they_are.frame, shouted.frame)


def test_a_language_in_words_is_not_recorded_and_no_other_language(frames: Frames) -> None:
    name, tasks = "materials_in_english_against_preference", frames["BSW001TaskSet"]
    codes, words = (
        tasks["MaterialsLanguage"],
        tasks["MaterialsLanguage"].replace({"en": "English", "ur": "Urdu"}),
    )
    unknown = frames | {"BSW001TaskSet": tasks.assign(MaterialsLanguage=words)}
    nothing = frames | {"BSW001TaskSet": tasks.assign(MaterialsLanguage=codes.where(codes.isna()))}
    pd.testing.assert_frame_equal(_some(unknown, name).frame, _some(nothing, name).frame)
    assert _some(frames, name).frame[name].notna().sum() > _some(unknown, name).frame[name].notna().sum()

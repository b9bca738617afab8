"""What every predictor keeps without being named: it cannot see the future, and nobody else's records."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from features.facts import FACTS
from features.predictor import catalogue
from features.units import outside
from tests.contract.absurdity import (
    with_cells_filled_later,
    with_cells_not_filled_yet,
    with_log_ins_around,
    with_rows_from_the_future,
)
from tests.contract.engine import facts_of, matrix_of, points_of
from tests.contract.reference_matrix import empty_histories
from tests.contract.running import running_predictors
from tests.contract.small_service import Frames, small_service
from tests.contract.some import SOME

services = st.integers(0, 10_000).map(lambda seed: small_service(seed, patients=2))
PROTECTED = {
    "EthnicCategory", "EthnicCategory2021", "Validated_EthnicCategory", "Gender", "GenderIdentity",
    "GenderIdentitySameAtBirth", "PersonBirthDate", "DisabCode", "Age_ReferralRequest_ReceivedDate",
}  # fmt: skip


def _any_point(frames: Frames, chosen: int) -> pd.Series:
    points = points_of(frames)
    return points.iloc[chosen % len(points)]


def _same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert_frame_equal(one, other.loc[one.index, one.columns], check_exact=False, rtol=1e-9, atol=1e-9)


@SOME
@given(services, st.integers(0, 50))
def test_rows_at_and_after_the_point_change_nothing(frames: Frames, chosen: int) -> None:
    point = _any_point(frames, chosen)
    future = with_rows_from_the_future(frames, point)
    only = {point["point_id"]}
    _same(matrix_of(frames, only=only), matrix_of(future, only=only))


@SOME
@given(services, st.integers(0, 50))
def test_cells_filled_after_the_point_change_nothing(frames: Frames, chosen: int) -> None:
    point = _any_point(frames, chosen)
    frames = with_log_ins_around(frames, point)
    only = {point["point_id"]}
    known = matrix_of(frames, only=only)
    assert len(known) == 1
    _same(known, matrix_of(with_cells_filled_later(frames, point), only=only))
    _same(known, matrix_of(with_cells_not_filled_yet(frames, point), only=only))


def test_whether_the_end_of_a_log_in_is_recorded_later_changes_nothing() -> None:
    frames = small_service(7)
    point = _any_point(frames, 3)
    frames = with_log_ins_around(frames, point)
    only = {point["point_id"]}
    minutes = ["minutes_past_7_days", "brief_logins", "minutes_per_login", "minutes_trend"]
    filled, empty = with_cells_filled_later(frames, point), with_cells_not_filled_yet(frames, point)
    assert (
        matrix_of(empty, only=only)["minutes_past_7_days"].iloc[0] >= 70
    )  # 10 and 60 minutes up to the point
    _same(matrix_of(filled, only=only)[minutes], matrix_of(empty, only=only)[minutes])


@SOME
@given(services, st.integers(0, 2**16))
def test_a_point_has_the_same_values_in_any_batch(frames: Frames, chosen: int) -> None:
    whole = matrix_of(frames)
    part = {name for number, name in enumerate(whole.index) if (chosen >> (number % 16)) & 1}
    _same(matrix_of(frames, only=part), whole)


@SOME
@given(services, st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(frames: Frames, seed: int) -> None:
    shuffled = {table: frame.sample(frac=1, random_state=seed) for table, frame in frames.items()}
    _same(matrix_of(frames), matrix_of(shuffled))


@SOME
@given(services, st.integers(0, 50))
def test_other_patients_records_change_nothing_but_running_totals(frames: Frames, chosen: int) -> None:
    point = _any_point(frames, chosen)
    alone = _only_the_patient(frames, point)
    only = {point["point_id"]}
    own = matrix_of(alone, only=only).drop(columns=running_predictors())
    _same(own, matrix_of(frames, only=only))


def _only_the_patient(frames: Frames, point: pd.Series) -> Frames:
    provider, _, patient = str(point["patient_id"]).partition(":")
    kept = {}
    for table, frame in frames.items():
        own = frame["OrgID_Provider"] == provider
        for column in ("LocalPatientId", "ServiceRequestId", "CareContactId", "CareActId", "TaskId"):
            if column in frame:  # ids of the small services begin with the patient's
                own &= frame[column].astype(str).str.startswith(patient)
                break
        kept[table] = frame[own | (table == "IDS000Header")]
    return kept


def test_two_referrals_of_one_patient_at_one_time_keep_their_own_values() -> None:
    frames = _two_referrals_at_one_time()
    values = matrix_of(frames)
    assert values.loc["AAA01:R1C", "phq9_latest"] == 3
    assert values.loc["AAA01:R2C", "phq9_latest"] == 21
    assert values.loc["AAA01:R1C", "written_summary"] == 1
    assert values.loc["AAA01:R2C", "written_summary"] == 0


def test_local_ids_that_recur_at_another_provider_are_other_people() -> None:
    frames = _two_referrals_at_one_time()
    other = {table: frame.assign(OrgID_Provider="BBB02") for table, frame in frames.items()}
    other["IDS607CodedScoreAssessmentAct"] = other["IDS607CodedScoreAssessmentAct"].assign(PersScore=9.0)
    both = {table: pd.concat([frames[table], other[table]], ignore_index=True) for table in frames}
    values = matrix_of(both)
    assert values.loc["AAA01:R1C", "phq9_latest"] == 3
    assert values.loc["BBB02:R1C", "phq9_latest"] == 9


def _two_referrals_at_one_time() -> Frames:
    day, own = pd.Timestamp("2024-03-05").date(), {"OrgID_Provider": "AAA01", "UniqueSubmissionID": "S"}
    referrals = ("R1", "R2")
    return {
        "IDS000Header": pd.DataFrame([{
            **own, "ReportingPeriodStartDate": day, "ReportingPeriodEndDate": pd.Timestamp("2024-12-31").date(),
        }]),
        "IDS001MPI": pd.DataFrame([{**own, "LocalPatientId": "P"}]),
        "IDS101Referral": pd.DataFrame([
            {**own, "ServiceRequestId": r, "LocalPatientId": "P", "ReferralRequestReceivedDate": day} for r in referrals
        ]),
        "IDS201CareContact": pd.DataFrame([
            {**own, "CareContactId": f"{r}C", "ServiceRequestId": r, "CareContDate": pd.Timestamp("2024-03-20").date(),
             "CareContTime": pd.Timestamp("2024-03-20 10:00").time(), "AttendOrDNACode": "5", "AppType": "02"}
            for r in referrals
        ]),
        "IDS202CareActivity": pd.DataFrame([
            {**own, "CareActId": f"{r}A", "CareContactId": f"{r}C", "CarePersLocalId": "S1"} for r in referrals
        ]),
        "IDS607CodedScoreAssessmentAct": pd.DataFrame([
            {**own, "CareActId": f"{r}A", "CodedAssToolType": "720433000", "PersScore": score}
            for r, score in (("R1", 3.0), ("R2", 21.0))
        ]),
        "IDS606CodedScoreAssessmentRefer": pd.DataFrame([
            {**own, "ServiceRequestId": "R1", "CodedAssToolType": "445455005", "PersScore": 5.0, "AssToolCompDate": day}
        ]),
        "BSW001TaskSet": pd.DataFrame([
            {"OrgID_Provider": "AAA01", "TaskId": f"{r}T", "CareContactId": f"{r}C", "ServiceRequestId": r,
             "CarePersLocalId": "S1", "WrittenSummaryGiven": written}
            for r, written in (("R1", "Y"), ("R2", "N"))
        ]),
    }  # fmt: skip


FOR_A_POINT = ("IDS000Header", "IDS001MPI", "IDS101Referral", "IDS201CareContact", "BSW001TaskSet")


def test_an_empty_history_gives_what_the_predictor_declares() -> None:
    whole = small_service(7, patients=2)
    frames = {table: frame if table in FOR_A_POINT else frame.head(0) for table, frame in whole.items()}
    values, tried = matrix_of(frames), set()
    for point, name in empty_histories(facts_of(frames)):
        declared, value = catalogue()[name].when_absent, values.loc[point, name]
        assert np.isnan(value) if declared is None else value == declared, f"{name} at {point} is {value}"
        tried.add(name)
    assert len(tried) > 60


@SOME
@given(services)
def test_every_value_is_a_finite_number_within_its_unit_or_missing(frames: Frames) -> None:
    values = matrix_of(frames)
    assert (values.dtypes == "float64").all()
    assert not np.isinf(values.to_numpy()).any()
    wrong = [name for name in values if outside(catalogue()[name], values[name].to_numpy()).any()]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "unit", "inside", "beyond"),
    [("forgotten_before", "0/1", 1, 0.5), ("attendance", "share of appointments", 0.5, 1.1),
     ("phq9_latest", "points, 0-27", 27, 28), ("reliable_change", "scales, -2 to 2", -2, -3),
     ("phq9_change", "points, -27 to 27", -27, 28), ("deprivation", "tenth, 1 most deprived", 10, 0),
     ("days_since_last_login", "days", 900, -1), ("minutes_per_week", "minutes a week", 900, -1),
     ("phq9_variability", "points", 19, -1), ("completion_trend", "share a week", -50, -51),
     ("minutes_trend", "minutes a week", -1e6, np.inf), ("hour_of_day", "hour of the day, 0-24", 23, 25)],
)  # fmt: skip
def test_a_unit_says_where_values_end(name: str, unit: str, inside: float, beyond: float) -> None:
    predictor = catalogue()[name]
    assert predictor.unit == unit
    assert list(outside(predictor, np.array([inside, np.nan, beyond]))) == [False, False, True]


def test_only_trends_may_fall_below_nothing_without_saying_how_far() -> None:
    below = {name for name, known in catalogue().items() if not outside(known, np.array([-1.0]))}
    saying = {name for name in below if ", -" in catalogue()[name].unit}
    trends = {name for name, known in catalogue().items() if known.trend_over is not None}
    assert len(trends) == 5 and below == saying | trends


def test_only_facts_marked_protected_read_a_protected_characteristic() -> None:
    for fact in FACTS.values():
        read = {column for columns in fact.reads.values() for column in columns}
        if not fact.protected:
            assert not read & PROTECTED, fact.name
            assert "IDS007DisabilityType" not in fact.reads, fact.name


def test_no_fact_reads_a_column_worked_out_after_the_event() -> None:
    from features.standard import columns_of

    for fact in FACTS.values():
        for table, columns in fact.reads.items():
            late = {
                name for name, column in columns_of(table).items() if column.origin == "derived-post-ingest"
            }
            assert not late & set(columns), f"{fact.name} reads {late & set(columns)} of {table}"

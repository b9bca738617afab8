"""A correction is known when it is sent; what it corrects keeps its place in time, and nobody learns of it before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from tests.contract.engine import facts_of, matrix_of, points_of
from tests.contract.small_service import WSAS, Frames, small_service

CONTACT, ACTIVITY, SCORE = "IDS201CareContact", "IDS202CareActivity", "IDS607CodedScoreAssessmentAct"
SENT, CORRECTED = "0", "1"  # the submissions of January and February; many points are in March
UNTOUCHED = (
    "days_since_session_before", "usual_spacing", "gap_against_own_rhythm", "missed_appointments_past_90_days",
    "attendance", "phq9_latest", "phq9_change", "phq9_trend", "practitioner_changed", "session",
)  # fmt: skip


@pytest.fixture(scope="module")
def frames() -> Frames:
    """A small service in which nothing was ever corrected, all of it sent at once."""
    made = dict(small_service(7))
    for table, key in (
        (CONTACT, ["CareContactId"]),
        (ACTIVITY, ["CareActId"]),
        (SCORE, ["CareActId", "CodedAssToolType"]),
    ):
        first = made[table].drop_duplicates(["OrgID_Provider", *key])
        made[table] = first.assign(UniqueSubmissionID=first["OrgID_Provider"] + f"-{SENT}")
    return made


def corrected(frames: Frames, table: str, rows: pd.Series, **changed: Any) -> Frames:
    """The same with a later version of these rows, sent in February."""
    old = frames[table]
    later = old[rows].assign(UniqueSubmissionID=old.loc[rows, "OrgID_Provider"] + f"-{CORRECTED}", **changed)
    return {**frames, table: pd.concat([old, later], ignore_index=True)}


def early(frames: Frames) -> pd.Series:
    """Contacts of before the correction is sent."""
    return frames[CONTACT]["CareContDate"] < date(2024, 2, 20)


def test_a_corrected_contact_is_no_later_one(frames: Frames) -> None:
    rows = early(frames)
    lengths = frames[CONTACT].loc[rows, "ClinContDurOfCareCont"] + 7
    changed = corrected(frames, CONTACT, rows, ClinContDurOfCareCont=lengths)
    found = matrix_of(changed)
    before = matrix_of(frames)
    assert before["days_since_session_before"].notna().any()
    pd.testing.assert_frame_equal(found[list(UNTOUCHED)], before[list(UNTOUCHED)])
    facts = facts_of(changed)
    versions = facts.engine.frame(facts.table("appointments"))
    assert 0 < (versions["known_at"] > versions["happened_at"]).sum() <= rows.sum()


def test_a_corrected_score_is_no_later_one(frames: Frames) -> None:
    contacts = frames[CONTACT][early(frames)]
    acts = frames[ACTIVITY].merge(contacts[["OrgID_Provider", "CareContactId"]])
    known = set(zip(acts["OrgID_Provider"], acts["CareActId"], strict=True))
    scores = frames[SCORE]
    rows = (
        pd.Series(
            [(p, act) in known for p, act in zip(scores["OrgID_Provider"], scores["CareActId"], strict=True)]
        )
        & (scores["CodedAssToolType"] == "720433000").to_numpy()
    )
    facts = facts_of(corrected(frames, SCORE, rows, PersScore=scores.loc[rows, "PersScore"] + 1))
    found = facts.engine.frame(facts.table("phq9"))
    standing = found[found["superseded_at"].isna()].sort_values(["pathway_id", "order"])
    assert (found["known_at"] > found["happened_at"]).sum() == rows.sum() > 0
    assert (
        standing.groupby("pathway_id")["happened_at"].apply(lambda times: times.is_monotonic_increasing).all()
    )


def test_what_hangs_on_a_contact_whose_date_is_corrected_is_not_known_before_the_latest_of_its_dates(
    frames: Frames,
) -> None:
    rows = early(frames)
    moved = [day + timedelta(days=29) for day in frames[CONTACT].loc[rows, "CareContDate"]]
    facts = facts_of(corrected(frames, CONTACT, rows, CareContDate=moved))
    ids = frames[CONTACT].loc[rows, "OrgID_Provider"] + ":" + frames[CONTACT].loc[rows, "CareContactId"]
    latest = dict(zip(ids, moved, strict=True))
    for fact in ("appointments", "activities", "phq9", "tasks", "session_ratings"):
        found = facts.engine.frame(facts.table(fact).select("contact_id", "known_at"))
        own = found[found["contact_id"].isin(latest)]
        days = pd.to_datetime(own["contact_id"].map(latest))
        assert len(own) > 0
        assert (pd.to_datetime(own["known_at"], unit="s") >= days).all(), fact


def test_a_corrected_item_makes_another_total_from_the_correction_on(frames: Frames) -> None:
    scores = frames[SCORE]
    rows = scores["CodedAssToolType"].isin(WSAS)
    facts = facts_of(corrected(frames, SCORE, rows, PersScore=scores.loc[rows, "PersScore"] + 1))
    found = facts.engine.frame(facts.table("wsas")).sort_values(["contact_id", "known_at"])
    before = facts_of(frames)
    first = before.engine.frame(before.table("wsas")).set_index("contact_id")["score"]
    assert len(found) == 2 * len(first) > 0
    for contact, own in found.groupby("contact_id"):
        assert own["score"].tolist() == [first[contact], first[contact] + len(WSAS)]
        assert own["superseded_at"].isna().tolist() == [False, True]
        assert own["superseded_at"].iloc[0] == own["known_at"].iloc[1]


def test_an_item_that_is_taken_back_leaves_no_total(frames: Frames) -> None:
    scores = frames[SCORE]
    rows = scores["CodedAssToolType"] == WSAS[0]
    facts = facts_of(corrected(frames, SCORE, rows, PersScore=None))
    found = facts.engine.frame(facts.table("wsas")).sort_values(["contact_id", "known_at"])
    assert len(found) > 0
    for _, own in found.groupby("contact_id"):
        assert own["score"].isna().tolist() == [False, True]
        assert own["superseded_at"].iloc[0] == own["known_at"].iloc[1]


@pytest.mark.parametrize("other", ["the same", "higher", "blank"])
def test_an_item_given_twice_at_a_contact_counts_once(frames: Frames, other: str) -> None:
    scores = frames[SCORE]
    first = scores[scores["CodedAssToolType"] == WSAS[0]]
    acts = frames[ACTIVITY].merge(first[["OrgID_Provider", "CareActId"]], on=["OrgID_Provider", "CareActId"])
    again = first.assign(CareActId="ZZ" + first["CareActId"])
    scored = {"the same": 0, "higher": 1, "blank": None}[other]
    again["PersScore"] = None if scored is None else again["PersScore"] + scored
    more = {
        **frames,
        ACTIVITY: pd.concat(
            [frames[ACTIVITY], acts.assign(CareActId="ZZ" + acts["CareActId"])], ignore_index=True
        ),
        SCORE: pd.concat([scores, again], ignore_index=True),
    }
    before, after = (_totals(each) for each in (frames, more))
    assert len(before) > 0
    pd.testing.assert_series_equal(after, before + (scored or 0))
    taken_back = scores["CareActId"].isin(first["CareActId"]) & (scores["CodedAssToolType"] == WSAS[0])
    if scored == 1:  # of the two records the other counts: what becomes of this one is nothing to the total
        without = corrected(
            more, SCORE, taken_back.reindex(more[SCORE].index, fill_value=False), PersScore=None
        )
        pd.testing.assert_series_equal(_totals(without), after)


def _totals(frames: Frames) -> pd.Series:
    """The totals that stand, by contact."""
    facts = facts_of(frames)
    found = facts.engine.frame(facts.table("wsas"))
    return found[found["superseded_at"].isna()].set_index("contact_id")["score"].sort_index()


@pytest.mark.parametrize(
    ("table", "dated", "fact"),
    [
        ("IDS004EmpStatus", "EmployStatusRecDate", "employment"),
        ("IDS003AccommStatus", "AccommodationTypeDate", "accommodation"),
    ],
)
def test_an_old_row_of_a_patient_that_is_corrected_is_no_later_one(
    frames: Frames, table: str, dated: str, fact: str
) -> None:
    first = frames[table].drop_duplicates(["OrgID_Provider", "LocalPatientId", dated])
    first = first.assign(UniqueSubmissionID=first["OrgID_Provider"] + f"-{SENT}")
    rows = pd.to_datetime(first[dated]) < pd.Timestamp("2024-02-01")
    changed = {"EmployStatus": "02"} if fact == "employment" else {"SettledAccommodationInd": "N"}
    facts = facts_of(corrected({**frames, table: first}, table, rows, **changed))
    found = facts.engine.frame(facts.table(fact))
    assert (found["known_at"] > found["happened_at"]).any()
    newest = found.sort_values("order").groupby("patient_id").tail(1)
    assert newest["superseded_at"].isna().all()
    latest = first.groupby(["OrgID_Provider", "LocalPatientId"])[dated].max()
    assert sorted(pd.to_datetime(newest["happened_at"], unit="s").dt.date) == sorted(latest)


def test_a_contact_after_the_discharge_does_not_lighten_the_caseload_before_it(frames: Frames) -> None:
    contact = (
        frames[CONTACT]
        .iloc[[0]]
        .assign(
            CareContactId="LATE", ServiceRequestId="P2R0", CareContDate=date(2024, 6, 20), AttendOrDNACode="5"
        )
    )  # discharged on 20 April
    contact["OrgID_Provider"] = "AAA01"
    for practitioner in ("S1", "S2"):
        act = (
            frames[ACTIVITY]
            .iloc[[0]]
            .assign(
                OrgID_Provider="AAA01", CareActId="LATEA", CareContactId="LATE", CarePersLocalId=practitioner
            )
        )
        more = {
            **frames,
            CONTACT: pd.concat([frames[CONTACT], contact], ignore_index=True),
            ACTIVITY: pd.concat([frames[ACTIVITY], act], ignore_index=True),
        }
        found, before = (matrix_of(each)["practitioner_caseload"] for each in (more, frames))
        pd.testing.assert_series_equal(found.loc[before.index], before)
        facts = facts_of(more)
        rows = facts.engine.frame(facts.table("caseload"))
        assert (rows.groupby("practitioner_id")["patients"].sum() >= 0).all()


@pytest.mark.parametrize("code", ["4", None])
def test_what_the_provider_called_off_or_nobody_recorded_says_nothing_of_attendance_or_punctuality(
    frames: Frames, code: str | None
) -> None:
    rows = frames[CONTACT]["AttendOrDNACode"].isin(["3", "2"])
    called_off = frames[CONTACT].assign(AttendOrDNACode=frames[CONTACT]["AttendOrDNACode"].where(~rows, code))
    left_out = frames[CONTACT][~rows]
    asked = ["attendance", "arrived_late", "missed_appointments_past_90_days", "cancelled_appointments"]
    found, without = (matrix_of({**frames, CONTACT: each})[asked] for each in (called_off, left_out))
    assert without["attendance"].notna().any()
    pd.testing.assert_frame_equal(
        found[["attendance", "arrived_late"]], without[["attendance", "arrived_late"]]
    )
    assert (found[asked[2:]].fillna(0) == 0).all(axis=None)


def test_waiting_is_told_in_calendar_days(frames: Frames) -> None:
    points = points_of(frames).set_index("point_id")
    waited = matrix_of(frames)["days_waited"].dropna()
    referrals = frames["IDS101Referral"]
    received = dict(
        zip(
            referrals["OrgID_Provider"] + ":" + referrals["ServiceRequestId"],
            referrals["ReferralRequestReceivedDate"],
            strict=True,
        )
    )
    first = points.groupby("pathway_id")["at"].min()
    assert len(waited) > 0
    for point, days in waited.items():
        pathway = points.loc[point, "pathway_id"]
        assert days == int(days) <= (first[pathway].date() - received[pathway]).days

"""The synthetic service's records: the standard's tables, as at each submission, with what is wrong on purpose."""

from __future__ import annotations

import pandas as pd
import pytest

from features.standard import tables as standard_tables
from pipelines.synthetic.calendar import months_until_last_day
from pipelines.synthetic.dirt import DIRT
from pipelines.synthetic.header import header_table
from pipelines.synthetic.record_keeping import Numbering
from pipelines.synthetic.service_block import draw_block, tables_of
from pipelines.synthetic.services import draw_services
from pipelines.synthetic.truth import ADDED, CONTACTS, STAFF

MONTHS = months_until_last_day(18)
CONTACT, REFERRAL, TASK, REVIEW = "IDS201CareContact", "IDS101Referral", "BSW001TaskSet", "BSW002TaskReview"
ONE_CONTACT = ["OrgID_Provider", "CareContactId"]
ONE_REFERRAL = ["OrgID_Provider", "ServiceRequestId"]

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def frames() -> Frames:
    """Every table of a service of 1,200 pathways as text, dirty rows included."""
    services, staff = draw_services(7, 3, pathways=1_200)
    numbers = Numbering(3)
    block = draw_block(7, 0, size=1_200, services=services, staff=staff, months=MONTHS, numbers=numbers)
    tables = {"IDS000Header": header_table(services, MONTHS), **tables_of(block, numbers)}
    return {name: table.to_pandas() for name, table in tables.items()}


@pytest.fixture(scope="module")
def clean(frames: Frames) -> Frames:
    """The tables without the dirty rows, which lie at their ends."""
    added = frames[ADDED].groupby("table")["rows"].sum()
    return {name: frame.iloc[: len(frame) - int(added.get(name, 0))] for name, frame in frames.items()}


def period_end(clean: Frames, table: str) -> pd.Series:
    header = clean["IDS000Header"].set_index("UniqueSubmissionID")["ReportingPeriodEndDate"]
    return clean[table]["UniqueSubmissionID"].map(header)


def test_every_table_and_column_is_in_the_standard(clean: Frames) -> None:
    standard = standard_tables()
    written = {name: frame for name, frame in clean.items() if not name.startswith("truth")}
    assert set(written) == set(standard)
    assert {(table, column) for table, frame in written.items() for column in frame} <= {
        (table, column) for table, columns in standard.items() for column in columns
    }


def test_the_header_says_that_all_is_synthetic(clean: Frames) -> None:
    assert set(clean["IDS000Header"]["PrimSystemInUse"]) == {"BSW-SYNTHETIC"}
    assert clean["IDS000Header"]["ReportingPeriodEndDate"].max() == "2025-09-30"
    assert not clean["IDS000Header"].duplicated("UniqueSubmissionID").any()


def test_the_same_local_ids_recur_at_different_providers(clean: Frames) -> None:
    for table, column in ((CONTACT, "CareContactId"), ("IDS001MPI", "LocalPatientId"), (TASK, "TaskId")):
        seen = clean[table].drop_duplicates(["OrgID_Provider", column])[column].value_counts()
        assert (seen > 1).sum() > 100, table


def test_discharge_is_known_only_to_submissions_at_or_after_it(clean: Frames) -> None:
    referrals = clean[REFERRAL].assign(end=period_end(clean, REFERRAL))
    discharged = referrals[referrals["ServDischDate"].notna()]
    assert (discharged["ServDischDate"] <= discharged["end"]).all()
    assert discharged["EndCode"].notna().all()
    before = referrals[referrals["ServDischDate"].isna()]
    later = before.merge(
        discharged[[*ONE_REFERRAL, "ServDischDate"]], on=ONE_REFERRAL, suffixes=("", "_later")
    )
    assert len(later) > 500
    assert (later["end"] < later["ServDischDate_later"]).all()


def test_a_pathway_is_submitted_until_the_month_after_its_discharge(clean: Frames) -> None:
    referrals = clean[REFERRAL].assign(month=clean[REFERRAL]["UniqueSubmissionID"].astype(int) % 1000)
    spans = referrals.groupby(ONE_REFERRAL)["month"].agg(["min", "max", "size"])
    assert (spans["max"] - spans["min"] + 1 == spans["size"]).all()
    discharged = referrals.dropna(subset=["ServDischDate"]).groupby(ONE_REFERRAL).size()
    assert discharged.max() == 2


def test_derived_columns_stand_as_at_their_own_submission(clean: Frames) -> None:
    referrals = clean[REFERRAL].assign(end=period_end(clean, REFERRAL))
    last = referrals.dropna(subset=["TherapySession_LastDate"])
    assert (last["TherapySession_LastDate"] <= last["end"]).all()
    grows = referrals.assign(count=referrals["CareContact_Count"].astype(int)).sort_values("end")
    assert grows.groupby(ONE_REFERRAL)["count"].is_monotonic_increasing.all()
    assert (grows.groupby(ONE_REFERRAL)["count"].nunique() > 1).mean() > 0.4


def test_counts_of_treatment_contacts_agree_with_the_contacts(clean: Frames) -> None:
    contacts = clean[CONTACT].drop_duplicates(ONE_CONTACT, keep="last")
    counted = contacts.groupby(ONE_REFERRAL).size()
    last = clean[REFERRAL].drop_duplicates(ONE_REFERRAL, keep="last").set_index(ONE_REFERRAL)
    open_ones = last[last["ServDischDate"].isna()]
    assert (
        open_ones["CareContact_Count"].astype(int) == counted.reindex(open_ones.index, fill_value=0)
    ).all()


def test_no_contact_lies_outside_its_submissions(clean: Frames) -> None:
    assert (clean[CONTACT]["CareContDate"] <= period_end(clean, CONTACT)).all()


def test_some_contacts_are_corrected_in_a_later_submission(clean: Frames) -> None:
    versions = clean[CONTACT].groupby(ONE_CONTACT)["ClinContDurOfCareCont"].nunique()
    assert 0.002 < (versions > 1).mean() < 0.03


def test_an_ethnic_category_is_sometimes_learned_later(clean: Frames) -> None:
    versions = clean["IDS001MPI"].groupby(["OrgID_Provider", "LocalPatientId"])["EthnicCategory"].nunique()
    assert 0.005 < (versions > 1).mean() < 0.08


def test_truth_joins_to_contacts_with_tasks_one_to_one(clean: Frames) -> None:
    truth = clean[CONTACTS]
    assert not truth.duplicated(ONE_CONTACT).any()
    with_tasks = clean[TASK].drop_duplicates(ONE_CONTACT)
    assert len(truth.merge(with_tasks, on=ONE_CONTACT)) == len(truth) == len(with_tasks)
    assert truth["probability_not_completed"].between(0, 1).all()


def test_what_reviews_say_is_mostly_what_was_done(clean: Frames) -> None:
    reviews = clean[REVIEW][clean[REVIEW]["Completion"] != "not reviewed"]
    words = reviews["Completion"].map({"none": 0.0, "part": 50.0, "full": 100.0, "different": 100.0})
    share = pd.to_numeric(reviews["CompletionPercent"]).fillna(words)
    at = reviews[["OrgID_Provider", "TaskId"]].assign(said=share >= 50)
    at = at.merge(clean[TASK][["TaskId", *ONE_CONTACT]]).merge(clean[CONTACTS], on=ONE_CONTACT)
    assert 0.93 < (at["said"] == at["done"]).mean() < 0.995


def test_no_task_is_reviewed_in_the_contact_that_set_it_or_before(clean: Frames) -> None:
    dates = clean[CONTACT].drop_duplicates(ONE_CONTACT)[[*ONE_CONTACT, "CareContDate"]]
    tasks = clean[TASK][["TaskId", *ONE_CONTACT]].merge(dates, on=ONE_CONTACT)
    reviews = clean[REVIEW].merge(dates, on=ONE_CONTACT, suffixes=("", "_reviewed"))
    both = reviews.merge(tasks, on=["OrgID_Provider", "TaskId"], suffixes=("", "_set"))
    assert len(both) == len(clean[REVIEW])
    assert (both["CareContDate"] > both["CareContDate_set"]).all()
    moment = both["ReviewDateTime"].dropna()
    assert (moment.str[:10] > both.loc[moment.index, "CareContDate_set"]).all()
    assert (moment.str[:10] <= both.loc[moment.index, "CareContDate"]).all()


def test_some_practitioners_rarely_review(clean: Frames) -> None:
    told = clean[REVIEW][clean[REVIEW]["Completion"] != "not reviewed"]
    reviewed = clean[TASK].merge(
        told[["OrgID_Provider", "TaskId"]].drop_duplicates(), how="left", indicator="found"
    )
    staff = clean[STAFF].set_index(["OrgID_Provider", "CarePersLocalId"])["reviews"]
    rare = staff[staff < 0.4].index
    by = pd.MultiIndex.from_frame(reviewed[["OrgID_Provider", "CarePersLocalId"]])
    share = (reviewed["found"] == "both").groupby(by.isin(rare)).mean()
    assert share[False] > 0.6
    assert share[True] < share[False] - 0.1  # a colleague may review what the rare reviewer set


def test_there_is_something_for_each_exclusion_to_count(clean: Frames) -> None:
    assert {"1", "3"} <= set(clean[CONTACT]["CareContPatientTherMode"])
    assert {"01", "02", "03", "05", "06"} <= set(clean[CONTACT]["AppType"])
    assert {"2", "3", "4", "5", "6", "7"} <= set(clean[CONTACT]["AttendOrDNACode"].dropna())
    assert "304891004" in set(clean["IDS202CareActivity"]["CodeProcAndProcStatus"])


def test_every_kind_of_dirt_is_there_and_together_about_one_row_in_a_thousand(frames: Frames) -> None:
    assert set(frames[ADDED]["kind"]) == {dirt.kind for dirt in DIRT}
    rows = sum(len(frame) for name, frame in frames.items() if not name.startswith("truth"))
    assert 0.0005 < frames[ADDED]["rows"].sum() / rows < 0.002


def test_log_ins_are_more_frequent_where_the_work_is_done(clean: Frames) -> None:
    """Known from the truth: pathways that did most of their online work have more log-ins per task."""
    online = clean[TASK][clean[TASK]["TaskFormat"] == "online"].merge(clean[CONTACTS], on=ONE_CONTACT)
    per_pathway = online.groupby(ONE_REFERRAL)["done"].agg(["mean", "size"])
    logins = clean["BSW004PlatformSession"].groupby(ONE_REFERRAL).size()
    rate = logins.reindex(per_pathway.index, fill_value=0) / per_pathway["size"]
    assert rate[per_pathway["mean"] > 0.6].mean() > 1.3 * rate[per_pathway["mean"] < 0.4].mean()

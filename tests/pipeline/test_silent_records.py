"""Where nothing is recorded nothing is said: a review that was none, tables without a row, services without a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from features.facts import Facts, FactSettings
from features.records import Records, SourceSettings, read_records, silence
from features.records.silence import NOBODYS, lost, lost_by_service, unreadable, unreadable_by_service
from features.records.stopped import Stopped, stopped_tables
from pipelines.build import assemble, build
from pipelines.built import begin
from pipelines.check import check, submissions
from pipelines.config import Config
from pipelines.flags.open_records import OpenRecords, assemble_open, prepared_for
from pipelines.gaps import AT_HEART, IN_WORDS, READ, Gaps, at_heart
from pipelines.score import score
from pipelines.store import read_manifest
from tests.contract.small_service import Frames
from tests.pipeline.small_source import clean_frames, write_source

TASKS, REVIEWS, LOGINS = "BSW001TaskSet", "BSW002TaskReview", "BSW004PlatformSession"
CONTACTS, RATINGS, SCORES = "IDS201CareContact", "BSW003SessionRating", "IDS607CodedScoreAssessmentAct"


@pytest.fixture(scope="module")
def frames() -> Frames:
    return clean_frames(patients=4)


def test_work_that_was_not_reviewed_is_not_called_undone_by_a_percentage_that_a_form_filled_in(
    tmp_path: Path, frames: Frames
) -> None:
    nobody = frames[REVIEWS].assign(Completion="not reviewed", CompletionPercent=0.0)
    usual, built = (
        assemble(write_source(tmp_path / name, frames | {REVIEWS: reviews}), config=Config(), until=None)
        for name, reviews in (("usual", frames[REVIEWS]), ("nobody", nobody))
    )
    assert usual.outcome["not_completed"].notna().any()
    assert "reviewed" not in set(built.outcome["reason"]) and built.outcome["not_completed"].isna().all()
    said = built.features[["last_share_completed", "work_not_done_in_a_row"]]
    assert said.max().fillna(0).eq(0).all()


def test_a_table_without_a_row_counts_as_not_recorded(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_source(tmp_path / "source", frames | {LOGINS: frames[LOGINS].head(0)})
    records = read_records(source, SourceSettings())
    assert [*records.empty] == [LOGINS] and LOGINS not in records.columns
    build(source, out=tmp_path / "work", config=Config(), until=None)
    manifest = read_manifest(tmp_path / "work", "build")
    assert manifest["left_out"]["logins"] == f"the source has no {LOGINS}"
    assert "Use of the online programme" in manifest["unmeasured"]
    check(source, out=tmp_path / "quality", config=Config())
    assert f"holds no row: {LOGINS} (quality.html says what that costs)" in capsys.readouterr().out


def open_records(source: Path, predictors: Sequence[str]) -> OpenRecords:
    """What scoring by a model of these predictors would need of a source."""
    facts, as_of = Facts(read_records(source, SourceSettings()), FactSettings()), date(2024, 3, 18)
    begun = begin(facts, config=Config(), until=as_of)
    prepared = prepared_for(facts, Config())
    return assemble_open(begun, prepared, config=Config(), as_of=as_of, predictors=predictors)


def test_to_a_list_a_table_without_a_row_leaves_missing_what_only_its_rows_would_carry(
    tmp_path: Path, frames: Frames
) -> None:
    asked = ["logins", "modules_finished", "session", "patient_confidence"]
    usual = open_records(write_source(tmp_path / "usual", frames), asked)
    assert usual.without_rows == () and usual.built.features["logins"].notna().all()
    no_row = open_records(write_source(tmp_path / "no row", frames | {LOGINS: frames[LOGINS].head(0)}), asked)
    assert no_row.without_rows == (LOGINS,) and no_row.built.left_out == {}
    assert len(no_row.built.features) > 0
    # Not 0: nobody knows whether nobody logged in or nobody wrote it down.
    assert no_row.built.features[["logins", "modules_finished"]].isna().all(axis=None)
    same = ["point_id", "session", "patient_confidence"]
    pd.testing.assert_frame_equal(no_row.built.features[same], usual.built.features[same])


def test_a_column_that_a_table_without_a_row_does_not_name_is_not_recorded_all_the_same(
    tmp_path: Path, frames: Frames
) -> None:
    narrow = frames[LOGINS].head(0).drop(columns="ModulesCompleted")
    found = open_records(write_source(tmp_path, frames | {LOGINS: narrow}), ["logins", "modules_finished"])
    assert [*found.built.left_out] == ["modules_finished"]
    assert [*found.built.features] == ["point_id", "logins"]


def test_a_table_that_is_not_there_is_no_table_without_a_row(tmp_path: Path, frames: Frames) -> None:
    without = {table: frame for table, frame in frames.items() if table != LOGINS}
    found = open_records(write_source(tmp_path, without), ["logins", "session"])
    assert found.built.left_out == {"logins": f"the source has no {LOGINS}"}
    assert found.without_rows == () and "logins" not in found.built.features


@pytest.mark.parametrize("table", [TASKS, CONTACTS])
def test_a_table_of_tasks_or_contacts_without_a_row_makes_no_points_of_weeks_unasked(
    table: str, tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_source(tmp_path / "source", frames | {table: frames[table].head(0)})
    said = f"{table}: holds no row, and without one points would be weeks on the online programme"
    with pytest.raises(InputError, match=said) as refused:
        build(source, out=tmp_path / "work", config=Config(), until=None)
    assert f"or leave {TASKS} out if weeks are what is meant" in str(refused.value)
    with pytest.raises(InputError, match=said):
        score(source, as_of=date(2024, 3, 18), model="models:/bsw/1", out=tmp_path / "flags", config=Config())
    assert not [*tmp_path.glob("*/*.parquet"), *tmp_path.glob("flags/*.csv")]
    check(source, out=tmp_path / "quality", config=Config())
    told = capsys.readouterr().out
    assert f"without a row of {table} points are weeks on the online programme unasked; build refuses" in told


def test_a_build_says_of_what_kind_its_points_are(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    build(write_source(tmp_path / "usual", frames), out=tmp_path / "work", config=Config(), until=None)
    assert " points (sessions at which work was agreed), " in capsys.readouterr().out
    meant = {table: frame for table, frame in frames.items() if table != TASKS}
    build(write_source(tmp_path / "weeks", meant), out=tmp_path / "work", config=Config(), until=None)
    assert " points (weeks on the online programme, because no table says which" in capsys.readouterr().out


def test_records_without_a_row_of_work_are_refused_by_name(tmp_path: Path, frames: Frames) -> None:
    nothing = {table: frame.head(0) if table in (TASKS, LOGINS) else frame for table, frame in frames.items()}
    source = write_source(tmp_path, nothing)
    with pytest.raises(
        InputError, match=f"no between-session work, because {TASKS} and {LOGINS} without a row"
    ):
        read_records(source, SourceSettings())


def test_a_table_of_which_no_row_can_be_used_is_refused_by_name(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    logins = frames[LOGINS].assign(SessionStart="2024-01-02T10:00:00+01:00")
    source = write_source(tmp_path / "source", frames | {LOGINS: logins})
    with pytest.raises(InputError) as refused:
        build(source, out=tmp_path / "work", config=Config(), until=None)
    assert f"{LOGINS}.csv: none of its {len(logins)} rows can be used (SessionStart" in str(refused.value)
    assert "leave the file out" in str(refused.value)
    assert not (tmp_path / "work" / "features.parquet").exists()
    check(source, out=tmp_path / "quality", config=Config())  # shows which rows, and why
    assert f"none of its rows can be used: {LOGINS}; build refuses it" in capsys.readouterr().out


def test_a_build_says_which_service_never_fills_in_a_table_and_which_predictors_never_have_a_value(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    logins = frames[LOGINS]
    told = frames | {
        LOGINS: logins[logins["OrgID_Provider"] == "AAA01"],
        TASKS: frames[TASKS].assign(PatientConfidence=None),
    }
    build(write_source(tmp_path / "source", told), out=tmp_path / "work", config=Config(), until=None)
    manifest = read_manifest(tmp_path / "work", "build")
    assert manifest["silent_services"] == {LOGINS: ["BBB02"]}
    features = pd.read_parquet(tmp_path / "work" / "features.parquet")
    assert set(manifest["never_known"]) == set(features.columns[features.isna().all()])
    assert "patient_confidence" in manifest["never_known"]
    said = capsys.readouterr().out
    assert f"no row of {LOGINS}: BBB02; what is counted there is 0, and not unknown" in said
    assert "no value at any point: " in said


def test_records_made_in_memory_hold_back_nothing(frames: Frames) -> None:
    from features.records.silence import must_be_usable

    must_be_usable(Records.from_frames(frames), frames, at_heart=AT_HEART)


def test_nobody_is_looked_after_longer_on_the_platform_than_the_horizon() -> None:
    outcome = Config().outcome
    with pytest.raises(ValueError, match="platform_days must not be beyond horizon_days: 84 is more than 42"):
        replace(outcome, platform_days=84)


def test_a_row_that_breaks_two_rules_is_one_row_to_check_and_to_build(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = frames[REVIEWS].copy()
    twice.loc[twice.index[0], ["DifficultyRating", "HelpfulnessRating"]] = [99.0, 99.0]
    source = write_source(tmp_path / "source", frames | {REVIEWS: twice})
    assert len(read_records(source, SourceSettings()).set_aside) == 2
    check(source, out=tmp_path / "quality", config=Config())
    build(source, out=tmp_path / "work", config=Config(), until=None)
    said = capsys.readouterr().out
    assert "1 row was set aside" in said and "rows set aside: 1; `bsw check` says why" in said


def test_a_table_that_nothing_reads_holds_nobody_up(tmp_path: Path, frames: Frames) -> None:
    own = frames["IDS101Referral"].iloc[0][["OrgID_Provider", "UniqueSubmissionID", "ServiceRequestId"]]
    paused = pd.DataFrame([{**own, "PauseID": "P1", "PauseStartDate": "no day"}])
    source = write_source(tmp_path / "source", frames | {"IDS108WaitingTimePauses": paused})
    build(source, out=tmp_path / "work", config=Config(), until=None)
    assert (tmp_path / "work" / "features.parquet").exists()


def spoilt(frames: Frames, share: float) -> Frames:
    """The same with a percentage that is none in this share of the reviews."""
    reviews = frames[REVIEWS].astype({"CompletionPercent": object})
    reviews.loc[reviews.index[: round(share * len(reviews))], "CompletionPercent"] = "80 %"
    return frames | {REVIEWS: reviews}


def test_a_table_of_which_more_than_half_is_set_aside_is_refused_by_name_and_check_does_not_call_it_usable(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    source, rows = write_source(tmp_path / "source", spoilt(frames, 0.6)), len(frames[REVIEWS])
    said = f"{REVIEWS}.csv: only {rows - round(0.6 * rows)} of its {rows} rows can be used (CompletionPercent"
    with pytest.raises(InputError, match=re.escape(said)):
        build(source, out=tmp_path / "work", config=Config(), until=None)
    check(source, out=tmp_path / "quality", config=Config())
    told = capsys.readouterr().out
    assert f"The records cannot be used as they are, because of {REVIEWS}: " in told
    assert "The records can be used" not in told + (tmp_path / "quality" / "quality.html").read_text("utf-8")
    assert f"rows can be used: {REVIEWS}; build refuses it" in told


def test_a_table_of_which_more_than_a_set_share_is_set_aside_is_named_with_its_share(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_source(tmp_path / "source", spoilt(frames, 0.3))
    of_each = shares_by_service(frames, 0.3)
    lines = [
        f"{share:.0%} of the rows of {REVIEWS} of {service} set aside; what hangs on them is incomplete"
        for service, share in of_each.items()
    ]
    build(source, out=tmp_path / "work", config=Config(), until=None)
    assert not [line for line in lines if line not in (told := capsys.readouterr().out)], told
    remembered = read_manifest(tmp_path / "work", "build")["unreadable"]
    assert remembered == {REVIEWS: pytest.approx(of_each, abs=0.005)}
    check(source, out=tmp_path / "quality", config=Config())
    told = capsys.readouterr().out
    first = f"{max(of_each.values()):.0%} of {REVIEWS} of {max(of_each, key=lambda one: of_each[one])}"
    assert not [line for line in lines if line not in told]
    assert f"set aside ({first}" in told.splitlines()[0]
    lenient = SourceSettings(most_set_aside=0.9)
    assert "of the rows of" not in " ".join(Gaps.of(read_records(source, lenient), lenient).lines)


def shares_by_service(frames: Frames, share: float) -> dict[str, float]:
    """Of each service, the share of its reviews that `spoilt` spoils, where it spoils any."""
    services = frames[REVIEWS]["OrgID_Provider"]
    found = services.head(round(share * len(services))).value_counts() / services.value_counts()
    return {str(service): float(part) for service, part in found.dropna().items()}


def test_what_a_service_lost_is_found_though_of_the_whole_it_is_little(
    tmp_path: Path, frames: Frames
) -> None:
    reviews = frames[REVIEWS].astype({"CompletionPercent": object})
    theirs = reviews["OrgID_Provider"] == "BBB02"
    ours, broken = reviews[~theirs], reviews[theirs].head(2).assign(CompletionPercent="80 %")
    nobodys = ours.head(1).assign(OrgID_Provider="ZZZ99")
    told = frames | {REVIEWS: pd.concat([ours, broken, nobodys])}
    records = read_records(write_source(tmp_path, told), SourceSettings())
    assert lost(records, READ, at_heart=AT_HEART).empty
    assert lost_by_service(records, READ, at_heart=AT_HEART) == {"BBB02": [REVIEWS]}
    found = Gaps.of(records, SourceSettings(most_set_aside=0))
    assert found.unreadable[REVIEWS]["BBB02"] == 1.0 and "AAA01" not in found.unreadable[REVIEWS]
    assert found.unreadable[REVIEWS][NOBODYS] == pytest.approx(1 / (len(ours) + len(broken) + 1))
    assert REVIEWS not in found.services  # it has rows, though none can be used
    said = " ".join(found.lines)
    assert f"100% of the rows of {REVIEWS} of BBB02 set aside; what hangs on them is incomplete" in said
    assert f"of the rows of {REVIEWS} name no service of these records and are set aside; what" in said


def test_a_table_at_the_edge_is_told_and_takes_no_list_away_unless_nothing_of_it_is_left(
    tmp_path: Path, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    logins = frames[LOGINS]
    for whole, expected in ((False, {}), (True, {"BBB02": [LOGINS]})):
        monkeypatch.setattr(silence, "NO_FEWER", 2)
        spoils = logins["OrgID_Provider"] == "BBB02"
        spoils &= whole | (spoils.cumsum() > 1)
        started = logins["SessionStart"].astype(object).mask(spoils, "no day")
        source = write_source(tmp_path / str(whole), frames | {LOGINS: logins.assign(SessionStart=started)})
        records = read_records(source, SourceSettings())
        assert Gaps.of(records, SourceSettings()).unreadable[LOGINS]["BBB02"] > 0.5
        assert lost_by_service(records, READ, at_heart=AT_HEART) == expected
        monkeypatch.undo()
        assert lost_by_service(records, READ, at_heart=AT_HEART) == {}  # a handful of rows


def test_tables_that_are_gone_with_their_parents_alone_are_not_named_beside_them(
    tmp_path: Path, frames: Frames
) -> None:
    patients = frames["IDS001MPI"].astype({"PersonBirthDate": object})
    theirs = patients["OrgID_Provider"] == "BBB02"
    broken = patients.assign(PersonBirthDate=patients["PersonBirthDate"].mask(theirs, "no day"))
    reviews = frames[REVIEWS].assign(
        Completion=frames[REVIEWS]["Completion"].where(lambda kept: kept.index > 5, "so so")
    )
    records = read_records(
        write_source(tmp_path, frames | {"IDS001MPI": broken, REVIEWS: reviews}), SourceSettings()
    )
    found = Gaps.of(records, SourceSettings())
    assert [*found.unreadable["IDS001MPI"]] == ["BBB02"]
    assert {table for table, services in found.unreadable.items() if "BBB02" in services} <= {
        "IDS001MPI",
        REVIEWS,
    }
    assert "AAA01" in found.unreadable[REVIEWS]
    assert found.services == {}


def made_losses(*broken: tuple[str, str, str, int], kept: dict[tuple[str, str], int]) -> Records:
    """Records of which so many rows `(table, service, rule, rows)` were set aside, and others `kept`."""
    tables = {table for table, _ in kept} | {table for table, *_ in broken}
    rows = {
        table: pd.DataFrame(
            {
                "OrgID_Provider": [
                    one for (name, one), many in kept.items() if name == table for _ in range(many)
                ]
            }
        )
        for table in tables
    }
    header = pd.DataFrame({"OrgID_Provider": ["A", "B"], "ReportingPeriodEndDate": ["2024-06-30"] * 2})
    set_aside = pd.DataFrame(
        [
            {"table": table, "service": service, "rule": rule, "file": table, "row": f"{place}.{number}"}
            for place, (table, service, rule, many) in enumerate(broken)
            for number in range(many)
        ]
    )
    counts = pd.DataFrame(
        {"table": [*rows], "file": [*rows], "rows_kept": [len(frame) for frame in rows.values()]}
    )
    return replace(Records.from_frames(rows | {"IDS000Header": header}), set_aside=set_aside, counts=counts)


PATIENTS, REFERRALS, ACTIVITIES = "IDS001MPI", "IDS101Referral", "IDS202CareActivity"


def test_a_service_lost_its_referrals_though_they_went_with_patients_that_nothing_asks_for() -> None:
    records = made_losses(
        (PATIENTS, "A", "must be a date", 90),
        (REFERRALS, "A", f"must be in {PATIENTS}", 90),
        (CONTACTS, "A", f"must be in {REFERRALS}", 900),
        kept={(PATIENTS, "A"): 10, (REFERRALS, "A"): 10, (CONTACTS, "A"): 100, (CONTACTS, "B"): 900},
    )
    for asked in (AT_HEART | {PATIENTS}, AT_HEART):
        assert lost_by_service(records, asked, at_heart=AT_HEART) == {"A": [REFERRALS]}
    assert [*lost(records, AT_HEART | {PATIENTS}, at_heart=AT_HEART)["table"]] == [PATIENTS]
    assert [*unreadable(records, AT_HEART | {PATIENTS}, above=0.05)["table"]] == [PATIENTS]


def test_a_table_is_named_though_a_few_of_its_rows_went_with_a_parent() -> None:
    records = made_losses(
        (ACTIVITIES, "A", "must be a date", 10),
        (SCORES, "A", f"must be in {ACTIVITIES}", 10),
        (SCORES, "A", "must be a number", 900),
        kept={(ACTIVITIES, "A"): 90, (SCORES, "A"): 50},
    )
    named = unreadable_by_service(records, [ACTIVITIES, SCORES], above=0.05)
    assert [*named["table"]] == [SCORES, ACTIVITIES]
    gone = made_losses(
        (ACTIVITIES, "A", "must be a date", 50),
        (SCORES, "A", f"must be in {ACTIVITIES}", 50),
        kept={(ACTIVITIES, "A"): 50, (SCORES, "A"): 50},
    )
    assert [*unreadable_by_service(gone, [ACTIVITIES, SCORES], above=0.05)["table"]] == [ACTIVITIES]


def test_reviews_that_name_no_service_are_lost_to_every_service_without_one() -> None:
    records = made_losses(
        (REVIEWS, "A ", "must be in IDS000Header", 900), kept={(REVIEWS, "B"): 10, (CONTACTS, "A"): 10}
    )
    assert lost_by_service(records, [REVIEWS], at_heart=[REVIEWS]) == {"A": [REVIEWS]}
    assert lost_by_service(records, [REVIEWS], at_heart=[]) == {}


def test_log_ins_are_at_heart_where_points_are_weeks(frames: Frames) -> None:
    assert LOGINS not in at_heart(Records.from_frames(frames))
    weeks = {table: frame for table, frame in frames.items() if table != TASKS}
    assert LOGINS in at_heart(Records.from_frames(weeks))


def test_one_early_date_does_not_hide_that_a_table_stopped() -> None:
    days = pd.date_range("2024-01-01", "2024-03-01").strftime("%Y-%m-%d")
    for dates in (days, [*days, "1990-01-01"]):
        contacts = pd.DataFrame({"OrgID_Provider": "A", "CareContactId": [*map(str, range(len(dates)))]})
        header = pd.DataFrame({"OrgID_Provider": ["A"], "ReportingPeriodEndDate": ["2024-06-30"]})
        told = {"IDS000Header": header, CONTACTS: contacts.assign(CareContDate=dates)}
        records = Records.from_frames(told)
        assert stopped_tables(records, [CONTACTS]) == [Stopped(CONTACTS, "A", date(2024, 3, 1), 121)]
        assert stopped_tables(records, [CONTACTS], until=date(2024, 4, 1)) == []
    # Where hardly anything is ever written down, two months of nothing say nothing.
    few = contacts.head(3).assign(CareContDate=["2023-06-01", "2023-11-01", "2024-03-01"])
    assert stopped_tables(Records.from_frames({"IDS000Header": header, CONTACTS: few}), [CONTACTS]) == []


def test_what_was_sent_twice_or_goes_with_an_objector_is_not_called_unreadable(
    tmp_path: Path, frames: Frames
) -> None:
    twice = {table: pd.concat([frame, frame]) for table, frame in frames.items() if table == REVIEWS}
    source = write_source(tmp_path, frames | twice)
    own = frames["IDS001MPI"][["OrgID_Provider", "LocalPatientId"]].drop_duplicates()
    own.head(len(own) // 2).to_csv(source / "exclude.csv", index=False)
    records = read_records(source, SourceSettings())
    assert records.rows_set_aside > 0 and records.objected > 0
    found = Gaps.of(records, SourceSettings())
    assert found.unreadable == {} and found.refused == ()


def test_every_table_that_facts_read_has_words_for_practitioners() -> None:
    assert set(IN_WORDS) == READ


def test_who_objects_but_is_in_no_record_is_told_by_check_and_build_with_a_remedy(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_source(tmp_path / "source", frames)
    listed = frames["IDS001MPI"][["OrgID_Provider", "LocalPatientId"]].drop_duplicates()
    listed.assign(LocalPatientId=listed["LocalPatientId"].str.lower()).head(1).to_csv(
        source / "exclude.csv", index=False
    )
    told = "patients on the list of those who object, but in no record: fewer than 5; whoever is meant is NOT left out"
    check(source, out=tmp_path / "quality", config=Config())
    said = capsys.readouterr().out
    assert told in said and "write each id as in the records (capitals, blanks, provider)" in said
    build(source, out=tmp_path / "work", config=Config(), until=None)
    assert told in capsys.readouterr().out
    many = replace(Gaps.of(read_records(source, SourceSettings()), SourceSettings()), objectors_not_found=12)
    assert "in no record: about 10; " in " ".join(many.lines)


def ending(frames: Frames, **last: str) -> Frames:
    """The same with the reporting periods of each provider up to its last day."""
    headers = frames["IDS000Header"]
    ends = pd.to_datetime(headers["ReportingPeriodEndDate"])
    return frames | {"IDS000Header": headers[ends <= pd.to_datetime(headers["OrgID_Provider"].map(last))]}


def test_a_service_that_stopped_submitting_lacks_every_month_up_to_the_latest_of_all(frames: Frames) -> None:
    records = Records.from_frames(ending(frames, AAA01="2024-09-30", BBB02="2024-04-30"))
    told = submissions(records).set_index("provider")["months without one"]
    assert told.to_dict() == {"AAA01": 0, "BBB02": 5}
    assert "BBB02 ends 5 months before the others" in [*Gaps.of(records, SourceSettings()).lines]
    alike = Records.from_frames(ending(frames, AAA01="2024-04-30", BBB02="2024-04-30"))
    assert submissions(alike)["months without one"].to_list() == [0, 0]
    assert " before the others" not in " ".join(Gaps.of(alike, SourceSettings()).lines)


def test_a_table_that_one_service_fills_in_no_longer_is_told_though_it_has_rows(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = ending(frames, AAA01="2024-03-31", BBB02="2024-03-31")
    assert stopped_tables(Records.from_frames(usual), [REVIEWS, TASKS, RATINGS, SCORES]) == []
    reviews, contacts = usual[REVIEWS], usual[CONTACTS]
    theirs = reviews["OrgID_Provider"] == "AAA01"
    dated = reviews.assign(
        ReviewDateTime=reviews["ReviewDateTime"].mask(theirs, pd.Timestamp("2024-01-08 09:00")),
    )
    expected = [Stopped(REVIEWS, "AAA01", date(2024, 1, 8), 83)]
    assert stopped_tables(Records.from_frames(usual | {REVIEWS: dated}), [REVIEWS, TASKS]) == expected
    # What is dated by its contact alone, and by the contact of its activity.
    early = contacts["CareContDate"].mask(contacts["OrgID_Provider"] == "AAA01", pd.Timestamp("2024-01-08"))
    found = stopped_tables(
        Records.from_frames(usual | {CONTACTS: contacts.assign(CareContDate=early)}), [TASKS, RATINGS, SCORES]
    )
    assert found == [Stopped(table, "AAA01", date(2024, 1, 8), 83) for table in (TASKS, RATINGS, SCORES)]
    source, line = (
        write_source(tmp_path / "source", frames),
        f"no row of {REVIEWS} since 2024-02-24: BBB02, whose records",
    )
    check(source, out=tmp_path / "quality", config=Config())
    assert line in capsys.readouterr().out
    build(source, out=tmp_path / "work", config=Config(), until=None)
    assert (
        f"{line} go on for 219 days more; what is counted there since is 0, and not unknown"
        in capsys.readouterr().out
    )

"""Scoring lists each open pathway once: with a flag, or with the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from features.points import PLATFORM_WEEK
from features.predictor import catalogue
from models.abstention import NOT_ENOUGH, UNLIKE
from models.flags import NOT_SHOWN, NOT_STABLE, FlagSettings
from models.outcome import OutcomeSettings
from models.suggestions import packaged_suggestions, read_suggestions
from pipelines.built import Built
from pipelines.config import Config
from pipelines.flags.files import Pages, write_pages
from pipelines.flags.listed import caseloads
from pipelines.flags.not_scored import not_scored
from pipelines.flags.occasion import Occasion
from pipelines.flags.open_work import open_work
from pipelines.flags.patient_files import chosen_point, write_explained
from pipelines.flags.scored import Scored, find_flags
from pipelines.flags.tables import considered, flags_table, note_on, reasons_of, scored_table
from tests.pipeline.made_pages import made_behind, text_of
from tests.pipeline.made_service import AS_OF, PROTECTED, model, service

SETTINGS = OutcomeSettings()


def points_of(*rows: tuple[str, str, str, float]) -> Built:
    """A service with these points: id, pathway, moment, outcome; every pathway is open."""
    made = service()
    points = made.points.head(len(rows)).assign(
        point_id=[row[0] for row in rows],
        pathway_id=[row[1] for row in rows],
        at=pd.to_datetime([row[2] for row in rows]),
    )
    outcome = pd.DataFrame({"point_id": points["point_id"], "not_completed": [row[3] for row in rows]})
    outcome["reason"] = np.where(outcome["not_completed"].notna(), "reviewed", "not reviewed")
    pathways = points.drop_duplicates("pathway_id")[
        ["pathway_id", "patient_id", "service_id", "practitioner_id"]
    ]
    return replace(made, points=points, outcome=outcome, pathways=pathways.assign(is_open=True))


# --- Which work ----------------------------------------------------------------------------------------


def test_every_open_pathway_is_either_listed_or_left_out_with_a_reason() -> None:
    made = service()
    listed, left_out = open_work(made, as_of=AS_OF, settings=SETTINGS)
    is_open = made.pathways.loc[made.pathways["is_open"], "pathway_id"]
    assert sorted([*listed["pathway_id"], *left_out["pathway_id"]]) == sorted(is_open)
    assert dict(zip(left_out["pathway_id"], left_out["reason"], strict=True)) == {
        "RX1:0": "agreed 42 or more days ago, with no review recorded",
        "RX1:1": "the latest work has been reviewed",
        "RX1:new": "no work agreed yet",
    }


def test_nobody_is_said_to_have_been_reviewed_who_was_not_and_a_late_review_is_no_missing_one() -> None:
    made = points_of(("left", "one", "2025-01-01 09:00", 1.0), ("late", "two", "2025-01-01 09:00", np.nan))
    outcome = made.outcome.assign(reason=["left", "late"])
    _, left_out = open_work(replace(made, outcome=outcome), as_of=AS_OF, settings=SETTINGS)
    assert dict(zip(left_out["pathway_id"], left_out["reason"], strict=True)) == {
        "one": "agreed 42 or more days ago, with no review recorded",
        "two": "the latest work was reviewed more than 42 days after it was agreed",
    }


def test_a_closed_pathway_is_neither_listed_nor_left_out() -> None:
    listed, left_out = open_work(service(), as_of=AS_OF, settings=SETTINGS)
    assert "RX1:2" not in {*listed["pathway_id"], *left_out["pathway_id"]}


def test_the_latest_point_whose_outcome_is_open_is_chosen() -> None:
    made = points_of(
        ("older", "one", "2025-03-01 09:00", np.nan),
        ("newer", "one", "2025-03-08 09:00", np.nan),
        ("reviewed", "two", "2025-03-08 09:00", 1.0),
        ("open", "two", "2025-03-01 09:00", np.nan),
    )
    listed, _ = open_work(made, as_of=AS_OF, settings=SETTINGS)
    assert sorted(listed.index) == ["newer", "open"]


@pytest.mark.parametrize(("at", "listed"), [("2025-02-17 00:00", []), ("2025-02-17 00:01", ["p"])])
def test_work_is_listed_while_its_horizon_is_not_over(at: str, listed: list[str]) -> None:
    found, _ = open_work(points_of(("p", "one", at, np.nan)), as_of=AS_OF, settings=SETTINGS)
    assert list(found.index) == listed


def test_a_platform_week_has_a_horizon_of_its_own() -> None:
    made = points_of(
        ("p", "one", "2025-03-10 09:00", np.nan),
        ("q", "two", "2025-03-20 09:00", 0.0),
        ("r", "three", "2025-03-10 09:00", 1.0),
    )
    made = replace(made, kind=PLATFORM_WEEK, points=made.points.assign(kind=PLATFORM_WEEK))
    listed, left_out = open_work(made, as_of=AS_OF, settings=SETTINGS)
    assert listed.empty
    assert dict(zip(left_out["pathway_id"], left_out["reason"], strict=True)) == {
        "one": "the latest week ended 14 or more days ago, and what followed is not recorded",
        "two": "the patient has logged in since",
        "three": "no log-in within 14 days of the latest week",
    }


def of_two_services() -> Built:
    """The made service, of which every second patient is another's whose records ended half a year before."""
    made = service()
    services = np.where(made.pathways.index % 2, "RX1", "OLD")
    named = dict(zip(made.pathways["pathway_id"], services, strict=True))

    def theirs(rows: pd.DataFrame) -> pd.DataFrame:
        service, own = rows["pathway_id"].map(named), rows["practitioner_id"].fillna("RX1:PWP 9")
        return rows.assign(service_id=service, practitioner_id=service + own.str.removeprefix("RX1"))

    return replace(
        made,
        pathways=theirs(made.pathways),
        points=theirs(made.points),
        last_days={"OLD": "2024-09-30", "RX1": "2025-03-30"},
    )


def test_nobody_of_a_service_whose_records_are_too_old_is_listed_and_the_others_are() -> None:
    made = of_two_services()
    old = not_scored(made.ends, {}, AS_OF, most=31)
    assert old == {"OLD": "the records of OLD end on 30 September 2024, 181 days before 31 March 2025"}
    listed, left_out = open_work(replace(made, not_scored=old), as_of=AS_OF, settings=SETTINGS)
    assert len(listed) > 40 and set(listed["service_id"]) == {"RX1"}
    theirs = made.pathways[made.pathways["is_open"] & (made.pathways["service_id"] == "OLD")]
    of_old = left_out[left_out["service_id"] == "OLD"]
    assert sorted(of_old["pathway_id"]) == sorted(theirs["pathway_id"])
    assert set(of_old["reason"]) == {*old.values()}


def test_all_is_refused_only_where_no_service_has_records_that_are_new_enough() -> None:
    assert not_scored({"A": AS_OF - timedelta(days=32)}, {}, AS_OF, most=31) == {}
    with pytest.raises(InputError, match="the records end on 2025-02-26, 32 days before 2025-03-31"):
        not_scored({"A": AS_OF - timedelta(days=33), "B": AS_OF - timedelta(days=90)}, {}, AS_OF, most=31)


def test_a_service_of_which_most_of_a_table_cannot_be_read_is_left_out_and_the_others_are_not() -> None:
    ends = {"A": AS_OF - timedelta(days=1), "B": AS_OF - timedelta(days=1)}
    lost = {"B": ["BSW001TaskSet", "BSW002TaskReview"]}
    assert not_scored(ends, lost, AS_OF, most=31) == {
        "B": "most of the work agreed and of the reviews of agreed work of B cannot be read"
    }
    assert not_scored({}, {}, AS_OF, most=31) == {}
    stopped = {**ends, "A": AS_OF - timedelta(days=90)}
    with pytest.raises(InputError) as refused:
        not_scored(stopped, lost, AS_OF, most=31)
    old, unread = refused.value.faults
    assert "the records of A end on" in old
    assert unread.startswith(
        "B: most rows of BSW001TaskSet and of BSW002TaskReview are set aside, and without"
    )


def test_lists_say_on_what_day_the_records_of_their_own_service_end(
    occasion: Occasion, tmp_path: Path
) -> None:
    made = of_two_services()
    old = replace(made, not_scored=not_scored(made.ends, {}, AS_OF, most=31))
    found = find_flags(old, model(), as_of=AS_OF, config=Config(), suggestions=library())
    names = {patient: patient for patient in found.patients}
    loads = caseloads(found.listed(names), found.left_out(names))
    both = replace(occasion, last_days=made.ends, not_scored=old.not_scored)
    pages = Pages(loads, found.explanation, made_behind(found), both)
    supervised = {"Jo": [one.practitioner for one in loads], "Lee": ["OLD:PWP 1"]}
    written = {
        path: text_of(path) for path in write_pages(tmp_path, pages, supervised) if path.suffix == ".html"
    }
    said = "end on 30 September 2024, 181 days before 31 March 2025, so that no list can be made."
    nobody = ("Nobody stands out", "No patient has agreed work", "To think about first", "Nobody comes first")
    lists = {path: text for path, text in written.items() if "practitioners" in path.parts}
    theirs = [text for path, text in lists.items() if "OLD-PWP" in str(path)]
    assert len(theirs) == 6 and all(f"The records of OLD {said}" in text for text in theirs)
    assert not [words for text in theirs for words in nobody if words in text]
    assert all("Records up to 30 September 2024" in " ".join(text.split()) for text in theirs)
    ours = [" ".join(text.split()) for path, text in lists.items() if "RX1-PWP" in str(path)]
    assert all("Records up to 30 March 2025 " in text and "2024" not in text for text in ours)
    for page in ("flags.html", "supervisors/Jo.html"):
        told = " ".join(written[tmp_path / page].split())
        assert f"The records of OLD {said}" in told
        assert "Records up to 30 September 2024 (OLD), 30 March 2025 (RX1)" in told
    lee = written[tmp_path / "supervisors" / "Lee.html"]
    assert said in lee and not [words for words in nobody if words in lee]
    assert "the records of OLD end on 30 September 2024" in lee
    flags = flags_table(found, names, replace(both, last_days=made.ends | {"RX1": date(2025, 3, 29)}))
    assert set(flags["records_up_to"]) == {"2025-03-29"}


# --- What is found -------------------------------------------------------------------------------------


def test_features_and_risks_belong_to_the_same_points(scored: Scored) -> None:
    assert list(scored.points.index) == list(scored.risks.index) == [flag.point for flag in scored.flags]
    np.testing.assert_allclose(
        scored.explanation.chance.loc[scored.points.index], scored.risks["risk"], atol=1e-6
    )


def test_a_predictor_that_the_source_cannot_carry_is_named_with_the_reason() -> None:
    made = service()
    without = replace(
        made,
        features=made.features.drop(columns=["where_agreed", "phq9_latest"]),
        left_out={"where_agreed": "BSW001TaskSet lacks WhereAgreed", "phq9_latest": "no PHQ-9 is recorded"},
    )
    with pytest.raises(InputError) as raised:
        find_flags(without, model(), as_of=AS_OF, config=Config(), suggestions=library())
    assert len(raised.value.faults) == 2
    assert "'where_agreed', which this source cannot carry: BSW001TaskSet lacks WhereAgreed" in str(
        raised.value
    )


def test_a_session_after_a_week_on_the_programme_is_no_review_that_did_not_take_place(scored: Scored) -> None:
    assert scored.points["seen_since"].notna().any()
    made = service()
    weeks = replace(made, kind=PLATFORM_WEEK, points=made.points.assign(kind=PLATFORM_WEEK))
    found = find_flags(weeks, model(), as_of=AS_OF, config=Config(), suggestions=library())
    assert len(found.points) > 0 and found.points["seen_since"].isna().all()


def library():
    return read_suggestions(packaged_suggestions(), catalogue())


def test_a_service_without_open_work_has_no_flags_and_still_pages(occasion: Occasion, tmp_path: Path) -> None:
    made = service()
    closed = replace(made, pathways=made.pathways.assign(is_open=False))
    nobody = find_flags(closed, model(), as_of=AS_OF, config=Config(), suggestions=library())
    assert nobody.flags == ()
    names = {patient: patient for patient in nobody.patients}
    assert (
        len(scored_table(nobody, closed.protected, names, occasion))
        == len(flags_table(nobody, names, occasion))
        == 0
    )
    pages = Pages(caseloads([], nobody.left_out(names)), nobody.explanation, {}, occasion)
    assert [*write_pages(tmp_path, pages, {})] == [tmp_path / "flags.html"]
    written = write_explained(tmp_path, nobody, [], model=model(), patient=None, occasion=occasion)
    assert all(path.is_file() for path in written)


def test_with_too_little_recorded_no_chance_is_stated_anywhere(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    silent = flags_table(scored, names, occasion).set_index("patient_id").loc["RX1:P0003"]
    assert silent["band"] == "not enough recorded to say"
    assert silent[["chance", "chance_low", "chance_high", "reason_1", "consider_1", "note"]].isna().all()
    assert (
        scored_table(scored, service().protected, names, occasion)
        .set_index("patient_id")
        .loc["RX1:P0003", "abstained"]
    )


# --- The tables ----------------------------------------------------------------------------------------


def test_the_scored_table_has_the_columns_that_an_audit_reads(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    table = scored_table(scored, service().protected, names, occasion)
    ids = ["point_id", "patient_id", "practitioner_id", "service_id", "split"]
    assert list(table.columns) == [
        *ids,
        *("risk", "risk_low", "risk_high", "flag"),
        *PROTECTED,
        *(
            "at",
            "model_version",
            "flag_id",
            "shown_as",
            "as_of",
            "records_up_to",
            "data",
            "abstained",
            "flagged_share",
            "reason_1",
            "reason_2",
            "reason_3",
        ),
    ]
    assert set(table["split"]) == {"scored"}
    assert (table["flag"] == (table["risk"] >= model().threshold) & ~table["abstained"]).all()


def test_the_flags_table_has_nothing_protected_and_comes_highest_chance_first(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    table = flags_table(scored, names, occasion)
    reasons, considered = ([f"{name}_{n}" for n in (1, 2, 3)] for name in ("reason", "consider"))
    start = ["patient_id", "practitioner_id", "at", "chance", "chance_low", "chance_high", "band"]
    assert list(table.columns) == [
        *start,
        *reasons,
        *considered,
        "note",
        "flag_id",
        "shown_as",
        "records_up_to",
        "model_version",
    ]
    own = table[(table["practitioner_id"] == "RX1:PWP 1") & table["chance"].notna()]
    assert own["chance"].str.rstrip("%").astype(int).is_monotonic_decreasing


def test_where_main_grounds_are_hidden_a_note_says_so_and_no_reason_goes(scored: Scored) -> None:
    flag = max(scored.flags, key=lambda flag: len(flag.reasons))
    assert len(flag.reasons) == 3
    hidden = replace(flag, hidden=True)
    assert reasons_of(hidden) == reasons_of(flag)
    assert (note_on(hidden), note_on(replace(flag, hidden=False))) == (NOT_SHOWN, None)
    assert note_on(replace(flag, reasons=(), unstable=True, hidden=False)) == NOT_STABLE


def test_the_flags_table_says_how_far_each_chance_may_be_off(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    table = flags_table(scored, names, occasion)
    stated = table[table["chance"].notna()]
    low, chance, high = (
        stated[name].str.rstrip("%").astype(int) for name in ("chance_low", "chance", "chance_high")
    )
    assert ((low <= chance) & (chance <= high)).all()
    assert (table["chance"].isna() == table["band"].isin([NOT_ENOUGH, UNLIKE])).all()


def test_a_flag_without_a_reason_says_in_the_table_what_to_consider(scored: Scored) -> None:
    flag = max(scored.flags, key=lambda flag: len(flag.reasons))
    general = read_suggestions(packaged_suggestions(), catalogue()).general
    assert considered(replace(flag, reasons=(), consider=general)) == [general.line]


# --- One patient, whole ---------------------------------------------------------------------------------


def test_the_explanation_of_one_patient_adds_up(
    scored: Scored, names: Mapping[str, str], occasion: Occasion, tmp_path: Path
) -> None:
    list(
        write_explained(
            tmp_path, scored, scored.listed(names), model=model(), patient=None, occasion=occasion
        )
    )
    table = pd.read_csv(tmp_path / "explanation.csv")
    highest = max((flag for flag in scored.flags if not flag.abstained), key=lambda flag: flag.chance)
    margin = scored.explanation.base + table["contribution"].sum()
    assert set(table["point_id"]) == {highest.point}
    assert float(scored.explanation.chance_at(margin)) == pytest.approx(highest.chance, abs=1e-6)


def test_a_named_patient_can_be_explained_and_an_unknown_one_is_refused(scored: Scored) -> None:
    assert scored.points.loc[chosen_point(scored, "RX1:P0040"), "patient_id"] == "RX1:P0040"
    with pytest.raises(InputError, match="has nothing open") as raised:
        chosen_point(scored, "RX1:P0040x")
    assert not [own for own in scored.patients if f"{own}'" in str(raised.value)], "nobody else is named"


def test_the_settings_of_flags_reach_the_flags() -> None:
    one_reason = Config(flags=FlagSettings(reasons=1, reasons_per_construct=1))
    found = find_flags(service(), model(), as_of=AS_OF, config=one_reason, suggestions=library())
    assert {len(flag.reasons) for flag in found.flags} <= {0, 1}

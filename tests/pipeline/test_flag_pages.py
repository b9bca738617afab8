"""Pages of flags: each reader gets their own patients, in words, with what stands behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from features.conceptual_model import TITLES
from features.points import PLATFORM_WEEK
from features.predictor import everything
from features.records.stopped import Stopped
from models.flags import FIRST, NOT_HARM
from models.outcome_words import outcome_words
from pipelines.beside import thread_beside
from pipelines.config import Config
from pipelines.flags.files import write_pages
from pipelines.flags.listed import caseloads, days_behind, file_names
from pipelines.flags.occasion import Occasion
from pipelines.flags.pages import caseload_page, index_page
from pipelines.flags.patient_page import HIDDEN, for_practitioners, leads
from pipelines.flags.scored import Scored
from pipelines.flags.supervision_page import supervision_page
from pipelines.gaps import Gaps
from pipelines.page import render
from tests.pipeline.made_pages import SUPERVISORS, made_pages, text_of, written

FOLDERS = "practitioners"
REVIEWS, LOG_INS = "BSW002TaskReview", "BSW004PlatformSession"


@pytest.fixture(scope="module")
def pages(
    scored: Scored, names: Mapping[str, str], occasion: Occasion, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("pages")
    files = written(out, scored, names, occasion)
    assert all(path.is_file() for path in files)
    return out


def test_a_practitioners_folder_holds_nobody_elses_patients(
    pages: Path, scored: Scored, names: Mapping[str, str]
) -> None:
    for caseload in caseloads(scored.listed(names), scored.left_out(names)):
        folder = pages / FOLDERS / caseload.folder
        words = " ".join(text_of(page) for page in folder.glob("*.html"))
        own = {one.patient for one in caseload.listed}
        assert set(re.findall(r"NAME-\d{4}", words)) == {*own, *caseload.left_out["patient"]}
        assert set(re.findall(r"RX1:PWP \d", words)) <= {caseload.practitioner}
        assert {page.name for page in folder.iterdir()} == {
            "caseload.html",
            "answers.csv",
            *(o.page for o in caseload.listed),
        }


def test_a_session_that_came_and_went_without_a_review_is_said(
    scored: Scored, names: Mapping[str, str], occasion: Occasion, pages: Path
) -> None:
    [seen] = [one for one in scored.listed(names) if one.seen_since]
    assert seen.seen == seen.at + timedelta(hours=23)
    [caseload] = caseloads(
        [replace(seen, flag=replace(seen.flag, band=FIRST))], scored.left_out(names).iloc[:0]
    )
    assert "Seen since then, on" in render(caseload_page(caseload, occasion))
    own = [
        page for page in (pages / FOLDERS).rglob("patient-*.html") if "Seen since then, on" in text_of(page)
    ]
    assert [page.name for page in own] == [seen.page]


def test_records_that_end_well_before_the_day_of_the_list_are_said_to(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    [caseload, *_] = caseloads(scored.listed(names), scored.left_out(names))
    said = "The records end on 30 March 2025, 9 days before this list"
    for days, says in ((7, False), (9, True)):
        later = replace(occasion, as_of=occasion.records_up_to + timedelta(days=days + 1))
        assert days_behind(later.records_up_to, later.as_of) == days
        assert (said in render(caseload_page(caseload, later))) == says


def test_a_table_without_a_row_that_the_model_reads_is_named_on_every_list(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    loads = caseloads(scored.listed(names), scored.left_out(names))
    silent = replace(occasion, without_rows=("BSW002TaskReview", "BSW004PlatformSession"))
    said = "These records have no row of BSW002TaskReview and of BSW004PlatformSession: what the chances rest on there"
    for occasion_, says in ((occasion, False), (silent, True)):
        lists = (
            caseload_page(loads[0], occasion_),
            supervision_page("S", loads, occasion_),
            index_page(loads, occasion_, supervisors={}, without=[]),
        )
        assert [said in render(page) for page in lists] == [says] * len(lists)


def in_doubt(table: str) -> Gaps:
    """Records of two services, both of which leave much in doubt in one table."""
    return Gaps(
        set_aside=0,
        refused=(),
        unreadable={table: {"RX1": 0.48, "RX2": 0.31, "": 0.07}},
        services={LOG_INS: ["RX1"], table: ["RX2"]},
        objectors_not_found=0,
        stopped=(Stopped(table, "RX1", date(2025, 1, 8), 82), Stopped(table, "RX2", date(2024, 9, 3), 209)),
        ended_early={},
        several=True,
    )


def test_what_a_service_s_records_leave_in_doubt_is_said_on_its_own_lists_alone(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    loads = caseloads(scored.listed(names), scored.left_out(names))
    doubtful = replace(occasion, gaps=in_doubt(REVIEWS), reads=frozenset({REVIEWS, LOG_INS}))
    said = (
        f"could not be read: 48% of the reviews of agreed work ({REVIEWS}), 7% of the reviews of agreed work "
        f"({REVIEWS}), which name no service.",
        f"The records hold nothing of the reviews of agreed work ({REVIEWS}) since 8 January 2025. That may mean",
        f"hold nothing at all of the log-ins to the online programme ({LOG_INS})",
    )
    for occasion_, says in (
        (occasion, False),
        (replace(doubtful, reads=frozenset()), False),
        (doubtful, True),
    ):
        lists = (caseload_page(loads[0], occasion_), supervision_page("S", loads, occasion_))
        for text in map(render, lists):
            assert [words in text for words in said] == [says] * len(said)
            assert not [words for words in ("RX2", "31% of the reviews", "3 September 2024") if words in text]
    both = render(index_page(loads, both_services(doubtful), supervisors={}, without=[]))
    assert f"31% of the reviews of agreed work ({REVIEWS}) of RX2" in both
    assert (
        f"The records of RX2 hold nothing of the reviews of agreed work ({REVIEWS}) since 3 September 2024"
        in both
    )
    assert f"no row of {REVIEWS}: RX2; what is counted there is 0, and not unknown" in both


def test_log_ins_that_stop_are_told_on_lists_of_weeks_and_not_on_lists_of_work(occasion: Occasion) -> None:
    stopped = replace(occasion, gaps=in_doubt(LOG_INS), reads=frozenset({LOG_INS}))
    said = (
        f"The records hold nothing of the log-ins to the online programme ({LOG_INS}) since 8 January 2025."
    )
    assert said not in stopped.caution
    weeks = outcome_words({PLATFORM_WEEK}, Config().as_table())
    assert said in replace(stopped, meaning=weeks).caution


def both_services(occasion: Occasion) -> Occasion:
    """The same for a page of two services."""
    return replace(occasion, last_days=dict.fromkeys(("RX1", "RX2"), occasion.records_up_to))


def test_pages_of_weeks_on_the_programme_do_not_speak_of_work_and_its_review(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    listed = scored.listed(names)
    loads = caseloads(listed, scored.left_out(names))
    nobody = replace(loads[0], listed=[])
    weeks = replace(occasion, meaning=outcome_words({PLATFORM_WEEK}, Config().as_table()))
    for meant, says in ((occasion, True), (weeks, False)):
        pages = (
            caseload_page(loads[0], meant),
            caseload_page(nobody, meant),
            supervision_page("S", loads, meant),
            index_page(loads, meant, supervisors={}, without=[]),
        )
        text = " ".join(map(render, pages))
        of_work = (
            "open work", "waiting for its review", "Chance that it is not done", "work not being done", "Work between",
        )  # fmt: skip
        assert [words in text for words in of_work] == [says] * len(of_work)
        of_weeks = ("an open week on the programme", "Chance that no log-in follows", "no log-in following")
        assert [words in text for words in of_weeks] == [not says] * len(of_weeks)
    likely = {leads(one.flag, weeks.meaning) for one in listed}
    assert "The chance that no log-in follows is below average." in likely
    assert not [words for words in likely if "not done" in words]


def test_a_patient_with_work_in_two_referrals_counts_once(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    one, *_ = [one for one in scored.listed(names) if one.flag.flagged]
    [caseload] = caseloads([one, one], scored.left_out(names).iloc[:0])
    assert "Of 1 patient with open work, 1 to think about" in render(caseload_page(caseload, occasion))


def test_no_page_holds_the_records_own_id_of_a_patient(pages: Path) -> None:
    for page in pages.rglob("*.html"):
        assert "RX1:P0" not in page.read_text(encoding="utf-8")


def test_practitioners_never_read_risk_but_in_what_is_not_assessed(pages: Path) -> None:
    read = [*(pages / FOLDERS).rglob("*.html"), *(pages / "supervisors").glob("*.html")]
    for page in read:
        words = text_of(page)
        assert NOT_HARM in words
        assert "risk" not in re.sub(r"[Nn]ot an assessment of risk of harm", "", words).lower()


def test_every_page_says_up_to_when_by_which_model_and_from_which_records(pages: Path) -> None:
    for page in pages.rglob("*.html"):
        words = text_of(page)
        assert re.search(r"Records up to\s+30 March 2025", words)
        assert re.search(r"Model\s+version 1\b", words)
        assert "0123456789ab" in words


def test_a_patients_page_reads_as_a_practitioner_would_say_it(
    pages: Path, scored: Scored, names: Mapping[str, str]
) -> None:
    one = next(one for one in scored.listed(names) if one.flag.flagged and len(one.flag.reasons) == 3)
    folder = next((pages / FOLDERS).rglob(one.page)).parent
    words = text_of(folder / one.page)
    assert "patients with records like these whose work was reviewed" in words
    for reason in one.flag.reasons:
        assert re.search(rf"{re.escape(reason.title)}:\s+{re.escape(reason.words)}", words)
    assert "To consider" in words
    assert "the newest 6 of 8" in words


def test_pages_of_weeks_on_the_programme_foretell_log_ins_and_speak_of_no_review(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    weeks = replace(occasion, meaning=outcome_words({PLATFORM_WEEK}, Config().as_table()))
    loads = caseloads(scored.listed(names), scored.left_out(names))
    page = render(caseload_page(loads[0], weeks))
    assert "had not logged in again within 14 days" in page
    assert "The chance is that the patient does not log in to the online programme within 14 days" in page
    assert "eek on the programme up to" in page and "ork agreed on" not in page
    assert "whose work was reviewed" not in page and "work that was reviewed" not in page


def test_an_abstained_flag_has_no_chance_no_reason_and_no_waterfall(
    pages: Path, scored: Scored, names: Mapping[str, str]
) -> None:
    silent = next(one for one in scored.listed(names) if one.flag.abstained)
    words = text_of(next((pages / FOLDERS).rglob(silent.page)))
    assert "Not enough is recorded to state a chance that it is not done." in words
    assert "%" not in re.sub(r"Patients with a chance of about \d+% or more", "", words)


def test_what_is_never_shown_stands_as_one_bar_and_the_bars_end_at_the_chance(
    pages: Path, scored: Scored, names: Mapping[str, str]
) -> None:
    shown = for_practitioners(scored.explanation, everything(), TITLES)
    point = shown.parts[HIDDEN].abs().idxmax()
    one = next(one for one in scored.listed(names) if one.flag.point == point)
    page = next((pages / FOLDERS).rglob(one.page)).read_text(encoding="utf-8")
    assert page.count(f'<th scope="row">{HIDDEN}</th>') == 1
    assert re.search(rf"This patient</th>.*?<td class=\"n\">{one.flag.percent}</td>", page, flags=re.DOTALL)


def test_a_supervisor_reads_of_their_own_practitioners_only(pages: Path) -> None:
    words = text_of(pages / "supervisors" / "Sam-Lee.html")
    assert set(re.findall(r"RX1:PWP \d", words)) == set(SUPERVISORS["Sam/Lee"])


def test_supervision_discusses_what_a_practitioner_cannot_act_on_alone(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    listed = [one for one in scored.listed(names) if one.flag.flagged and one.flag.reasons][:2]
    plain, hidden = (
        replace(one, flag=replace(one.flag, reasons=one.flag.reasons[:0] or one.flag.reasons, hidden=secret))
        for one, secret in zip(listed, (False, True), strict=True)
    )
    [caseload] = caseloads(
        [replace(one, practitioner="A") for one in (plain, hidden)], scored.left_out(names).iloc[:0]
    )
    words = render(supervision_page("S", [caseload], occasion))
    assert "the main grounds are not shown to the practitioner" in words
    assert f"A: patient {hidden.patient}" in words


def test_who_has_no_supervisor_is_named_on_the_analysts_page(pages: Path) -> None:
    assert "No supervisor is named for RX1:PWP 5, no practitioner recorded, RX1." in text_of(
        pages / "flags.html"
    )


def test_a_practitioner_whom_the_records_do_not_know_is_named_and_nothing_is_said_to_be_well(
    scored: Scored, names: Mapping[str, str], occasion: Occasion, tmp_path: Path
) -> None:
    list(write_pages(tmp_path, made_pages(scored, names, occasion), {"Bo": ("PWP 1",)}))
    for page in (tmp_path / "supervisors" / "Bo.html", tmp_path / "flags.html"):
        assert "No patient with an open referral was found with PWP 1." in text_of(page)
    assert "every patient" not in text_of(tmp_path / "supervisors" / "Bo.html").lower()


def test_names_of_patients_and_practitioners_cannot_become_markup(
    scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    odd = replace(scored.listed(names)[0], patient="<b>P</b>", practitioner="<i>PWP</i>")
    [caseload] = caseloads([odd], scored.left_out(names).iloc[:0])
    page = render(caseload_page(caseload, occasion))
    assert "<b>P</b>" not in page
    assert "<i>PWP</i>" not in page


def test_names_that_look_alike_get_files_of_their_own() -> None:
    found = file_names(["RX1:a/1", "RX1:a 1", "RX1:A-1", "RX1:a-1_2", "::"])
    assert len({name.lower() for name in found}) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in found)


def test_the_pages_of_who_left_go(
    scored: Scored, names: Mapping[str, str], occasion: Occasion, tmp_path: Path
) -> None:
    stale = [tmp_path / folder / "gone" / "caseload.html" for folder in (FOLDERS, "supervisors")]
    for page in stale:
        page.parent.mkdir(parents=True)
        page.write_text("last month's patients", encoding="utf-8")
    written(tmp_path, scored, names, occasion)
    assert not any(page.exists() for page in stale)
    assert not list(tmp_path.rglob(".*"))


def test_pages_are_the_same_whatever_the_order_of_rows(
    pages: Path, scored: Scored, names: Mapping[str, str], occasion: Occasion, tmp_path: Path
) -> None:
    made = made_pages(scored, names, occasion)
    turned = caseloads(reversed(scored.listed(names)), scored.left_out(names).iloc[::-1])
    for one, other in zip(made.caseloads, turned, strict=True):
        assert render(caseload_page(one, occasion)) == render(caseload_page(other, occasion))


def test_a_worker_beside_draws_the_same_pages(
    pages: Path, scored: Scored, names: Mapping[str, str], occasion: Occasion, tmp_path: Path
) -> None:
    with thread_beside() as beside:
        made = made_pages(scored, names, occasion)
        written = list(write_pages(tmp_path, made, SUPERVISORS, beside=beside))
    assert len(written) == len({*written})
    for page in written:
        assert page.read_bytes() == (pages / page.relative_to(tmp_path)).read_bytes()

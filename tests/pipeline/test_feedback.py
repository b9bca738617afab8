"""Answers are kept with the flags they answer, and the page says what they came to without a small number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from models.feedback import ACTIONS, WHYS
from pipelines.cli import main
from pipelines.config import Config
from pipelines.feedback import feedback, read_answers
from pipelines.flags.files import must_keep_answered, write_tables
from pipelines.flags.occasion import Occasion
from pipelines.flags.scored import Scored
from pipelines.flags.tables import STORE
from pipelines.store import fingerprint, step, write_table
from tests.pipeline.browser import Reader
from tests.pipeline.made_pages import written
from tests.pipeline.made_service import service


@pytest.fixture
def folder(scored: Scored, names: Mapping[str, str], occasion: Occasion, tmp_path: Path) -> Path:
    out = tmp_path / "flags"
    with step("score", out, inputs={}, config=Config()):
        list(write_tables(out, scored, service().protected, names=names, occasion=occasion))
    return out


def template(folder: Path) -> Path:
    return next(folder.glob("answers-*.csv"))


def filled_in(folder: Path, share: int = 3) -> Path:
    """The template with every `share`-th row disagreed with and one in ten left empty."""
    table = pd.read_csv(template(folder), dtype=str, keep_default_na=False)
    for n in [n for n in table.index if n % 10]:
        agreed = "no" if n % share == 0 else "yes"
        why = WHYS[n % len(WHYS)] if agreed == "no" else ""
        table.loc[n, ["answered_on", "agreed", "why", "action"]] = [
            "2025-04-01",
            agreed,
            why,
            ACTIONS[n % len(ACTIONS)],
        ]
    table.to_csv(folder.parent / "mine.csv", index=False)
    return folder.parent / "mine.csv"


def test_the_template_lists_the_flags_to_think_about_first_and_nothing_protected(folder: Path) -> None:
    table = pd.read_csv(template(folder), dtype=str, keep_default_na=False)
    flags = pd.read_csv(folder / "flags.csv", dtype=str)
    first = flags[flags["band"] == "to think about first"]
    assert table["flag_id"].tolist() == first["flag_id"].tolist()
    assert list(table.columns) == [
        *("flag_id", "patient_id", "practitioner_id", "shown_as"),
        *("answered_on", "agreed", "why", "action", "note"),
    ]


def test_answers_are_kept_once_and_the_same_file_again_changes_nothing(folder: Path) -> None:
    mine = filled_in(folder)
    feedback(folder, [mine], also=[], work=None, config=Config())
    kept, page = fingerprint(folder / STORE), (folder / "feedback.html").read_text(encoding="utf-8")
    feedback(folder, [mine], also=[], work=None, config=Config())
    assert fingerprint(folder / STORE) == kept
    assert (folder / "feedback.html").read_text(encoding="utf-8") == page
    assert "were answered" in page


def test_the_page_says_which_records_and_how_far_they_go(folder: Path) -> None:
    feedback(folder, [], also=[], work=None, config=Config())
    page = (folder / "feedback.html").read_text(encoding="utf-8")
    assert "<dt>Records up to</dt><dd>30 March 2025</dd>" in page
    assert "<dd>0123456789ab</dd>" in page


def test_a_file_with_a_fault_changes_nothing(folder: Path) -> None:
    mine = filled_in(folder)
    feedback(folder, [mine], also=[], work=None, config=Config())
    kept = fingerprint(folder / STORE)
    mine.write_text(mine.read_text(encoding="utf-8").replace("yes", "perhaps", 1), encoding="utf-8")
    with pytest.raises(InputError, match="'agreed' must be one of: yes, no; it is 'perhaps'"):
        feedback(folder, [mine], also=[], work=None, config=Config())
    assert fingerprint(folder / STORE) == kept
    feedback(folder, [], also=[], work=None, config=Config())


def test_a_folder_without_flags_is_refused_and_not_made(folder: Path, tmp_path: Path) -> None:
    mine = filled_in(folder)
    with pytest.raises(InputError, match="there is no such file; run the step that writes it"):
        feedback(tmp_path / "flgas", [mine], also=[], work=None, config=Config())
    assert not (tmp_path / "flgas").exists()


def test_flags_that_were_scored_anew_under_their_answers_are_noticed(folder: Path) -> None:
    feedback(folder, [filled_in(folder)], also=[], work=None, config=Config())
    table = pd.read_parquet(folder / "scored.parquet")
    write_table(folder / "scored.parquet", table.assign(flag_id=table["flag_id"].str[::-1]))
    with pytest.raises(InputError, match="scored anew; score each day into a folder of its own"):
        read_answers(folder)


def test_scoring_another_day_overwrites_no_flag_that_was_answered(
    folder: Path, scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    feedback(folder, [filled_in(folder)], also=[], work=None, config=Config())
    before = fingerprint(folder / "scored.parquet")
    protected = service().protected
    another = replace(occasion, as_of=occasion.as_of + timedelta(days=1))
    with pytest.raises(InputError, match="score each day into a folder of its own"):
        must_keep_answered(folder, scored, another)
    assert fingerprint(folder / "scored.parquet") == before
    must_keep_answered(folder, scored, occasion)
    list(write_tables(folder, scored, protected, names=names, occasion=occasion))


@pytest.mark.parametrize("written", [b"", b"flag_id\rx\r"])
def test_answers_that_cannot_be_read_are_not_thrown_away(
    folder: Path, scored: Scored, occasion: Occasion, written: bytes
) -> None:
    own = folder / "practitioners" / "somebody" / "answers.csv"
    own.parent.mkdir(parents=True)
    own.write_bytes(written)
    with pytest.raises(InputError, match=r"somebody/answers\.csv: holds answers that would go"):
        must_keep_answered(folder, scored, occasion)


def test_answers_in_the_services_own_form_are_not_thrown_away(
    folder: Path, scored: Scored, occasion: Occasion
) -> None:
    must_keep_answered(folder, scored, occasion)
    table = pd.read_csv(template(folder), dtype=str, keep_default_na=False)
    table.assign(note="a word").to_csv(template(folder), index=False)
    with pytest.raises(InputError, match=rf"{template(folder).name}: holds answers that would go"):
        must_keep_answered(folder, scored, occasion)


def test_flags_that_were_not_finished_are_not_answered(folder: Path) -> None:
    mine = filled_in(folder)
    (folder / "manifests" / "score.json").unlink()
    with pytest.raises(InputError, match="`bsw score` did not finish here; run it again"):
        feedback(folder, [mine], also=[], work=None, config=Config())
    assert not (folder / STORE).exists()


def test_what_is_refused_leaves_no_answer_behind(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        feedback(folder, [filled_in(folder)], also=[], work=tmp_path / "no build", config=Config())
    assert not (folder / STORE).exists()


def test_two_imports_at_once_are_refused(folder: Path) -> None:
    (folder / ".feedback.lock").touch()
    with pytest.raises(InputError, match="by another run"):
        feedback(folder, [filled_in(folder)], also=[], work=None, config=Config())
    assert not (folder / STORE).exists()


def test_what_became_of_the_work_stands_beside_what_was_done(folder: Path, tmp_path: Path) -> None:
    points = pd.read_parquet(folder / "scored.parquet")["point_id"]
    with step("build", tmp_path / "work", inputs={}, config=Config()) as manifest:
        became = pd.DataFrame({"point_id": points, "not_completed": [n % 2 for n in range(len(points))]})
        manifest.wrote(write_table(tmp_path / "work" / "outcome.parquet", became))
        manifest.says(records_up_to="2025-06-30")
    feedback(folder, [filled_in(folder)], also=[], work=tmp_path / "work", config=Config())
    page = (folder / "feedback.html").read_text(encoding="utf-8")
    assert "Beside what was done, not because of it" in page
    assert "None of this is an effect" in page
    measures = pd.read_csv(folder / "feedback.csv", dtype=str)["measure"]
    assert set(measures) == {"answered", "disagreed", "acted", "reviewed", "not_done"}


def test_the_page_names_nobody_and_shows_no_small_number(folder: Path) -> None:
    feedback(folder, [filled_in(folder)], also=[], work=None, config=Config())
    page = (folder / "feedback.html").read_text(encoding="utf-8")
    assert "version 1" in page
    assert not re.search(r"RX1|PWP|[0-9a-f]{16}", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    table = pd.read_csv(folder / "feedback.csv", dtype=str)
    assert set(table["rows"].replace("*", "0").astype(int) % 5) == {0}


def test_the_page_opens_in_a_browser(folder: Path, reader: Reader, tmp_path: Path) -> None:
    feedback(folder, [filled_in(folder)], also=[], work=None, config=Config())
    assert reader.faults_of(folder / "feedback.html", tmp_path / "page.png") == []


def test_the_command_tells_every_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = filled_in(folder)
    mine.write_text(mine.read_text(encoding="utf-8").replace("yes", "perhaps"), encoding="utf-8")
    assert main(["feedback", str(folder), str(mine)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) > 3
    assert all(line.startswith(f"bsw feedback: {mine}: row ") for line in said)


def test_a_build_that_ends_before_the_flags_is_refused(folder: Path, tmp_path: Path) -> None:
    with step("build", tmp_path / "work", inputs={}, config=Config()) as manifest:
        manifest.says(records_up_to="2025-03-30")
    with pytest.raises(InputError, match="its records end on 2025-03-30, before the first of these flags"):
        feedback(folder, [], also=[], work=tmp_path / "work", config=Config())


def test_practitioners_answer_in_their_own_folders_by_the_names_on_pages(
    folder: Path, scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    written(folder, scored, names, occasion)
    own = sorted((folder / "practitioners").glob("*/answers.csv"))
    given = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in own]
    assert pd.concat(given)["flag_id"].is_unique
    assert sorted(pd.concat(given)["flag_id"]) == sorted(pd.read_csv(template(folder))["flag_id"])
    assert "RX1:P0" not in "".join(path.read_text(encoding="utf-8") for path in own)
    filled = [(path, table) for path, table in zip(own, given, strict=True) if len(table)][:2]
    for path, table in filled:
        table.loc[:, ["answered_on", "agreed", "action"]] = ["01/04/2025", "Yes", ACTIONS[0]]
        path.write_bytes(table.assign(note="a patient’s wish").to_csv(index=False, sep=";").encode("cp1252"))
    with pytest.raises(InputError, match="holds answers that would go with the folder"):
        must_keep_answered(folder, scored, occasion)
    feedback(folder, [path for path, _ in filled], also=[], work=None, config=Config())
    kept = read_answers(folder)
    assert len(kept) == sum(len(table) for _, table in filled)
    assert set(kept["answered_on"]) == {"2025-04-01"}
    assert set(kept["note"]) == {"a patient’s wish"}
    list(write_tables(folder, scored, service().protected, names=names, occasion=occasion))
    path, table = filled[0]
    table.assign(note="said otherwise since").to_csv(path, index=False)
    with pytest.raises(InputError, match=rf"{path.parent.name}/answers.csv: holds answers that would go"):
        must_keep_answered(folder, scored, occasion)


def test_a_row_with_more_cells_than_the_heading_is_refused(folder: Path) -> None:
    mine = filled_in(folder)
    lines = mine.read_text(encoding="utf-8").splitlines()
    mine.write_text("\n".join([lines[0], *(f"{line}," for line in lines[1:])]), encoding="utf-8")
    with pytest.raises(InputError, match="its rows have more cells than its heading"):
        feedback(folder, [mine], also=[], work=None, config=Config())


def test_an_answer_beside_another_patients_name_is_refused(folder: Path) -> None:
    mine = filled_in(folder)
    table = pd.read_csv(mine, dtype=str, keep_default_na=False)
    table.assign(shown_as=[*table["shown_as"][1:], table["shown_as"][0]]).to_csv(mine, index=False)
    with pytest.raises(InputError, match="is about another shown_as than the row says"):
        feedback(folder, [mine], also=[], work=None, config=Config())

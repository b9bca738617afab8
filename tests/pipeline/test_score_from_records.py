"""The whole command: a synthetic service's records and a registered model to flags, as at a date."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features import matrix
from features.errors import InputError
from features.facts import FactSettings
from features.matrix import Columns
from features.protected import ProtectedSettings
from models.outcome import OutcomeSettings
from pipelines.build import assemble, build
from pipelines.config import Config
from pipelines.flags import prepared
from pipelines.flags.settings import ScoreSettings
from pipelines.score import score
from pipelines.store import is_synthetic, read_manifest
from pipelines.synthetic.whole_service import synthesise
from pipelines.train import train

MODEL = "models:/bsw@candidate"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic service's records, and beside them a model learnt from them and registered."""
    folder = tmp_path_factory.mktemp("service")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        synthesise(folder / "records", pathways=600, services=2, months=24, seed=3, file_format="parquet")
        build(folder / "records", out=folder / "work", config=Config(), until=None)
        train(folder / "work", config=Config())
    return folder / "records"


@pytest.fixture(scope="module")
def as_of(source: Path) -> date:
    """A month before the records end."""
    points = pd.read_parquet(source.parent / "work" / "points.parquet", columns=["at"])
    return (points["at"].max() - pd.Timedelta(days=30)).date()


@pytest.fixture(scope="module")
def flags(source: Path, as_of: date) -> Path:
    """The folder that the command wrote."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(source.parent)
        score(source, as_of=as_of, model=MODEL, out=source.parent / "flags", config=Config())
    return source.parent / "flags"


@pytest.mark.long
def test_every_open_pathway_is_scored_or_listed_with_its_reason(
    flags: Path, source: Path, as_of: date
) -> None:
    scored = pd.read_parquet(flags / "scored.parquet")
    left_out = pd.read_csv(flags / "not_listed.csv")
    built = assemble(source, config=Config(), until=as_of)
    pathway_of = built.points.set_index("point_id")["pathway_id"]
    covered = [*pathway_of.loc[scored["point_id"]], *left_out["pathway_id"]]
    assert len(scored) > 0
    assert sorted(covered) == sorted(built.pathways.loc[built.pathways["is_open"], "pathway_id"])


@pytest.mark.long
def test_nothing_from_the_date_onward_is_scored(flags: Path, as_of: date) -> None:
    scored = pd.read_parquet(flags / "scored.parquet")
    horizon = pd.Timedelta(days=Config().outcome.horizon_days)
    assert scored["at"].between(pd.Timestamp(as_of) - horizon, pd.Timestamp(as_of), inclusive="neither").all()


@pytest.mark.long
def test_the_manifest_names_the_model_and_the_artefacts_say_synthetic(flags: Path, as_of: date) -> None:
    manifest = read_manifest(flags, "score")
    assert manifest["as_of"] == as_of.isoformat()
    assert manifest["model"].startswith("models:/")
    assert manifest["cut_off"]["chosen"].startswith("the highest 20%")
    assert is_synthetic(flags / "scored.parquet")
    assert "Synthetic." in (flags / "flags.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_who_agreed_no_work_yet_is_on_the_list_of_whom_they_saw_last(source: Path, as_of: date) -> None:
    built = assemble(source, config=Config(), until=as_of)
    before = built.pathways[~built.pathways["pathway_id"].isin(built.points["pathway_id"])]
    known = before.dropna(subset=["practitioner_id"])
    assert 0 < len(known) < len(before), "some are waiting for their first contact"
    keys = ["OrgID_Provider", "CareContactId"]
    contacts = pd.read_parquet(source / "IDS201CareContact.parquet", columns=[*keys, "ServiceRequestId"])
    staff = pd.read_parquet(source / "IDS202CareActivity.parquet", columns=[*keys, "CarePersLocalId"])
    seen = contacts.merge(staff, on=keys)
    pathway, by = (
        seen["OrgID_Provider"] + ":" + seen[name] for name in ("ServiceRequestId", "CarePersLocalId")
    )
    assert set(zip(known["pathway_id"], known["practitioner_id"], strict=True)) <= set(
        zip(pathway, by, strict=True)
    )


@pytest.mark.long
def test_records_that_are_too_old_are_refused_and_leave_no_flags(source: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(source.parent)
        with pytest.raises(InputError, match=r"the records end on .*'score.most_days_behind' allows 31"):
            score(source, as_of=date(2035, 1, 1), model=MODEL, out=tmp_path, config=Config())
    assert not list(tmp_path.rglob("*.csv"))


@pytest.mark.long
def test_a_model_that_is_not_registered_leaves_no_flags(source: Path, as_of: date, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(source.parent)
        with pytest.raises(InputError, match="nobody"):
            score(source, as_of=as_of, model="models:/nobody@champion", out=tmp_path, config=Config())
    assert not list(tmp_path.rglob("*.csv"))


@pytest.mark.long
def test_an_unknown_patient_costs_nobody_their_pages(
    flags: Path, source: Path, as_of: date, tmp_path: Path
) -> None:
    out = tmp_path / "flags"
    shutil.copytree(flags, out)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(source.parent)
        with pytest.raises(InputError, match="patient 'nobody' has nothing open to foresee"):
            score(source, as_of=as_of, model=MODEL, out=out, config=Config(), patient="nobody")
    files = [path.relative_to(flags) for path in flags.rglob("*") if path.suffix in (".csv", ".html")]
    assert any(file.parts[0] == "practitioners" for file in files)
    for file in files:
        assert (out / file).read_bytes() == (flags / file).read_bytes(), file


@pytest.mark.long
def test_flags_are_the_same_bytes_from_the_registered_model_alone(
    flags: Path, source: Path, as_of: date, tmp_path: Path
) -> None:
    """Another process, with nothing of this one but the registry, the records and the key."""
    command = [sys.executable, "-m", "pipelines.cli", "score", str(source), "--as-of", as_of.isoformat()]
    asked = [*command, "--model", MODEL, "--out", str(tmp_path / "again")]
    subprocess.run(asked, check=True, cwd=source.parent, stdout=subprocess.DEVNULL)
    assert_alike(tmp_path / "again", flags)


def assert_alike(found: Path, flags: Path) -> None:
    """Every table and page of `flags` stands in the other folder too, byte for byte."""
    files = [path.relative_to(flags) for path in flags.rglob("*") if path.suffix in (".csv", ".html")]
    assert Path("flags.csv") in files
    for file in files:
        assert (found / file).read_bytes() == (flags / file).read_bytes(), file


class Scoring:
    """Scores the same list with its questions kept in `cache`, and says whether they were written anew."""

    def __init__(self, source: Path, as_of: date, folder: Path) -> None:
        self.source, self.as_of, self.folder = source, as_of, folder
        self.cache = folder / "cache"

    @property
    def plans(self) -> list[Path]:
        """The files of questions kept so far."""
        return sorted(self.cache.rglob("*.plan"))

    def writes(self, name: str, config: Config | None = None) -> bool:
        """Score into the folder `name`."""
        written = []

        def columns(*asked: Any) -> Columns:
            written.append(name)
            return matrix.columns(*asked)

        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.source.parent)
            patch.setenv("XDG_CACHE_HOME", str(self.cache))
            patch.setattr(prepared, "columns", columns)
            score(
                self.source, as_of=self.as_of, model=MODEL, out=self.folder / name, config=config or Config()
            )
        return bool(written)

    def with_reviews(self, change: Callable[[pd.DataFrame], pd.DataFrame], *, objects: str = "") -> Path:
        """Score a copy of the records with other reviews, and with a list of who objects; where the flags are."""
        records, out = self.folder / "records", self.folder / "flags"
        shutil.copytree(self.source, records)
        path = records / "BSW002TaskReview.parquet"
        change(pd.read_parquet(path)).to_parquet(path)
        if objects:
            (records / "exclude.csv").write_text(objects, encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.source.parent)
            score(records, as_of=self.as_of, model=MODEL, out=out, config=Config())
        return out


@pytest.fixture
def scoring(source: Path, as_of: date, tmp_path: Path) -> Scoring:
    """With nothing kept yet."""
    return Scoring(source, as_of, tmp_path)


@pytest.mark.long
def test_questions_of_an_earlier_run_give_the_same_flags(scoring: Scoring, flags: Path) -> None:
    assert scoring.writes("none kept", replace(Config(), score=ScoreSettings(remember=False)))
    assert not scoring.cache.exists()
    assert scoring.writes("first")
    assert [path.name.partition("-")[0] for path in scoring.plans] == ["facts", "matrix"]
    assert not scoring.writes("second")
    asked = read_manifest(scoring.folder / "second", "score")["questions"]
    assert [asked[kind].split(",")[0] for kind in ("facts", "matrix")] == ["kept before"] * 2
    for path in scoring.plans:
        path.write_text(path.read_text(encoding="utf-8").replace("0.5", "0.9"), encoding="utf-8")
    assert scoring.writes("spoilt")
    assert not scoring.writes("third")
    for name in ("none kept", "first", "second", "spoilt", "third"):
        assert_alike(scoring.folder / name, flags)


@pytest.mark.long
def test_a_build_leaves_the_questions_of_scoring(scoring: Scoring, flags: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(scoring.cache))
        build(scoring.source, out=scoring.folder / "work", config=Config(), until=None)
    assert not scoring.writes("after a build")
    assert_alike(scoring.folder / "after a build", flags)


@pytest.mark.long
def test_other_settings_ask_other_questions(scoring: Scoring) -> None:
    assert scoring.writes("usual")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(scoring.cache))
        other = replace(Config(), facts=FactSettings(share_of_part=0.25))
        build(scoring.source, out=scoring.folder / "other", config=other, until=None)
    assert len(scoring.plans) == 4
    assert scoring.writes("admitted", replace(Config(), protected=ProtectedSettings(admit=("age",))))


@pytest.mark.long
def test_a_model_is_not_asked_under_other_settings_than_it_learnt_with(scoring: Scoring) -> None:
    other = replace(
        Config(), facts=FactSettings(share_of_part=0.25), outcome=OutcomeSettings(horizon_days=28)
    )
    with pytest.raises(InputError) as refused:
        scoring.writes("refused", other)
    assert "learnt with facts.share_of_part = 0.5, but here it is 0.25" in str(refused.value)
    assert "learnt with outcome.horizon_days = 42, but here it is 28" in str(refused.value)
    assert "give the training's configuration with --config" in str(refused.value)
    assert not list((scoring.folder / "refused").rglob("*.csv"))


@pytest.mark.long
def test_a_model_of_sessions_makes_no_list_of_weeks_on_the_programme(scoring: Scoring) -> None:
    weeks = scoring.folder / "records"
    shutil.copytree(scoring.source, weeks, ignore=shutil.ignore_patterns("BSW001TaskSet*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(scoring.source.parent)
        with pytest.raises(
            InputError, match=r"of the kind 'contact', but here they are of the kind 'platform week'"
        ):
            score(weeks, as_of=scoring.as_of, model=MODEL, out=scoring.folder / "weeks", config=Config())
    assert not list((scoring.folder / "weeks").rglob("*.csv"))


@pytest.mark.long
def test_everybody_listed_has_a_page(flags: Path) -> None:
    pages = list((flags / "practitioners").rglob("patient-*.html"))
    assert len(pages) == len(pd.read_csv(flags / "flags.csv"))


@pytest.mark.long
def test_a_table_without_a_row_is_missing_of_everybody_and_said_and_one_that_is_not_there_is_refused(
    scoring: Scoring, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = scoring.folder / "records"
    shutil.copytree(scoring.source, quiet)
    reviews = quiet / "BSW002TaskReview.parquet"
    pd.read_parquet(reviews).head(0).to_parquet(reviews)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(scoring.source.parent)
        asked = {"as_of": scoring.as_of, "model": MODEL, "config": Config()}
        score(quiet, out=scoring.folder / "quiet", **asked)
        said = "These records have no row of BSW002TaskReview"
        assert said in capsys.readouterr().out
        for page in (scoring.folder / "quiet").rglob("caseload.html"):
            assert said in page.read_text(encoding="utf-8")
        assert read_manifest(scoring.folder / "quiet", "score")["without_rows"] == ["BSW002TaskReview"]
        explained = pd.read_csv(scoring.folder / "quiet" / "explanation.csv").set_index("predictor")
        assert explained.loc[["last_share_completed", "work_not_done_in_a_row"], "value"].isna().all()
        reviews.unlink()
        with pytest.raises(InputError, match=r"'last_share_completed'.*the source has no BSW002TaskReview"):
            score(quiet, out=scoring.folder / "without", **asked)


def without_submissions_from(source: Path, folder: Path, service: str, day: date) -> Path:
    """The same records as if `service` had submitted nothing for periods that end from `day` on."""
    shutil.copytree(source, folder)
    headers = pd.read_parquet(folder / "IDS000Header.parquet")
    late = (headers["OrgID_Provider"] == service) & (
        pd.to_datetime(headers["ReportingPeriodEndDate"]) >= pd.Timestamp(day)
    )
    gone = set(headers.loc[late, "UniqueSubmissionID"])
    for path in folder.glob("*.parquet"):
        rows = pd.read_parquet(path)
        if "UniqueSubmissionID" in rows:
            rows[~rows["UniqueSubmissionID"].isin(gone)].to_parquet(path)
    return folder


@pytest.mark.long
def test_a_service_that_stopped_submitting_has_no_list_and_the_others_have_theirs(
    scoring: Scoring, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = scoring.as_of - pd.Timedelta(days=150)
    records = without_submissions_from(scoring.source, scoring.folder / "records", "SYN02", cut)
    stopped = Scoring(records, scoring.as_of, scoring.folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(scoring.source.parent)
        score(records, as_of=stopped.as_of, model=MODEL, out=stopped.folder / "flags", config=Config())
    out, said = stopped.folder / "flags", capsys.readouterr().out
    assert "The records of SYN02 end on" in said and "not scored: SYN02" in said
    manifest = read_manifest(out, "score")
    assert [*manifest["not_scored"]] == ["SYN02"]
    assert manifest["last_days"]["SYN02"] < cut.isoformat() < manifest["last_days"]["SYN01"]
    flags = pd.read_csv(out / "flags.csv")
    assert len(flags) and flags["practitioner_id"].str.startswith("SYN01:").all()
    assert set(flags["records_up_to"]) == {manifest["last_days"]["SYN01"]}
    lists = {path: path.read_text(encoding="utf-8") for path in out.rglob("caseload.html")}
    theirs = [text for path, text in lists.items() if "SYN02" in path.parent.name]
    assert theirs and all("so that no list can be made" in text for text in theirs)
    assert not any("Nobody" in text or "No patient has agreed work" in text for text in theirs)
    assert "The records of SYN02 end on" in (out / "flags.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_what_records_leave_in_doubt_is_told_with_their_list(
    scoring: Scoring, capsys: pytest.CaptureFixture[str]
) -> None:
    def spoilt(reviews: pd.DataFrame) -> pd.DataFrame:
        percent = reviews["CompletionPercent"].mask(reviews.index % 5 == 0, "80 %")
        return reviews.assign(CompletionPercent=percent)[reviews["OrgID_Provider"] != "SYN02"]

    out = scoring.with_reviews(spoilt, objects="OrgID_Provider,LocalPatientId\nSYN01,nobody\n")
    said, index = capsys.readouterr().out, (out / "flags.html").read_text(encoding="utf-8")
    for line in (
        "patients on the list of those who object, but in no record: fewer than 5;",
        "of the rows of BSW002TaskReview of SYN01 set aside; what hangs on them is incomplete",
        "no row of BSW002TaskReview: SYN02; what is counted there is 0, and not unknown",
    ):
        assert line in said and line in index
    assert "rows set aside: " in said
    lists = {page.parent.name: page.read_text("utf-8") for page in out.glob("practitioners/*/caseload.html")}
    caution = re.compile(
        r"Part of the records could not be read: 2\d% of the reviews of agreed work \(BSW002TaskReview\)"
    )
    nothing = "These records hold nothing at all of the reviews of agreed work (BSW002TaskReview)"
    assert {"SYN01", "SYN02"} <= {name[:5] for name in lists}
    for name, text in lists.items():
        ours = "SYN01" in name
        assert (bool(caution.search(text)), nothing in text) == (ours, not ours), name


@pytest.mark.long
def test_a_service_of_which_most_reviews_cannot_be_read_has_no_list_and_the_others_have_theirs(
    scoring: Scoring, capsys: pytest.CaptureFixture[str]
) -> None:
    def spoilt(reviews: pd.DataFrame) -> pd.DataFrame:
        theirs = reviews["OrgID_Provider"] == "SYN02"
        most = theirs & (theirs.cumsum() % 5 > 0)
        # Of the whole table it is less than half, so that nothing is refused.
        assert most.mean() < 0.5 < most[theirs].mean()
        return reviews.assign(CompletionPercent=reviews["CompletionPercent"].mask(most, "80 %"))

    out = scoring.with_reviews(spoilt)
    why = "most of the reviews of agreed work of SYN02 cannot be read"
    said = capsys.readouterr().out
    assert "not scored: SYN02 (" in said and f"M{why[1:]}, so that no list can be made." in said
    assert read_manifest(out, "score")["not_scored"] == {"SYN02": why}
    left_out = pd.read_csv(out / "not_listed.csv")
    assert set(pd.read_parquet(out / "scored.parquet")["service_id"]) == {"SYN01"}
    assert set(left_out.loc[left_out["reason"] == why, "service_id"]) == {"SYN02"}
    for page in out.glob("practitioners/*/caseload.html"):
        text = page.read_text(encoding="utf-8")
        assert (f"M{why[1:]}, so that no list can be made." in text) == ("SYN02" in page.parent.name)

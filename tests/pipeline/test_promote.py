"""Promotion for real: a version is trained, measured, audited, held back, and made champion by gates or by a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.errors import InputError
from models.promotion import PromotionSettings
from models.tuning import TuningSettings
from pipelines.audit import audit
from pipelines.auditing.table import Asked
from pipelines.cli import main
from pipelines.config import Config, TrackingSettings
from pipelines.evaluate import evaluate
from pipelines.promote import Override, promote
from pipelines.registry.tracking import connect, load_model
from pipelines.train import train
from tests.pipeline.small_work import small_work

pytestmark = [pytest.mark.xdist_group("mlflow"), pytest.mark.long]
ASKED = Asked(
    risk="risk",
    outcome="not_completed",
    flag="flag",
    by=("ethnic_group",),
    cluster="patient_id",
    id="point_id",
)
LENIENT = PromotionSettings(
    slope_from=0.01, slope_to=99.0, intercept=9.0, ici=0.9, gain=-0.9, draws=20, known_share=0.0
)
STRICT = PromotionSettings(gain=0.9)


@dataclass(frozen=True)
class Place:
    """A store with version 1 (measured and audited) and version 2 (neither)."""

    folder: Path
    work: Path
    config: Config

    @property
    def client(self) -> Any:
        return connect(self.config)

    def asking(self, promotion: PromotionSettings) -> Config:
        return replace(self.config, promotion=promotion)

    def champion(self) -> str | None:
        version = self.client.get_registered_model("bsw").aliases.get("champion")
        return None if version is None else str(version)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("promotion")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        config = replace(
            Config(),
            tracking=TrackingSettings(uri=f"sqlite:///{folder / 'mlflow.db'}"),
            model=replace(Config().model, max_rounds=60, refits=2),
            tuning=TuningSettings(trials=0),
            evaluation=replace(Config().evaluation, draws=40),
        )
        work = small_work(folder / "work")
        train(work, config=config)
        evaluate(work, config=config, model=None)
        audit(work / "predictions.parquet", ASKED, out=folder / "audit", config=config)
        train(work, config=config)
        yield Place(folder, work, config)


@pytest.fixture
def place(trained: Place) -> Place:
    """The store with nobody champion."""
    client = trained.client
    if trained.champion() is not None:
        client.delete_registered_model_alias("bsw", "champion")
    return trained


def attempts(place: Place) -> list[Any]:
    experiment = place.client.get_experiment_by_name("bsw").experiment_id
    return list(place.client.search_runs([experiment], "tags.step = 'promote'"))


def test_a_version_whose_gates_all_hold_becomes_champion_and_loads(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert promote("1", config=place.asking(LENIENT), audit=place.folder / "audit")
    assert load_model("models:/bsw@champion", place.config).version == "1"
    said = capsys.readouterr().out
    assert "is champion: every gate holds" in said
    assert re.match(
        r"Version 1, measured once on [\d,]+ known outcomes of [\d,]+ held-out points from 20", said
    )


def test_asking_again_neither_undoes_a_decision_nor_rewrites_why_it_was_made(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    why = Override(because="a trial of the pages", by="A. Lead")
    assert promote("1", config=place.asking(STRICT), audit=place.folder / "audit", override=why)
    before, decided = len(attempts(place)), place.client.get_model_version("bsw", "1")
    assert promote("1", config=place.asking(STRICT), audit=place.folder / "audit")
    assert place.champion() == "1"
    assert "models:/bsw/1 stays champion, as was decided before, although " in capsys.readouterr().out
    version = place.client.get_model_version("bsw", "1")
    assert (version.tags, version.description) == (decided.tags, decided.description)
    assert "a trial of the pages (A. Lead)" in version.description
    assert len(attempts(place)) == before + 1


def test_a_gate_that_does_not_hold_makes_no_champion_and_leaves_the_reasons_on_record(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(attempts(place))
    assert not promote("1", config=place.asking(STRICT), audit=place.folder / "audit")
    assert place.champion() is None
    said = capsys.readouterr().out
    assert "DOES NOT HOLD: gain in AUROC over logistic regression" in said
    version = place.client.get_model_version("bsw", "1")
    assert version.tags["promotion"] == "held back"
    assert version.description.startswith("models:/bsw/1 is not made champion: ")
    assert "DOES NOT HOLD: gain" in version.description
    assert len(attempts(place)) == before + 1


def test_a_version_that_is_held_back_leaves_the_champion_in_its_place(place: Place) -> None:
    place.client.set_registered_model_alias("bsw", "champion", "2")
    assert not promote("1", config=place.asking(STRICT), audit=place.folder / "audit")
    assert place.champion() == "2"
    assert load_model("models:/bsw@champion", place.config).version == "2"


def test_a_version_that_was_neither_measured_nor_audited_is_held_back_with_what_to_run(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not promote("2", config=place.asking(LENIENT))
    assert place.champion() is None
    said = capsys.readouterr().out
    assert "Version 2 was never measured." in said
    assert "was not measured; run `bsw evaluate WORK --model models:/bsw/2`" in said
    assert "no audit was named; run `bsw audit WORK/predictions.parquet" in said


def test_a_person_may_decide_otherwise_and_it_stays_beside_the_gates_that_failed(place: Place) -> None:
    override = Override("the outgoing model is worse; see minute 14", "A. Evaluator")
    assert promote("2", config=place.config, override=override)
    assert place.champion() == "2"
    run_id = place.client.get_model_version("bsw", "2").tags["promotion_run"]
    kept = json.loads(Path(place.client.download_artifacts(run_id, "promotion.json")).read_text())
    assert kept["override"] == {"because": override.because, "by": override.by}
    assert kept["outcome"] == "champion despite its gates"
    assert any(not one["holds"] for one in kept["findings"])
    assert kept["settings"]["slope_from"] == PromotionSettings().slope_from


def test_the_card_says_of_groups_what_an_audit_that_counts_said_and_nothing_without_one(place: Place) -> None:
    def across_groups(audited: Path | None) -> dict[str, str]:
        promote("1", config=place.asking(LENIENT), audit=audited)
        run_id = place.client.get_model_version("bsw", "1").tags["promotion_run"]
        card = json.loads(Path(place.client.download_artifacts(run_id, "model_card.json")).read_text())
        return next(
            each
            for each in card["sections"]["Quantitative analyses"]
            if each["field"] == "Across ethnic groups"
        )

    assert across_groups(None) == {"field": "Across ethnic groups", "status": "missing", "says": ""}
    said = across_groups(place.folder / "audit")
    assert said["status"] == "measured"
    assert said["says"].startswith(
        "no difference was found that stands in the way; that is no proof of equality"
    )


def test_an_audit_of_other_predictions_does_not_count(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    fewer = place.folder / "fewer.parquet"
    pd.read_parquet(place.work / "predictions.parquet").iloc[:-1].to_parquet(fewer)
    audit(fewer, ASKED, out=place.folder / "other", config=place.config)
    assert not promote("1", config=place.asking(LENIENT), audit=place.folder / "other")
    assert "it is of another table than the predictions" in capsys.readouterr().out


def test_once_measured_anew_an_audit_of_what_was_measured_before_does_not_count(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    other = replace(place.config, flags=replace(place.config.flags, missing_at_most=0.0))
    evaluate(place.work, config=other, model="models:/bsw/1")
    assert not promote("1", config=place.asking(LENIENT), audit=place.folder / "audit")
    assert "on which this version was measured last" in capsys.readouterr().out
    evaluate(place.work, config=place.config, model="models:/bsw/1")
    assert promote("1", config=place.asking(LENIENT), audit=place.folder / "audit")


def test_an_audit_of_other_columns_groups_or_margins_does_not_count(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = replace(ASKED, by=("gender",), flag=None)
    wide = replace(place.config, audit=replace(place.config.audit, margin=0.9))
    audit(place.work / "predictions.parquet", asked, out=place.folder / "wide", config=wide)
    assert not promote("1", config=place.asking(LENIENT), audit=place.folder / "wide")
    said = capsys.readouterr().out
    assert "its flag is None, not 'flag'" in said
    assert "it does not compare groups by 'ethnic_group'" in said
    assert "its margin was 0.9, but 0.1 is configured" in said


def test_an_audit_that_was_changed_since_is_refused(place: Place) -> None:
    folder = place.folder / "forged"
    audit(place.work / "predictions.parquet", ASKED, out=folder, config=place.config)
    text = (folder / "audit.json").read_text()
    (folder / "audit.json").write_text(text.replace('"allows": false', '"allows": true') + " ")
    with pytest.raises(InputError, match="changed since `bsw audit` wrote it"):
        promote("1", config=place.config, audit=folder)


def test_a_version_that_is_not_there_is_named_with_those_that_are(place: Place) -> None:
    with pytest.raises(InputError, match="has no version '7': valid are: 1, 2"):
        promote("7", config=place.config)


@pytest.mark.parametrize(
    ("because", "by"),
    [("a reason", None), (" ", "A. Person"), (None, "A. Person"), ("long" * 300, "A. Person")],
)
def test_an_override_without_reason_or_person_is_refused(because: str | None, by: str | None) -> None:
    with pytest.raises(InputError, match="--because"):
        Override.of(because, by)


def test_a_synthetic_version_does_not_follow_a_real_champion(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    client = place.client
    client.set_registered_model_alias("bsw", "champion", "2")
    client.set_model_version_tag("bsw", "2", "synthetic", "False")
    assert not promote("1", config=place.asking(LENIENT), audit=place.folder / "audit")
    client.set_model_version_tag("bsw", "2", "synthetic", "True")
    assert "DOES NOT HOLD: records: it learnt from synthetic records" in capsys.readouterr().out


def test_the_command_says_by_its_exit_code_whether_the_version_is_champion(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[tracking]\nuri = "{place.config.tracking.uri}"\n[promotion]\ngain = 0.9\n')
    call = ["promote", "1", "--config", str(settings), "--audit", str(place.folder / "audit")]
    assert main(call) == 1
    assert main([*call, "--because", "we know why"]) == 2
    assert main([*call, "--because", "we know why", "--by", "A. Person"]) == 0
    assert place.champion() == "1"
    assert "although" in capsys.readouterr().out

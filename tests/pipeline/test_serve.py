"""The champion served by MLflow's own command over HTTP: answers are the model's, refusals name columns."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

from features.predictor import catalogue
from features.units import bounds
from models.explanation import explain
from models.tuning import TuningSettings
from pipelines.cli import main
from pipelines.config import Config, TrackingSettings
from pipelines.promote import Override, promote
from pipelines.registry.tracking import load_model
from pipelines.serve import surroundings
from pipelines.train import read_material, train
from tests.pipeline.serving import ask, free_port, server
from tests.pipeline.small_work import small_work

pytestmark = [pytest.mark.xdist_group("mlflow"), pytest.mark.long]
CHAMPION = "models:/bsw@champion"


@dataclass(frozen=True)
class Served:
    """A server's port, the configuration of its store, and rows of predictors to ask about."""

    port: int
    config: Config
    rows: pd.DataFrame


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """A store whose champion learnt from the work in `work` beside it."""
    folder = tmp_path_factory.mktemp("serving")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        small = replace(Config().model, max_rounds=40, refits=2)
        store = TrackingSettings(uri=f"sqlite:///{folder / 'mlflow.db'}")
        config = replace(Config(), tracking=store, model=small, tuning=TuningSettings(trials=0))
        trained = train(small_work(folder / "work"), config=config)
        promote(trained.version, config=config, override=Override("it is only served in a test", "a test"))
        yield config


@pytest.fixture(scope="module")
def rows(config: Config) -> pd.DataFrame:
    work = Path(config.tracking.uri.removeprefix("sqlite:///")).parent / "work"
    return read_material(work).features.head(5)


@pytest.fixture(scope="module")
def served(config: Config, rows: pd.DataFrame) -> Iterator[Served]:
    port = free_port()
    command = ["mlflow", "models", "serve", "-m", CHAMPION, "--env-manager", "local"]
    with server([*command, "-h", "127.0.0.1", "-p", str(port)], port, surroundings(config)):
        yield Served(port, config, rows)


def answered(served: Served, rows: pd.DataFrame, **more: object) -> pd.DataFrame:
    status, answer = ask(served.port, rows, **more)
    assert status == 200, answer
    return pd.DataFrame(answer["predictions"])


def test_risk_and_interval_are_those_of_the_model(served: Served) -> None:
    own = load_model(CHAMPION, served.config).model.predict(served.rows)
    pd.testing.assert_frame_equal(answered(served, served.rows)[list(own)], own, rtol=1e-12)


def test_an_id_comes_back_beside_its_risk(served: Served) -> None:
    named = served.rows.assign(point_id=[f"S:C{n}" for n in range(len(served.rows))])
    answer = answered(served, named)
    assert list(answer.columns) == ["point_id", "risk", "risk_low", "risk_high", "missing_share", "unlike"]
    assert list(answer["point_id"]) == list(named["point_id"])


def test_contributions_on_request_are_the_path_dependent_explanation_and_add_up(served: Served) -> None:
    model = load_model(CHAMPION, served.config).model
    answer = answered(served, served.rows, params={"contributions": True})
    parts = answer.filter(like="contribution_")
    assert list(parts.columns) == [f"contribution_{name}" for name in model.predictors]
    own = explain(model, served.rows).parts
    pd.testing.assert_frame_equal(parts.set_axis(own.columns, axis=1), own, rtol=1e-9, atol=1e-12)
    margin = answer["log_odds_before"] + parts.sum(axis=1)
    assert model.calibration.risk(margin.to_numpy()) == pytest.approx(answer["risk"].to_numpy(), abs=1e-9)


def test_a_missing_value_is_null_and_gives_what_the_model_gives(served: Served) -> None:
    without = served.rows.assign(phq9_latest=float("nan"))
    own = load_model(CHAMPION, served.config).model.predict(without)
    answer = answered(served, without)
    pd.testing.assert_frame_equal(answer[list(own)], own, rtol=1e-12)
    assert answer["missing_share"].to_numpy() == pytest.approx(without[list(served.rows)].isna().mean(axis=1))


def test_a_row_of_nothing_is_answered_with_what_speaks_against_it(served: Served) -> None:
    silent = served.rows.iloc[:1].mask(served.rows.iloc[:1].notna())
    strange = silent.fillna({name: unusual(name) for name in silent})
    answer = answered(served, pd.concat([silent, strange], ignore_index=True))
    assert answer["missing_share"].iloc[0] == 1
    assert answer["unlike"].iloc[1] == 1


def unusual(name: str) -> float:
    """The highest value that a predictor can have, and of what has no highest one that nobody ever had."""
    high = bounds(catalogue()[name])[1]
    return 9_999.0 if math.isinf(high) else high


def test_what_a_predictor_cannot_be_is_refused_with_its_row_its_value_and_what_it_may_be(
    served: Served,
) -> None:
    percentages = served.rows.assign(last_share_completed=[0.5, 50.0, 1.0, float("nan"), 100.0], session=-1.0)
    status, answer = ask(served.port, percentages)
    assert status == 400
    assert (
        "row 2 of 5 (and 1 more): predictor 'last_share_completed' must be between 0 and 1"
        in answer["message"]
    )
    assert (
        "row 1 of 5 (and 4 more): predictor 'session' must be 0 or more (sessions); it is -1"
        in answer["message"]
    )


def test_a_column_that_is_missing_or_misspelt_is_refused_by_its_name(served: Served) -> None:
    status, answer = ask(served.port, served.rows.rename(columns={"phq9_latest": "phq9_lates"}))
    assert status == 400
    assert "missing inputs ['phq9_latest']" in answer["message"]
    assert "extra inputs: ['phq9_lates']" in answer["message"]


def test_a_column_of_words_is_refused_by_its_name(served: Served) -> None:
    status, answer = ask(served.port, served.rows.assign(phq9_latest="high"))
    assert status == 400
    assert "Failed to convert column phq9_latest" in answer["message"]


def test_our_own_command_serves_the_same_without_an_activated_environment(
    config: Config, rows: pd.DataFrame, tmp_path: Path
) -> None:
    port, settings = free_port(), tmp_path / "settings.toml"
    settings.write_text(f'[tracking]\nuri = "{config.tracking.uri}"\n')
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--config", str(settings), "--port", str(port)]
    with server(command, port, {"PATH": "/usr/bin:/bin"}):
        status, answer = ask(port, rows)
    assert status == 200, answer
    own = load_model(CHAMPION, config).model.predict(rows)
    assert pd.DataFrame(answer["predictions"])["risk"].to_numpy() == pytest.approx(own["risk"].to_numpy())


def test_a_model_that_is_not_there_is_said_in_one_line_and_nothing_starts(
    config: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[tracking]\nuri = "{config.tracking.uri}"\n')
    assert main(["serve", "--config", str(settings), "--model", "models:/bsw@nobody"]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("bsw serve: model models:/bsw@nobody: not found") and "\n" not in said

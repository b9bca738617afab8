"""A background of the service's own patients explains where asked for, and stays where the records are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from features.conceptual_model import TITLES
from features.errors import InputError
from models.explanation import ExplanationSettings
from models.suggestions import packaged_suggestions, read_suggestions
from models.what_if import COLUMNS
from pipelines.config import Config
from pipelines.flags.files import write_background
from pipelines.flags.occasion import Occasion
from pipelines.flags.patient_explained import Explained, explained_page, explanation_table
from pipelines.flags.scored import Scored, find_flags
from pipelines.page import render
from tests.pipeline.made_service import AS_OF, catalogue, model, service

ASKED = replace(Config(), explanation=ExplanationSettings(kind="interventional", background_rows=150))


def scored_with(config: Config) -> Scored:
    library = read_suggestions(packaged_suggestions(), catalogue())
    return find_flags(service(), model(), as_of=AS_OF, config=config, suggestions=library)


@pytest.fixture(scope="module")
def interventional() -> Scored:
    return scored_with(ASKED)


def test_the_chance_before_is_that_of_the_mean_log_odds_of_the_whole_background(
    interventional: Scored,
) -> None:
    explanation, background = interventional.explanation, interventional.background
    assert background is not None
    assert len(background) == min(150, len(service().features))
    assert explanation.base == pytest.approx(model().margin(background).mean(), abs=1e-9)
    assert explanation.margin.to_numpy() == pytest.approx(model().margin(interventional.features), abs=1e-6)


def test_the_background_is_written_without_ids_and_goes_when_no_longer_asked_for(
    interventional: Scored, occasion: Occasion, scored: Scored, tmp_path: Path
) -> None:
    (path,) = write_background(tmp_path, interventional, occasion)
    assert list(pd.read_parquet(path).columns) == list(model().predictors)
    assert not list(write_background(tmp_path, scored, occasion))
    assert not path.exists()


def test_the_same_records_give_the_same_background(interventional: Scored) -> None:
    pd.testing.assert_frame_equal(scored_with(ASKED).background, interventional.background)


def test_chances_do_not_depend_on_how_they_are_explained(interventional: Scored, scored: Scored) -> None:
    assert [flag.chance for flag in interventional.flags] == [flag.chance for flag in scored.flags]


@pytest.mark.parametrize(
    ("config", "says"),
    [(Config(), "the patients the model was learnt from"), (ASKED, "a background of this service")],
)
def test_a_patients_page_says_who_stands_for_not_known(config: Config, says: str, occasion: Occasion) -> None:
    found = scored_with(config)
    one = found.listed({patient: patient for patient in found.patients})[0]
    explanation = found.explanation.of(one.flag.point)
    values = found.features.loc[one.flag.point]
    leads = found.stability.leading.loc[one.flag.point]
    table = explanation_table(explanation, values, catalogue(), TITLES, leads=leads)
    nothing = pd.DataFrame(columns=list(COLUMNS))
    page = explained_page(one, Explained(table, explanation, found.stability, nothing), occasion)
    assert says in render(page)
    assert "not known: the model has no refits" in render(page)


def test_a_source_without_points_cannot_stand_for_not_known() -> None:
    nobody = replace(service(), features=service().features.iloc[:0])
    library = read_suggestions(packaged_suggestions(), catalogue())
    with pytest.raises(InputError, match="no point to stand for"):
        find_flags(
            replace(nobody, points=nobody.points.iloc[:0]),
            model(),
            as_of=AS_OF,
            config=ASKED,
            suggestions=library,
        )

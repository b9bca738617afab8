"""A reason that most refits do not lead with is not shown; without refits nobody claims that one is stable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from models.reasons import BY_CONSTRUCT
from models.risk_model import Fitted
from models.suggestions import packaged_suggestions, read_suggestions
from pipelines.config import Config
from pipelines.flags.occasion import Occasion
from pipelines.flags.patient_files import write_explained
from pipelines.flags.scored import Scored, find_flags
from pipelines.flags.tables import scored_table
from tests.pipeline.made_service import AS_OF, catalogue, model, service


def scored_with(refits: tuple[Fitted, ...]) -> Scored:
    library = read_suggestions(packaged_suggestions(), catalogue())
    learnt = replace(model(), refits=refits)
    return find_flags(service(), learnt, as_of=AS_OF, config=Config(), suggestions=library)


def fitted(seed: int) -> Fitted:
    learnt = model(seed)
    return Fitted(learnt.booster, learnt.calibration)


@pytest.fixture(scope="module")
def refitted() -> Scored:
    return scored_with(tuple(fitted(seed) for seed in (11, 12, 13)))


def test_every_reason_that_is_shown_is_led_with_by_enough_refits(refitted: Scored) -> None:
    lasting, constructs = refitted.stability.lasting, refitted.stability.lasting_constructs
    given = [(flag.point, reason) for flag in refitted.flags for reason in flag.reasons]
    told = [(point, name) for point, r in given if r.words not in BY_CONSTRUCT for name in r.predictors]
    assert told
    assert all(lasting.loc[point, name] for point, name in told)
    known = catalogue()
    together = [(point, r) for point, r in given if r.words in BY_CONSTRUCT]
    assert all(constructs.loc[point, known[r.predictors[0]].construct] for point, r in together)


def test_some_reasons_that_the_model_alone_would_give_do_not_stay(refitted: Scored, scored: Scored) -> None:
    shown, before = (sum(len(flag.reasons) for flag in found.flags) for found in (refitted, scored))
    assert 0 < shown < before


def test_refits_that_are_the_model_itself_flag_what_it_flags_and_keep_its_first_reasons() -> None:
    found = scored_with((fitted(1),) * 2)
    flagged = [flag.chance >= 0.6 for flag in found.flags]
    assert found.stability.flagged_share.tolist() == [float(one) for one in flagged]
    assert not any(flag.unstable for flag in found.flags)


def test_without_refits_stability_is_unknown(scored: Scored) -> None:
    assert not scored.stability.known
    assert not scored.stability.lasting.any(axis=None)


def test_the_analysts_page_says_how_many_refits_put_the_patient_first_and_which_reasons_lead(
    refitted: Scored, occasion: Occasion, tmp_path: Path
) -> None:
    names = {patient: patient for patient in refitted.patients}
    told = replace(occasion, refits=3)
    list(
        write_explained(
            tmp_path, refitted, refitted.listed(names), model=model(), patient=None, occasion=told
        )
    )
    page = (tmp_path / "patient.html").read_text()
    point = pd.read_csv(tmp_path / "explanation.csv")["point_id"].iloc[0]
    assert f"{refitted.stability.flagged_in(point)} of them put this patient first" in page
    assert "learnt anew from 3 other samples" in page
    leads = pd.read_csv(tmp_path / "explanation.csv").set_index("predictor")["leads"]
    assert leads.to_dict() == pytest.approx(refitted.stability.leading.loc[point].to_dict())


def test_the_scored_table_holds_how_often_each_point_is_flagged(
    refitted: Scored, scored: Scored, names: Mapping[str, str], occasion: Occasion
) -> None:
    table = scored_table(refitted, service().protected, names, occasion)
    assert table["flagged_share"].tolist() == refitted.stability.flagged_share.tolist()
    assert scored_table(scored, service().protected, names, occasion)["flagged_share"].isna().all()

"""Every figure of an evaluation for another program: values, intervals, counts and settings; never a row.

What the page withholds or rounds is withheld or rounded here too: whoever has the page has this. Other figures stand
to 4 digits, as MLflow keeps them (see `kept`), an AUROC of services to 3 decimals: whole floats would give the counts
back that are withheld.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from models.ascertainment import reasons_shown
from models.earlier import STAR
from models.outcome_words import OutcomeWords
from models.sample_size import CRITERIA
from models.withheld import RULES, count_shown, count_words, significant
from pipelines.config import Config
from pipelines.evaluating.evaluated import OTHER_WAY, Evaluation, Study
from pipelines.evaluating.kept import kept_gains, kept_performance

NHS = RULES["nhs"]


def as_json(found: Evaluation, config: Config) -> dict[str, Any]:
    """The whole of metrics.json; missing is null."""
    frames = {
        "performance": kept_performance(found).drop(columns="figure"),
        "gain_in_auroc": kept_gains(found).drop(columns="figure"),
        "at_the_flag": found.flags,
        "calibration_curve": found.curve,
        "net_benefit": found.benefit,
        "instability": found.instability.figures,
        "by_service": services_shown(found.services.services),
        # What to expect in a new service is told by the study that leaves each out, and by nothing else.
        "over_services": areas_shown(found.services.summary.drop(columns=["new_low", "new_high"])),
        "sample_size": _asked(found.sample_size),
        "abstention_by_group": found.abstention.rates,
        "abstention_errors": found.abstention.errors,
        "ascertainment": reasons_shown(found.ascertainment, NHS),
        "ascertainment_by_group": found.ascertained.groups,
        "ascertainment_over_practitioners": found.ascertained.practitioners,
        f"dropout_as_{OTHER_WAY[found.count_dropout_as]}": found.other_dropout,
    }
    return {
        "verdict": found.verdict,
        **_about(found),
        "settings": {"evaluation": asdict(config.evaluation), "split": asdict(config.split)},
        "flags_per_practitioner_and_week": _a_week(found.flags_a_week),
        "refits": found.instability.refits,
        "practitioners_counted": found.ascertained.counted,
        **{name: records(frame) for name, frame in frames.items()},
        # Measured, but in no mean over services; null where it is not known which the model learnt from.
        "services_learnt_nothing_from": list(found.services.uncounted) if found.footing.learnt_here else None,
        "studies": {name: _study(study) for name, study in found.studies.items()},
        "studies_settings": asdict(config.studies) if found.studies else None,
    }


def _about(found: Evaluation) -> dict[str, Any]:
    footing, cut = found.footing, found.cut
    return {
        "synthetic": footing.synthetic,
        "model": found.model.uri,
        "model_version": found.model.version,
        "learnt_from_this_build": footing.learnt_here,
        "records_up_to": footing.records_up_to,
        "cut": f"{cut.cut:%Y-%m-%d}",
        "horizon_days": cut.horizon_days,
        "outcome": _outcome(found.meaning),
        "held_out_from": f"{footing.first:%Y-%m-%d}",
        "held_out_to": f"{footing.last:%Y-%m-%d}",
        "judged": found.model.model.about.get("judged"),
        "points": _points(found),
        "patients_held_out": count_shown(footing.patients, NHS),
        "learnt_from": _counts(asdict(footing.had)) if footing.had else None,
        "threshold": found.model.model.threshold,
        "count_dropout_as": found.count_dropout_as,
        "told": list(found.told),
    }


def _outcome(meaning: OutcomeWords) -> dict[str, Any]:
    """What "not completed" means, as whole sentences and names; phrases that only a page's sentences hold are left out.

    Name by name: a word that a page comes to need is no part of what other programs read.
    """
    return {
        "definition": meaning.definition,
        "condition": meaning.condition,
        "pieces": meaning.point.pieces,
        "of_ten": meaning.of_ten,
        "foretold": meaning.foretold,
        "reasons": dict(meaning.reasons),
    }


def _asked(sample_size: pd.DataFrame) -> pd.DataFrame:
    """Riley's criteria in words, beside counts as they may be shown."""
    had = {name: [count_shown(one, NHS) for one in sample_size[name]] for name in ("points", "patients")}
    return sample_size.assign(words=sample_size["criterion"].map(CRITERIA), **had)


def _counts(exact: Mapping[str, int]) -> dict[str, int | str]:
    return {name: count_shown(number, NHS) for name, number in exact.items()}


def _points(found: Evaluation) -> dict[str, int | str]:
    """Points by what they served; a model from elsewhere learnt from none of them, only its rivals did."""
    cut, whose = found.cut, "" if found.footing.learnt_here else "rivals_"
    exact = {
        f"{whose}fit": len(cut.fit),
        f"{whose}early_stopping": len(cut.stop),
        f"{whose}calibration": len(cut.calibrate),
        "test": len(cut.test),
        "test_with_known_outcome": len(found.risks),
        f"{whose}left_out_of_training": cut.dropped,
        "left_out_of_test": cut.set_apart,
    }
    return _counts(exact)


def services_shown(services: pd.DataFrame) -> pd.DataFrame:
    """A service's counts as they may be shown: those of few patients or outcomes withheld ('*'), others rounded."""
    points, patients, events = (services[name] for name in ("points", "patients", "events"))
    fewest = {"points": patients, "patients": patients, "events": np.minimum(events, points - events)}
    shown = {
        name: [
            count_words(number, NHS) if min(few, people) >= NHS.smallest else STAR
            for number, few, people in zip(services[name], fewest[name], patients, strict=True)
        ]
        for name in fewest
    }
    return areas_shown(services.assign(**shown))


def areas_shown(table: pd.DataFrame) -> pd.DataFrame:
    """AUROCs of services to 3 decimals: of few outcomes a longer one tells how many there were of each kind."""
    numbers = table.select_dtypes(np.floating).columns
    return table.assign(**table[numbers].where(table["measure"] != "auroc", table[numbers].round(3)))


def shortened(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers that are not whole to 4 digits."""
    numbers = frame.select_dtypes(np.floating).columns
    return frame.assign(**frame[numbers].map(significant))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame's rows, shortened; missing is null."""
    cleaned = shortened(frame).astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in cleaned.to_dict("records")]


def _a_week(flags: tuple[float, float, float]) -> dict[str, float | None]:
    """To a decimal, as on the page."""
    named = zip(("value", "low", "high"), flags, strict=True)
    return {name: None if np.isnan(value) else round(value, 1) for name, value in named}


def _study(study: Study) -> dict[str, Any]:
    summary = {} if study.summary is None else {"summary": records(areas_shown(study.summary))}
    table = services_shown(study.table) if "events" in study.table else study.table
    return {
        "says": study.says,
        "seconds": round(study.seconds, 1),
        "figures": records(table),
        **summary,
    }

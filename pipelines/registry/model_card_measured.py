"""What an evaluation has measured of a model, in the words of its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.ascertainment import share_shown
from models.by_service import ByService
from models.risk_model import RiskModel
from models.withheld import RULES
from pipelines.evaluating.evaluated import BOOSTED, Evaluation
from pipelines.evaluating.examined import told
from pipelines.evaluating.words import counted, over_which, percent_shown, rate, share_words
from pipelines.train import Material

NHS = RULES["nhs"]


def measured(found: Evaluation, material: Material, trained: Mapping[str, Any] | None) -> dict[str, str]:
    """By the keys of the card; what was not measured here is left out, and so is missing there.

    `trained`: the manifest of the training, where it is known.
    """
    learnt, said = found.model.model, told(found.model.model, material)
    about = learnt.about
    monotone = about.get("monotone", "none")
    held = {"none": "no direction held"}.get(monotone, f"directions held: {monotone}")
    return {
        "name": f"{found.model.uri}, version {found.model.version}",
        "date": pd.Timestamp(trained["finished"]).strftime("%d %B %Y") if trained else "",
        "code": f"bsw-engagement {trained['code']}; it runs only where the same code works predictors and answers out"
        if trained
        else "",
        "kind": f"Gradient-boosted trees (LightGBM), {about['rounds']} rounds, {len(learnt.predictors)} predictors; "
        f"{held}; calibration: {about.get('calibration', 'not recorded')}, "
        f"{about.get('judged', 'on what is not recorded')}",
        "protected": said["protected"],
        "unmeasured": f"{said['unmeasured']} {said['left_out']}",
        "threshold": f"A point is flagged at a risk of {learnt.threshold:.3f} or more.",
        "uncertainty": f"95% intervals from {found.footing.draws} draws of patients; {_of_a_risk(learnt)}.",
        "learnt_from": _learnt_from(found),
        "held_out": f"{counted(len(found.risks))} points of {counted(found.footing.patients)} patients with a known "
        f"outcome, {_days(found.footing.first, found.footing.last)}; {rate(found.outcome)} not completed.",
        "verdict": found.verdict,
        "performance": _performance(found),
        "over_services": _over_services(found),
        "conditional": f"{found.meaning.definition} {found.meaning.condition} {_known(found)}",
    }


def _of_a_risk(model: RiskModel) -> str:
    if not model.refits:
        return "a risk has no interval of its own"
    return (
        f"a risk's own {model.interval_level:.0%} interval from {len(model.refits)} models learnt from other draws of "
        "patients, which says how far it would move had others been learnt from; on invented points it held what "
        "predictors can tell less often than its level says (benchmarks/README.md)"
    )


def _days(first: pd.Timestamp, last: pd.Timestamp) -> str:
    return f"{first:%d %B %Y} to {last:%d %B %Y}"


def _learnt_from(found: Evaluation) -> str:
    had, footing = found.footing.had, found.footing
    if had is None:
        return ""
    points, patients = counted(had.points), counted(had.patients)
    days = _days(footing.learnt_first, footing.learnt_last)
    share = share_shown(had.events, had.points, NHS)
    return f"{points} points of {patients} patients, {days}; {percent_shown(share)} not completed."


def _performance(found: Evaluation) -> str:
    own = found.performance[found.performance["model"] == BOOSTED].set_index("metric")
    words = {"auroc": "AUROC", "calibration_slope": "calibration slope", "ici": "ICI", "brier": "Brier score"}
    said = [f"{title} {_figure(own.loc[name])}" for name, title in words.items()]
    return "; ".join(said) + "."


def _over_services(found: Evaluation) -> str:
    own = _area(found.services)
    if np.isnan(own["value"]):
        return ""
    words = f"Mean AUROC of the {own['services']} {over_which(found)} {_figure(own)}"
    if unlearnt := found.services.uncounted:
        words += f", without {', '.join(unlearnt)}, from which it learnt nothing"
    if found.left_out is None:
        return f"{words}; in a new one it was not measured."
    apart = _area(found.left_out)
    words += f"; by models that learnt nothing from the service {_figure(apart)}"
    expected = f"; expected in a new one: {apart['new_low']:.3f} to {apart['new_high']:.3f}"
    return words + ("" if np.isnan(apart["new_low"]) else expected) + "."


def _area(services: ByService) -> Any:
    return next(row for row in services.summary.to_dict("records") if row["measure"] == "auroc")


def _known(found: Evaluation) -> str:
    known = np.isfinite(found.labels[found.cut.test])
    share = share_shown(int(known.sum()), len(known), NHS)
    return f"The outcome is known for {share_words(share)} of the held-out points."


def _figure(row: Any) -> str:
    if np.isnan(row["value"]):
        return "not measured"
    return f"{row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"

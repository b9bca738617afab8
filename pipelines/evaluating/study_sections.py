"""Sections of the evaluation's page on how far its figures carry: other patients, more of them, failing inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.rehearsal import EMPTY, MISSING, WITHOUT
from models.sample_size import CRITERIA, MOST_PARAMETERS
from pipelines.evaluating import study_plots as plots
from pipelines.evaluating.evaluated import Evaluation
from pipelines.evaluating.plots import rows_of
from pipelines.evaluating.study_plots import WAYS
from pipelines.evaluating.words import WITH_FULL, WORDS, counted, figure_words, in_a_hundred, signed
from pipelines.page import figure, fold, paragraph, table


def firm(found: Evaluation) -> list[Any]:
    """How far risks and flags depend on which patients were learnt from."""
    shaken = found.instability
    if not shaken.refits:
        return [
            paragraph("The model was learnt without refits, so how firm a risk is cannot be said.", note=True)
        ]
    figures = {row.measure: row for row in rows_of(shaken.figures)}
    off, tenth, flips = figures["mean_absolute_error"], figures["ninth_tenth"], figures["flips"]
    words = (
        f"Learnt from other draws of the same patients ({shaken.refits} times), the model would put a risk "
        f"{in_a_hundred(off)} in 100 elsewhere on average; for nine in ten by at most {in_a_hundred(tenth)}. It would "
        f"flag {in_a_hundred(flips)} in 100 otherwise. The 95% intervals in brackets come from drawing the held-out "
        f"patients again; how far other refits than these {shaken.refits} would differ is not in them."
    )
    caption = (
        "Above: where the refitted models put 95% of the risks, by the model's own risk; the narrower, the firmer. "
        "Below: how often they would flag otherwise. Dashed: the flag's cut-off. Riley & Collins 2023."
    )
    alt = "Risks by refitted models against the model's risk, and share of flags that differ"
    return [paragraph(words), figure(plots.firmness(found), alt=alt, caption=caption)]


def enough(found: Evaluation) -> list[Any]:
    """Riley's criteria against what was had; with --full the learning curve and the optimism bootstrap."""
    return [*_criteria(found), *_learning(found), *_optimism(found)]


def _criteria(found: Evaluation) -> list[Any]:
    asked, had = found.sample_size, found.footing.had
    if had is None:
        return [paragraph("How much the model learnt from is not known here: it learnt from other records.")]
    parameters, predictors = int(asked["parameters"].iloc[0]), len(found.model.model.predictors)
    beyond = (
        f" Criterion (4) was made for up to {MOST_PARAMETERS} parameters; here it is stretched beyond."
        if parameters > MOST_PARAMETERS
        else ""
    )
    words = (
        f"Riley's criteria for the logistic regression, which learns {parameters} parameters of the {predictors} "
        f"predictors (curves, and indicators of missing values), at the AUROC measured here, against "
        f"{counted(had.patients)} patients with {counted(had.points)} points, {counted(had.events)} of them not "
        f"completed. Boosted trees have no such number of parameters and need more, not less.{beyond}"
    )
    shown = asked.assign(
        criterion=asked["criterion"].map(CRITERIA),
        needed=["–" if np.isnan(one) else f"{one:,.0f}" for one in asked["needed"]],
    )
    parts = [paragraph(words)]
    if asked["needed"].notna().any():
        alt = "Persons that each criterion needs, against patients and points there were"
        parts.append(figure(plots.enough(found), alt=alt, caption="Blue: met by patients. Orange: not met."))
    return [*parts, fold("The figures", table(shown[["criterion", "needed", "enough"]], "Persons needed"))]


def _learning(found: Evaluation) -> list[Any]:
    study = found.studies.get("learning_curve")
    if study is None:
        return [
            paragraph(
                f"{WITH_FULL} the learning curve, the optimism bootstrap and explainable boosting.", note=True
            )
        ]
    caption = (
        "Learnt from growing shares of the patients, always measured on the same held-out points. Bands: 95%, held-out "
        "patients drawn again; bars: over other choices of the patients learnt from. Where the line still rises, more "
        "patients would help."
    )
    return [figure(plots.learning(study.table), alt="AUROC by patients learnt from", caption=caption)]


def _optimism(found: Evaluation) -> list[Any]:
    study = found.studies.get("optimism")
    if study is None:
        return []
    told = study.table
    shown = told.assign(
        metric=told["metric"].map(WORDS),
        apparent=[f"{one:.3f}" for one in told["apparent"]],
        corrected=[figure_words(row) for row in rows_of(told)],
        held_out=[f"{found.own[name]:.3f}" for name in told["metric"]],
        optimism=[f"{one:+.3f}".replace("-", "−") for one in told["optimism"]],
    )
    names = {"held_out": "on held-out points"}
    columns = ["metric", "apparent", "optimism", "corrected", "held_out"]
    note = (
        f"{study.says} Harrell's bootstrap, interval of the apparent figure moved by the optimism (Noma et al. 2021). "
        f"Trees come near to remembering what they learnt from, and then this corrects too little: trust the held-out "
        f"points. Calibration is not told so: it is fitted to what trees make of patients whom they never saw."
    )
    return [
        table(
            shown[columns].rename(columns=names), "What the model promises on those it learnt from, corrected"
        ),
        paragraph(note, note=True),
    ]


def failing_inputs(found: Evaluation) -> list[Any]:
    """The rehearsal of missing inputs; nothing but with --full."""
    study = found.studies.get("rehearsal")
    if study is None:
        return []
    anew = f"; and the model {WAYS[WITHOUT]}" if WITHOUT in set(study.table["way"]) else ""
    words = (
        f"Each table and each construct was taken away in turn, in {'three' if anew else 'two'} ways: its predictors "
        f"{WAYS[MISSING]}; the table {WAYS[EMPTY]}, so that counts read 0 and nobody is warned{anew}."
    )
    parts: list[Any] = [paragraph(words)]
    for kind, title in (("table", "tables"), ("construct", "constructs")):
        parts.append(
            figure(
                plots.failing(study.table, kind),
                alt=f"Change in AUROC as {title} fail",
                caption=f"Change in AUROC when one of the {title} fails, the worst at the top.",
            )
        )
    return [*parts, fold("Changes in calibration", table(_rehearsed(study.table), "Change, 95% interval"))]


def _rehearsed(rehearsed: pd.DataFrame) -> pd.DataFrame:
    moved = rehearsed.assign(
        value=rehearsed["change"], low=rehearsed["change_low"], high=rehearsed["change_high"]
    )
    moved["words"] = [signed(row) for row in rows_of(moved)]
    keys = ["kind", "input", "predictors", "way"]
    wide = moved.pivot(index=keys, columns="metric", values="words").reset_index()
    names = {
        "auroc": "AUROC",
        "calibration_intercept": "calibration in the large",
        "calibration_slope": "slope",
    }
    shown: pd.DataFrame = wide[["input", "kind", "predictors", "way", *names]].rename(columns=names)
    return shown

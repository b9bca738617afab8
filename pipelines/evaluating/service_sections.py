"""The section of the evaluation's page on services: those measured, the mean over them, and a new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from models.by_service import ByService
from pipelines.evaluating import study_plots as plots
from pipelines.evaluating.evaluated import Evaluation
from pipelines.evaluating.plots import rows_of
from pipelines.evaluating.words import WITH_FULL, WORDS, figure_words, over_which
from pipelines.page import figure, fold, paragraph, table

FEW_SERVICES = 5


def services(found: Evaluation) -> list[Any]:
    """Each service, the mean over them, and what to expect in a new one."""
    table_, apart = found.services.services, found.left_out
    areas = table_[table_["measure"] == "auroc"].dropna(subset=["value"])
    if areas.empty:
        return [paragraph("No service has enough known outcomes of both kinds to be measured alone.")]
    caption = "Blue: each service, by the model."
    if apart:
        caption += " Orange: by a model learnt from the other services only, its settings those found on all."
        if _tells_of_a_new_one(apart.summary):
            caption += " Grey: 95% prediction interval for a service that was not there."
    drawn = plots.forest(found.services, apart)
    parts = [
        paragraph(_new_service(found)),
        *map(paragraph, _counted_apart(found)),
        figure(drawn, alt="AUROC by service with intervals", caption=caption),
    ]
    together = ~areas["service"].isin(found.services.uncounted)
    return parts if together.sum() < 2 else [*parts, *_over_services(found)]


def _counted_apart(found: Evaluation) -> Iterator[str]:
    """Which services are in no mean, because they came after everything that was learnt from."""
    if uncounted := found.services.uncounted:
        yield (
            f"The model learnt from no point of {', '.join(uncounted)}: measured like the others, but in no mean over "
            "the services that it learnt from."
        )


def _over_services(found: Evaluation) -> list[Any]:
    """The means, each of which needs two services."""
    tables = [table(_summary_table(found.services.summary), f"Over {over_which(found)}")]
    note = (
        "Random-effects mean: spread between services by restricted maximum likelihood, interval by Hartung and Knapp "
        "(never narrower than without their correction), on the log-odds of AUROC."
    )
    if found.left_out:
        shown = _summary_table(found.left_out.summary, new=True)
        tables.append(table(shown, "Over services, each left out of training"))
        note += (
            " Prediction interval by Student's t on services minus 2. With three or four services it is wide, because "
            "so few say little about the next."
        )
    return [fold("The figures", *tables), paragraph(note, note=True)]


def _tells_of_a_new_one(summary: pd.DataFrame) -> bool:
    return bool(summary.set_index("measure")["new_low"].notna()["auroc"])


def _new_service(found: Evaluation) -> str:
    if not _tells_of_a_new_one((found.left_out or found.services).summary):
        return "Under three services say nothing about another: no figure is given for a new service."
    return _expected(found.left_out) if found.left_out else _known_ones(found)


def _known_ones(found: Evaluation) -> str:
    area = next(row for row in rows_of(found.services.summary) if row.measure == "auroc")
    words = f"Over the {area.services} {over_which(found)}, the mean AUROC is {figure_words(area)}"
    if not found.footing.learnt_here:
        return f"{words}; which services it learnt from is not known here."
    return f"{words}: that says nothing about a new one. {WITH_FULL} what to expect there."


def _expected(apart: ByService) -> str:
    """What to expect in a new service, by models that learnt nothing from the ones they were measured in."""
    rows = {row.measure: row for row in rows_of(apart.summary)}
    area, slope = rows["auroc"], rows["calibration_slope"]
    words = (
        f"In a service that was not there, expect an AUROC between {area.new_low:.2f} and {area.new_high:.2f}"
    )
    if np.isfinite(slope.new_low):
        words += f" and a calibration slope between {slope.new_low:.2f} and {slope.new_high:.2f}"
    words += (
        f" (95% prediction intervals from {area.services} services, each measured by a model that learnt nothing from "
        "it)."
    )
    if area.services < FEW_SERVICES:
        words += " So few services say next to nothing about another."
    return words.replace("-", "−")


def _summary_table(summary: pd.DataFrame, *, new: bool = False) -> pd.DataFrame:
    """The means; with `new`, what to expect in a service that was not there."""
    shown = pd.DataFrame(
        {
            "figure": summary["measure"].map(WORDS),
            "services": summary["services"],
            "mean": [figure_words(row) for row in rows_of(summary)],
        }
    )
    expected = [
        "–" if np.isnan(row.new_low) else f"{row.new_low:.3f} to {row.new_high:.3f}".replace("-", "−")
        for row in rows_of(summary)
    ]
    return shown.assign(**{"in a new service": expected}) if new else shown

"""The evaluation as one page: the sentence that matters first, then pictures, then the tables behind them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.earlier import STAR
from models.withheld import RULES
from pipelines.evaluating import plots
from pipelines.evaluating.abstention import no_chance
from pipelines.evaluating.data_sections import held_out, outcomes_known
from pipelines.evaluating.evaluated import BOOSTED, Evaluation
from pipelines.evaluating.net_benefit_words import worth
from pipelines.evaluating.plots import rows_of
from pipelines.evaluating.service_sections import services
from pipelines.evaluating.study_sections import enough, failing_inputs, firm
from pipelines.evaluating.words import (
    FLAG_WORDS,
    WORDS,
    figure_words,
    in_a_hundred,
    otherwise,
    percent,
    signed,
    were,
)
from pipelines.page import Page, Section, figure, link, paragraph, table
from pipelines.registry.model_card import SOURCE, CardField

BANDS = "Each bar holds at least 5 patients of either outcome: where there are fewer, bars are joined."
FEWEST = RULES["nhs"].ranked


def evaluation_page(found: Evaluation) -> Page:
    """The page of `bsw evaluate`."""
    sections = [
        Section("Against simpler ways", _comparison(found)),
        Section("Do the risks mean what they say?", _calibration(found)),
        Section("What the flags do", _flags(found)),
        Section("Is flagging worth it?", _benefit(found)),
        Section("How firm is a risk?", firm(found)),
        Section("In each service, and in a new one", services(found)),
        Section("Was there enough to learn from?", enough(found)),
        Section("When an input fails", failing_inputs(found)),
        Section("Where no chance is stated", no_chance(found)),
        Section("Whose outcomes are known?", outcomes_known(found)),
        Section("What was held out", held_out(found)),
        Section("Model card", _card(found.card)),
        Section("All figures", _figures(found)),
    ]
    return Page(
        title="How good is the model?",
        lead=found.verdict,
        sections=[section for section in sections if section.parts],
        synthetic=found.synthetic,
        about={
            "Model": f"{found.model.uri} (version {found.model.version})",
            "Records up to": found.records_up_to,
            "Held out from": f"{found.cut.cut:%d %B %Y}",
        },
    )


def _comparison(found: Evaluation) -> list[Any]:
    own = found.performance[found.performance["model"].eq(BOOSTED) & found.performance["metric"].eq("auroc")]
    alt = f"AUROC of the boosted model {figure_words(rows_of(own)[0])}, beside simpler ways"
    gain = found.gains.assign(gain=[signed(row) for row in rows_of(found.gains)])[["rival", "gain"]]
    parts = [
        paragraph(found.meaning.definition),
        figure(
            plots.comparison(found),
            alt=alt,
            caption="How often a point whose work was not completed had the higher risk. Dotted: a coin.",
        ),
        table(gain.rename(columns={"rival": "against", "gain": "gain in AUROC"}), "The boosted model's gain"),
        _separation(found),
    ]
    if untold := _untold(found):
        parts.append(paragraph(untold, note=True))
    if "last BSW status" not in found.rivals:
        parts.append(
            paragraph("Not compared with the last work's status: these records do not carry it.", note=True)
        )
    return parts


def _untold(found: Evaluation) -> str:
    """Of which ways nothing is told, and why; empty where of none."""
    areas = found.performance[found.performance["metric"].eq("auroc") & found.performance["value"].isna()]
    few = "too few patients with one of the outcomes have one of its few risks"
    return f"Withheld are the figures of: {', '.join(areas['model'])}; {few}." if len(areas) else ""


def _separation(found: Evaluation) -> Any:
    if found.histogram.empty:
        return paragraph("Too few outcomes of both kinds to draw the risks of either.", note=True)
    return figure(
        plots.separation(found),
        alt=f"Risks of work that was not completed (median {_median(found, 1)}) and of work that was completed "
        f"(median {_median(found, 0)})",
        caption=f"Share of held-out points at each risk. {BANDS} Dashed: the flag's cut-off.",
    )


def _median(found: Evaluation, outcome: int) -> str:
    return f"{float(np.median(found.risks[found.outcome == outcome])):.2f}"


def _calibration(found: Evaluation) -> list[Any]:
    own = found.own
    alt = f"Calibration curve; slope {own['calibration_slope']:.2f}, ICI {own['ici']:.3f}"
    caption = (
        "On the dotted line a risk means what it says. Band: 95%, pointwise. Dashed: the flag's cut-off. "
        f"Below: points by risk. {BANDS}"
    )
    return [
        *([paragraph(_meant(found))] if np.isfinite(own["ici"]) else []),
        figure(plots.calibration(found), alt=alt, caption=caption),
        paragraph(found.meaning.condition, note=True),
    ]


def _meant(found: Evaluation) -> str:
    """How far risks lie from what they have meant, and which way they lean; each with its interval."""
    rows = {row.metric: row for row in rows_of(found.performance) if row.model == BOOSTED}
    ici, half, most = (in_a_hundred(rows[name]) for name in ("ici", "e50", "e90"))
    slope = rows["calibration_slope"]
    return (
        f"Risks lie {ici} in 100 from what they have meant on average, half of them within {half}, nine in ten within "
        f"{most} (95% intervals in brackets). The calibration slope is {slope.value:.2f} ({slope.low:.2f} to "
        f"{slope.high:.2f}): at 1 risks are as far apart as they should be, below 1 too far, above 1 not far enough."
    ).replace("-", "−")


def _flags(found: Evaluation) -> list[Any]:
    shares = found.flags[found.flags["measure"].isin(FLAG_WORDS)]
    shown = shares.assign(
        what=shares["measure"].map(FLAG_WORDS), figure=[percent(row) for row in rows_of(shares)]
    )
    learnt = found.model.model
    words = f"A point is flagged at a risk of {learnt.threshold:.2f} or more: {learnt.about['cut_off']}"
    return [
        paragraph(f"{words}. {_a_week(found)}"),
        of_a_hundred(found),
        table(
            shown[["what", "figure"]],
            "At the flag's cut-off, held-out points with a known outcome, 95% interval",
        ),
        paragraph(found.meaning.condition, note=True),
    ]


def _a_week(found: Evaluation) -> str:
    week, low, high = found.flags_a_week
    if np.isnan(week):
        return (
            "Flags per practitioner and week are not told: too few patients, or no practitioner is recorded."
        )
    return f"That made {week:.1f} ({low:.1f} to {high:.1f}) flags per practitioner and week in which work was agreed."


def of_a_hundred(found: Evaluation) -> Any:
    """What became of a hundred pieces of work, or that too few were of some kind to be drawn."""
    counts = plots.hundred(found)
    if counts is None:
        words = (
            f"Too few patients were flagged or not, with one outcome or the other: what is withheld is marked {STAR}, "
            "and nothing is drawn of a hundred."
        )
        return paragraph(words, note=True)
    right, wrong, missed, passed = counts
    flagged = f"{were(right + wrong)} flagged" if right + wrong else "fewer than 1 was flagged"
    of_them = f": {right} of them not completed (orange), {wrong} completed (blue)" if right + wrong else ""
    return figure(
        plots.of_a_hundred(counts),
        alt=f"Of 100: {right} flagged and not completed, {wrong} flagged and completed, {missed} not completed "
        f"without a flag, {passed} completed without a flag",
        caption=f"Of 100 {found.meaning.point.pieces} (squares), {flagged} (filled, on the left){of_them}. "
        f"Without a flag, {were(missed)} not completed.",
    )


def _benefit(found: Evaluation) -> list[Any]:
    caption = (
        "Above: rightly flagged minus wrongly flagged at the threshold's odds, per point. Below: how much more that is "
        "than the better of flagging everybody and nobody. Bands: 95%, pointwise, the boosted model. Drawn at risks "
        f"where at least {FEWEST} patients are flagged, and not, with either outcome, and between which at least "
        f"{RULES['nhs'].smallest} have either. Dashed: the flag's cut-off."
    )
    alt = "Net benefit by threshold for each way of flagging, and the boosted model's gain"
    return [paragraph(worth(found)), figure(plots.net_benefit(found), alt=alt, caption=caption)]


def _card(card: tuple[CardField, ...]) -> list[Any]:
    shown = pd.DataFrame([(one.section, one.name, one.status, one.says or "–") for one in card])
    shown.columns = pd.Index(["part", "field", "status", "what it says"])
    missing = sum(one.status == "missing" for one in card)
    words = (
        f"Measured by this evaluation, declared by a person in the configuration ([model_card]), or missing; nothing "
        f"is filled in by default. Missing: {missing} of {len(card)}. What an audit says of ethnic groups is added by "
        "`bsw promote --audit DIR`."
    )
    return [
        paragraph(words),
        table(shown, f"Structure: {SOURCE}"),
        link("The card as data (JSON)", "model_card.json"),
    ]


def all_figures(performance: pd.DataFrame) -> pd.DataFrame:
    """Every metric with its interval, in words, beside those of every other model."""
    shown = performance.assign(shown=[figure_words(row) for row in rows_of(performance)])
    wide = shown.pivot(index="metric", columns="model", values="shown").reindex(list(WORDS))
    return wide[list(dict.fromkeys(performance["model"]))].rename(index=WORDS).reset_index()


def _figures(found: Evaluation) -> list[Any]:
    wide = all_figures(found.performance)
    other = found.other_dropout
    dropout = pd.DataFrame(
        {"metric": other["metric"].map(WORDS), "value": [figure_words(row) for row in rows_of(other)]}
    )
    return [
        table(wide, f"Held-out points, 95% intervals from {found.footing.draws} drawings of patients anew"),
        *([] if other.empty else [table(dropout, f"The boosted model {otherwise(found)}")]),
        link("All figures as a table (CSV)", "evaluation.csv"),
        link("Everything, with settings and counts (JSON)", "metrics.json"),
    ]

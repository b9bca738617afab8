"""The evaluation as one page: the sentence that matters first, then pictures, then the tables behind them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines import evaluation_plots as plots
from pipelines.evaluated import OTHER_WAY, Evaluation
from pipelines.evaluation_plots import rows_of
from pipelines.page import Page, Section, figure, link, paragraph, table

WORDS = {
    "auroc": "AUROC (0.5 is a coin)",
    "average_precision": "Average precision",
    "brier": "Brier score (lower is better)",
    "log_loss": "Log loss (lower is better)",
    "observed_to_expected": "Observed to expected (1 is right)",
    "calibration_intercept": "Calibration in the large (0 is right)",
    "calibration_slope": "Calibration slope (1 is right)",
    "ici": "ICI: mean distance from the calibration curve",
    "sensitivity": "Sensitivity: of work not completed, flagged",
    "specificity": "Specificity: of work completed, not flagged",
    "ppv": "PPV: of those flagged, not completed",
    "npv": "NPV: of those not flagged, completed",
    "flag_rate": "Flagged",
}
LEFT = {
    "unknown": "if the outcome of everybody who left before a review were unknown",
    "not_completed": "if everybody who left before a review had not done the work",
}
CONDITION = (
    "Every probability is conditional on the work having been reviewed: records cannot say what became of work "
    "that nobody went back to."
)


def evaluation_page(found: Evaluation) -> Page:
    """The page of `bsw evaluate`."""
    return Page(
        title="How good is the model?",
        lead=found.verdict,
        sections=[
            Section("Against simpler ways", _comparison(found)),
            Section("Do the risks mean what they say?", _calibration(found)),
            Section("What the flags do", _flags(found)),
            Section("Is flagging worth it?", _benefit(found)),
            Section("What was held out", _held_out(found)),
            Section("What the model reads", [paragraph(sentence) for sentence in found.told]),
            Section("All figures", _figures(found)),
        ],
        synthetic=found.synthetic,
        about={
            "Model": f"{found.model.uri} (version {found.model.version})",
            "Records up to": found.records_up_to,
            "Held out from": f"{found.cut.cut:%d %B %Y}",
        },
    )


def _comparison(found: Evaluation) -> list[Any]:
    own = found.performance.query("model == 'boosted model' and metric == 'auroc'")
    alt = f"AUROC of the boosted model {_figure(rows_of(own)[0])}, beside simpler ways"
    gain = found.gains.assign(gain=[_signed(row) for row in rows_of(found.gains)])[["rival", "gain"]]
    parts = [
        figure(
            plots.comparison(found),
            alt=alt,
            caption="How often a point whose work was not completed had the higher risk. Dotted: a coin.",
        ),
        table(gain.rename(columns={"rival": "against", "gain": "gain in AUROC"}), "The boosted model's gain"),
        figure(
            plots.separation(found),
            alt="Risks of work that was not completed lie above those of work that was completed",
            caption="Share of held-out points at each risk. Dashed: the flag's cut-off.",
        ),
    ]
    if "last BSW status" not in found.rivals:
        parts.append(
            paragraph("Not compared with the last work's status: these records do not carry it.", note=True)
        )
    return parts


def _calibration(found: Evaluation) -> list[Any]:
    own = found.own
    alt = f"Calibration curve; slope {own['calibration_slope']:.2f}, ICI {own['ici']:.3f}"
    caption = (
        "On the dotted line a risk means what it says. Band: 95%, pointwise. Dashed: the flag's cut-off."
    )
    return [figure(plots.calibration(found), alt=alt, caption=caption), paragraph(CONDITION, note=True)]


def _flags(found: Evaluation) -> list[Any]:
    shown = found.flags.assign(
        what=found.flags["measure"].map(WORDS), figure=[_percent(row) for row in rows_of(found.flags)]
    )
    week = "–" if np.isnan(found.flags_a_week) else f"{found.flags_a_week:.1f}"
    learnt = found.model.model
    words = f"A point is flagged at a risk of {learnt.threshold:.2f} or more: {learnt.about['cut_off']}"
    return [
        paragraph(f"{words}. That made {week} flags per practitioner and week with a session."),
        table(shown[["what", "figure"]], "At the flag's cut-off, held-out points, 95% interval"),
        paragraph(CONDITION, note=True),
    ]


def _benefit(found: Evaluation) -> list[Any]:
    caption = (
        "Rightly flagged minus wrongly flagged at the threshold's odds, per point, with the boosted model's 95% band. "
        "Dashed: the flag's cut-off."
    )
    alt = "Net benefit by threshold for each way of flagging"
    return [figure(plots.net_benefit(found), alt=alt, caption=caption)]


def _held_out(found: Evaluation) -> list[Any]:
    reasons = found.ascertainment.assign(
        points=found.ascertainment["points"].map("{:,}".format),
        share=found.ascertainment["share"].map("{:.0%}".format),
    )
    parts = [paragraph(_learnt_from(found))] if not found.learnt_here else []
    return [
        *parts,
        paragraph(_dates(found)),
        table(_counts(found), "Points by what they served"),
        table(reasons, "Why the outcome of held-out points is known or not"),
    ]


def _dates(found: Evaluation) -> str:
    cut = found.cut
    last = cut.end - pd.Timedelta(days=cut.horizon_days + 1)
    who = "Learnt" if found.learnt_here else "The simpler ways learnt"
    return (
        f"{who} from points up to {cut.horizon_days} days before {cut.cut:%d %B %Y}, so that their outcomes were "
        f"known by then; measured on points from then to {last:%d %B %Y}, {cut.horizon_days} days before the "
        f"records end, of {found.patients:,} patients with a known outcome. {cut.dropped:,} earlier points were "
        f"left out of training because their patient is also held out."
    )


def _learnt_from(found: Evaluation) -> str:
    learnt_to = pd.Timestamp(found.model.model.about["cut"])
    return (
        f"This model did not learn from these records as built here. It learnt from records up to "
        f"{learnt_to:%d %B %Y}; whom from is not known here. So it is measured only on patients without a point "
        f"before that day: {found.cut.set_apart:,} later points of others were left out. The simpler ways did "
        f"learn from these records."
    )


def _counts(found: Evaluation) -> pd.DataFrame:
    cut, labels = found.cut, found.labels
    known = labels[cut.test]
    learnt = [
        ("to learn the trees", len(cut.fit), _rate(labels[cut.fit])),
        ("to stop early, then to learn the trees", len(cut.stop), _rate(labels[cut.stop])),
        ("to calibrate and to set the flag's cut-off", len(cut.calibrate), _rate(labels[cut.calibrate])),
    ]
    if not found.learnt_here:
        learnt = [("to learn the simpler ways", len(cut.train), _rate(labels[cut.train]))]
    rows = [
        *learnt,
        ("held out, outcome known", int((~np.isnan(known)).sum()), _rate(known)),
        ("held out, outcome unknown", int(np.isnan(known).sum()), "–"),
    ]
    counts = pd.DataFrame(rows, columns=["points", "number", "not completed"])
    return counts.assign(number=counts["number"].map("{:,}".format))


def _figures(found: Evaluation) -> list[Any]:
    shown = found.performance.assign(shown=[_figure(row) for row in rows_of(found.performance)])
    wide = shown.pivot(index="metric", columns="model", values="shown").reindex(list(WORDS)[:8])
    wide = wide[list(dict.fromkeys(found.performance["model"]))].rename(index=WORDS).reset_index()
    other = found.other_dropout
    dropout = pd.DataFrame(
        {"metric": other["metric"].map(WORDS), "value": [_figure(row) for row in rows_of(other)]}
    )
    return [
        table(wide, "Held-out points, 95% intervals from resampling patients"),
        table(dropout, f"The boosted model {LEFT[OTHER_WAY[found.count_dropout_as]]}"),
        link("All figures as a table (CSV)", "evaluation.csv"),
    ]


def _figure(row: Any) -> str:
    return "–" if np.isnan(row.value) else f"{row.value:.3f} ({row.low:.3f} to {row.high:.3f})"


def _signed(row: Any) -> str:
    return f"{row.value:+.3f} ({row.low:+.3f} to {row.high:+.3f})".replace("-", "−")


def _percent(row: Any) -> str:
    return "–" if np.isnan(row.value) else f"{row.value:.0%} ({row.low:.0%} to {row.high:.0%})"


def _rate(labels: NDArray[np.float64]) -> str:
    known = labels[~np.isnan(labels)]
    return f"{known.mean():.0%}" if len(known) else "–"

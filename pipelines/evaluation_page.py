"""The evaluation as one page: the sentence that matters first, then pictures, then the tables behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.splits import Split
from pipelines.page import Page, Section, figure, link, paragraph, table
from pipelines.plots import BLUE, GREEN, GREY, INK, ORANGE, SOFT, house_style
from pipelines.tracking import LoadedModel

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
CONDITION = (
    "Every probability is conditional on the work having been reviewed: records cannot say what became of work "
    "that nobody went back to."
)


@dataclass(frozen=True)
class Evaluation:
    """What was measured; frames as models/evaluation.py gives them. `labels`: outcomes of all points."""

    model: LoadedModel
    cut: Split
    labels: NDArray[np.float64]
    performance: pd.DataFrame
    gains: pd.DataFrame
    verdict: str
    curve: pd.DataFrame
    benefit: pd.DataFrame
    flags: pd.DataFrame
    flags_a_week: float
    risks: NDArray[np.float64]
    ascertainment: pd.DataFrame
    dropout_as_not_completed: pd.DataFrame
    synthetic: bool
    records_up_to: str
    patients: int

    def as_json(self) -> dict[str, Any]:
        """Every figure for another program; missing is null."""
        frames = {
            "performance": self.performance,
            "gain_in_auroc": self.gains,
            "at_the_flag": self.flags,
            "ascertainment": self.ascertainment,
            "dropout_as_not_completed": self.dropout_as_not_completed,
            "net_benefit": self.benefit,
        }
        cleaned = {name: frame.astype(object).where(frame.notna(), None) for name, frame in frames.items()}
        return {
            "verdict": self.verdict,
            "synthetic": self.synthetic,
            "model": self.model.uri,
            "cut": f"{self.cut.cut:%Y-%m-%d}",
            "horizon_days": self.cut.horizon_days,
            "threshold": self.model.model.threshold,
            "flags_per_practitioner_and_week": None if np.isnan(self.flags_a_week) else self.flags_a_week,
            **{name: frame.to_dict("records") for name, frame in cleaned.items()},
        }


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
            Section("All figures", _figures(found)),
        ],
        synthetic=found.synthetic,
        about={
            "Model": found.model.uri,
            "Records up to": found.records_up_to,
            "Held out from": f"{found.cut.cut:%d %B %Y}",
        },
    )


def _comparison(found: Evaluation) -> list[Any]:
    areas = found.performance[found.performance["metric"] == "auroc"].iloc[::-1].reset_index(drop=True)
    with house_style():
        drawing = Figure(figsize=(7, 0.55 * len(areas) + 1))
        axes = drawing.subplots()
        for place, row in enumerate(_rows(areas)):
            colour = BLUE if row.model == "boosted model" else GREY
            axes.plot([row.low, row.high], [place, place], color=colour, lw=3, solid_capstyle="round")
            axes.plot(row.value, place, "o", color=colour, ms=8)
            axes.annotate(f"{row.value:.3f}", (row.high, place), xytext=(8, -4), textcoords="offset points")
        axes.axvline(0.5, color=SOFT, lw=1, ls=":")
        axes.set_yticks(range(len(areas)), areas["model"])
        axes.set_xlabel("AUROC on held-out points, with 95% interval")
        axes.grid(axis="y", visible=False)
        axes.margins(x=0.12, y=0.2)
    best = areas.iloc[-1]
    alt = f"AUROC of the boosted model {best['value']:.3f}, interval {best['low']:.3f} to {best['high']:.3f}"
    gain = found.gains.assign(gain=[_figure(row) for row in _rows(found.gains)])[["rival", "gain"]]
    caption = "How often a point whose work was not completed had the higher risk. Dotted: a coin."
    return [
        figure(drawing, alt=alt, caption=caption),
        table(gain.rename(columns={"rival": "against", "gain": "gain in AUROC"}), "The boosted model's gain"),
    ]


def _calibration(found: Evaluation) -> list[Any]:
    with house_style():
        drawing = Figure(figsize=(6, 5.6))
        axes, below = drawing.subplots(2, 1, sharex=True, height_ratios=[5, 1])
        axes.plot([0, 1], [0, 1], color=SOFT, lw=1, ls=":")
        axes.fill_between(
            found.curve["risk"], found.curve["low"], found.curve["high"], color=BLUE, alpha=0.15
        )
        axes.plot(found.curve["risk"], found.curve["value"], color=BLUE, lw=2.2)
        axes.set(ylabel="share not completed", xlim=(0, 1), ylim=(0, 1))
        below.hist(found.risks, bins=np.linspace(0, 1, 41).tolist(), color=BLUE, alpha=0.5)
        below.set(xlabel="predicted risk", ylabel="points")
        below.axvline(found.model.model.threshold, color=ORANGE, lw=1.5)
    own = (
        found.performance[found.performance["model"] == "boosted model"]
        .set_index("metric")["value"]
        .to_dict()
    )
    alt = f"Calibration curve; slope {own['calibration_slope']:.2f}, ICI {own['ici']:.3f}"
    caption = (
        "On the dotted line a risk means what it says. Band: 95%, pointwise. Orange: the flag's cut-off."
    )
    return [figure(drawing, alt=alt, caption=caption), paragraph(CONDITION, note=True)]


def _flags(found: Evaluation) -> list[Any]:
    shown = found.flags.assign(
        what=found.flags["measure"].map(WORDS), figure=[_percent(row) for row in _rows(found.flags)]
    )
    week = "–" if np.isnan(found.flags_a_week) else f"{found.flags_a_week:.1f}"
    return [
        paragraph(f"A point is flagged at a risk of {found.model.model.threshold:.2f} or more: the top fifth in "
                  f"training. That made {week} flags per practitioner and week with a session."),
        table(shown[["what", "figure"]], "At the flag's cut-off, held-out points, 95% interval"),
    ]  # fmt: skip


def _benefit(found: Evaluation) -> list[Any]:
    colours = {
        "boosted model": BLUE,
        "logistic regression": ORANGE,
        "last BSW status": GREEN,
        "flag everybody": GREY,
    }
    with house_style():
        drawing = Figure(figsize=(7, 4))
        axes = drawing.subplots()
        for policy, colour in colours.items():
            line = found.benefit[found.benefit["policy"] == policy]
            axes.plot(line["threshold"], line["value"], color=colour, lw=2, label=policy)
        axes.axhline(0, color=INK, lw=1)
        top = float(found.benefit["value"].max())
        axes.set(
            xlabel="risk at which one would act",
            ylabel="net benefit",
            ylim=(-0.05, top * 1.1),
            xlim=(0.05, 0.9),
        )
        axes.legend()
    caption = "Rightly flagged minus wrongly flagged at the threshold's odds, per point. 0: flag nobody."
    return [figure(drawing, alt="Net benefit by threshold for each way of flagging", caption=caption)]


def _held_out(found: Evaluation) -> list[Any]:
    cut, labels = found.cut, found.labels
    known = labels[cut.test]
    rows = [
        ("to learn the trees", len(cut.fit), _rate(labels[cut.fit])),
        ("to stop early", len(cut.stop), _rate(labels[cut.stop])),
        ("to calibrate", len(cut.calibrate), _rate(labels[cut.calibrate])),
        ("held out, outcome known", int((~np.isnan(known)).sum()), _rate(known)),
        ("held out, outcome unknown", int(np.isnan(known).sum()), "–"),
    ]
    counts = pd.DataFrame(rows, columns=["points", "number", "not completed"])
    counts["number"] = counts["number"].map("{:,}".format)
    reasons = found.ascertainment.assign(
        points=found.ascertainment["points"].map("{:,}".format),
        share=found.ascertainment["share"].map("{:.0%}".format),
    )
    words = (
        f"Learnt from points up to {cut.horizon_days} days before {cut.cut:%d %B %Y}, measured from then on, on "
        f"{found.patients:,} patients. {cut.dropped:,} earlier points were left out of training because their "
        f"patient is also held out."
    )
    return [
        paragraph(words),
        table(counts, "Points by what they served"),
        table(reasons, "Why the outcome of held-out points is known or not"),
    ]


def _figures(found: Evaluation) -> list[Any]:
    shown = found.performance.assign(shown=[_figure(row) for row in _rows(found.performance)])
    wide = shown.pivot(index="metric", columns="model", values="shown").reindex(list(WORDS)[:8])
    wide = wide[list(dict.fromkeys(found.performance["model"]))].rename(index=WORDS).reset_index()
    other = found.dropout_as_not_completed
    dropout = pd.DataFrame(
        {"metric": other["metric"].map(WORDS), "value": [_figure(row) for row in _rows(other)]}
    )
    return [
        table(wide, "Held-out points, 95% intervals from resampling patients"),
        table(dropout, "The boosted model if everybody who left before a review had not done the work"),
        link("All figures as a table (CSV)", "evaluation.csv"),
    ]


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))


def _figure(row: Any) -> str:
    return "–" if np.isnan(row.value) else f"{row.value:.3f} ({row.low:.3f} to {row.high:.3f})"


def _percent(row: Any) -> str:
    return "–" if np.isnan(row.value) else f"{row.value:.0%} ({row.low:.0%} to {row.high:.0%})"


def _rate(labels: NDArray[np.float64]) -> str:
    known = labels[~np.isnan(labels)]
    return f"{known.mean():.0%}" if len(known) else "–"

"""The sections beside an audit as a board reads them; made of published figures only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from features.conceptual_model import CONSTRUCTS
from models.audit_settings import AuditSettings
from models.comparison import NOT_ENOUGH, p_shown
from models.earlier import STAR
from models.grouped_explanation import EVERYTHING
from models.measures import MEASURES
from models.proxy import ALL_PREDICTORS
from models.withheld import WITHHELD
from pipelines.auditing.gap_plot import gap_plot
from pipelines.auditing.origins import AFTER_GAP, BEFORE_GAP, GAP, GONE
from pipelines.auditing.versions_page import gap_words, parts_of
from pipelines.auditing.words import column_words, listed, p_words
from pipelines.page import Section, figure, fold, link, paragraph, table

DRAWN = ("base_rate", "sensitivity", "false_positive_rate", "observed_to_expected")
DESCRIPTIVE = (
    "This describes and does not explain: deprivation or the severity recorded may themselves be results of "
    "unequal care, and what was not recorded cannot be adjusted for. A gap that goes is not thereby fair; one "
    "that stays has no cause named here."
)


def adjusted_section(
    by: str, shown: pd.DataFrame, verdicts: pd.DataFrame, names: Sequence[str], settings: AuditSettings
) -> Section:
    """Gaps before and after adjusting."""
    level = f"{100 * settings.level:g}%"
    parts = [
        paragraph(
            f"Gaps from the other groups before and after adjusting for {listed([*map(column_words, names)])}: "
            "what each gap would be if all groups compared had the same mix of these (regression standardisation; "
            f"numbers in fifths, not recorded a level of its own). Intervals hold for all groups together at {level}."
        ),
        paragraph(DESCRIPTIVE),
        table(
            _adjusted_verdicts(verdicts, settings),
            f"By {column_words(by)}: whether groups differ after adjusting.",
        ),
    ]
    drawing = gap_plot(shown, [MEASURES[name] for name in DRAWN])
    if drawing is not None:
        words = f"Gaps by {column_words(by)} before and after adjusting"
        caption = "Hollow squares before, filled dots after adjusting; what is withheld is not drawn."
        parts.append(
            figure(drawing, alt=f"{words}; the same figures are in the tables below.", caption=caption)
        )
    for name in verdicts["measure"]:
        own = parts_of(shown, name)
        columns = {"Gap before": BEFORE_GAP, "Gap after": AFTER_GAP, "Goes with them": GONE}
        cells = {
            title: [gap_words(MEASURES[name], row) for row in own[part]] for title, part in columns.items()
        }
        frame = pd.DataFrame({"Group": own["groups"]} | cells)
        parts.append(
            fold(MEASURES[name].title, table(frame, f"{MEASURES[name].title} by {column_words(by)}."))
        )
    parts.append(
        paragraph("AUROC, Brier score and calibration slope are no shares and are not adjusted.", note=True)
    )
    parts.append(link("All these figures as CSV", "audit_origins.csv"))
    return Section(f"Gaps by {column_words(by)}, before and after adjusting", parts)


def _adjusted_verdicts(verdicts: pd.DataFrame, settings: AuditSettings) -> pd.DataFrame:
    measures = [MEASURES[name] for name in verdicts["measure"]]
    return pd.DataFrame(
        {
            "Measure": [one.title for one in measures],
            "After adjusting": list(verdicts["verdict"]),
            "Margin": [settings.margin_words(one) for one in measures],
            "p": [p_words(p_shown(*row)) for row in zip(verdicts["p"], verdicts["verdict"], strict=True)],
            "Rows without their like in some group": [*map(unlike_words, verdicts["unlike"])],
        }
    )


def unlike_words(share: float) -> str:
    """A share of rows so coarse that no few people can be counted back from it."""
    return "under 5%" if share < 0.05 else f"{5 * round(20 * share)}%"


def constructs_section(by: str, shown: pd.DataFrame, differing: Sequence[str]) -> Section:
    """What moves the risk in each group, construct by construct."""
    own = shown[shown["part"] == GAP]
    found = [_construct(name) for name in differing if name != EVERYTHING]
    says = (
        f"Groups were found to differ in what {listed(found)} add{'s' if len(found) == 1 else ''} to the risk."
        if found
        else "In no construct was a difference between groups found in what it adds to the risk."
    )
    parts = [
        paragraph(says),
        paragraph(
            "Each figure is how much more (+) or less (−) the construct's predictors add to the group's mean "
            "log-odds (before calibration) than to that of the other groups, by tree SHAP, with intervals that "
            "hold for all groups together. The constructs sum to the first line. It says what this model leans "
            "on; it does not say why a predictor differs, nor what a change of it would do."
        ),
        table(
            _wide(own, "measure", "Construct", (_construct, _signed)),
            f"Gaps in mean log-odds by {column_words(by)}.",
        ),
        link("All these figures as CSV", "audit_origins.csv"),
    ]
    return Section(f"What the risk rests on, by {column_words(by)}", parts)


def _construct(name: str) -> str:
    return "All constructs" if name == EVERYTHING else CONSTRUCTS[name].title


def proxy_section(by: str, shown: pd.DataFrame) -> Section:
    """Whether the predictors give the group away."""
    together = shown[(shown["version"] == ALL_PREDICTORS) & (shown["note"] == "")]
    told = together[together["low"].astype(float) > 0.5]
    words = [f"{row['group']} (AUROC {float(row['value']):.2f})" for _, row in told.iterrows()]
    says = (
        f"The predictors together tell these groups from everyone else better than chance: {listed(words)}."
        if words
        else "The predictors together were not found to tell any group from everyone else better than chance."
    )
    parts = [
        paragraph(says),
        paragraph(
            "A model guesses each person's group from the predictors, judged on people that it never saw: 0.5 is a "
            "coin, 1 gives the group away. Intervals hold for all groups and lines together. Leaving the label out "
            "does not make a model blind to it; that predictors tell a group is no fault in itself, but shows "
            "where to look."
        ),
        table(
            _wide(shown, "version", "Guessed from", (_set, _plain)),
            f"AUROC of guessing the group, by {column_words(by)}.",
        ),
    ]
    return Section(f"Whether predictors give away {column_words(by)}", parts)


def _set(name: str) -> str:
    return CONSTRUCTS[name].title if name in CONSTRUCTS else name[:1].upper() + name[1:]


def _wide(
    shown: pd.DataFrame, lines: str, head: str, say: tuple[Callable[[str], str], Callable[[float], str]]
) -> pd.DataFrame:
    """A line per construct or set of predictors, a column per group; `say`: names and figures in words."""
    rows = []
    for name, own in shown.groupby(lines, sort=False):
        cells = {str(row["group"]): _figure(row, say[1]) for _, row in own.iterrows()}
        rows.append({head: say[0](str(name))} | cells)
    return pd.DataFrame(rows)


def _figure(row: pd.Series, say: Callable[[float], str]) -> str:
    if row["note"] in (WITHHELD, NOT_ENOUGH):
        return STAR if row["note"] == WITHHELD else NOT_ENOUGH
    value, low, high = (say(float(row[part])) for part in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _signed(value: float) -> str:
    return f"{value + 0.0:+.2f}".replace("-", "−")


def _plain(value: float) -> str:
    return f"{value:.2f}"

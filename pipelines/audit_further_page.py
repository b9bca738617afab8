"""The sections beside an audit as a board reads them; made of published figures only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from features.conceptual_model import CONSTRUCTS
from models.audit_settings import AuditSettings
from models.comparison import NOT_ENOUGH
from models.disclosure import STAR, WITHHELD
from models.grouped_explanation import EVERYTHING
from models.measures import MEASURES, Measure
from models.proxy import ALL_PREDICTORS
from models.variants import Variant
from pipelines.audit_origins import AFTER, AFTER_GAP, BEFORE, BEFORE_GAP, CHANGE, GAP, GONE
from pipelines.audit_words import column_words, listed, p_words, with_interval
from pipelines.page import Section, fold, heading, link, paragraph, table

FIRST = ("sensitivity", "false_positive_rate", "ppv", "auroc", "observed_to_expected")
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
            f"Gaps from the other groups before and after adjusting for {listed([*names])}: what each gap would be "
            "if all groups compared had the same mix of these (regression standardisation; numbers in fifths, not "
            f"recorded a level of its own). Intervals hold for all groups together at {level}."
        ),
        paragraph(DESCRIPTIVE),
        table(
            _adjusted_verdicts(verdicts, settings),
            f"By {column_words(by)}: whether groups differ after adjusting.",
        ),
    ]
    for name in verdicts["measure"]:
        own = _parts(shown, name)
        columns = {"Gap before": BEFORE_GAP, "Gap after": AFTER_GAP, "Goes with them": GONE}
        cells = {title: [_gap(MEASURES[name], row) for row in own[part]] for title, part in columns.items()}
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
            "p": [p_words(p) for p in verdicts["p"]],
            "Rows without their like in some group": [f"{100 * share:.0f}%" for share in verdicts["unlike"]],
        }
    )


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
            "log-odds than to that of the other groups, by tree SHAP, with intervals that hold for all groups "
            "together. The constructs sum to the first line. It says what this model leans on; it does not say "
            "why a predictor differs, nor what a change of it would do."
        ),
        table(_wide(own, "measure", _construct, _signed), f"Gaps in mean log-odds by {column_words(by)}."),
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
        table(_wide(shown, "version", _set, _plain), f"AUROC of guessing the group, by {column_words(by)}."),
    ]
    return Section(f"Whether predictors give away {column_words(by)}", parts)


def _set(name: str) -> str:
    return CONSTRUCTS[name].title if name in CONSTRUCTS else name[:1].upper() + name[1:]


def without_section(by: str, shown: pd.DataFrame, versions: Sequence[Variant]) -> Section:
    """The model with and without predictors of deprivation and language."""
    lead = (
        "The model learnt again without these predictors, on the same training rows, and measured on the same "
        "held-out rows with the same share flagged in calibration. A predictor may narrow a gap or widen it."
    )
    return Section(
        f"With and without deprivation and language, by {column_words(by)}",
        [
            paragraph(lead),
            *_versions(by, shown, versions),
            link("All these figures as CSV", "audit_origins.csv"),
        ],
    )


def remedies_section(by: str, shown: pd.DataFrame, versions: Sequence[Variant]) -> Section:
    """What could be done, and what each way costs every group."""
    at_decision = [one.name for one in versions if one.uses_group]
    lead = (
        "Each was learnt or set on training rows and is shown on held-out rows that none of them saw. None is "
        "recommended or chosen here: each moves benefit and burden between groups, and who bears what is for the "
        "service and those it serves to decide."
    )
    words = (
        f"At the point of decision these need the patient's group: {listed(at_decision)}. Under them two patients "
        "alike in everything else may be treated differently because of the group recorded; that needs a lawful "
        "basis and advice on equality law before any use."
    )
    off = "Cut-offs that differ by group are shown only where they are asked for (--group-cut-offs)."
    return Section(
        f"What could be done, by {column_words(by)}",
        [
            paragraph(lead),
            paragraph(words),
            paragraph(off, note=True),
            *_versions(by, shown, versions),
            link("All these figures as CSV", "audit_remedies.csv"),
        ],
    )


def _versions(by: str, shown: pd.DataFrame, versions: Sequence[Variant]) -> Iterator[Markup]:
    for one in versions:
        own = shown[shown["version"] == one.name]
        yield heading(one.name[:1].upper() + one.name[1:])
        yield paragraph(one.says)
        named = [name for name in MEASURES if name in set(own["measure"])]
        main = [name for name in named if name in FIRST]
        yield table(_before_after(own, main), f"{one.name}: before → after, by {column_words(by)}.")
        yield table(
            _changes(own, main), f"{one.name}: change with intervals that hold for all groups together."
        )
        others = [name for name in named if name not in FIRST]
        frames = [_before_after(own, others), _changes(own, others)]
        captions = (f"{one.name}: other measures, before → after.", f"{one.name}: other measures, change.")
        yield fold("Other measures", *(table(f, c) for f, c in zip(frames, captions, strict=True)))


def _before_after(own: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    columns = {}
    for name in names:
        parts = _parts(own, name)
        pairs = zip(parts[BEFORE], parts[AFTER], strict=True)
        columns[MEASURES[name].title] = [_arrow(MEASURES[name], *pair) for pair in pairs]
    return pd.DataFrame({"Group": _parts(own, names[0])["groups"]} | columns)


def _arrow(measure: Measure, before: pd.Series, after: pd.Series) -> str:
    words = [with_interval(measure, one) for one in (before, after)]
    return words[0] if words[0] == words[1] and before["note"] else " → ".join(words)


def _changes(own: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    columns = {
        MEASURES[name].title: [_gap(MEASURES[name], row) for row in _parts(own, name)[CHANGE]]
        for name in names
    }
    return pd.DataFrame({"Group": _parts(own, names[0])["groups"]} | columns)


def _parts(shown: pd.DataFrame, measure: str) -> dict[str, list[Any]]:
    """The rows of one measure: a list per part, in the order of the groups, and the groups themselves."""
    own = shown[shown["measure"] == measure]
    parts = {str(part): [row for _, row in rows.iterrows()] for part, rows in own.groupby("part", sort=False)}
    first = next(iter(parts.values()))
    return parts | {"groups": [row["group"] for row in first]}


def _gap(measure: Measure, row: pd.Series) -> str:
    return with_interval(measure, row, gap=True)


def _wide(
    shown: pd.DataFrame, lines: str, title: Callable[[str], str], say: Callable[[float], str]
) -> pd.DataFrame:
    """A line per construct or set of predictors, a column per group."""
    rows = []
    for name, own in shown.groupby(lines, sort=False):
        cells = {str(row["group"]): _figure(row, say) for _, row in own.iterrows()}
        rows.append({"": title(str(name))} | cells)
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

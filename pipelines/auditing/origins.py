"""Where a gap comes from: adjusted gaps, constructs by group, the proxy test, and refits without predictors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.predictor import catalogue
from models.audit_rows import Rows
from models.audit_settings import AuditSettings
from models.comparison import Compared, holm, verdict
from models.fairness import GroupAudit
from models.grouped_explanation import explain_groups
from models.groups import EVERYONE
from models.intervals import Floats, Interval
from models.measures import MEASURES
from models.proxy import proxies
from models.standardisation import ADJUSTABLE, Adjusted, adjust
from models.variants import Advance, Variant, changed, variant
from pipelines.auditing.model import ModelAtHand
from pipelines.auditing.words import listed

DEPRIVATION = ("deprivation",)
LANGUAGE = (
    "prefers_other_language",
    "materials_in_english_against_preference",
    "treated_in_another_language",
    "interpreter",
)
WITHOUT: Mapping[str, tuple[str, ...]] = {
    "without deprivation": DEPRIVATION,
    "without language": LANGUAGE,
    "without deprivation and language": (*DEPRIVATION, *LANGUAGE),
}
SAME_IN_ALL = ("known_share", "base_rate")  # no version of a model changes them
BEFORE_GAP, AFTER_GAP, GONE = "gap before", "gap after", "goes with the covariates"
BEFORE, AFTER, CHANGE = "before", "after", "change"
MEAN, GAP, AUROC = "mean", "gap", "auroc"


def measures_of(rows: Rows) -> list[str]:
    """The measures that these rows allow."""
    return [
        name
        for name, one in MEASURES.items()
        if one.family != "described" and (one.uses == "" or (one.uses == "flag" and rows.flag is not None))
    ]


def enough_of(audit: GroupAudit, name: str) -> NDArray[np.bool_]:
    """Which groups have enough data for a measure, as the audit decided."""
    return audit.measures[name].figures["enough"].to_numpy(dtype=bool)[:-1]


def figure_rows(
    audit: GroupAudit, version: str, measure: str, parts: Mapping[str, tuple[Floats, Interval]]
) -> Iterator[dict[str, Any]]:
    """One row per group (and, where the figures go so far, for all) and part, unrounded."""
    for part, (value, interval) in parts.items():
        for k, group in enumerate((*audit.groups, EVERYONE)[: len(value)]):
            ends = {"low": interval.low[k], "high": interval.high[k]}
            named = {"by": audit.by, "version": version, "measure": measure, "group": group, "part": part}
            yield named | {"value": value[k], **ends}


def adjusted_gaps(
    audit: GroupAudit, rows: Rows, covariates: pd.DataFrame, settings: AuditSettings
) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """Figures of each measure's gaps before and after; and per measure the verdict after adjusting.

    The second has measure, verdict, p (Holm over these measures) and unlike (see `Adjusted`).
    """
    names = [name for name in ADJUSTABLE if name in measures_of(rows)]
    found = {
        name: adjust(MEASURES[name], rows, covariates, enough_of(audit, name), level=settings.level)
        for name in names
    }
    figures = [row for name, one in found.items() for row in _gap_rows(audit, name, one)]
    p_values = holm(np.array([one.after.test.p for one in found.values()]))
    verdicts = [
        {
            "by": audit.by,
            "measure": name,
            "verdict": _verdict(name, one, p, settings),
            "p": p,
            "unlike": one.unlike,
        }
        for (name, one), p in zip(found.items(), p_values.tolist(), strict=True)
    ]
    return figures, pd.DataFrame(verdicts)


def _gap_rows(audit: GroupAudit, name: str, one: Adjusted) -> Iterator[dict[str, Any]]:
    parts = {
        BEFORE_GAP: (one.before.gap, one.before.gap_joint),
        AFTER_GAP: (one.after.gap, one.after.gap_joint),
        GONE: (one.change, one.change_joint),
    }
    return figure_rows(audit, "adjusted", name, parts)


def _verdict(name: str, one: Adjusted, p: float, settings: AuditSettings) -> str:
    measure, (low, high) = MEASURES[name], one.after.gap_joint
    if measure.kind == "ratio":
        low, high = np.log(low), np.log(high)
    margin, words = settings.margin_of(measure), settings.margin_words(measure)
    return verdict(p, low, high, level=settings.level, margin=margin, words=words)


def constructs_by_group(
    audit: GroupAudit, rows: Rows, at_hand: ModelAtHand, settings: AuditSettings
) -> tuple[list[dict[str, Any]], list[str]]:
    """Figures of each construct's mean part and gap; and the constructs in which groups were found to differ."""
    enough = enough_of(audit, "auroc")
    found = explain_groups(at_hand.explanation, rows.grouping, enough, level=settings.level)
    figures = [row for name, one in found.constructs.items() for row in _construct_rows(audit, name, one)]
    differing = [name for name, p in found.p_adjusted.items() if p < 1 - settings.level]
    return figures, differing


def _construct_rows(audit: GroupAudit, name: str, one: Compared) -> Iterator[dict[str, Any]]:
    return figure_rows(audit, "constructs", name, {MEAN: (one.value, one.own), GAP: (one.gap, one.gap_joint)})


def proxy_figures(
    audit: GroupAudit, rows: Rows, at_hand: ModelAtHand, settings: AuditSettings, advance: Advance
) -> list[dict[str, Any]]:
    """AUROC of each set of predictors for each group, with intervals that hold for all together."""
    found = proxies(
        at_hand.features,
        rows.risk,
        rows.grouping,
        enough_of(audit, "auroc"),
        at_hand.construct_of,
        level=settings.level,
        advance=advance,
    )
    return [
        row
        for name, one in found.items()
        for row in figure_rows(audit, name, AUROC, {AUROC: (one.value, one.joint)})
    ]


def without_predictors(audit: GroupAudit, at_hand: ModelAtHand, advance: Advance) -> list[Variant]:
    """The model refitted without the predictors of deprivation, of language, and of both, as far as it has any."""
    learning, versions = at_hand.learning(audit), []
    for name, predictors in WITHOUT.items():
        there = tuple(one for one in predictors if one in at_hand.loaded.model.predictors)
        if there:
            titles = [catalogue()[one].title for one in there]
            says = f"Learnt again without {listed(titles)}."
            versions.append(variant(learning, learning.refitted(without=there), name=name, says=says))
            advance(name)
    return versions


def version_figures(
    audit: GroupAudit, version: GroupAudit, rows: tuple[Rows, Rows], name: str, level: float
) -> list[dict[str, Any]]:
    """Each measure in each group and over all: before, after, and the paired change.

    Intervals of changes hold for all groups together. rows: before and after.
    """
    figures: list[dict[str, Any]] = []
    whole = (rows[0].pooled(), rows[1].pooled())
    for measure in [name for name in measures_of(rows[0]) if name not in SAME_IN_ALL]:
        parts = {BEFORE: _figures(audit, measure), AFTER: _figures(version, measure)}
        enough = audit.measures[measure].figures["enough"].to_numpy(dtype=bool)
        each = changed(MEASURES[measure], *rows, enough[:-1], level=level)
        every = changed(MEASURES[measure], *whole, enough[-1:], level=level)
        ends = (np.append(one, all_) for one, all_ in zip(each.joint, every.joint, strict=True))
        parts[CHANGE] = (np.append(each.change, every.change), Interval(*ends))
        figures += figure_rows(audit, name, measure, parts)
    return figures


def _figures(audit: GroupAudit, measure: str) -> tuple[Floats, Interval]:
    """The figures of every group and of all, with their own intervals."""
    found = audit.measures[measure].figures
    value, low, high = (found[column].to_numpy(dtype=float) for column in ("value", "low", "high"))
    return value, Interval(low, high)

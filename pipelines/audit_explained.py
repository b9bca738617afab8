"""What stands behind an audit, in plain words: each measure, the methods, and what is not in it."""

from __future__ import annotations

from markupsafe import Markup

from models.audit_settings import AuditSettings
from models.measures import MEASURES
from pipelines.page import bullets, paragraph


def measures_explained(*, flagged: bool) -> Markup:
    """One line per measure."""
    return bullets(
        [
            f"{measure.title}. {measure.says}"
            for measure in MEASURES.values()
            if flagged or not measure.needs_flag
        ]
    )


def left_out(flagged: bool, clustered: bool) -> Markup:
    """What an evaluator may look for in vain, each with the reason."""
    lines = [
        "Figures marked * and 'withheld': they would let small numbers of people be worked out, alone or "
        "from the others. Some are withheld only to cover another.",
        "Rows without a known outcome: they count only in the share with a known outcome. If outcomes are "
        "recorded differently in different groups, the other figures may mislead.",
        "Causes: the measures are not adjusted for deprivation, severity or service unless a section says so, and "
        "adjusting describes; a gap cannot be put down to any of them, nor to belonging to a group.",
        "Single persons: nothing here says anything about one.",
        "Intersections of groups, and cut-offs by capacity: not yet part of this audit.",
    ]
    if not flagged:
        lines.insert(
            0, "Sensitivity, false positives, predictive values and flag rates: no flag column was named."
        )
    if not clustered:
        lines.insert(
            0,
            "Repeated predictions for one patient: no cluster column was named, so every row is taken to be "
            "independent. If patients appear more than once, the intervals are too narrow.",
        )
    return bullets(lines)


def how_it_was_made(settings: AuditSettings, clustered: bool) -> list[Markup]:
    """The methods, for an evaluator."""
    level = f"{100 * settings.level:g}%"
    together = " Rows of one cluster (patient) are taken together throughout." if clustered else ""
    return [
        paragraph(
            f"Intervals are at {level}.{together} Shares: Wilson's interval on the effective number of "
            "cases. AUROC: Wilson's on the clustered variance of DeLong and Obuchowski. Observed to "
            "expected: on the logarithm. Slope: logistic regression of the outcome on the log-odds of the "
            "risk. Nothing is resampled: the same table gives the same figures."
        ),
        paragraph(
            "Gaps are from the mean of the other groups, weighted by their cases: no group is the norm. "
            "Their intervals hold for all groups together (Sidak). Whether groups differ at all is a "
            "cluster-robust Wald test with Welch's allowance for small groups; p-values are adjusted (Holm) "
            "over the main measures of a column, and over those beside them. Figures drawn to the mean "
            "(empirical Bayes) are steadier for small groups than their own."
        ),
        paragraph(_set_beforehand(settings)),
        paragraph(_disclosure(settings)),
    ]


def _set_beforehand(settings: AuditSettings) -> str:
    return (
        f"Margins: {100 * settings.margin:g} percentage points for shares, {settings.margin:g} for AUROC and "
        f"Brier score, a factor of {settings.margin_ratio:g} for observed to expected, "
        f"{settings.margin_slope:g} for the slope. A group with fewer than {settings.minimum_cases} of the "
        f"cases a measure rests on, or fewer than {settings.minimum_clusters} clusters, gets 'not enough "
        "data'. They are settings, to be fixed before the results are seen."
    )


def _disclosure(settings: AuditSettings) -> str:
    if settings.disclosure == "none":
        return "Disclosure control is off: this page is for data that are public anyway."
    return (
        "Disclosure control: counts under 5 are *, others rounded to the nearest 5; shares are computed "
        "before rounding and shown as whole percent; a share is withheld where its numerator or the rest of "
        "its denominator is under 5, other figures where events or non-events are under 10; further figures "
        "are withheld so that none of these can be worked out."
    )

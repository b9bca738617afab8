"""What stands behind an audit, in plain words: each measure, the methods, and what is not in it."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from models.audit_settings import AuditSettings
from models.disclosure import Published
from models.measures import MEASURES
from pipelines.auditing.table import Asked
from pipelines.page import bullets, paragraph


def measures_explained(published: Published) -> Markup:
    """One line per measure that was taken."""
    taken = set(published.figures["measure"])
    return bullets(
        [f"{measure.title}. {measure.says}" for measure in MEASURES.values() if measure.name in taken]
    )


def left_out(published: Published, asked: Asked, settings: AuditSettings) -> Markup:
    """What an evaluator may look for in vain, each with the reason."""
    return bullets(
        [
            *_not_asked(published, asked, settings),
            "Figures marked * and 'withheld': they would let small numbers of people be worked out, alone, from "
            "the others or from an audit published before. Some are withheld only to cover another.",
            "Rows without a known outcome: they count only in the share with a known outcome, and in the section "
            "on the outcomes themselves.",
            "Causes: the measures are not adjusted for deprivation, severity or service unless a section says so, "
            "and adjusting describes; a gap cannot be put down to any of them, nor to belonging to a group.",
            "Single persons: nothing here says anything about one.",
        ]
    )


def _not_asked(published: Published, asked: Asked, settings: AuditSettings) -> Iterator[str]:
    """A line for each section whose column, or setting, was not given."""
    if not asked.cluster:
        yield (
            "Repeated predictions for one patient: no cluster column was named, so every row is taken to be "
            "independent. If patients appear more than once, the intervals are too narrow."
        )
    if not asked.flag:
        yield "Sensitivity, false positives, predictive values and flag rates: no flag column was named."
    if settings.capacity is None:
        yield "A cut-off by capacity: no capacity was named (--capacity, or the setting)."
    elif "capacity_flag_rate" not in set(published.verdicts["measure"]):
        yield "A cut-off by capacity: the flags are that cut-off already."
    if not asked.id:
        yield "Repeated rows: no id column was named, so nobody looked for rows that come twice."
    if not asked.practitioner:
        yield "Differences in recording between practitioners: no practitioner column was named."
    if not asked.second:
        yield "A check against another outcome: no second outcome was named."
    if not asked.adjust:
        yield "Adjusted gaps: no column to adjust for was named."
    if asked.depth == 1:
        yield "Intersections of groups: none were asked for (--depth)."


def how_it_was_made(settings: AuditSettings, *, clustered: bool) -> list[Markup]:
    """The methods, for an evaluator."""
    level = f"{100 * settings.level:g}%"
    together = " Rows of one cluster (patient) are taken together throughout." if clustered else ""
    return [
        paragraph(
            f"Intervals are at {level}.{together} Shares: Wilson's interval on the effective number of "
            "cases. AUROC: Wilson's on the clustered variance of DeLong and Obuchowski. Observed to "
            "expected: on the logarithm. Slope: logistic regression of the outcome on the log-odds of the "
            "risk. Calibration error: the distance from the risk to a band round a flexible curve (spline, four "
            "knots) that holds all of the curve at once (Scheffé), so rather too wide. "
            "Nothing is resampled: the same table gives the same figures."
        ),
        paragraph(
            "Gaps are from the mean of the other groups, weighted by their cases: no group is the norm. "
            "Their intervals hold for all groups together (Sidak). Whether groups differ at all is a "
            "cluster-robust Wald test with Welch's allowance for small groups; p-values are adjusted (Holm) "
            "over the main measures of a column, and apart from them over those beside, at capacity and of a second "
            "outcome; not over columns. Figures drawn to the mean "
            "(empirical Bayes) are steadier for small groups than their own."
        ),
        paragraph(_set_beforehand(settings)),
        paragraph(_disclosure(settings)),
    ]


def _set_beforehand(settings: AuditSettings) -> str:
    return (
        f"Margins: {100 * settings.margin:g} percentage points for shares, {settings.margin:g} for AUROC and "
        f"Brier score, a factor of {settings.margin_ratio:g} for observed to expected, "
        f"{settings.margin_slope:g} for the slope, {settings.margin_benefit:g} for net benefit (taken at a risk "
        f"of {settings.threshold:g}). A group with fewer than {settings.minimum_cases} of the "
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

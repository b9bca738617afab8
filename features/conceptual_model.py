"""The constructs that the predictors encode, with what was published about each and what records cannot say.

Data that a domain expert can correct: every statement is that of the abstract of the source named, none
is ours. Bennion et al. 2024 speak of engagement; `direction` here speaks of NON-completion, so what
"raises engagement" there is -1 here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

REVIEW_2024 = (
    "Bennion, Lovell, Blakemore, Vicary & Bee 2024, Cogn Behav Ther, doi 10.1080/16506073.2024.2369939"
)
PRACTITIONERS_2025 = (
    "Bennion, Blakemore, Lovell & Bee 2025, BMC Psychiatry 25:79, doi 10.1186/s12888-025-06501-3"
)
PATIENTS_2025 = "Bennion, Lovell, Blakemore & Bee 2025, doi 10.1080/16506073.2025.2475168"
COTE_ALLARD_2022 = "Côté-Allard 2022"  # a source outside the model
NONE_STATED = "no statement in the sources at hand; kept because services record it"

Level = Literal["patient", "practitioner", "relationship", "service"]


@dataclass(frozen=True)
class Construct:
    """A node of the published conceptual model.

    `direction`: -1 lowers the chance of non-completion, +1 raises it, None where the source states none.
    """

    name: str
    title: str
    citation: str
    direction: int | None
    evidence: str
    level: Level
    cannot_measure: str


_ALL = (
    Construct(
        "treatment_expectations",
        "Treatment expectations",
        REVIEW_2024,
        -1,
        "patient beliefs about the work and the treatment: relatively consistent",
        "patient",
        "beliefs that nobody asked about; ratings exist for some sessions only",
    ),
    Construct(
        "task_planning",
        "Task planning",
        REVIEW_2024,
        -1,
        "practitioner competence in planning the work: relatively consistent",
        "practitioner",
        "how well it was planned and whether it had its place in the session: records say whether a thing was "
        "agreed, not how",
    ),
    Construct(
        "task_review",
        "Task review",
        REVIEW_2024,
        -1,
        "practitioner competence in reviewing the work: relatively consistent; "
        "in Conklin, Strunk & Cooper 2018 reviewing did not predict the next engagement",
        "practitioner",
        "the quality of the conversation about it",
    ),
    Construct(
        "in_session_engagement",
        "Engagement in the session",
        REVIEW_2024,
        1,
        "in-session resistance and counter-change talk indicate disengagement",
        "patient",
        "counter-change talk: only a rating of resistance is recorded",
    ),
    Construct(
        "symptoms",
        "Symptoms",
        REVIEW_2024,
        None,
        "unclear",
        "patient",
        "symptoms between questionnaires",
    ),
    Construct(
        "social_context",
        "Social context",
        PRACTITIONERS_2025,
        None,
        "social stressors named as a barrier by practitioners; sociocultural environment unclear in the review",
        "patient",
        "most of a person's circumstances; support from family and friends beyond one rating",
    ),
    Construct(
        "comorbidity",
        "Other health conditions",
        PRACTITIONERS_2025,
        None,
        "comorbid health conditions named as a barrier by practitioners",
        "patient",
        "how much a condition stands in the way",
    ),
    Construct(
        "mental_health_literacy",
        "Understanding of the approach",
        PRACTITIONERS_2025,
        None,
        "reduced mental health literacy named as a barrier by practitioners",
        "patient",
        "literacy itself: only a rating of understanding, language and materials are recorded",
    ),
    Construct(
        "therapeutic_relationship",
        "Working together",
        REVIEW_2024,
        None,
        "unclear",
        "relationship",
        "the relationship beyond a rating and who saw the patient",
    ),
    Construct(
        "practitioner",
        "Practitioner",
        REVIEW_2024,
        None,
        "practitioner beliefs: unclear",
        "practitioner",
        "beliefs about the work",
    ),
    Construct(
        "service_delivery",
        "How care is delivered",
        PRACTITIONERS_2025,
        None,
        "diverse workforces and training in culturally sensitive care named by practitioners; no statement on what "
        "is measured here; services differ strongly in Davis 2020, a source outside the model",
        "service",
        "workforce diversity and training",
    ),
    Construct(
        "engagement_behaviour",
        "Engagement so far",
        NONE_STATED,
        None,
        "barriers are named in Callan 2012 and Bunnell 2020, sources outside the model",
        "patient",
        "why work was left undone, where nobody wrote it down",
    ),
    Construct(
        "platform_use",
        "Use of the online programme",
        NONE_STATED,
        None,
        "log-ins predicted adherence in Côté-Allard 2022, a source outside the model",
        "patient",
        "what was done away from the screen",
    ),
)

# Not of the model: predictors here stand in no matrix unless a setting admits them.
PROTECTED = Construct(
    "protected_characteristics",
    "Protected characteristics (only where a setting admits them)",
    "no part of the conceptual model; for the audit",
    None,
    "none",
    "patient",
    "what a characteristic means in a life",
)
CONSTRUCTS: Mapping[str, Construct] = MappingProxyType({construct.name: construct for construct in _ALL})
TITLES: Mapping[str, str] = MappingProxyType({one.name: one.title for one in (*_ALL, PROTECTED)})

"""Records into facts. The only place that knows the national data set's column names and codes."""

from features.facts import (  # each declares its facts on import
    between_session_work,
    care,
    person,
    protected_characteristics,
    scores,
    session_ratings,
    staff,
)
from features.facts.definition import FACTS, Fact, FactSettings
from features.facts.known import Facts

__all__ = [
    "FACTS",
    "Fact",
    "FactSettings",
    "Facts",
    "between_session_work",
    "care",
    "person",
    "protected_characteristics",
    "scores",
    "session_ratings",
    "staff",
]

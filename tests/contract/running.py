"""Which predictors read a running total of a practitioner's or a service's other patients: by rule, not by name."""

from __future__ import annotations

from features.facts import FACTS
from features.predictor import catalogue


def running_predictors() -> list[str]:
    """Every predictor that reads a running fact, or a predictor that does."""
    found: list[str] = []
    for name, predictor in catalogue().items():  # each stands after those it reads
        if any(p in found or (p in FACTS and FACTS[p].running) for p in predictor.parameters):
            found.append(name)
    return found

"""Language codes, read alike wherever they stand."""

from __future__ import annotations

from features.facts.source import Expression


def not_english(code: Expression) -> Expression:
    """Whether a code of ISO 639-1 names another language; capitals and a region ("en-GB") do not matter."""
    language = code.lower()
    return ~((language == "en") | language.startswith("en-") | language.startswith("en_"))

"""Language codes, read alike wherever they stand."""

from __future__ import annotations

import ibis

from features.facts.source import Expression


def not_english(code: Expression) -> Expression:
    """Whether a code of ISO 639-1 names another language, in small letters or capitals; missing for what is no two
    letters: a language in words says nothing here.
    """
    return ibis.ifelse(code.length() == 2, code.lower() != "en", ibis.null("boolean"))

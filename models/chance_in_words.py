"""A chance as a practitioner can picture it: rounded, never certain, never called a risk."""

from __future__ import annotations

import math

from models.outcome_words import OutcomeWords


def whole_percent(chance: float) -> str:
    """A chance (0 to 1) as whole percent, never as certain."""
    return f"{min(max(round(100 * chance), 1), 99)}%"


def of_ten(chance: float) -> str:
    """A chance (0 to 1) as so many of ten, never as none or all."""
    many = round(10 * chance)
    return "fewer than 1" if many < 1 else "more than 9" if many > 9 else f"about {many}"


def natural_frequency(chance: float, meaning: OutcomeWords) -> str:
    """A chance (0 to 1) as a practitioner can picture it: of what was learnt to be foretold, and on what it hangs."""
    return meaning.of_ten.format(of_ten(chance))


def between(low: float, high: float) -> str:
    """The bounds of a chance (0 to 1) in tenths, rounded outwards, none of them none or all; both missing where nobody
    can tell.
    """
    if math.isnan(low) or math.isnan(high):
        return "how firm this is, is not known"
    # Rounded first, so that 0.7 computed as 0.7000000000000001 does not become 8 of 10.
    least, most = math.floor(round(10 * low, 6)), math.ceil(round(10 * high, 6))
    if most == 10:
        return f"at least {least} of 10" if least else "it could be any number of 10"
    if not least:
        return f"at most {most} of 10"
    return f"between {least} and {most} of 10" if least < most else f"{most} of 10"

"""What "not completed" means in these records, and what every chance hangs on, by the settings of the build."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from features.points import PLATFORM_WEEK

NOT_REVIEWED = "records cannot say what became of work that nobody went back to."


@dataclass(frozen=True)
class OutcomeWords:
    """`definition`: when work counts as not completed. `condition`: what every chance is conditional on.

    `pieces`: what points are, counted in hundreds.
    """

    definition: str
    condition: str
    pieces: str


def outcome_words(kinds: Collection[str], settings: Mapping[str, Mapping[str, Any]]) -> OutcomeWords:
    """The words for points of these kinds. `settings`: the configuration under which they were built."""
    outcome, part = settings["outcome"], settings["facts"]["share_of_part"]
    if PLATFORM_WEEK in kinds:
        return OutcomeWords(
            definition=f"Not completed: no log-in to the online programme began within {outcome['platform_days']} "
            f"days of the point. These records do not say which work was agreed or whether it was done.",
            condition="The outcome is a log-in, not the work itself: work done away from the programme is not seen, "
            "and nobody reviewed it.",
            pieces="weeks on the programme",
        )
    return OutcomeWords(
        definition=f"Not completed: of the work agreed in a session, less than {outcome['done_share']:.0%} was done, "
        f"on average over its tasks, by the first review of each within {outcome['horizon_days']} days. A task "
        f"recorded as done in part, without a percentage, counts as {part:.0%} done.",
        condition=_condition(str(outcome["count_dropout_as"])),
        pieces="pieces of agreed work",
    )


def _condition(count_dropout_as: str) -> str:
    if count_dropout_as == "not_completed":
        return (
            "Every probability is of work that was reviewed, or whose patient did not come again, which counts as not "
            f"completed here whatever became of it; of all other work {NOT_REVIEWED}"
        )
    return f"Every probability is conditional on the work having been reviewed: {NOT_REVIEWED}"

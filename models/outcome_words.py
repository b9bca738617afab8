"""What "not completed" means in these records, and what every chance hangs on, by the settings of the build."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from features.points import PLATFORM_WEEK
from models.outcome import LEFT, REVIEWED

NOT_REVIEWED = "records cannot say what became of work that nobody went back to."


@dataclass(frozen=True)
class PointWords:
    """What points are called, each of these in the middle of a sentence.

    `pieces`: counted in hundreds. `begun`: what leads to the day of one. `open`: what those on a list have, and
    `waiting` at more length. `not_done`: what may become of it, after "the chance", and `going_with`: what reasons went
    together with. `otherwise`: what the chance of other values says of records otherwise the same. `since`: what may
    have happened since the records end. `title`: of a list.
    """

    pieces: str
    begun: str
    open: str
    waiting: str
    not_done: str
    going_with: str
    otherwise: str
    since: str
    title: str


WORK = PointWords(
    pieces="pieces of agreed work",
    begun="work agreed on",
    open="open work",
    waiting="work waiting for its review",
    not_done="that it is not done",
    going_with="work not being done",
    otherwise="among work agreed with records otherwise like these, so often was it not done",
    since="reviews and sessions",
    title="Work between sessions",
)
WEEKS = PointWords(
    pieces="weeks on the programme",
    begun="week on the programme up to",
    open="an open week on the programme",
    waiting="a week on the programme that no log-in has followed yet",
    not_done="that no log-in follows",
    going_with="no log-in following",
    otherwise="among weeks on the programme with records otherwise like these, so often did no log-in follow",
    since="log-ins",
    title="Use of the online programme",
)


@dataclass(frozen=True)
class OutcomeWords:
    """`definition`: when work counts as not completed. `condition`: what every chance is conditional on.

    `point`: what points are called. `of_ten`: what a chance says of ten patients, with a place for how many.
    `foretold`: what a chance is, to whoever reads a list. `reasons`: why an outcome is known or not, where the reason's
    own name does not say it.
    """

    definition: str
    condition: str
    point: PointWords
    of_ten: str
    foretold: str
    reasons: Mapping[str, str] = field(hash=False)

    def reason(self, name: str) -> str:
        """Why an outcome is known or not, as a reader says it."""
        return self.reasons.get(name, name)


def outcome_words(kinds: Collection[str], settings: Mapping[str, Mapping[str, Any]]) -> OutcomeWords:
    """The words for points of these kinds. `settings`: the configuration under which they were built."""
    if PLATFORM_WEEK in kinds:
        return _of_log_ins(int(settings["outcome"]["platform_days"]))
    counted = settings["outcome"]["count_dropout_as"] == "not_completed"
    again = f"come again within {settings['outcome']['horizon_days']} days"
    return (_of_work_and_leaving if counted else _of_work)(_definition(settings), again)


def _of_log_ins(days: int) -> OutcomeWords:
    return OutcomeWords(
        definition=f"Not completed: no log-in to the online programme began within {days} days of the point. These "
        "records do not say which work was agreed or whether it was done.",
        condition="The outcome is a log-in, not the work itself: work done away from the programme is not seen, and "
        "nobody reviewed it.",
        point=WEEKS,
        of_ten=f"of 10 patients with records like these, {{}} had not logged in again within {days} days",
        foretold=f"The chance is that the patient does not log in to the online programme within {days} days. It was "
        "learnt from log-ins; about work done away from the programme it says nothing.",
        reasons={REVIEWED: "seen in the log-ins"},
    )


def _definition(settings: Mapping[str, Mapping[str, Any]]) -> str:
    outcome, part = settings["outcome"], settings["facts"]["share_of_part"]
    return (
        f"Not completed: of the work agreed in a session, less than {outcome['done_share']:.0%} was done, on average "
        f"over its tasks, by the first review of each within {outcome['horizon_days']} days. A task recorded as done "
        f"in part, without a percentage, counts as {part:.0%} done."
    )


def _of_work(definition: str, again: str) -> OutcomeWords:
    return OutcomeWords(
        definition=definition,
        condition=f"Every probability is conditional on the work having been reviewed: {NOT_REVIEWED}",
        point=WORK,
        of_ten="of 10 patients with records like these whose work was reviewed, {} had not done it",
        foretold="The chance is that the agreed work turns out not to be done when it is reviewed. It was learnt from "
        "work that was reviewed; about work that nobody reviewed it says nothing.",
        reasons={LEFT: f"did not {again}"},
    )


def _of_work_and_leaving(definition: str, again: str) -> OutcomeWords:
    return OutcomeWords(
        definition=definition,
        condition=f"Every probability is of work that was reviewed, or whose patient did not {again}, which counts as "
        f"not completed here whatever became of it; of all other work {NOT_REVIEWED}",
        point=WORK,
        of_ten=f"of 10 patients with records like these whose work was reviewed or who did not {again}, {{}} had not "
        "done it or did not come again in that time",
        foretold="The chance is that the agreed work turns out not to be done when it is reviewed, or that the patient "
        f"does not {again}, which counts as not done here whatever became of the work. About work of patients who did "
        "and that nobody reviewed it says nothing.",
        reasons={LEFT: f"did not {again}"},
    )

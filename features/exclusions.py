"""Contacts at which no prediction point stands: each kind a named function, and what each left out is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import pandas as pd

Table: TypeAlias = Any
Expression: TypeAlias = Any
Exclusion: TypeAlias = Callable[[Table], Expression]
Size: TypeAlias = tuple[int, int]  # contacts and patients
Counted: TypeAlias = tuple[Exclusion, Size, Size]  # before and after


def not_attended(contacts: Table) -> Expression:
    """The patient was not there: missed, cancelled, or arrived too late to be seen."""
    return ~contacts.attended.fill_null(False)


def not_individual(contacts: Table) -> Expression:
    """A group or a couple; where the mode is not recorded the contact counts as individual."""
    return ~contacts.individual.fill_null(True)


def not_low_intensity(contacts: Table) -> Expression:
    """Therapy codes are recorded and none of them is of low intensity."""
    return (contacts.therapies.fill_null(0) > 0) & (contacts.low_intensity.fill_null(0) == 0)


def after_discharge(contacts: Table) -> Expression:
    """The pathway had ended."""
    return (contacts.start >= contacts.discharged_at).fill_null(False)


def no_work_agreed(contacts: Table) -> Expression:
    """No task is recorded for the contact."""
    return contacts.tasks.fill_null(0) == 0


EXCLUSIONS: tuple[Exclusion, ...] = (
    not_attended,
    not_individual,
    not_low_intensity,
    after_discharge,
    no_work_agreed,
)


def as_table(counted: Sequence[Counted]) -> pd.DataFrame:
    """What each exclusion left out: step, reason, contacts and patients before and after."""
    rows = [
        (step, exclusion.__name__.replace("_", " "), before[0], after[0], before[1], after[1])
        for step, (exclusion, before, after) in enumerate(counted, start=1)
    ]
    columns = ["step", "reason", "contacts_before", "contacts_after", "patients_before", "patients_after"]
    return pd.DataFrame(rows, columns=columns)

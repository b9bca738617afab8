"""How a pathway stood at the end of a month: counts, firsts and lasts over its contacts up to then."""

from __future__ import annotations

import numpy as np

from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.record_keeping import FAR, Contacts


class Standing:
    """Contacts entered up to the end of a given day, for each row of a table about pathways."""

    def __init__(self, contacts: Contacts, pathway: Array, *, until: Array) -> None:
        self.contacts = contacts
        key = contacts.pathway * FAR + contacts.entered
        self.start = np.searchsorted(contacts.pathway, pathway, side="left")
        self.stop = np.searchsorted(key, pathway * FAR + until, side="right")

    def count(self, which: Array) -> Array:
        """How many of the contacts so far are among `which`."""
        total = np.concatenate([[0], np.cumsum(which)])
        return np.asarray(total[self.stop] - total[self.start])

    def latest(self, which: Array, place: int = 1) -> Array:
        """The row of the last such contact, or the one `place` - 1 before it; -1 where there is none."""
        rows, low, high = self._among(which)
        return np.where(high - place >= low, rows[np.clip(high - place, 0, len(rows) - 1)], -1)

    def earliest(self, which: Array, place: int = 1) -> Array:
        """The row of the first such contact, or of the `place`-th; -1 where there is none."""
        rows, low, high = self._among(which)
        at = low + place - 1
        return np.where(at < high, rows[np.clip(at, 0, len(rows) - 1)], -1)

    def _among(self, which: Array) -> tuple[Array, Array, Array]:
        rows = np.flatnonzero(which)
        low, high = np.searchsorted(rows, self.start), np.searchsorted(rows, self.stop)
        return (rows if len(rows) else np.array([-1])), low, high

    def day(self, row: Array) -> text.Text:
        """The date of a contact found above."""
        return text.day(self.contacts.day[row], row < 0) if len(self.contacts.day) else _none(row)


def values_at(values: Array, row: Array) -> Array:
    """Values of the contacts found, NaN where there is none."""
    if len(values) == 0:
        return np.full(len(row), np.nan)
    return np.where(row >= 0, values[row], np.nan)


def _none(row: Array) -> text.Text:
    return text.day(np.zeros(len(row), dtype=np.int64), np.ones(len(row), dtype=bool))

"""Monthly submissions: which rows each one holds, and the columns the national system adds to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.synthetic import assumptions as a
from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.text import Text

MOST_SERVICES, MOST_MONTHS = 999, 240


@dataclass(frozen=True)
class Rows:
    """Which row is submitted in which month: `index` repeats a row once per submission that holds it."""

    block: Block
    index: Array
    month: Array
    first: Array
    person: Array
    pathway: Array | None = None

    def again(self, columns: Mapping[str, Text]) -> dict[str, Text]:
        """Columns given once per row, repeated in every submission of the row."""
        index = pa.array(self.index)
        return {name: column.take(index) for name, column in columns.items()}

    def changed(self, at_first: Text, later: Text, *, rows: Array) -> Text:
        """A column that reads otherwise in the first submission of some rows: corrected, or learned later."""
        index = pa.array(self.index)
        first = pa.array((self.month == self.first) & rows[self.index])
        return pa.compute.if_else(first, at_first.take(index), later.take(index))

    def under_old_name(self, columns: Mapping[str, Text], *, new: str, old: str) -> dict[str, Text]:
        """A column whose values still come under its v2.0 name in the first months of the extract."""
        early = pa.array(self.month < self.block.settings.old_names_months)
        nothing = pa.scalar(None, pa.string())
        return {
            **columns,
            new: pa.compute.if_else(early, nothing, columns[new]),
            old: pa.compute.if_else(early, columns[new], nothing),
        }

    def table(self, columns: Mapping[str, Text]) -> pa.Table:
        """The submitted table, with provider, submission and, for pathways, the derived ids."""
        service = self.block.people.service[self.person]
        submission = submission_id(service, self.month)
        added = {
            "RecordNumber": text.number(submission * 10**7 + self.block.patient_number[self.person]),
            **_provider(self.block, service),
            "UniqueSubmissionID": text.number(submission),
        }
        if self.pathway is not None:
            number = self.block.referral_number[self.pathway]
            provider = added["OrgID_Provider"]
            added["Unique_ServiceRequestID"] = text.joined(provider, text.identifier("R", number))
            added["PathwayID"] = text.joined(provider, text.identifier("PW", number))
        return pa.table({**columns, **added})


def submission_id(service: Array, month: Array) -> Array:
    """The derived id of a provider's monthly file."""
    return 1_000_000 + 1_000 * service + month


def _provider(block: Block, service: Array) -> dict[str, Text]:
    return {"OrgID_Provider": text.code(block.services.provider, service)}


def local_table(block: Block, service: Array, *, columns: Mapping[str, Text]) -> pa.Table:
    """A local table: every row once, with its provider."""
    return pa.table({**_provider(block, service), **columns})


def pathway_months(block: Block) -> tuple[Array, Array]:
    """The first and the last submission that hold each pathway: to the month after its discharge."""
    first = block.months.of(block.pathways.received)
    last = np.minimum(block.months.of(block.episodes.discharged) + 1, block.months.count - 1)
    return first, last


def of_pathways(block: Block, pathway: Array, *, since: Array) -> Rows:
    """Rows about pathways: in every submission from the day they were made to the month after discharge."""
    first, last = pathway_months(block)
    begun = np.maximum(first[pathway], block.months.of(since))
    index, month = _spread(begun, last[pathway])
    return Rows(block, index, month, begun[index], block.pathways.person[pathway[index]], pathway[index])


def of_patients(block: Block, person: Array, *, since: Array) -> Rows:
    """Rows about patients: in every submission that holds one of their pathways, once made."""
    when, start = _presence(block)
    size = start[person + 1] - start[person]
    index = np.repeat(np.arange(len(person)), size)
    place = np.arange(len(index)) - np.repeat(np.cumsum(size) - size, size) + start[person][index]
    begun = block.months.of(since)
    held = when[place] >= begun[index]
    index, month = index[held], when[place][held]
    seen_first = np.full(len(person), block.months.count)
    np.minimum.at(seen_first, index, month)
    return Rows(block, index, month, seen_first[index], person[index])


def of_contacts(block: Block, contact: Array) -> Rows:
    """Rows about contacts: submitted for the month of entry, and again for the next if late in it or corrected."""
    contacts, months = block.contacts, block.months
    begun = months.of(contacts.entered[contact])
    near_end = months.ends[begun] - contacts.entered[contact] < a.DAYS_RESUBMITTED
    again = near_end | contacts.corrected[contact]
    index, month = _spread(begun, np.minimum(begun + again, months.count - 1))
    pathway = contacts.pathway[contact[index]]
    return Rows(block, index, month, begun[index], block.pathways.person[pathway], pathway)


def _spread(first: Array, last: Array) -> tuple[Array, Array]:
    """Each row once for every month from its first to its last."""
    size = np.maximum(0, last - first + 1)
    index = np.repeat(np.arange(len(first)), size)
    return index, np.arange(len(index)) - np.repeat(np.cumsum(size) - size, size) + first[index]


def _presence(block: Block) -> tuple[Array, Array]:
    """The months of the submissions that hold each patient, and where each patient's begin."""
    index, month = _spread(*pathway_months(block))
    months = block.months.count
    key = np.unique(block.pathways.person[index] * months + month)
    who, when = key // months, key % months
    return when, np.searchsorted(who, np.arange(len(block.people.service) + 1))

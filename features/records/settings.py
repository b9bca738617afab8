"""How a service's own tables, columns, values and dates are named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from features.errors import nearest
from features.standard import codes, tables

FORMAT = re.compile(r"(%[dmYybB]|[-/. ,])+")


@dataclass(frozen=True)
class SourceSettings:
    """What a service calls things, where it differs from the standard.

    `tables`: table of the standard -> the service's file name without its ending.
    `columns`: table -> column of the standard -> the service's column.
    `values`: table -> column -> the service's value -> the standard's code.
    `date_formats`: besides ISO 8601, formats such as "%d/%m/%Y"; times follow after a space.
    `exclude`: the list of patients who object, beside the tables.
    `local_days_later`: how many days the local tables may run on after the last reporting period.
    `most_set_aside`: the share (0 to 1) of a table's rows that may be set aside before reports and lists warn of it.
    """

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    exclude: str = "exclude.csv"
    local_days_later: int = 92
    most_set_aside: float = 0.05

    def __post_init__(self) -> None:
        faults = sorted({*self._names(), *self._codes(), *self._formats()})
        if self.local_days_later < 0:
            faults.append(f"local_days_later must be 0 or more; it is {self.local_days_later}")
        if not 0 <= self.most_set_aside <= 1:
            faults.append(f"most_set_aside must lie between 0 and 1; it is {self.most_set_aside}")
        if faults:
            raise ValueError("; ".join(faults))

    def _names(self) -> Iterator[str]:
        for name in {*self.tables, *self.columns, *self.values}:
            if name not in tables():
                yield f"the standard has no table '{name}'; {nearest(name, tables())}"
        for mapping in (self.columns, self.values):
            for table, names in mapping.items():
                known = tables().get(table, names)
                for name in names:
                    if name not in known:
                        yield f"table {table} of the standard has no column '{name}'; {nearest(name, known)}"

    def _codes(self) -> Iterator[str]:
        for table, columns in self.values.items():
            for column, values in columns.items():
                permitted = codes().get((table, column))
                for own, code in values.items():
                    if permitted and code not in permitted and column != "BarriersReported":
                        yield (
                            f"values of {table}.{column}: '{own}' is mapped to '{code}', which is not permitted; "
                            f"{nearest(code, permitted)}"
                        )

    def _formats(self) -> Iterator[str]:
        for form in self.date_formats:
            whole = FORMAT.fullmatch(form) and "%d" in form and re.search("%[mbB]", form)
            if not (whole and re.search("%[Yy]", form)):
                yield (
                    f"date_formats holds '{form}'; a format names day, month and year by %d, %m (%b, %B) and "
                    "%Y (%y), as in '%d/%m/%Y'"
                )
            swapped = form.replace("%d", "#").replace("%m", "%d").replace("#", "%m")
            if swapped != form and swapped in self.date_formats:
                yield f"date_formats holds both '{min(form, swapped)}' and '{max(form, swapped)}': which is 01/02?"

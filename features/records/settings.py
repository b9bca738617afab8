"""How a service's own tables, columns, values and dates are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.errors import nearest
from features.standard import tables


@dataclass(frozen=True)
class SourceSettings:
    """What a service calls things, where it differs from the standard.

    `tables`: table of the standard -> the service's file name without its ending.
    `columns`: table -> column of the standard -> the service's column.
    `values`: table -> column -> the service's value -> the standard's code.
    `date_formats`: besides ISO 8601, formats such as "%d/%m/%Y"; times follow after a space.
    `exclude`: the list of patients who object, beside the tables.
    """

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    exclude: str = "exclude.csv"

    def __post_init__(self) -> None:
        faults = [
            f"the standard has no table '{name}'; {nearest(name, tables())}"
            for name in {*self.tables, *self.columns, *self.values}
            if name not in tables()
        ]
        for mapping in (self.columns, self.values):
            for table, names in mapping.items():
                known = tables().get(table, names)
                faults += [
                    f"table {table} of the standard has no column '{name}'; {nearest(name, known)}"
                    for name in names
                    if name not in known
                ]
        if faults:
            raise ValueError("; ".join(sorted(faults)))

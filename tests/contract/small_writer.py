"""Collects the rows of a small service, table by table, with chance from a seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

Frames = dict[str, pd.DataFrame]


class Writer:
    """Rows by table, and the small choices that make each service another one."""

    def __init__(self, seed: int) -> None:
        self.rows: dict[str, list[dict[str, object]]] = {}
        self.chance = np.random.default_rng(seed)

    def add(self, table: str, **row: object) -> None:
        """One more row of a table."""
        self.rows.setdefault(table, []).append(row)

    def maybe(self, value: object, share: float = 0.8) -> object:
        """The value, or nothing where it was not recorded."""
        return value if self.chance.random() < share else None

    def one_of(self, *values: object) -> object:
        """One of the values, each as likely as the others."""
        return values[int(self.chance.integers(len(values)))]

    def frames(self) -> Frames:
        """Every table as a frame."""
        return {table: pd.DataFrame(rows) for table, rows in self.rows.items()}

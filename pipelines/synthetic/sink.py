"""Writing tables part by part, as Parquet or CSV; every column as text, as a service's own export has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq


class Sink:
    """One file per table in a folder, or with `in_parts` (Parquet) one folder per table, a file per part."""

    def __init__(self, folder: Path, file_format: str, *, in_parts: bool) -> None:
        self.folder, self.file_format = folder, file_format
        self.in_parts = in_parts and file_format == "parquet"
        self.writers: dict[str, Any] = {}
        self.parts: dict[str, int] = {}

    def write(self, name: str, part: pa.Table) -> None:
        """Add a part to the table: a file of its own, or more of the file that the first part opened."""
        number = self.parts[name] = self.parts.get(name, 0) + 1
        if self.in_parts:
            path = self.folder / name / f"part-{number:05d}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(part, path, compression="zstd")
            return
        if name not in self.writers:
            self.writers[name] = self._open(name, part.schema)
        self.writers[name].write_table(part)

    def _open(self, name: str, schema: pa.Schema) -> Any:
        path = self.folder / f"{name}.{self.file_format}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.file_format == "parquet":
            return pq.ParquetWriter(path, schema, compression="zstd")
        options = pa_csv.WriteOptions(quoting_style="none", quoting_header="none")
        return pa_csv.CSVWriter(path, schema, write_options=options)


@contextmanager
def sink(folder: Path, file_format: str, *, in_parts: bool = False) -> Iterator[Sink]:
    """A sink whose files are whole when the block ends."""
    opened = Sink(folder, file_format, in_parts=in_parts)
    try:
        yield opened
    finally:
        for writer in opened.writers.values():
            writer.close()

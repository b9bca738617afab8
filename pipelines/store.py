"""Artefacts on disk: written whole or not at all, each step with a manifest that its readers check.

A step's manifest is removed before its first artefact is written and appears after its last: where it
is absent the step did not finish, and no later step will read what it left.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import InputError
from pipelines.config import Config
from pipelines.folder import made
from pipelines.versions import code_version, versions

SYNTHETIC_KEY = b"bsw_synthetic"
# What all files of a folder have in common, by the convention of Parquet; readers of rows pass it over.
COMMON = "_common_metadata"


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary neighbour of `path` to write to; renamed to `path` only if nothing went wrong."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_of(path)
    try:
        yield partial
        if path.is_dir():
            shutil.rmtree(path)
        elif partial.is_dir():
            path.unlink(missing_ok=True)  # no folder can be renamed over a file
        partial.replace(path)
    finally:
        shutil.rmtree(partial) if partial.is_dir() else partial.unlink(missing_ok=True)


def partial_of(path: Path) -> Path:
    """The hidden neighbour of `path` under which this process works."""
    return path.with_name(f".{path.name}.{os.getpid()}.partial")


def write_text(path: Path, text: str) -> Path:
    """`text` as UTF-8 under `path`, whole or not at all."""
    with whole(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return path


def write_json(path: Path, value: Any) -> Path:
    """`value` as indented JSON; NaN is refused, so that nobody reads a number that is none."""
    return write_text(path, json.dumps(value, indent=2, allow_nan=False, default=str) + "\n")


def write_table(path: Path, frame: pd.DataFrame, *, synthetic: bool = False) -> Path:
    """A table as Parquet or CSV by the ending of `path`; Parquet remembers whether it is synthetic."""
    if path.suffix != ".csv":
        return write_in_parts(path, [frame], synthetic=synthetic)
    with whole(path) as partial:
        frame.to_csv(partial, index=False, lineterminator="\n")
    return path


def write_in_parts(path: Path, frames: Iterable[pd.DataFrame], *, synthetic: bool = False) -> Path:
    """A table as one Parquet file, of which only one frame at a time is in memory; at least one, columns alike."""
    with whole(path) as partial, ExitStack() as open_until_whole:
        writer = None
        for frame in frames:
            table = _marked(frame, synthetic)
            writer = writer or open_until_whole.enter_context(pq.ParquetWriter(partial, table.schema))
            writer.write_table(table)
    return path


def write_folder(path: Path, write: Callable[[Path], None], *, synthetic: bool = False) -> Path:
    """A table as a folder of Parquet, which `write` fills with at least one file."""
    with whole(path) as partial:
        write(partial)
        schema = pq.read_schema(next(partial.rglob("*.parquet")))
        pq.write_metadata(schema.with_metadata(_mark(schema, synthetic)), partial / COMMON)
    return path


def _marked(frame: pd.DataFrame, synthetic: bool) -> pa.Table:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return table.replace_schema_metadata(_mark(table.schema, synthetic))


def _mark(schema: pa.Schema, synthetic: bool) -> dict[bytes, bytes]:
    """What a schema says of itself, and whether its rows are synthetic."""
    return {**(schema.metadata or {}), SYNTHETIC_KEY: b"true" if synthetic else b"false"}


def read_table(path: Path, *columns: str) -> pd.DataFrame:
    """A Parquet artefact, with at least `columns`.

    Errors: InputError where it is absent, is not Parquet, or lacks a column.
    """
    try:
        frame = pd.read_parquet(
            path, partitioning=None
        )  # a folder's names say nothing that is not in a column
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; run the step that writes it") from None
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"{path}: not readable as Parquet ({str(error).splitlines()[0]})") from None
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError(f"{path}: lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}")
    return frame


def is_synthetic(path: Path) -> bool:
    """Whether a Parquet artefact says that it was made from synthetic records.

    Errors: InputError where a folder does not say, as one that an earlier version of this software left.
    """
    if path.suffix != ".parquet":
        return False
    file = path / COMMON if path.is_dir() else path
    if path.is_dir() and not file.exists():
        raise InputError(
            f"{path}: does not say what it was made from ({COMMON} is not there); run `bsw build` again"
        )
    return (pq.read_schema(file).metadata or {}).get(SYNTHETIC_KEY) == b"true"


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder in the order of their names."""
    digest = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        if path.is_dir():
            digest.update(str(file.relative_to(path)).encode())
        with file.open("rb", buffering=0) as stream:  # thousands of small pages: nothing is copied twice
            while block := stream.read(1 << 16):
                digest.update(block)
    return digest.hexdigest()


@contextmanager
def step(
    name: str, folder: Path, *, inputs: Mapping[str, Path], config: Config, later: bool = False
) -> Iterator[Manifest]:
    """Run one step into `folder`: its old manifest goes first, its new one comes last.

    `later`: the old one goes when the step calls `begins`, before its first artefact: what is refused until then
    leaves everything as it was. Errors: InputError where the folder cannot be one, or is the source or within it.
    """
    clear_partials(made(folder, source=inputs.get("source")))
    path = manifest_path(folder, name)
    prints = {label: fingerprint(source) for label, source in inputs.items()}
    manifest = Manifest(folder, prints, path)
    if not later:
        manifest.begins()
    yield manifest
    write_json(
        path,
        {
            "step": name,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "code": code_version(),
            "versions": versions(),
            "configuration": config.as_table(),
            "inputs": prints,
            "artefacts": {
                str(file.relative_to(folder)): fingerprint(file) for file in sorted(manifest.artefacts)
            },
            **manifest.facts,
        },
    )


class Manifest:
    """What a running step has written and wants remembered; `inputs`: label -> fingerprint of what it reads."""

    def __init__(self, folder: Path, inputs: Mapping[str, str], path: Path) -> None:
        self.folder = folder
        self.inputs = inputs
        self._path = path
        self.artefacts: set[Path] = set()
        self.facts: dict[str, Any] = {}

    def begins(self) -> None:
        """From now on what an earlier run left here changes: it no longer counts as finished."""
        self._path.unlink(missing_ok=True)

    def wrote(self, *paths: Path) -> None:
        """Files that are this step's artefacts."""
        self.artefacts.update(paths)

    def says(self, **facts: Any) -> None:
        """Facts for later steps, such as `synthetic=True`."""
        self.facts.update(facts)


def manifest_path(folder: Path, name: str) -> Path:
    """Where the manifest of step `name` lies in `folder`."""
    return folder / "manifests" / f"{name}.json"


def read_manifest(folder: Path, name: str) -> dict[str, Any]:
    """The manifest of a finished step.

    Errors: InputError where the step never finished, or an artefact is not the one it wrote.
    """
    path = manifest_path(folder, name)
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{folder}: step '{name}' has not finished here; run `bsw {name}` first") from None
    except json.JSONDecodeError:
        raise InputError(f"{path}: not readable; run `bsw {name}` again") from None
    faults = list(_changed(folder, name, manifest["artefacts"]))
    if faults:
        raise InputError(*faults)
    return manifest


def _changed(folder: Path, name: str, artefacts: Mapping[str, str]) -> Iterator[str]:
    for relative, print_then in artefacts.items():
        file = folder / relative
        if not file.exists():
            yield f"{file}: written by `bsw {name}` but no longer there; run `bsw {name}` again"
        elif fingerprint(file) != print_then:
            yield f"{file}: changed since `bsw {name}` wrote it; run `bsw {name}` again"


def clear_partials(folder: Path) -> None:
    """Remove what a killed process left under a temporary name."""
    for partial in folder.rglob(".*.partial"):
        shutil.rmtree(partial) if partial.is_dir() else partial.unlink(missing_ok=True)

"""`bsw mechanism`: the causal graph of the synthetic service, kept current in the documentation."""

from __future__ import annotations

from pathlib import Path

from features.errors import InputError
from pipelines.store import write_text
from pipelines.synthetic.drawing import PICTURE, as_markdown, as_svg

DOCS = Path(__file__).resolve().parents[1] / "docs"


def mechanism(*, check: bool, docs: Path = DOCS) -> int:
    """Write the page and its picture into `docs`; with `check`, only compare.

    Errors: InputError where a file is not what the code would write.
    """
    files = {docs / "synthetic-mechanism.md": as_markdown(), docs / PICTURE: as_svg()}
    for path, text in files.items():
        if not check:
            write_text(path, text)
            print(path)
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            raise InputError(f"{path.name} is out of date; run `bsw mechanism` and commit the file")
    return 0

"""A registered model as files: text that cannot run, and beside it which code made it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from features.errors import InputError
from models.risk_model import RiskModel, from_texts
from pipelines.registry.code_in_use import Code, code_in_use

CODE = "code.json"


def write_model(model: RiskModel, folder: Path) -> None:
    """The model's texts and the code that made it, into `folder`."""
    made_by = json.dumps(asdict(code_in_use()), indent=2)
    for name, text in {**model.texts, CODE: made_by}.items():
        (folder / name).write_text(text, encoding="utf-8")


def read_model(folder: Path) -> RiskModel:
    """The model in `folder`. Errors: see `model_of`."""
    return model_of(files_in(folder))


def files_in(folder: Path) -> dict[str, str]:
    """Name -> text of the files in `folder`."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def model_of(files: Mapping[str, str]) -> RiskModel:
    """The model that these files hold.

    Errors: InputError where other code made it than is in use here, because the same words would then stand
    for other numbers; or where a part is missing or unreadable.
    """
    _must_be_of(files.get(CODE, "null"), code_in_use())
    return from_texts({name: text for name, text in files.items() if name != CODE})


def _must_be_of(made_by: str, here: Code) -> None:
    try:
        made = Code(**json.loads(made_by))
    except (json.JSONDecodeError, TypeError):
        raise InputError(f"does not say which code made it; this is {here}; train it again") from None
    if made.fingerprint != here.fingerprint:
        raise InputError(
            f"was made by {made}, but this is {here}, whose predictors or predictions may differ; "
            "train again with `bsw train`, or install the version that made it"
        )

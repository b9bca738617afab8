"""`bsw score`: flags for every open pathway as at a date, with a page per practitioner."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from features.conceptual_model import TITLES
from features.errors import InputError, nearest
from features.predictor import everything
from models.suggestions import packaged_suggestions, read_suggestions
from pipelines.build import assemble
from pipelines.config import Config
from pipelines.flag_pages import Listed, Occasion, caseload_page, index_page
from pipelines.flag_tables import flags_table, scored_table
from pipelines.page import Page, write_page
from pipelines.patient_page import explanation_table, patient_page
from pipelines.progress import progress
from pipelines.scored import Scored, find_flags
from pipelines.store import step, write_table
from pipelines.tracking import load_model


def score(
    source: Path, *, as_of: date, model: str, out: Path, config: Config, patient: str | None = None
) -> None:
    """Write the flags of a source as at a date into the folder `out`, and the pages that show them.

    `patient` is whose explanation to write whole; without it, that of the highest chance.
    Errors: InputError where the source, the model or the library of suggestions cannot be used, or the
    model needs what the source cannot carry.
    """
    with step("score", out, inputs={"source": source}, config=config) as manifest:
        suggestions = read_suggestions(_library(config), everything())
        learnt = load_model(model, config)
        built = assemble(source, config=config, until=as_of)
        with progress("Scoring", 4) as advance:
            scored = find_flags(built, learnt.model, as_of=as_of, config=config, suggestions=suggestions)
            advance("tables")
            up_to = built.records_up_to
            occasion = Occasion(as_of, up_to, learnt.version, learnt.model.threshold, built.synthetic)
            manifest.wrote(*write_tables(out, scored, built.protected, occasion))
            manifest.wrote(*write_background(out, scored, occasion))
            advance("caseloads")
            manifest.wrote(*write_caseloads(out, scored, occasion))
            advance("one patient")
            manifest.wrote(*write_patient(out, scored, occasion, patient))
            advance()
        manifest.says(
            synthetic=built.synthetic,
            as_of=as_of.isoformat(),
            records_up_to=up_to.isoformat(),
            model=learnt.uri,
            model_version=learnt.version,
        )
    first = sum(flag.flagged for flag in scored.flags)
    print(f"{out}: {len(scored.flags):,} patients with open work, {first:,} of them to think about first")


def _library(config: Config) -> str:
    if not config.flags.suggestions:
        return packaged_suggestions()
    try:
        return Path(config.flags.suggestions).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"setting 'flags.suggestions': {config.flags.suggestions} is not readable ({error})"
        ) from None


def write_tables(out: Path, scored: Scored, protected: pd.DataFrame, occasion: Occasion) -> Iterator[Path]:
    """scored.parquet for the audit, flags.csv for the case-management system, not_listed.csv."""
    full = scored_table(scored, protected, occasion.model)
    yield write_table(out / "scored.parquet", full, synthetic=occasion.synthetic)
    yield write_table(out / "flags.csv", flags_table(scored, occasion))
    yield write_table(out / "not_listed.csv", scored.not_listed)


def write_background(out: Path, scored: Scored, occasion: Occasion) -> Iterator[Path]:
    """Whose predictors stood for "not known", where the settings ask for such: patients' rows, never registered."""
    path = out / "background.parquet"
    path.unlink(missing_ok=True)
    if scored.background is not None:
        yield write_table(path, scored.background, synthetic=occasion.synthetic)


def write_caseloads(out: Path, scored: Scored, occasion: Occasion) -> Iterator[Path]:
    """One page per practitioner, and the index that links them; pages of an earlier run go."""
    folder = out / "practitioners"
    listed, not_listed = scored.listed, scored.left_out
    everyone = {one.practitioner for one in listed} | set(not_listed["practitioner_id"])
    names = page_names(everyone)
    for stale in set(folder.glob("*.html")) - {folder / name for name in names.values()}:
        stale.unlink()
    for practitioner, name in names.items():
        own = [one for one in listed if one.practitioner == practitioner]
        left_out = not_listed[not_listed["practitioner_id"] == practitioner]
        yield write_page(folder / name, caseload_page(practitioner, own, left_out, occasion))
    addresses = {practitioner: f"practitioners/{name}" for practitioner, name in names.items()}
    yield write_page(out / "flags.html", index_page(listed, not_listed, occasion, addresses))


def page_names(practitioners: Iterable[str]) -> dict[str, str]:
    """A file name for each practitioner, safe on every system and never shared by two."""
    taken: Counter[str] = Counter()
    names = {}
    for practitioner in sorted(practitioners):
        name = re.sub(r"[^A-Za-z0-9]+", "-", practitioner).strip("-") or "practitioner"
        taken[name.lower()] += 1
        again = taken[name.lower()]
        names[practitioner] = f"{name}.html" if again == 1 else f"{name}_{again}.html"
    return names


def write_patient(out: Path, scored: Scored, occasion: Occasion, patient: str | None) -> Iterator[Path]:
    """One patient's explanation, whole: the page and the table behind it."""
    one = chosen_patient(scored.listed, patient)
    if one is None:
        empty = Page("Why this chance", "No patient has work waiting for its review.", [], occasion.synthetic)
        yield write_page(out / "patient.html", empty)
        yield write_table(out / "explanation.csv", pd.DataFrame(columns=["point_id", "predictor"]))
        return
    explanation = scored.explanation.of(one.flag.point)
    values = scored.features.loc[[one.flag.point]].iloc[0]
    explained = explanation_table(explanation, values, everything(), TITLES)
    yield write_table(out / "explanation.csv", explained)
    yield write_page(out / "patient.html", patient_page(one, explained, explanation, occasion))


def chosen_patient(listed: list[Listed], patient: str | None) -> Listed | None:
    """The named patient's highest chance, or the highest of all; None where nobody is listed.

    Errors: InputError where the named patient has no work waiting.
    """
    of_them = [one for one in listed if patient in (None, one.patient)]
    if patient is not None and not of_them:
        known = nearest(patient, {one.patient for one in listed})
        raise InputError(f"patient {patient!r} has no work waiting for its review: {known}")
    return max(of_them, key=lambda one: (not one.flag.abstained, one.flag.chance), default=None)

"""The files of flags: tables with the records' own ids, and pages in a folder for each who reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from shutil import rmtree

import pandas as pd

from features.conceptual_model import TITLES
from features.errors import InputError
from features.predictor import everything
from features.rows_behind import Behind
from models.explanation import Explanation
from models.feedback import ANSWER
from pipelines.beside import answer
from pipelines.flags.answer_files import unread
from pipelines.flags.history_rows import HistoryRows
from pipelines.flags.listed import ANSWERS, INDEX, Caseload, file_names
from pipelines.flags.occasion import Occasion
from pipelines.flags.pages import caseload_page, index_page
from pipelines.flags.patient_page import for_practitioners, patient_page
from pipelines.flags.scored import Scored
from pipelines.flags.supervision_page import supervision_page
from pipelines.flags.tables import (
    STORE,
    answers_to_give,
    flag_id,
    flags_table,
    own_answers,
    scored_table,
)
from pipelines.page import Page, render, write_below, write_page
from pipelines.store import partial_of, read_table, whole, write_table

OWN_SHARE = 0.4  # of the pages: what is written meanwhile takes about as long as the rest of a half


@dataclass(frozen=True)
class Pages:
    """All that pages show: who reads of whom, why, and the rows of the records behind it."""

    caseloads: Sequence[Caseload]
    explanation: Explanation
    behind: Mapping[str, Behind]
    occasion: Occasion


def write_tables(
    out: Path, scored: Scored, protected: pd.DataFrame, *, names: Mapping[str, str], occasion: Occasion
) -> Iterator[Path]:
    """scored.parquet for the audit, flags.csv for the case-management system, not_listed.csv.

    All carry the records' own ids; `names` is what pages call a patient, which flags.csv says beside the id.
    """
    full = scored_table(scored, protected, names, occasion)
    yield write_table(out / "scored.parquet", full, synthetic=occasion.synthetic)
    flags = flags_table(scored, names, occasion)
    yield write_table(out / "flags.csv", flags)
    # Named by its day, so that scoring another day overwrites no answers that were filled in.
    yield write_table(out / f"answers-{occasion.as_of}.csv", answers_to_give(flags))
    yield write_table(out / "not_listed.csv", scored.not_listed)


def must_keep_answered(out: Path, scored: Scored, occasion: Occasion) -> None:
    """Errors: InputError where the folder holds answers to flags that these would overwrite."""
    kept = read_table(out / STORE, *ANSWER) if (out / STORE).exists() else pd.DataFrame(columns=[*ANSWER])
    given = [
        *sorted((out / "practitioners").glob(f"*/{ANSWERS}")),
        *out.glob(f"answers-{occasion.as_of}.csv"),
    ]
    if filled := [*unread(given, kept)]:
        raise InputError(
            *(
                f"{path}: holds answers that would go with the folder; keep them first with "
                f"`bsw feedback {out} {path}`, or put back what was kept"
                for path in filled
            )
        )
    if lost := set(kept["flag_id"]) - {flag_id(str(point), occasion) for point in scored.points.index}:
        raise InputError(
            f"{out}: keeps answers to {len(lost)} flags that these would overwrite; score each day into a folder of "
            "its own, and name the others with `bsw feedback --also`"
        )


def write_background(out: Path, scored: Scored, occasion: Occasion) -> Iterator[Path]:
    """Whose predictors stood for "not known", where the settings ask for such: patients' rows, never registered."""
    path = out / "background.parquet"
    path.unlink(missing_ok=True)
    if scored.background is not None:
        yield write_table(path, scored.background, synthetic=occasion.synthetic)


def write_pages(
    out: Path,
    pages: Pages,
    supervisors: Mapping[str, Sequence[str]],
    *,
    beside: Executor | None = None,
    meanwhile: Callable[[], Iterable[Path]] = tuple,
) -> Iterator[Path]:
    """A folder per practitioner, a page per supervisor, and the index that leads to them.

    What an earlier run left in these folders goes with it. `beside` draws some practitioners' pages, about half of
    all; `meanwhile` writes the tables, and should not fail, for the earlier pages would be lost.
    """
    (out / "flags.html").unlink(missing_ok=True)  # it would lead to pages that go now
    rmtree(out / "supervisors", ignore_errors=True)
    yield from _write_practitioners(out / "practitioners", pages, beside, meanwhile)
    files = {one: f"{name}.html" for one, name in zip(supervisors, file_names(supervisors), strict=True)}
    yield from _write_supervisors(out / "supervisors", pages, supervisors, files)
    supervised = {one for own in supervisors.values() for one in own}
    without = [one.practitioner for one in pages.caseloads if one.practitioner not in supervised]
    found = {one.practitioner for one in pages.caseloads}
    absent = sorted(one for one in supervised - found if not pages.occasion.unscored(one))
    addresses = {one: f"supervisors/{file}" for one, file in files.items()}
    yield write_page(
        out / "flags.html",
        index_page(pages.caseloads, pages.occasion, supervisors=addresses, without=without, not_found=absent),
    )


def _write_practitioners(
    folder: Path, pages: Pages, beside: Executor | None, meanwhile: Callable[[], Iterable[Path]]
) -> list[Path]:
    own, others = _halves(pages) if beside else (pages, replace(pages, caseloads=[]))
    with _cleared(folder), whole(folder) as partial:
        partial.mkdir()
        elsewhere = beside.submit(write_caseloads, partial, others) if beside else None
        try:
            besides = [*meanwhile()]
            written = write_caseloads(partial, own)
        finally:  # nobody writes here any more when the folder goes
            theirs = answer(elsewhere) if elsewhere else []
    return [*(folder / page for page in (*written, *theirs)), *besides]


@contextmanager
def _cleared(folder: Path) -> Iterator[None]:
    """Remove what an earlier run left while its successor is made: thousands of files go no faster than they come.

    It does not outlast the tables that it belonged to, which are replaced meanwhile.
    """
    if not folder.is_dir():
        yield
        return
    old = partial_of(folder.with_name(f"{folder.name}.old"))
    folder.rename(old)
    with ThreadPoolExecutor(1) as remover:
        removing = remover.submit(rmtree, old)
        yield
    removing.result()


def _halves(pages: Pages) -> tuple[Pages, Pages]:
    """Whole caseloads, OWN_SHARE of the patients in the first half."""
    before = list(accumulate((len(one.listed) for one in pages.caseloads), initial=0))
    middle = next(place for place, patients in enumerate(before) if patients >= OWN_SHARE * before[-1])
    first, second = pages.caseloads[:middle], pages.caseloads[middle:]
    return replace(pages, caseloads=first), replace(pages, caseloads=second)


def write_caseloads(folder: Path, pages: Pages) -> list[Path]:
    """Each practitioner's caseload with a page per patient: nobody else's, so that a folder can be handed over.

    Gives the paths within `folder`, that of the file for answers among them.
    """
    shown = for_practitioners(pages.explanation, everything(), TITLES)
    parts = dict(zip(shown.parts.index, shown.parts.to_dict("records"), strict=True))
    rows = HistoryRows(pages.behind)

    def drawn() -> Iterator[tuple[Path, Page]]:
        for caseload in pages.caseloads:
            own, occasion = Path(caseload.folder), pages.occasion.of([caseload.service])
            yield own / INDEX, caseload_page(caseload, occasion)
            for one in caseload.listed:
                page = patient_page(one, parts[one.flag.point], shown, rows=rows, occasion=occasion)
                yield own / one.page, page

    answers = [_write_own_answers(folder, one, pages.occasion) for one in pages.caseloads]
    return [*answers, *(write_below(folder, path, page) for path, page in drawn())]


def _write_own_answers(folder: Path, caseload: Caseload, occasion: Occasion) -> Path:
    """Make the practitioner's folder, with the file in which to say what was done with each flag; the path in it."""
    own = Path(caseload.folder) / ANSWERS
    (folder / own).parent.mkdir()
    # As it is, because the folder is not seen yet under its final name.
    (folder / own).write_text(own_answers(caseload, occasion), encoding="utf-8")
    return own


def _write_supervisors(
    folder: Path, pages: Pages, supervisors: Mapping[str, Sequence[str]], files: Mapping[str, str]
) -> list[Path]:
    if not supervisors:
        rmtree(folder, ignore_errors=True)
        return []
    found = {caseload.practitioner for caseload in pages.caseloads}
    with whole(folder) as partial:
        partial.mkdir()
        for supervisor, own in supervisors.items():
            theirs = [caseload for caseload in pages.caseloads if caseload.practitioner in own]
            absent = [one for one in own if one not in found]
            unscored = filter(None, map(pages.occasion.unscored, absent))
            occasion = pages.occasion.of([*(caseload.service for caseload in theirs), *unscored])
            page = supervision_page(supervisor, theirs, occasion, not_found=absent)
            (partial / files[supervisor]).write_text(render(page), encoding="utf-8")
    return sorted(folder.glob("*.html"))

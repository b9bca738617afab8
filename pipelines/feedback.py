"""`bsw feedback`: what practitioners did with the flags of a folder, kept with them, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd

from features.errors import InputError
from models.audit_settings import AuditSettings
from models.feedback import ANSWER, with_answers
from models.feedback_report import OUTCOMES, SHARES, actions, flags_with_answers, whys
from models.shares import by_group
from models.withheld import RULES
from pipelines.config import Config
from pipelines.flags.answer_files import read_all
from pipelines.flags.feedback_page import Reported, feedback_page
from pipelines.flags.listed import day
from pipelines.flags.tables import STORE
from pipelines.page import write_page
from pipelines.store import is_synthetic, manifest_path, read_manifest, read_table, step, write_table

GROUPS = ("ethnic_group", "gender", "age_band", "deprivation_quintile")
NEEDED = (
    *("flag_id", "as_of", "point_id", "patient_id", "practitioner_id", "shown_as", "flag", "model_version"),
    *("records_up_to", "data"),
)


def feedback(
    folder: Path, answers: Sequence[Path], *, also: Sequence[Path], work: Path | None, config: Config
) -> None:
    """Keep the answers of CSVs with the flags in `folder`, and write feedback.html and feedback.csv there.

    Without `answers` only the report is written. `also`: folders of other days, counted in the report. `work`: a
    build that knows what became of the work.
    Errors: InputError with one line per fault: of the answers, of the folders, of the build.
    """
    flags = pd.concat([read_flags(one) for one in (folder, *also)])  # without flags nothing is written
    # Before any answer is kept: a build that is of no use would leave them without a report.
    if work is not None:
        _outcome(work, since=str(flags["as_of"].min()))
    with step("feedback", folder, inputs={}, config=config) as manifest, _alone(folder):
        kept = read_answers(folder)
        if answers:
            new = read_all(answers, read_flags(folder), today=date.today())
            before, kept = len(kept), with_answers(kept, new)
            if len(kept) > before:
                write_table(folder / STORE, kept, synthetic=is_synthetic(folder / "scored.parquet"))
            print(f"{folder}: {len(new)} answers read, {len(kept) - before} of them new, {len(kept)} kept")
        report = reported([folder, *also], work, config.audit)
        manifest.wrote(write_table(folder / "feedback.csv", report.shares))
        manifest.wrote(write_page(folder / "feedback.html", feedback_page(report)))
        manifest.says(synthetic=report.synthetic, folders=len(also) + 1)
    print(f"{folder / 'feedback.html'}: {report.lead}")


def reported(folders: Sequence[Path], work: Path | None, settings: AuditSettings) -> Reported:
    """What the answers to the flags of these folders came to, as it may be published."""
    flags = pd.concat([read_flags(folder) for folder in folders]).drop_duplicates("flag_id")
    outcome = None if work is None else _outcome(work, since=str(flags["as_of"].min()))
    answers = pd.concat([read_answers(folder) for folder in folders])
    table, rule = flags_with_answers(flags, answers, outcome), RULES[settings.disclosure]
    columns = [name for name in GROUPS if name in table.columns]
    became = None if outcome is None else by_group(table, ["did"], OUTCOMES, rule)
    asked = SHARES if outcome is None else (*SHARES, *OUTCOMES)
    return Reported(
        shares=by_group(table, columns, asked, rule),
        whys=whys(table, rule),
        actions=actions(table, rule),
        became=became,
        first_day=str(flags["as_of"].min()),
        last_day=str(flags["as_of"].max()),
        models=", ".join(sorted(flags["model_version"].astype(str).unique())),
        records_up_to=day(date.fromisoformat(flags["records_up_to"].max())),
        data=", ".join(flags["data"].str[:12].unique()),
        synthetic=any(is_synthetic(folder / "scored.parquet") for folder in folders),
    )


def _outcome(work: Path, *, since: str) -> pd.DataFrame:
    """What the build knows of the work. Errors: InputError where its records end before the first flags' day."""
    end = read_manifest(work, "build")["records_up_to"]
    if end < since:
        raise InputError(
            f"{work}: its records end on {end}, before the first of these flags ({since}), so that nothing can be "
            "known of what became of the work; give a build from later records"
        )
    return read_table(work / "outcome.parquet", "point_id", "not_completed")


def read_flags(folder: Path) -> pd.DataFrame:
    """The flags that `bsw score` wrote into the folder. Errors: InputError where it did not finish, or before ids."""
    if (folder / "scored.parquet").exists() and not manifest_path(folder, "score").is_file():
        raise InputError(f"{folder}: `bsw score` did not finish here; run it again")
    return read_table(folder / "scored.parquet", *NEEDED)


def read_answers(folder: Path) -> pd.DataFrame:
    """The answers kept in the folder; none where nobody answered yet.

    Errors: InputError where they answer flags that are no longer there.
    """
    path = folder / STORE
    if not path.exists():
        return pd.DataFrame(columns=list(ANSWER), dtype=object)
    kept = read_table(path, *ANSWER)
    lost = set(kept["flag_id"]) - set(read_flags(folder)["flag_id"])
    if lost:
        raise InputError(
            f"{folder}: {len(lost)} of the answers kept here are to flags that are no longer here, because the folder "
            "was scored anew; score each day into a folder of its own, and name the others with --also"
        )
    return kept


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else keeps answers in the folder meanwhile, or the later would overwrite the earlier."""
    lock = folder / ".feedback.lock"
    try:
        lock.touch(exist_ok=False)
    except FileExistsError:
        raise InputError(
            f"{folder}: answers are being kept here by another run; wait for it (if none runs, remove {lock})"
        ) from None
    try:
        yield
    finally:
        lock.unlink()

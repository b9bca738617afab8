"""`bsw synthesise`: write a synthetic service, a folder of tables that holds no person."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

from features.errors import InputError
from pipelines.progress import Advance, progress
from pipelines.synthetic.assumptions import LAST_DAY
from pipelines.synthetic.calendar import months_until_last_day
from pipelines.synthetic.header import header_table
from pipelines.synthetic.pathways import blocks
from pipelines.synthetic.record_keeping import Numbering
from pipelines.synthetic.service_block import draw_block, tables_of
from pipelines.synthetic.services import draw_services
from pipelines.synthetic.settings import DEFAULT, LOCAL_TABLES, SyntheticSettings
from pipelines.synthetic.sink import Sink, sink
from pipelines.synthetic.submissions import MOST_MONTHS, MOST_SERVICES
from pipelines.synthetic.true_gaps import TrueGaps
from pipelines.synthetic.truth import CONTACTS

MARKER = "SYNTHETIC"
README = """This folder holds a synthetic service. It was made by a computer and holds no person.

Made by:
  bsw synthesise OUT --pathways {pathways} --services {services} --months {months} \\
      --seed {seed} --format {file_format}
with these settings under [synthetic]: {settings}
The extract ends on {last_day}. The same call writes the same bytes.

Every column is text, as in a service's own export. truth/ holds what no service knows; nothing reads it
but the tests. The tables of the NHS Talking Therapies data set keep their real names; margins of patients
are near figures published by NHS England (Open Government Licence v3.0); the rest is assumed.
"""
TRUTH_README = """Synthetic. What no service knows; the product never reads it.
Rows join by OrgID_Provider and CareContactId.

planted.json         the inequities planted with their sizes, the nodes switched off, the effects changed
probabilities        per contact that set work: the chance in the model that the work was not done, the same
                     had nothing been planted at that contact, what came of it, what is written of it
drivers              the log-odds that each cause added to its being done; a row's sum is its log-odds
practitioners        their latent traits, and who rates some groups unfairly
group_gaps.csv       by true ethnic group, what a perfect audit would find
dirty_rows           the rows that break a rule on purpose
"""


def synthesise(
    out: Path, *, pathways: int, services: int, months: int, seed: int, file_format: str,
    settings: SyntheticSettings = DEFAULT,
) -> None:  # fmt: skip
    """Write a synthetic service of `pathways` referrals at `services` providers, `months` months, to `out`.

    A service of several blocks comes, as Parquet, as a folder of parts per table.
    Errors: InputError where the call cannot be carried out, or `out` holds something else.
    """
    call: dict[str, object] = {
        "pathways": pathways, "services": services, "months": months, "seed": seed, "file_format": file_format
    }  # fmt: skip
    _refuse(out, pathways=pathways, services=services, months=months, seed=seed, file_format=file_format)
    out = out.resolve()
    _clear_unfinished(out)
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
        (partial / MARKER).write_text("written by bsw synthesise\n", encoding="utf-8")
        (partial / "README.txt").write_text(_readme(call, settings), encoding="utf-8")
        parts = list(blocks(pathways))
        with (
            progress("Synthetic service", 2 * len(parts)) as advance,
            sink(partial, file_format, in_parts=len(parts) > 1) as files,
        ):
            gaps = _write(
                files, parts, advance=advance, services=services, months=months, seed=seed, settings=settings
            )
        _write_truth(partial / "truth", gaps, settings)
        _replace(partial, out)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error}); nothing was changed there") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _readme(call: dict[str, object], settings: SyntheticSettings) -> str:
    return README.format(**call, settings=json.dumps(asdict(settings)), last_day=LAST_DAY)


def _write(
    files: Sink, parts: list[tuple[int, int]], *, advance: Advance, services: int, months: int, seed: int,
    settings: SyntheticSettings,
) -> TrueGaps:  # fmt: skip
    gaps = TrueGaps()
    calendar, numbers = months_until_last_day(months), Numbering(services)
    drawn, staff = draw_services(seed, services, pathways=sum(size for _, size in parts), settings=settings)
    files.write("IDS000Header", header_table(drawn, calendar))
    for number, size in parts:
        block = draw_block(
            seed, number, size=size, services=drawn, staff=staff, months=calendar, numbers=numbers,
            settings=settings,
        )  # fmt: skip
        advance("people and their care")
        for name, table in tables_of(block, numbers).items():
            files.write(name, table)
            if name == CONTACTS:
                gaps.add(table)
        advance("records")
    return gaps


def _write_truth(folder: Path, gaps: TrueGaps, settings: SyntheticSettings) -> None:
    (folder / "README.txt").write_text(TRUTH_README, encoding="utf-8")
    gaps.table().to_csv(folder / "group_gaps.csv", index=False, float_format="%.6f")
    planted = {
        "synthetic": True,
        "inequities": settings.inequities.planted(),
        "groups": list(settings.inequities.groups),
        "biased_pwps": settings.inequities.biased_pwps,
        "nodes_off": list(settings.off),
        "effects_changed": dict(settings.effects),
        "tables_not_kept": [name for name in LOCAL_TABLES if not settings.keeps(name)],
    }
    (folder / "planted.json").write_text(json.dumps(planted, indent=2) + "\n", encoding="utf-8")


def _refuse(out: Path, *, pathways: int, services: int, months: int, seed: int, file_format: str) -> None:
    faults = [
        f"--{name} must be between {least} and {most}; it is {value}"
        for name, value, least, most in (
            ("pathways", pathways, 1, 10_000_000),
            ("services", services, 1, MOST_SERVICES),
            ("months", months, 1, MOST_MONTHS),
            ("seed", seed, 0, 2**63),
        )
        if not least <= value <= most
    ]
    if file_format not in ("csv", "parquet"):
        faults.append(f"--format must be csv or parquet; it is '{file_format}'")
    if out.exists() and not _may_be_replaced(out):
        faults.append(
            f"{out}: holds something that `bsw synthesise` did not write; name a new or an empty folder"
        )
    if faults:
        raise InputError(*faults)


def _may_be_replaced(out: Path) -> bool:
    return out.is_dir() and not out.is_symlink() and ((out / MARKER).is_file() or not any(out.iterdir()))


def _clear_unfinished(out: Path) -> None:
    """Remove what a killed run of this command left beside `out`; nothing without its marker."""
    for left in out.parent.glob(f".{out.name}.*.partial"):
        if (left / MARKER).is_file():
            shutil.rmtree(left)


def _replace(partial: Path, out: Path) -> None:
    """Put the whole folder in the place of an earlier one, which goes only then."""
    if not out.exists():
        partial.rename(out)
        return
    old = out.with_name(f".{out.name}.{os.getpid()}.old.partial")
    out.rename(old)
    try:
        partial.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old)

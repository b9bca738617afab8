"""`bsw audit` on the command line."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

COLUMNS = (
    ("--flag", "whether it was flagged: 0 or 1"),
    ("--cluster", "what rows belong together, such as the patient"),
    ("--id", "the prediction's own id; rows that repeat one are refused"),
    ("--practitioner", "who recorded the outcome: adds differences in recording"),
    ("--second-outcome", "an outcome less open to judgement, 0, 1 or empty: adds a check against it"),
)


def audit_options(audit: argparse.ArgumentParser) -> None:
    """The options of the command."""
    audit.add_argument("table", type=Path, metavar="TABLE", help="CSV or Parquet, a row per prediction")
    audit.add_argument("--risk", required=True, metavar="COL", help="the risk, 0 to 1")
    audit.add_argument("--outcome", required=True, metavar="COL", help="0, 1 or empty (not known)")
    audit.add_argument(
        "--by",
        action="append",
        required=True,
        metavar="COL",
        help="groups to compare; may be repeated; ethnic categories are rolled up as well",
    )
    for option, words in COLUMNS:
        audit.add_argument(option, metavar="COL", help=words)
    audit.add_argument("--adjust", action="append", default=[], metavar="COL", help="adjust gaps for it")
    audit.add_argument("--work", type=Path, metavar="WORK", help="the build behind it: where gaps come from")
    audit.add_argument(
        "--model",
        metavar="URI",
        help="the model behind it; default: the one trained from WORK, else models:/bsw@champion",
    )
    audit.add_argument("--remedies", action="store_true", help="what could be done, refitted, with its costs")
    audit.add_argument("--group-cut-offs", action="store_true", help="also cut-offs that differ by group")
    audit.add_argument("--depth", type=int, default=1, metavar="N", help="intersections of up to N columns")
    audit.add_argument(
        "--capacity", type=_share, metavar="SHARE", help="adds a cut-off that flags this share"
    )
    audit.add_argument(
        "--disclosure", choices=("nhs", "none"), help="none is for data that are public anyway"
    )
    audit.add_argument(
        "--published",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="an audit published before: no difference from it may give a small count back",
    )
    audit.add_argument("--out", type=Path, required=True, metavar="DIR")


def run_audit(asked: argparse.Namespace) -> int:
    """Run the command."""
    from pipelines.audit import audit
    from pipelines.auditing.further_asked import FurtherAsked
    from pipelines.auditing.table import Asked
    from pipelines.config import read_config

    config = read_config(asked.config)
    chosen = {"capacity": asked.capacity, "disclosure": asked.disclosure}
    settings = replace(config.audit, **{name: value for name, value in chosen.items() if value is not None})
    columns = Asked(
        risk=asked.risk,
        outcome=asked.outcome,
        flag=asked.flag,
        by=tuple(dict.fromkeys(asked.by)),
        cluster=asked.cluster,
        id=asked.id,
        practitioner=asked.practitioner,
        second=asked.second_outcome,
        adjust=tuple(asked.adjust),
        depth=asked.depth,
    )
    audit(
        asked.table,
        columns,
        out=asked.out,
        config=replace(config, audit=settings),
        published=tuple(asked.published),
        beside=FurtherAsked.of(asked),
    )
    return 0


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"must be a share between 0 and 1, such as 0.2; it is {text!r}")
    return share

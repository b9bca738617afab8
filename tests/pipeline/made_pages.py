"""The made service's flags as pages, with invented rows behind each reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import pandas as pd

from features.facts import FACTS
from features.predictor import everything
from features.rows_behind import Behind
from pipelines.flags.files import Pages, write_pages
from pipelines.flags.listed import caseloads
from pipelines.flags.occasion import Occasion
from pipelines.flags.scored import Scored

SUPERVISORS = {"Sam/Lee": ("RX1:PWP 1", "RX1:PWP 2", "RX1:PWP 3"), "Jo": ("RX1:PWP 4",)}
SAMPLES = {"string": "a", "boolean": True, "float64": 2.5, "int64": 3}


def made_pages(scored: Scored, names: Mapping[str, str], occasion: Occasion) -> Pages:
    """Everybody's pages."""
    listed = scored.listed(names)
    return Pages(caseloads(listed, scored.left_out(names)), scored.explanation, made_behind(scored), occasion)


def written(out: Path, scored: Scored, names: Mapping[str, str], occasion: Occasion) -> list[Path]:
    """The pages' files, supervisors' too."""
    return list(write_pages(out, made_pages(scored, names, occasion), SUPERVISORS))


def made_behind(scored: Scored) -> Mapping[str, Behind]:
    """Eight rows of each fact behind every reason that reads it, a day apart."""
    given = {name for flag in scored.flags for reason in flag.reasons for name in reason.predictors}
    readers: dict[str, list[str]] = {}
    for name in sorted(given):
        for fact in everything()[name].parameters:
            if fact in FACTS and not FACTS[fact].running:
                readers.setdefault(fact, []).append(name)
    return {
        fact: _behind(fact, names, [flag.point for flag in scored.flags]) for fact, names in readers.items()
    }


def _behind(fact: str, predictors: list[str], points: list[str]) -> Behind:
    given = {name: kind for name, (kind, _) in FACTS[fact].gives.items() if not name.endswith("_id")}
    chosen = dict(list(given.items())[:3])
    rows = pd.DataFrame(
        {
            "point_id": point,
            "happened_at": pd.Timestamp("2025-01-01") + pd.Timedelta(days=day),
            **{name: SAMPLES[kind] for name, kind in chosen.items()},
            **{f"counted_{name}": True for name in predictors},
        }
        for point in points
        for day in range(8)
    )
    return Behind(rows, dict.fromkeys(predictors, tuple(chosen)))


def text_of(page: Path) -> str:
    """What a reader sees of a page."""
    body = re.sub(r"<style>.*?</style>", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", body))

"""The steps that `feature_speed` times, each in a process of its own: benchmarks.feature_steps STEP FOLDER."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks.columns_by_hand import SAME, by_hand_sql
from benchmarks.large_service import open_service
from features.as_of import POINT_COLUMNS
from features.facts import FACTS, Facts, FactSettings
from features.matrix import columns, in_parts
from features.points import PointSettings, find_points
from features.predictor import Predictor, catalogue
from features.records import Records


class StoredFacts(Facts):
    """Facts that were worked out before, read from Parquet."""

    def __init__(self, records: Records, folder: Path, *, in_memory: bool) -> None:
        super().__init__(records, FactSettings())
        kind = "TABLE" if in_memory else "VIEW"
        for path in sorted(folder.glob("*.parquet")):
            literal = str(path).replace("'", "''")
            records.connection.execute(
                f"CREATE {kind} \"kept_{path.stem}\" AS SELECT * FROM read_parquet('{literal}')"
            )

    def table(self, name: str) -> Any:
        """See `Facts.table`."""
        return self.engine.table(f"kept_{name}")


def stored_facts(folder: Path, *, in_memory: bool = False) -> tuple[StoredFacts, Any]:
    """The facts and points that `facts_from_records` left."""
    facts = StoredFacts(open_service(folder), folder / "facts", in_memory=in_memory)
    return facts, facts.engine.table("kept_points")


def facts_from_records(folder: Path) -> None:
    """Every fact that a predictor reads, and the points, as Parquet in `folder`/facts."""
    facts = Facts(open_service(folder), FactSettings())
    points = find_points(facts, PointSettings())
    target = folder / "facts"
    target.mkdir(exist_ok=True)
    facts.engine.write(points.table.select(*POINT_COLUMNS), target / "points.parquet")
    for name in _read(catalogue()):
        facts.engine.write(facts.table(name), target / f"{name}.parquet")


def matrix_from_facts(folder: Path) -> None:
    """Every predictor at every point as Parquet below `folder`/matrix, from facts."""
    facts, points = stored_facts(folder)
    target = folder / "matrix"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for number, found in enumerate(in_parts(facts, points, catalogue())):
        if found.left_out:
            raise RuntimeError(f"left out: {found.left_out}")
        facts.engine.write(found.rows, target / f"part-{number:03d}.parquet")


def same_columns(folder: Path) -> None:
    """The predictors that `by_hand` works out too, by the engine."""
    facts, points = stored_facts(folder)
    found = columns(facts, points, _with_parts(SAME))
    facts.engine.write(found.rows.select("point_id", *SAME), folder / "same_columns.parquet")


def by_hand(folder: Path) -> None:
    """The same columns by SQL."""
    facts, _ = stored_facts(folder)
    target = str(folder / "by_hand.parquet").replace("'", "''")
    facts.records.connection.execute(f"COPY ({by_hand_sql()}) TO '{target}' (FORMAT parquet)")


def _read(predictors: Any) -> list[str]:
    return sorted({name for known in predictors.values() for name in known.parameters if name in FACTS})


def _with_parts(names: tuple[str, ...]) -> dict[str, Predictor]:
    """These predictors and those they are made of, in the order of the catalogue."""
    wanted: set[str] = set()
    for name, known in reversed(list(catalogue().items())):
        if name in names or name in wanted:
            wanted |= {name, *(part for part in known.parameters if part in catalogue())}
    return {name: known for name, known in catalogue().items() if name in wanted}


STEPS = {
    "facts": facts_from_records,
    "matrix": matrix_from_facts,
    "same-columns": same_columns,
    "by-hand": by_hand,
}

if __name__ == "__main__":
    STEPS[sys.argv[1]](Path(sys.argv[2]))

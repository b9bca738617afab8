"""`bsw build`: a service's records into points, predictors, protected characteristics and outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from features.engine import Engine
from features.errors import InputError
from features.facts import Facts
from features.matrix import matrix
from features.predictor import catalogue
from features.protected import protected
from features.records import Records, read_records
from features.records.silence import must_be_usable, must_mean_weeks
from models.splits import mature
from pipelines.built import POINTS_ARE, Built, begin, ends_of, no_outcomes
from pipelines.config import Config
from pipelines.feature_file import in_order, write_features, write_features_by_service
from pipelines.flags.open_records import leave_questions
from pipelines.gaps import READ, at_heart
from pipelines.progress import progress
from pipelines.silence import Silence
from pipelines.store import step, write_table


@dataclass(frozen=True)
class On:
    """Which engine works predictors out: DuckDB here, or Spark at the address `master` (None: here)."""

    engine: Literal["duckdb", "spark"] = "duckdb"
    master: str | None = None

    def refuse_silence(self) -> None:
        """Errors: InputError where Spark is asked for and not there, or nobody answers at its address."""
        if self.engine == "spark":
            from pipelines.spark import refuse_silence

            refuse_silence(self.master)


def build(source: Path, *, out: Path, config: Config, until: date | None, on: On | None = None) -> None:
    """Write the artefacts of a source into the folder `out` (WORK).

    DuckDB works out some services' predictors after others', so that memory does not hang on how many there are;
    where that takes several parts, the rows of features.parquet stand in another order than the points.
    Spark writes features.parquet as a folder with a part for each service, by its workers: the matrix is never here.

    Errors: InputError where the source cannot be used or holds no point, or Spark is not there.
    """
    on = on or On()
    on.refuse_silence()
    with step("build", out, inputs={"source": source}, config=config) as manifest:
        records = read_records(source, config.source)
        must_be_usable(records, READ, at_heart=at_heart(records))
        must_mean_weeks(records)
        with _engine(records, out, on) as engine:
            begun = begin(Facts(records, config.facts, engine), config=config, until=until)
            if begun.built.points.empty:
                raise InputError(
                    f"{source}: no contact agrees any between-session work; see exclusions in `bsw check`"
                )
            path, asked = out / "features.parquet", catalogue(config.protected.admitted)
            given, synthetic = (path, begun.facts, begun.points.table), begun.built.synthetic
            if on.engine == "duckdb":
                found = write_features(*given, begun.built.points, asked, synthetic=synthetic)
                leave_questions(begun, [name for name in asked if name not in found.left_out], config)
            else:
                found = write_features_by_service(*given, asked, synthetic=synthetic)
            manifest.wrote(path)
        built = replace(
            begun.built, protected=protected(begun.facts, begun.built.points), left_out=found.left_out
        )
        silence = Silence.of(
            records, config.source, asked=asked.keys(), left_out=built.left_out, features=path
        )
        for name in ("points", "protected", "outcome"):
            path = out / f"{name}.parquet"
            manifest.wrote(write_table(path, getattr(built, name), synthetic=built.synthetic))
        manifest.wrote(write_table(out / "exclusions.csv", built.exclusions))
        none_because = no_outcomes(begun.facts)
        manifest.says(**_said(built, until, silence), engine=on.engine, no_outcomes=none_because)
    told = _outcomes_known(built, config, none_because)
    _tell(out, built, len(found.rows.columns) - 1, told, silence)


def _said(built: Built, until: date | None, silence: Silence) -> dict[str, Any]:
    """What the manifest remembers."""
    return {
        "synthetic": built.synthetic,
        "records_up_to": built.records_up_to.isoformat(),
        "until": until.isoformat() if until else None,
        "left_out": dict(built.left_out),
        "never_known": silence.never_known,
        "unmeasured": silence.unmeasured,
        "silent_services": dict(silence.gaps.services),
        "stopped_tables": [asdict(one) for one in silence.gaps.stopped],
        "unreadable": {
            table: {service: round(share, 2) for service, share in services.items()}
            for table, services in silence.gaps.unreadable.items()
        },
        "last_days": dict(built.last_days),
        "points": len(built.points),
    }


def _outcomes_known(built: Built, config: Config, none_because: str | None) -> str:
    """How many outcomes are known, why none is, and how many are known too early to be learnt from."""
    known, days = built.outcome["not_completed"].notna(), config.outcome.horizon_days
    early = known & ~mature(built.points["at"], ends_of(built.points, built.last_days), days)
    more = f" ({none_because})" if none_because else ""
    if early.any():
        more = f" ({early.sum():,} of them at points whose {days} days are not over: not yet learnt from)"
    return f"{known.sum():,} outcomes known{more}"


def _tell(out: Path, built: Built, predictors: int, outcomes_known: str, silence: Silence) -> None:
    points = f"{len(built.points):,} {POINTS_ARE[built.kind]}"
    print(f"{out}: {points}, {predictors} predictors, {outcomes_known}")
    for name, reason in sorted(built.left_out.items()):
        print(f"  left out: {name} ({reason})")
    for line in silence.lines:
        print(f"  {line}")


def assemble(source: Path, *, config: Config, until: date | None) -> Built:
    """Everything `build` writes, in memory, with nothing that became known from `until` on."""
    return assemble_records(read_records(source, config.source), config=config, until=until)


def assemble_records(
    records: Records, *, config: Config, until: date | None, engine: Engine | None = None
) -> Built:
    """The same from records that were read already, on DuckDB unless another engine is given."""
    with progress("Building", 2) as advance:
        begun = begin(Facts(records, config.facts, engine), config=config, until=until)
        advance("predictors")
        found = matrix(begun.facts, begun.points.table, catalogue(config.protected.admitted))
        advance()
    return replace(
        begun.built,
        features=in_order(found.frame, begun.built.points),
        protected=protected(begun.facts, begun.built.points),
        left_out=found.left_out,
    )


@contextmanager
def _engine(records: Records, out: Path, on: On) -> Iterator[Engine | None]:
    if on.engine == "duckdb":
        yield None
        return
    from pipelines.spark import spark_engine

    with spark_engine(records, out, on.master) as engine:
        yield engine

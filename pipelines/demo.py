"""`bsw demo`: the whole way on a synthetic service, from records to flags and audit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import monotonic

from features.errors import InputError
from pipelines.addresses import without_password
from pipelines.config import Config
from pipelines.store import read_manifest

MARK = "written-by-bsw-demo"
SERVICES, MONTHS, SEED = 3, 24, 1


def demo(out: Path, *, pathways: int, config: Config) -> None:
    """Write a synthetic service into `out` and run every step on it.

    Whatever an earlier demo left in `out`, finished or killed, is replaced. Errors: InputError where `out`
    holds anything else.
    """
    _clear(out)
    source, work = out / "source", out / "work"
    config = _with_own_pseudonyms(_with_own_store(config, out), out)
    _Steps(source, work, out, config, pathways).run()
    _say_where(out, config)


class _Steps:
    """The steps in order, each timed."""

    def __init__(self, source: Path, work: Path, out: Path, config: Config, pathways: int) -> None:
        self.source, self.work, self.out, self.config, self.pathways = source, work, out, config, pathways

    def run(self) -> None:
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("a synthetic service", self._synthesise),
            ("check the records", self._check),
            ("build points and predictors", self._build),
            ("train", self._train),
            ("evaluate on held-out points", self._evaluate),
            ("flags for open pathways", self._score),
            ("audit across ethnic groups", self._audit),
            ("promote", self._promote),
        )
        begun = monotonic()
        for number, (words, run) in enumerate(steps, start=1):
            print(f"[{number}/{len(steps)}] {words}", flush=True)
            run()
        print(f"All steps took {monotonic() - begun:.0f} s.\n")

    def _synthesise(self) -> None:
        from pipelines.synthetic.whole_service import synthesise

        synthesise(
            self.source,
            pathways=self.pathways,
            services=SERVICES,
            months=MONTHS,
            seed=SEED,
            file_format="parquet",
        )

    def _check(self) -> None:
        from pipelines.check import check

        check(self.source, out=self.out / "quality", config=self.config)

    def _build(self) -> None:
        from pipelines.build import build

        build(self.source, out=self.work, config=self.config, until=None)

    def _train(self) -> None:
        from pipelines.train import train

        self.model = train(self.work, config=self.config).uri

    def _evaluate(self) -> None:
        from pipelines.evaluate import evaluate

        evaluate(self.work, config=self.config, model=self.model)

    def _score(self) -> None:
        from pipelines.score import score

        last = date.fromisoformat(read_manifest(self.work, "build")["records_up_to"])
        score(
            self.source,
            as_of=last + timedelta(days=1),
            model=self.model,
            out=self.out / "flags",
            config=self.config,
        )

    def _audit(self) -> None:
        from pipelines.audit import audit
        from pipelines.auditing.table import Asked

        asked = Asked(
            risk="risk",
            outcome="not_completed",
            flag="flag",
            by=("ethnic_group",),
            cluster="patient_id",
            id="point_id",
            practitioner="practitioner_id",
        )
        audit(self.work / "predictions.parquet", asked, out=self.out / "audit", config=self.config)

    def _promote(self) -> None:
        from pipelines.promote import Override, promote
        from pipelines.registry.tracking import tracking_uri

        if tracking_uri(self.config) != own_store(self.out):
            print("not promoted: the store is not the demo's own, and a synthetic model serves nobody")
            return
        promote(
            self.model.rpartition("/")[2],
            config=self.config,
            audit=self.out / "audit",
            override=Override("a demonstration on synthetic records, for nobody's care", "bsw demo"),
        )


def _clear(out: Path) -> None:
    """Make `out` an empty folder of the demo's own."""
    mark = out / MARK
    if out.exists() and any(out.iterdir()) and not mark.is_file():
        raise InputError(f"{out}: holds files that no demo wrote; name an empty folder with --out")
    if out.exists():
        for entry in out.iterdir():
            if entry != mark:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    out.mkdir(parents=True, exist_ok=True)
    mark.write_text("Everything in this folder is synthetic and may be deleted.\n", encoding="utf-8")


def _with_own_store(config: Config, out: Path) -> Config:
    """The demo's models stay beside the demo: a synthetic model must not become a service's champion."""
    if config.tracking != Config().tracking:
        return config
    return replace(config, tracking=replace(config.tracking, uri=own_store(out)))


def own_store(out: Path) -> str:
    """The address of the demo's own store."""
    return f"sqlite:///{(out / 'mlflow.db').resolve()}"


def _with_own_pseudonyms(config: Config, out: Path) -> Config:
    """The demo's key stays beside the demo: invented patients do not belong in a service's list."""
    return replace(config, score=replace(config.score, pseudonyms=str(out / "pseudonyms")))


def _say_where(out: Path, config: Config) -> None:
    print("Synthetic results, to open in a browser:")
    for words, page, table in (
        ("quality of the records", "quality/quality.html", "quality/quarantine.csv"),
        ("evaluation", "work/evaluation.html", "work/evaluation.csv"),
        ("one patient's explanation", "flags/patient.html", "flags/explanation.csv"),
        ("practitioners' flags", "flags/flags.html", "flags/flags.csv"),
        ("audit across ethnic groups", "audit/audit.html", "audit/audit.csv"),
    ):
        print(f"  {words:<28} {out / page}   (table: {out / table})")
    from pipelines.registry.tracking import tracking_uri

    print(
        f"\nThe run in MLflow:\n  .venv/bin/mlflow ui --backend-store-uri {without_password(tracking_uri(config))}"
    )

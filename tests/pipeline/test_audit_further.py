"""`bsw audit` beside the audit: where gaps come from and what could be done, on a trained model and without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from models.audit_rows import Rows
from models.clustered import Grouping
from models.disclosure_sections import hidden_in_version
from models.fairness import audit_column
from models.measures import MEASURES
from models.tuning import TuningSettings
from models.withheld import RULES, hidden_columns
from pipelines.audit import audit
from pipelines.auditing.further_asked import FurtherAsked
from pipelines.auditing.gap_plot import gap_plot
from pipelines.auditing.table import Asked
from pipelines.config import Config, TrackingSettings
from pipelines.evaluate import evaluate
from pipelines.store import read_manifest, write_table
from pipelines.train import train
from tests.pipeline.small_work import small_work
from tests.pipeline.test_audit import predictions

pytestmark = pytest.mark.xdist_group(name="mlflow")
VENDOR = Asked(
    risk="score %",
    outcome="missed?",
    flag="alert",
    by=("colour",),
    cluster="Person No.",
)
OURS = Asked("risk", "not_completed", "flag", ("ethnic_group",), "patient_id")


@dataclass(frozen=True)
class Service:
    """A build with its model and the table of its held-out points."""

    work: Path
    table: Path
    config: Config


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("further")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        config = replace(
            Config(),
            tracking=TrackingSettings(uri=f"sqlite:///{folder / 'mlflow.db'}"),
            model=replace(Config().model, max_rounds=60, refits=0),
            tuning=TuningSettings(trials=0),
            evaluation=replace(Config().evaluation, draws=20),
        )
        work = small_work(folder / "work", patients=900)
        train(work, config=config)
        evaluate(work, config=config, model=None)
        yield Service(work, work / "predictions.parquet", config)


def audited(service: Service, out: Path, **asked: object) -> Path:
    beside = FurtherAsked(work=service.work, **asked)  # type: ignore[arg-type]
    audit(service.table, OURS, out=out, config=service.config, beside=beside)
    return out


@pytest.fixture(scope="module")
def results(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return audited(service, tmp_path_factory.mktemp("results") / "out", remedies=True)


def test_every_section_is_on_the_page_with_its_table_beside_it(results: Path) -> None:
    page = (results / "audit.html").read_text(encoding="utf-8")
    for title in (
        "Gaps by ethnic group, before and after adjusting",
        "What the risk rests on, by ethnic group",
        "Whether predictors give away ethnic group",
        "What could be done, by ethnic group",
    ):
        assert f"{title}</h2>" in page
    tables = {"audit_origins.csv", "audit_remedies.csv"}
    assert tables <= set(read_manifest(results, "audit")["artefacts"])
    assert page.index("What could be done") < page.index("What each measure means")


def test_gaps_are_drawn_from_what_is_published_and_nothing_else(results: Path) -> None:
    page = (results / "audit.html").read_text(encoding="utf-8")
    assert 'aria-label="Gaps by ethnic group before and after adjusting' in page
    figures = pd.read_csv(results / "audit_origins.csv", dtype=str, keep_default_na=False)
    drawing = gap_plot(figures[figures["version"] == "adjusted"], [MEASURES["base_rate"]])
    assert drawing is not None
    points = [
        line for line in drawing.axes[0].lines if len(line.get_xdata()) == 1 and line.get_marker() in "so"
    ]  # type: ignore[arg-type]
    shown = figures[
        (figures["measure"] == "base_rate") & (figures["note"] == "") & (figures["version"] == "adjusted")
    ]
    assert len(points) == len(shown[shown["part"].isin(["gap before", "gap after"])])
    assert gap_plot(figures.assign(note="withheld"), [MEASURES["base_rate"]]) is None


def test_words_say_that_the_group_is_used_at_the_decision_and_own_cut_offs_are_off(results: Path) -> None:
    page = (results / "audit.html").read_text(encoding="utf-8")
    assert "At the point of decision these need the patient&#39;s group: recalibration within group." in page
    assert "Sensitivity in each group under each way." in page
    assert "None is recommended or chosen here" in page
    assert "same share flagged in each group" not in page
    remedies = pd.read_csv(results / "audit_remedies.csv")
    assert set(remedies["version"]) == {
        "reweighing",
        "fairness constraint",
        "recalibration within group",
        "one cut-off, 10% flagged",
        "one cut-off, 30% flagged",
    }


def test_adjusted_gaps_begin_from_the_gaps_of_the_audit(results: Path) -> None:
    further = pd.read_csv(results / "audit_origins.csv", dtype=str, keep_default_na=False)
    own = pd.read_csv(results / "audit.csv", dtype=str, keep_default_na=False)
    before = further[(further["part"] == "gap before") & (further["note"] == "")]
    assert set(before["measure"]) >= {"base_rate", "sensitivity", "observed_to_expected"}
    for _, row in before.iterrows():
        there = own[(own["measure"] == f"{row['measure']} gap") & (own["group"] == row["group"])].iloc[0]
        assert [row["value"], row["low"], row["high"]] == [there["value"], there["low"], there["high"]]


def test_figures_before_are_those_of_the_audit_and_changes_lie_in_their_intervals(results: Path) -> None:
    remedies = pd.read_csv(results / "audit_remedies.csv", dtype=str, keep_default_na=False)
    own = pd.read_csv(results / "audit.csv", dtype=str, keep_default_na=False).set_index(["measure", "group"])
    before = remedies[(remedies["part"] == "before") & (remedies["note"] == "")]
    assert len(before) > 50
    for _, row in before.iterrows():
        assert row["value"] == own.loc[(row["measure"], row["group"]), "value"]
    withheld = own[own["note"].str.startswith("withheld")].index
    assert {(row["measure"], row["group"]) for _, row in before.iterrows()}.isdisjoint(withheld)
    change = remedies[(remedies["part"] == "change") & (remedies["note"] == "")]
    values = change[["low", "value", "high"]].astype(float)
    assert (values["low"] <= values["value"]).all() and (values["value"] <= values["high"]).all()
    assert "All" in set(change["group"])


def test_the_same_call_gives_the_same_files(service: Service, results: Path, tmp_path: Path) -> None:
    again = audited(service, tmp_path / "out", remedies=True)
    for name in ("audit_origins.csv", "audit_remedies.csv", "audit.json"):
        assert (again / name).read_text() == (results / name).read_text()


def test_cut_offs_of_groups_own_come_only_when_asked_for(service: Service, tmp_path: Path) -> None:
    out = audited(service, tmp_path / "out", remedies=True, group_cut_offs=True)
    page = (out / "audit.html").read_text(encoding="utf-8")
    assert "same sensitivity in each group" in page
    assert "two patients with the same risk may be treated differently" in page


def test_any_table_can_be_adjusted_without_a_model(tmp_path: Path) -> None:
    table = predictions()
    table["area"] = np.where(table["score %"] > 0.5, "north", "south")
    table["age"] = np.random.default_rng(1).normal(40, 10, len(table)).round()
    for name in ("table.csv", "table.parquet"):
        path = write_table(tmp_path / name, table)
        out = tmp_path / name.replace(".", "_")
        audit(path, VENDOR, out=out, config=Config(), beside=FurtherAsked(("area", "age")))
        facts = json.loads((out / "audit.json").read_text(encoding="utf-8"))
        assert facts["adjusted_for"] == ["area", "age"]
    csv, parquet = (
        (tmp_path / name / "audit_origins.csv").read_text() for name in ("table_csv", "table_parquet")
    )
    assert csv == parquet


def test_a_group_withheld_in_the_audit_is_withheld_beside_it(tmp_path: Path) -> None:
    path = write_table(tmp_path / "table.csv", predictions().assign(area="north"))
    audit(path, VENDOR, out=tmp_path / "out", config=Config(), beside=FurtherAsked(("area",)))
    beside = pd.read_csv(tmp_path / "out" / "audit_origins.csv", dtype=str, keep_default_na=False)
    mint = beside[
        (beside["group"] == "Mint") & beside["measure"].isin(["sensitivity", "observed_to_expected"])
    ]
    assert len(mint) == 6 and set(mint["value"]) == {"*"}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"adjust": ("nowhere",)}, "there is no column 'nowhere'"),
        ({"adjust": ("ethnic_group",)}, "the audit is by this very column"),
        ({"group_cut_offs": True}, "give --remedies too"),
        ({"model": "models:/bsw/9"}, "not found"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    service: Service, tmp_path: Path, asked: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        audited(service, tmp_path / "out", **asked)
    assert not (tmp_path / "out").exists()


def test_remedies_of_another_learner_than_the_models_own_are_refused(
    service: Service, tmp_path: Path
) -> None:
    other = replace(service.config.model, learning_rate=0.3)
    spoilt = replace(service, config=replace(service.config, model=other))
    with pytest.raises(InputError, match=r"model\.learning_rate = [0-9.]+, but the configuration says 0\.3"):
        audited(spoilt, tmp_path / "out", remedies=True)


def test_remedies_without_a_build_are_refused(tmp_path: Path) -> None:
    path = write_table(tmp_path / "table.csv", predictions())
    with pytest.raises(InputError, match="name it with --work"):
        audit(path, VENDOR, out=tmp_path / "out", config=Config(), beside=FurtherAsked(remedies=True))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda table: table.assign(risk=table["risk"] * 0.9), "its risks are not those of"),
        (lambda table: table.assign(point_id="S:C0"), "rows are no held-out points"),
    ],
)
def test_a_table_of_another_model_or_other_points_is_refused(
    service: Service, tmp_path: Path, change: object, says: str
) -> None:
    table = change(pd.read_parquet(service.table))  # type: ignore[operator]
    path = write_table(tmp_path / "table.parquet", table)
    with pytest.raises(InputError, match=says):
        audit(path, OURS, out=tmp_path / "out", config=service.config, beside=FurtherAsked(work=service.work))


def made_rows(moved: int) -> tuple[Rows, Rows, pd.Series]:
    """Three groups of 100 rows; `moved` events of the first lose their flag in the other version."""
    group = np.repeat([0, 1, 2], 100)
    outcome, flag = np.tile([1.0, 0.0], 150), np.tile([True, True, False, False], 75)
    after = flag.copy()
    after[np.flatnonzero((group == 0) & flag & (outcome == 1))[:moved]] = False
    for other in (1, 2):  # the others move amply, so that only the first group's count is in question
        at = np.flatnonzero((group == other) & flag & (outcome == 1))
        after[at[:12]] = False
    grouping = Grouping(group, np.arange(300), 3)
    risk = np.linspace(0.1, 0.9, 300)
    labels = pd.Series(np.array(["A", "B", "C"])[group], name="letter")
    return Rows(risk, outcome, flag, grouping), Rows(risk, outcome, after, grouping), labels


@pytest.mark.parametrize(("moved", "withheld"), [(0, False), (1, True), (4, True), (5, False), (12, False)])
def test_a_small_number_of_changed_flags_is_withheld_with_a_second_group(moved: int, withheld: bool) -> None:
    before, after, labels = made_rows(moved)
    audits = [audit_column(each.risk, each.outcome, labels, flag=each.flag) for each in (before, after)]
    hidden = hidden_in_version(audits[:1], audits[1:], [(before, after)], RULES["nhs"])
    assert not hidden_columns(audits, RULES["nhs"])["happened"]
    assert (("letter", "A") in hidden["happened"]) is withheld
    assert len(hidden["happened"]) == (2 if withheld else 0)
    assert not hidden["did_not"]

"""`bsw promote`: a version becomes champion where every gate holds, or where a named person says why all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from features.errors import InputError, nearest
from models.promotion import Finding, measured
from pipelines.config import Config
from pipelines.registry.code_in_use import code_in_use
from pipelines.registry.model_card import card_with
from pipelines.registry.promotion_audit import audit_gate
from pipelines.registry.registered import CHAMPION
from pipelines.registry.tracking import connect, run

LONGEST, LONGEST_OF_MLFLOW = 1_000, 5_000
MOVED, DESPITE, HELD = "champion", "champion despite its gates", "held back"
STAYS = "stays champion"  # by an earlier decision, which what is asked now does not undo


@dataclass(frozen=True)
class Override:
    """Why a person makes a version champion although a gate does not hold, and who."""

    because: str
    by: str

    @classmethod
    def of(cls, because: str | None, by: str | None) -> Override | None:
        """The override that was asked for, if any. Errors: InputError where half of it is missing or too long."""
        if because is None and by is None:
            return None
        because, by = (because or "").strip(), (by or "").strip()
        if not because or not by:
            raise InputError("--because needs a reason, and --by the name of the person who decides")
        if len(because) > LONGEST:
            raise InputError(
                f"--because is longer than {LONGEST} characters; name the document that says the rest"
            )
        return cls(because, by)


@dataclass(frozen=True)
class Decision:
    """What was found of a version and what follows.

    `evaluation`: the run that measured it; `measured_on`: what that run had, in words. `across_groups`: what its
    audit says, empty without one that counts.
    """

    model: str
    version: str
    findings: tuple[Finding, ...]
    cautions: tuple[str, ...]
    across_groups: str
    override: Override | None
    evaluation: str | None
    measured_on: str
    champion_before: str | None

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The gates that do not hold."""
        return tuple(one for one in self.findings if not one.holds)

    @property
    def outcome(self) -> str:
        """Whether it becomes champion."""
        if not self.failed:
            return MOVED
        if self.override is not None:
            return DESPITE
        return STAYS if self.champion_before == self.version else HELD

    @property
    def lines(self) -> tuple[str, ...]:
        """The decision for people: what it rests on, a line for each gate and caution, then what follows."""
        gates = (
            f"{'holds' if one.holds else 'DOES NOT HOLD'}: {one.gate}: {one.reason}" for one in self.findings
        )
        return (
            self.measured_on,
            *gates,
            *(f"caution: {caution}" for caution in self.cautions),
            self._conclusion,
        )

    @property
    def _conclusion(self) -> str:
        named = f"models:/{self.model}/{self.version}"
        if self.outcome == MOVED:
            return f"{named} is champion: every gate holds."
        failed = ", ".join(one.gate for one in self.failed)
        if self.outcome == STAYS:
            return f"{named} stays champion, as was decided before, although {failed}."
        if self.override is None:
            return (
                f"{named} is not made champion: {failed}. A person may decide otherwise, on record: "
                "--because TEXT --by NAME."
            )
        return f"{named} is champion although {failed}; because: {self.override.because} ({self.override.by})"

    def as_json(self) -> dict[str, Any]:
        """Everything, for the record."""
        return {**asdict(self), "outcome": self.outcome}


def promote(
    version: str, *, config: Config, audit: Path | None = None, override: Override | None = None
) -> bool:
    """Whether the version is champion now; the reasons are printed and kept with it either way.

    `audit`: the folder of the audit of its held-out predictions. Each attempt is a run of its own in MLflow.
    Errors: InputError where there is no such version, or the folder holds no finished audit.
    """
    client = connect(config, reading=True)
    decision = _decide(client, version, config, audit, override)
    _settle(client, decision, config, audit)
    print("\n".join(decision.lines))
    return decision.outcome != HELD


def _decide(
    client: Any, version: str, config: Config, audit: Path | None, override: Override | None
) -> Decision:
    """What every gate says of the version."""
    name = config.tracking.registered_model
    standing = _standing(client, name, version)
    evaluations = _evaluations(client, config, version)
    evaluated = evaluations[0] if evaluations else None
    figures, tags = (evaluated.data.metrics, evaluated.data.tags) if evaluated else ({}, {})
    before = client.get_registered_model(name).aliases.get(CHAMPION)
    champion = _standing(client, name, str(before)).tags if before else {}
    remedy = f"run `bsw evaluate WORK --model models:/{name}/{version}`"
    told = audit_gate(audit, tags.get("predictions"), config)
    return Decision(
        model=name,
        version=version,
        findings=(
            *measured(figures, config.promotion, remedy=remedy),
            told.gate,
            _code(standing.tags),
            _records(standing.tags, tags, champion),
        ),
        cautions=told.cautions,
        across_groups=told.words,
        override=override,
        evaluation=evaluated.info.run_id if evaluated else None,
        measured_on=_measured_on(version, figures, tags, times=len(evaluations)),
        champion_before=str(before) if before else None,
    )


def _standing(client: Any, name: str, version: str) -> Any:
    """The version in the registry. Errors: InputError naming the versions that are there."""
    known = {str(one.version): one for one in client.search_model_versions(f"name = '{name}'")}
    if version not in known:
        raise InputError(f"model '{name}' has no version '{version}': {nearest(version, known)}")
    return known[version]


def _evaluations(client: Any, config: Config, version: str) -> Sequence[Any]:
    """The finished runs that measured the version, the last one first."""
    experiment = client.get_experiment_by_name(config.tracking.experiment).experiment_id
    own = f"tags.model_name = '{config.tracking.registered_model}' and tags.model_version = '{version}'"
    runs: Sequence[Any] = client.search_runs(
        [experiment],
        f"tags.step = 'evaluate' and {own} and attributes.status = 'FINISHED'",
        order_by=["attributes.end_time DESC"],
    )
    return runs


def _measured_on(
    version: str, figures: Mapping[str, float], evaluation: Mapping[str, str], *, times: int
) -> str:
    """What the last evaluation had. How many there were is told, because whoever repeats one may stop when it suits."""
    if not evaluation:
        return f"Version {version} was never measured."
    known, points = (f"{figures.get(name, 0):,.0f}" for name in ("known_outcomes", "test_points"))
    often = "once" if times == 1 else f"{times} times, the last time"
    return (
        f"Version {version}, measured {often} on {known} known outcomes of {points} held-out points from "
        f"{evaluation.get('cut')} on, in records up to {evaluation.get('records_up_to')}:"
    )


def _code(version: Mapping[str, str]) -> Finding:
    """Whether the code that is in use here would run the version."""
    here = code_in_use()
    same = version.get("code_fingerprint") == here.fingerprint
    return Finding(
        "code", same, f"made by {version.get('code', 'unknown code')} where {here.version} is in use"
    )


def _records(
    version: Mapping[str, str], evaluation: Mapping[str, str], champion: Mapping[str, str]
) -> Finding:
    """Whether the version, what it was measured on and the present champion are all of real or all of synthetic
    records."""
    kinds = {
        "it learnt from": version.get("synthetic"),
        "it was measured on": evaluation.get("synthetic"),
        "the champion learnt from": champion.get("synthetic"),
    }
    said = {words: "synthetic" if kind == "True" else "real" for words, kind in kinds.items() if kind}
    reason = ", ".join(f"{words} {kind} records" for words, kind in said.items())
    return Finding("records", len(set(said.values())) == 1, reason or "nothing says what it learnt from")


def _settle(client: Any, decision: Decision, config: Config, audit: Path | None) -> None:
    """Write the reasons down, then move the alias: a champion without a record is not possible."""
    name, version = decision.model, decision.version
    with run(config, f"promote models:/{name}/{version}") as mlflow:
        tags = {"step": "promote", "model_name": name, "model_version": version, "outcome": decision.outcome}
        override = {} if decision.override is None else asdict(decision.override)
        mlflow.set_tags({**tags, **override})
        mlflow.log_dict({**decision.as_json(), "settings": asdict(config.promotion)}, "promotion.json")
        if audit is not None:
            mlflow.log_artifact(str(audit / "audit.json"))
        if decision.evaluation is not None:
            card = mlflow.artifacts.load_dict(f"runs:/{decision.evaluation}/model_card.json")
            mlflow.log_dict(card_with(card, by_group=decision.across_groups), "model_card.json")
        if decision.outcome == STAYS:
            return  # what is written on the version says why it is champion
        said = "\n\n".join((decision.lines[-1], *decision.lines[:-1]))  # what is cut off is not who and why
        client.update_model_version(name, version, said[:LONGEST_OF_MLFLOW])
        kept = {"promotion": decision.outcome, "promotion_run": mlflow.active_run().info.run_id}
        for tag, value in kept.items():
            client.set_model_version_tag(name, version, tag, value)
        if decision.outcome != HELD:
            client.set_registered_model_alias(name, CHAMPION, version)

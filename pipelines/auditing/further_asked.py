"""What a call of `bsw audit` asks for beside the audit, and what gaps are adjusted for."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from features.errors import InputError, nearest
from pipelines.auditing.model import ModelAtHand, model_at_hand
from pipelines.auditing.table import AuditTable, read_columns
from pipelines.config import Config
from pipelines.evaluate import training_of
from pipelines.evaluating.full_studies import same_settings
from pipelines.registry.registered import model_of

# Severity is what the questionnaires last said; each is left out where the build does not hold it.
SEVERITY, OTHERWISE = ("phq9_latest", "gad7_latest"), ("deprivation_quintile", "service_id")


@dataclass(frozen=True)
class FurtherAsked:
    """What a call asks for beside the audit.

    adjust: columns of the table (or, with a build, predictors) that gaps are adjusted for. work, model: the
    build and the model behind the table. remedies: refit what could be done. group_cut_offs: also cut-offs
    that differ by group.
    """

    adjust: tuple[str, ...] = ()
    work: Path | None = None
    model: str | None = None
    remedies: bool = False
    group_cut_offs: bool = False

    @classmethod
    def of(cls, asked: Namespace) -> FurtherAsked:
        """What a call on the command line asks for."""
        return cls(tuple(asked.adjust), asked.work, asked.model, asked.remedies, asked.group_cut_offs)

    @property
    def anything(self) -> bool:
        """Whether there is anything to do. Errors: InputError where one part lacks what it needs."""
        faults = []
        if self.work is None and (self.model or self.remedies):
            faults.append("--model and --remedies need the build behind the table; name it with --work")
        if self.group_cut_offs and not self.remedies:
            faults.append("--group-cut-offs is one of the remedies; give --remedies too")
        if faults:
            raise InputError(*faults)
        return bool(self.adjust or self.work)


@dataclass(frozen=True)
class Ready:
    """What was asked for, found usable: the columns to adjust for and the model behind the table, if any.

    by: the group columns named in the call.
    """

    asked: FurtherAsked
    by: tuple[str, ...]
    covariates: pd.DataFrame
    at_hand: ModelAtHand | None


def ready(table: Path, usable: AuditTable, by: tuple[str, ...], asked: FurtherAsked, config: Config) -> Ready:
    """Everything that the sections need, read and checked before anything is written.

    Errors: InputError where a column, the build or the model cannot be used.
    """
    at_hand = None
    if asked.anything and asked.work is not None:
        uri = asked.model or model_of(asked.work, config)
        at_hand = model_at_hand(table, usable.risk, work=asked.work, uri=uri, config=config)
        _must_allow(at_hand, by, asked)
        trained = training_of(at_hand.loaded, asked.work)
        if asked.remedies and trained is not None:
            same_settings(trained["configuration"], config)
    return Ready(asked, by, _covariates(table, asked, by, at_hand), at_hand)


def _must_allow(at_hand: ModelAtHand, by: Sequence[str], asked: FurtherAsked) -> None:
    """Refits need the groups of training points too, and remedies the points that the model learnt from."""
    faults = [
        f"the build has no column '{name}' for its training points: {nearest(name, at_hand.protected.columns)}; "
        "name one of these with --by, or leave out --work"
        for name in by
        if name not in at_hand.protected
    ]
    if asked.remedies and not at_hand.learnt_here:
        faults.append(
            f"--remedies: model {at_hand.loaded.uri} learnt from other records than this build, so it cannot be "
            "refitted; name the build it learnt from with --work, and the table evaluated there"
        )
    if faults:
        raise InputError(*faults)


def _covariates(
    table: Path, asked: FurtherAsked, by: Sequence[str], at_hand: ModelAtHand | None
) -> pd.DataFrame:
    """The columns to adjust for: those named, or, with a build, deprivation, severity and service."""
    grouped = [name for name in asked.adjust if name in by]
    if grouped:
        raise InputError(
            *(f"--adjust {name}: the audit is by this very column; name another" for name in grouped)
        )
    predictors = pd.DataFrame() if at_hand is None else at_hand.features
    named = asked.adjust
    if not named and at_hand is not None:
        there = {*at_hand.protected.columns, *at_hand.material.points.columns}
        named = tuple(one for one in SEVERITY if one in predictors)
        named += tuple(one for one in OTHERWISE if one in there and one not in by)
    of_table = read_columns(table, [one for one in named if one not in predictors])
    of_model = predictors[[one for one in named if one in predictors]]
    return pd.concat([of_table, of_model], axis=1) if len(of_model.columns) else of_table

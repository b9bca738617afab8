"""The flags of a service in memory: which points, their chances, explanations and flags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from features.conceptual_model import TITLES
from features.errors import InputError, nearest
from features.points import CONTACT_POINT
from features.predictor import everything
from models.explanation import Explanation, drawn_background, explain
from models.flags import Doubts, Flag, Rules, make_flags
from models.grounds import may_speak
from models.learnt_sides import learnt_sides
from models.stability import Stability, stability
from models.suggestions import Suggestions
from pipelines.built import Built
from pipelines.config import Config
from pipelines.flags.listed import Listed, file_names
from pipelines.flags.open_work import open_work

if TYPE_CHECKING:
    from models.risk_model import RiskModel
    from pipelines.flags.refits_beside import RefitsBeside

NOBODY = "no practitioner recorded"


@dataclass(frozen=True)
class Scored:
    """What was found of each chosen point, in the order of `points`, which is indexed by point_id and has `seen_since`:
    when the patient was last seen after the work was agreed, missing where that is not recorded.

    `risks` has risk, risk_low and risk_high; `not_listed` the open pathways without a chosen point;
    `stability` is how each point fares under the model's refits; `background` the rows of patients that stand
    for "not known" where the settings ask for some.
    """

    points: pd.DataFrame
    not_listed: pd.DataFrame
    features: pd.DataFrame
    risks: pd.DataFrame
    explanation: Explanation
    flags: tuple[Flag, ...]
    stability: Stability
    background: pd.DataFrame | None = None

    @property
    def patients(self) -> list[str]:
        """The records' own ids of everybody with an open pathway."""
        return _patients(self.points, self.not_listed)

    def listed(self, names: Mapping[str, str]) -> list[Listed]:
        """Who reads each flag, about whom; `names` gives what pages call a patient."""
        readers = _readers(self.points)
        called = self.points["patient_id"].map(names)
        pages = [f"patient-{stem}.html" for stem in file_names(called)]
        seen = self.points["seen_since"]
        services = self.points["service_id"]
        rows = zip(called, readers, self.points["at"], self.flags, pages, seen, services, strict=True)
        return [Listed(*row) for row in rows]

    def left_out(self, names: Mapping[str, str]) -> pd.DataFrame:
        """`not_listed` as pages show it: patient, practitioner (in words where none is recorded), reason, service."""
        return pd.DataFrame(
            {
                "patient": self.not_listed["patient_id"].map(names),
                "practitioner": _readers(self.not_listed),
                "reason": self.not_listed["reason"],
                "service": self.not_listed["service_id"],
            }
        )


def _patients(points: pd.DataFrame, not_listed: pd.DataFrame) -> list[str]:
    return [*points["patient_id"].to_list(), *not_listed["patient_id"].to_list()]


def _readers(rows: pd.DataFrame) -> pd.Series[str]:
    """Whose list each is on; of those without a practitioner each service has a list of its own."""
    nobodys = NOBODY + ", " + rows["service_id"].astype(str)
    return rows["practitioner_id"].where(rows["practitioner_id"].notna(), nobodys)


@dataclass(frozen=True)
class UnderWay:
    """Flags of `points` (with `not_listed` as in `Scored`) that wait for the model's refits to be asked elsewhere."""

    points: pd.DataFrame
    not_listed: pd.DataFrame
    finished: Callable[[], Scored]

    @property
    def patients(self) -> list[str]:
        """See `Scored.patients`."""
        return _patients(self.points, self.not_listed)


def find_flags(
    built: Built, model: RiskModel, *, as_of: date, config: Config, suggestions: Suggestions
) -> Scored:
    """The flag of each open pathway's latest point whose outcome is open.

    Errors: InputError naming each predictor that the model needs and the source cannot carry.
    """
    return begin_flags(built, model, as_of=as_of, config=config, suggestions=suggestions).finished()


def begin_flags(
    built: Built,
    model: RiskModel,
    *,
    as_of: date,
    config: Config,
    suggestions: Suggestions,
    refits: RefitsBeside | None = None,
) -> UnderWay:
    """As `find_flags`; `refits` asks the model's refits meanwhile, without it they are asked here at the end."""
    _must_carry(model, built)
    points, not_listed = open_work(built, as_of=as_of, settings=config.outcome)
    last_seen = points["pathway_id"].map(built.pathways.set_index("pathway_id")["last_seen"])
    reviewable = points["kind"] == CONTACT_POINT  # no session reviews a week on the programme
    points = points.assign(seen_since=last_seen.where(reviewable & (last_seen > points["at"])))
    features = built.features.set_index("point_id").loc[points.index]
    rules = Rules(
        settings=config.flags,
        threshold=model.threshold,
        average=float(model.about["mean_risk"]),
        predictors=everything(),
        sides=learnt_sides(model),
        titles=TITLES,
        suggestions=suggestions,
    )
    ask = refits.ask if refits else partial(_later, model)
    told_as = may_speak(rules.told, features[list(model.predictors)])
    construct_of = {name: everything()[name].construct for name in model.predictors}
    asked = ask(features, speaks=told_as, construct_of=construct_of, settings=config.stability)
    background = drawn_background(built.features, model.predictors, config.explanation)
    explanation = explain(model, features, background)
    unlike = model.unlike(features)

    def finished() -> Scored:
        found = asked()
        risks = model.predict(features, refitted=found.risks)
        kept = (found.lasting, found.lasting_constructs) if found.known else (None, None)
        doubts = Doubts(unlike, *kept)
        flags = make_flags(rules, risks, features=features, explanation=explanation, doubts=doubts)
        return Scored(points, not_listed, features, risks, explanation, flags, found, background)

    return UnderWay(points, not_listed, finished)


def _later(model: RiskModel, features: pd.DataFrame, **asked: Any) -> Callable[[], Stability]:
    """As `RefitsBeside.ask`, where nobody is beside."""
    return partial(stability, model, features, **asked)


def _must_carry(model: RiskModel, built: Built) -> None:
    absent = [name for name in model.predictors if name not in built.features.columns]
    if absent:
        raise InputError(
            *(f"{_why_absent(name, built)}; train a model on what this source records" for name in absent)
        )


def _why_absent(name: str, built: Built) -> str:
    if name not in everything():
        return (
            f"the model needs the predictor '{name}', not in this catalogue ({nearest(name, everything())})"
        )
    characteristic = everything()[name].protected
    if characteristic is not None:
        return f"the model needs '{name}': admit {characteristic} in [protected] of the configuration, or"
    why = built.left_out.get(name, "it is left out")
    return f"the model needs the predictor '{name}', which this source cannot carry: {why}"

"""The model card: what was measured, what a person declares, and what is missing. Nothing is filled in by default.

Sections and fields follow Mitchell et al. 2019, "Model Cards for Model Reporting" (FAT* '19, 220-229); those that
TRIPOD+AI (Collins et al. 2024, BMJ 385:e078378) asks for as well name its item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

Status = Literal["measured", "declared", "missing"]
MEASURED: Status = "measured"
SOURCE = "Mitchell et al. 2019, Model Cards for Model Reporting; TRIPOD+AI (BMJ 2024;385:e078378)"


@dataclass(frozen=True)
class ModelCardSettings:
    """What only a person can say of a model; empty is missing. `declared_by`: who says so.

    `owner`: who answers for it. `contact`; `licence`. `intended_use`, `intended_users`, `out_of_scope`: what it is
    for and what not. `relevant_groups`: among whom it may do differently. `choice_of_data`: why these records.
    `ethical_considerations`; `oversight`: who looks at it while in use, and how it is withdrawn. `caveats`.
    """

    declared_by: str = ""
    owner: str = ""
    contact: str = ""
    licence: str = ""
    intended_use: str = ""
    intended_users: str = ""
    out_of_scope: str = ""
    relevant_groups: str = ""
    choice_of_data: str = ""
    ethical_considerations: str = ""
    oversight: str = ""
    caveats: str = ""

    def __post_init__(self) -> None:
        said = [each.name for each in fields(self) if getattr(self, each.name).strip()]
        if said and not self.declared_by.strip():
            raise ValueError(f"{', '.join(said)}: declared by nobody; name who declares it in 'declared_by'")


@dataclass(frozen=True)
class CardField:
    """One field: under which heading, its name, whether it was measured, declared or is missing, and what it says."""

    section: str
    name: str
    status: Status
    says: str


# section -> fields, each the key of what was measured or of a setting, and its title
_MEASURED, _DECLARED = "measured", "declared"
FIELDS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "Model details": (
        (_MEASURED, "name", "Model and version"),
        (_MEASURED, "date", "Learnt on"),
        (_MEASURED, "kind", "Kind of model"),
        (_MEASURED, "code", "Code"),
        (_DECLARED, "owner", "Who answers for it"),
        (_DECLARED, "contact", "Contact"),
        (_DECLARED, "licence", "Licence"),
    ),
    "Intended use": (
        (_DECLARED, "intended_use", "Use it is meant for"),
        (_DECLARED, "intended_users", "Who it is meant for (TRIPOD+AI 3b)"),
        (_DECLARED, "out_of_scope", "What it must not be used for"),
    ),
    "Factors": (
        (_DECLARED, "relevant_groups", "Groups among whom it may do differently (TRIPOD+AI 3c)"),
        (_MEASURED, "protected", "Protected characteristics that it reads"),
        (_MEASURED, "unmeasured", "What no predictor measures"),
    ),
    "Metrics": (
        (_MEASURED, "threshold", "Cut-off of the flag"),
        (_MEASURED, "uncertainty", "How uncertainty is told"),
    ),
    "Training data": ((_MEASURED, "learnt_from", "Points, patients and dates (TRIPOD+AI 5b)"),),
    "Evaluation data": (
        (_MEASURED, "held_out", "Points, patients and dates (TRIPOD+AI 5b)"),
        (_DECLARED, "choice_of_data", "Why these records (TRIPOD+AI 5a)"),
    ),
    "Quantitative analyses": (
        (_MEASURED, "verdict", "Against logistic regression"),
        (_MEASURED, "performance", "Discrimination and calibration"),
        (_MEASURED, "over_services", "Over services"),
        (_MEASURED, "by_group", "Across ethnic groups"),
    ),
    "Ethical considerations": (
        (_DECLARED, "ethical_considerations", "Considerations"),
        (_DECLARED, "oversight", "Oversight and withdrawal"),
    ),
    "Caveats and recommendations": (
        (_MEASURED, "conditional", "What the chances are conditional on"),
        (_DECLARED, "caveats", "Further caveats"),
    ),
}


def model_card(measured: Mapping[str, str], declared: ModelCardSettings) -> tuple[CardField, ...]:
    """Every field of the card. `measured`: by key; one that is not there, or empty, is missing."""
    said = {each.name: getattr(declared, each.name) for each in fields(declared)}
    sources: Mapping[str, Mapping[str, str]] = {_MEASURED: measured, _DECLARED: said}
    return tuple(
        _field(section, title, kind, sources[kind].get(key, "").strip())
        for section, asked in FIELDS.items()
        for kind, key, title in asked
    )


def _field(section: str, title: str, kind: str, says: str) -> CardField:
    status: Status = "missing" if not says else "measured" if kind == _MEASURED else "declared"
    return CardField(section, title, status, says)


def card_as_json(card: tuple[CardField, ...], declared: ModelCardSettings) -> dict[str, Any]:
    """The card for another program: sections of fields, each with its status; missing fields say nothing."""
    sections: dict[str, list[dict[str, str]]] = {}
    for each in card:
        sections.setdefault(each.section, []).append(
            {"field": each.name, "status": each.status, "says": each.says}
        )
    return {"structure": SOURCE, "declared_by": declared.declared_by or None, "sections": sections}


def card_with(card: Mapping[str, Any], **measured: str) -> dict[str, Any]:
    """A card `as_json` with what was measured since, by key; where that is empty a field stays as it is."""
    titles = {key: title for asked in FIELDS.values() for _, key, title in asked}
    said = {titles[key]: says for key, says in measured.items() if says}
    sections = {
        section: [
            {**each, "status": MEASURED, "says": said[each["field"]]} if each["field"] in said else each
            for each in own
        ]
        for section, own in card["sections"].items()
    }
    return {**card, "sections": sections}

"""The mechanism in one place: a causal graph of who does the agreed work, comes, improves and stays.

Each node has its causes with the size of each effect, the standard deviation of what nothing explains, and
the construct of the conceptual model that it stands for. The simulation reads every effect from here, and
docs/synthetic-mechanism.md is drawn from here, so neither can say anything else. Values are in standard
deviations, those of `LOG_ODDS` in log-odds. All sizes are assumptions; signs follow the constructs with a
stated direction in Bennion et al. 2024 (doi 10.1080/16506073.2024.2369939), the rest are open there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipelines.synthetic.calendar import Array

LOG_ODDS = ("tailoring", "completion", "missed", "leaving")


@dataclass(frozen=True)
class Node:
    """`level`: column of the drawing; `own`: sd of what nothing explains; `always`: the value without causes."""

    name: str
    title: str
    construct: str | None
    level: int
    causes: Mapping[str, float] = field(default_factory=dict)
    own: float = 0.0
    always: float = 0.0


CIRCUMSTANCES, TRAITS, STATE, CONTACT, AFTER = range(5)

NODES: tuple[Node, ...] = (
    Node("deprivation", "Deprivation", "social_context", CIRCUMSTANCES),
    Node("conditions", "Long-term conditions", "comorbidity", CIRCUMSTANCES),
    Node("debt", "Debt", "social_context", CIRCUMSTANCES),
    Node("children", "Children at home", "social_context", CIRCUMSTANCES),
    Node("out_of_work", "Out of work", "social_context", CIRCUMSTANCES),
    Node("other_language", "Another language", "mental_health_literacy", CIRCUMSTANCES),
    Node("experience", "PWP's experience", "practitioner", CIRCUMSTANCES, own=1.0),
    Node("trainee", "PWP in training", "practitioner", CIRCUMSTANCES),
    Node("caseload", "PWP's caseload", "service_delivery", CIRCUMSTANCES, own=1.0),
    Node("wait", "Wait", "service_delivery", CIRCUMSTANCES),
    Node("drift", "Years gone by", None, CIRCUMSTANCES),
    Node("season", "Turn of the year", None, CIRCUMSTANCES),
    Node("expectations", "Expectations", "treatment_expectations", TRAITS, own=1.0),
    Node("severity", "Severity at the start", "symptoms", TRAITS, own=1.0),
    Node(
        "burden", "Burden of circumstances", "social_context", TRAITS,
        {"deprivation": 0.3, "conditions": 0.25, "debt": 0.9, "children": 0.25, "out_of_work": 0.35},
    ),
    Node(
        "literacy", "Mental health literacy", "mental_health_literacy", TRAITS,
        {"expectations": 0.25, "other_language": -0.4, "deprivation": -0.15}, own=0.95,
    ),
    Node("support", "Support by others", "social_context", TRAITS, {"debt": -0.2}, own=1.0),
    Node(
        "first_resistance", "Resistance at the start", "in_session_engagement", TRAITS,
        {"expectations": -0.35}, own=0.95,
    ),
    Node("skill", "PWP's skill", "practitioner", TRAITS, {"trainee": -0.3, "experience": 0.2}, own=0.72),
    Node("warmth", "PWP's warmth", "practitioner", TRAITS, own=0.5),
    Node("practitioner", "PWP, unexplained", "practitioner", TRAITS, own=0.15),
    Node("service", "Service, unexplained", "service_delivery", TRAITS, own=0.12),
    Node("patient", "Patient, unexplained", None, TRAITS, own=0.30),
    Node("life_load", "Load of life", "social_context", STATE, {"severity": 0.25, "burden": 0.7}, own=0.75),
    Node("life_event", "Life event", "social_context", STATE),
    Node(
        "first_alliance", "Alliance at the start", "therapeutic_relationship", STATE,
        {"expectations": 0.35, "first_resistance": -0.25, "warmth": 1.0, "wait": -0.06}, own=0.7,
    ),
    Node("missed_before", "Missed just before", "engagement_behaviour", STATE),
    Node("last_work", "Last work done or not", "engagement_behaviour", STATE),
    Node("treatment", "Treatment", None, STATE),
    Node("session", "Sessions so far", "engagement_behaviour", STATE),
    Node(
        "alliance", "Alliance", "therapeutic_relationship", CONTACT,
        {"first_alliance": 1.0, "missed_before": -0.05}, own=0.25, always=0.04,
    ),
    Node(
        "resistance", "Resistance", "in_session_engagement", CONTACT,
        {"first_resistance": 1.0, "last_work": -0.06}, own=0.25,
    ),
    Node(
        "planning", "Care of planning", "task_planning", CONTACT,
        {"skill": 1.0, "alliance": 0.1, "caseload": -0.12}, own=0.65,
    ),
    Node(
        "tailoring", "Tailored", "mental_health_literacy", CONTACT,
        {"planning": 1.0, "other_language": 0.5}, always=-0.6,
    ),
    Node("demand", "Demand of the work", "task_planning", CONTACT, own=1.0),
    Node("reviewing", "Last work reviewed", "task_review", CONTACT),
    Node(
        "practitioner_belief", "PWP's belief in the work", "practitioner", CONTACT,
        {"alliance": 0.4, "resistance": -0.4, "planning": 0.2}, own=0.6,
    ),
    Node(
        "understanding", "Understanding of the work", "mental_health_literacy", CONTACT,
        {"literacy": 1.0, "other_language": -0.4, "tailoring": 0.6},
    ),
    Node(  # severity in sd at the start; treatment and last work as a share of the score; events in points
        "symptoms", "Symptoms", "symptoms", CONTACT,
        {"severity": 1.0, "treatment": -0.095, "last_work": -0.165, "life_event": 0.3},
    ),
    Node(
        "completion", "WORK DONE", None, AFTER,
        {
            "expectations": 0.32, "understanding": 0.24, "alliance": 0.22, "resistance": -0.32,
            "life_load": -0.37, "life_event": -0.37, "support": 0.17, "planning": 0.42, "reviewing": 0.22,
            "last_work": 0.26, "demand": -0.16, "symptoms": -0.12, "session": 0.03,
            "practitioner_belief": 0.06, "practitioner": 1.0, "service": 1.0, "patient": 1.0,
            "drift": -0.06, "season": -0.10,
        },
        own=0.22, always=0.06,  # about 40% not done; comparable care reports 30-59%
    ),
    Node(
        "missed", "Appointment missed", "engagement_behaviour", AFTER,
        {
            "life_load": 0.4, "life_event": 0.4, "expectations": -0.25, "resistance": 0.2, "alliance": -0.2,
            "last_work": -0.25, "missed_before": 0.4, "season": 0.1,
        },
    ),
    Node(
        "leaving", "Leaving", "engagement_behaviour", AFTER,
        {
            "life_load": 0.4, "life_event": 0.4, "expectations": -0.3, "alliance": -0.35, "resistance": 0.25,
            "last_work": -0.3,
        },
    ),
    Node("platform_use", "Log-ins", "platform_use", AFTER, {"completion": 1.0}),
)  # fmt: skip
BY_NAME: Mapping[str, Node] = {node.name: node for node in NODES}


class Mechanism:
    """The graph as one service has it: some nodes off, some effects of another size."""

    def __init__(self, off: Sequence[str] = (), effects: Mapping[str, float] | None = None) -> None:
        self.off, self.changed = frozenset(off), dict(effects or {})

    def effect(self, node: str, cause: str) -> float:
        """The size of one effect; 0 where the cause is switched off."""
        if cause in self.off:
            return 0.0
        return self.changed.get(f"{node}.{cause}", BY_NAME[node].causes[cause])

    def own(self, node: str) -> float:
        """The standard deviation of what nothing explains."""
        return BY_NAME[node].own

    def always(self, node: str) -> float:
        """The value of a node without any cause."""
        return self.changed.get(f"{node}.always", BY_NAME[node].always)

    def parts(self, node: str, causes: Mapping[str, Array]) -> dict[str, Array]:
        """What each cause adds to a node. Every cause of the node must be given, and no other."""
        if causes.keys() != BY_NAME[node].causes.keys():
            raise ValueError(f"causes of {node}: {sorted(causes.keys() ^ BY_NAME[node].causes.keys())}")
        return {cause: self.effect(node, cause) * causes[cause] for cause in BY_NAME[node].causes}

    def value(self, node: str, causes: Mapping[str, Array]) -> Array:
        """A node's value from its causes, without what nothing explains."""
        return np.asarray(sum(self.parts(node, causes).values())) + self.always(node)

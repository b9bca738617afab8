"""How many services a contract test is tried on."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

SOME = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    # An example is a whole service through the engine: a failing one is shown as it is, not made smaller.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)

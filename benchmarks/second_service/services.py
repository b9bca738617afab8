"""Providers and their practitioners: habits that differ, and change over time."""

from dataclasses import dataclass

import numpy as np

from benchmarks.second_service.arrays import Array, Bools, Floats, Ints

HABITS = ("what", "when", "where", "with_whom", "obstacles", "summary", "rationale", "adapted")


@dataclass(frozen=True)
class Services:
    """One value per provider, and (from `practitioner_service` on) one per practitioner."""

    codes: Array
    share: Floats
    gap_days: Ints
    platform: Floats  # share of pathways with an internet programme
    translated: Floats  # chance that materials are in the preferred language
    scores_missing: Floats  # factor
    alliance_asked: Floats
    wait_days: Floats
    success: Floats  # factor on success
    treats_at_assessment: Bools
    records_where: Bools
    texts_reviews: Bools
    practitioner_service: Ints
    practitioner_high: Bools  # high-intensity therapist
    practitioner_trainee: Bools
    practitioner_from: Ints  # first month, 0-based
    task_rate: Floats
    review_rate: Floats
    asks_confidence: Floats
    rates_resistance: Floats
    talks_over: Floats
    load_minutes: Floats
    skill: Floats
    habits: dict[str, Floats]


def draw_services(rng: np.random.Generator, services: int, months: int) -> Services:
    """Providers of unequal size with 8 to 15 practitioners of low intensity each."""
    counts = rng.integers(8, 16, services)
    owner = np.repeat(np.arange(services), counts + 2)
    place = np.concatenate([np.arange(c + 2) for c in counts])
    high = place >= np.repeat(counts, counts + 2)
    n = owner.size
    share = 1.0 / (1.0 + 0.35 * np.arange(services))
    order = np.arange(services)
    culture = rng.uniform(-0.12, 0.12, services)[owner]
    joined = np.where(rng.random(n) < 0.25, rng.integers(1, max(2, months // 2), n), 0)
    joined[place < 4] = 0
    joined[high] = 0
    return Services(
        codes=np.array([f"T9{i:03d}" for i in range(1, services + 1)], dtype=object),
        share=share / share.sum(),
        gap_days=np.where(order % 3 == 0, 14, np.where(order % 3 == 1, 10, 14)).astype(np.int64),
        platform=np.array([0.30, 0.50, 0.40])[order % 3],
        translated=np.array([0.55, 0.20, 0.35])[order % 3],
        scores_missing=np.array([1.0, 0.7, 1.5])[order % 3],
        alliance_asked=np.array([0.45, 0.20, 0.30])[order % 3],
        wait_days=np.array([16.0, 26.0, 38.0])[order % 3],
        success=np.array([1.0, 0.84, 0.92])[order % 3],
        treats_at_assessment=order % 3 == 1,
        records_where=order % 3 != 2,
        texts_reviews=order % 3 == 2,
        practitioner_service=owner.astype(np.int64),
        practitioner_high=high,
        practitioner_trainee=(rng.random(n) < 0.25) & ~high,
        practitioner_from=joined.astype(np.int64),
        task_rate=np.clip(rng.normal(0.66, 0.10, n) + culture, 0.35, 0.92),
        review_rate=np.clip(rng.normal(0.92, 0.06, n) + culture / 3, 0.70, 0.99),
        asks_confidence=np.clip(rng.normal(0.78, 0.12, n), 0.35, 0.98),
        rates_resistance=np.clip(rng.normal(0.45, 0.20, n), 0.05, 0.95),
        talks_over=np.clip(rng.normal(0.55, 0.18, n) + culture, 0.1, 0.95),
        load_minutes=np.exp(rng.normal(np.log(85), 0.30, n)),
        skill=np.clip(np.exp(rng.normal(0, 0.22, n)), 0.6, 1.5),
        habits=_draw_habits(rng, culture),
    )


def _draw_habits(rng: np.random.Generator, culture: Floats) -> dict[str, Floats]:
    """How often each practitioner does each part of planning."""
    usual = (0.80, 0.60, 0.40, 0.15, 0.45, 0.50, 0.70, 0.30)
    return {
        name: np.clip(rng.normal(mean, 0.15, culture.size) + culture, 0.03, 0.97)
        for name, mean in zip(HABITS, usual, strict=True)
    }

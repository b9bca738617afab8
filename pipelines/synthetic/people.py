"""Patients: margins as published, and latent traits that nobody records but everything depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.synthetic import assumptions as a
from pipelines.synthetic import fitted
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.chance import log_odds, pick, stream
from pipelines.synthetic.mechanism import BY_NAME, Mechanism
from pipelines.synthetic.services import Services
from pipelines.synthetic.settings import SyntheticSettings

ETHNICITIES = tuple(a.ETHNIC_CATEGORIES)
GENDERS = tuple(a.GENDERS)
DECILES = tuple(a.DEPRIVATION_DECILES)
LANGUAGES = ("en", *a.LANGUAGES)
EMPLOYMENT = ("01", "02", "03", "04", "05", "06", "07", "08", "ZZ")
RELIGIONS = tuple(a.RELIGIONS)
ORIENTATIONS = tuple(a.ORIENTATIONS)
OUT_OF_WORK = (1, 3)  # of EMPLOYMENT: seeking work, long-term sick
TRAITS = ("expectations", "literacy", "support", "first_resistance", "life_load", "unexplained", "severity")


@dataclass(frozen=True)
class People:
    """One row per patient. Codes are indices into the tuples above; traits are in standard deviations."""

    service: Array
    ethnicity: Array
    gender: Array
    age: Array
    decile: Array
    language: Array
    speaks_english: Array
    employment: Array
    conditions: Array
    children: Array
    debt: Array
    smoker: Array
    religion: Array
    orientation: Array
    expectations: Array
    literacy: Array
    support: Array
    first_resistance: Array
    life_load: Array
    unexplained: Array
    severity: Array
    goes_on: Array
    responds: Array


def draw_people(
    seed: int, block: int, *, service: Array, services: Services, settings: SyntheticSettings
) -> People:
    """The patients of one block, whose services are given."""
    chance = stream(seed, "people", block=block)
    size = len(service)
    years, ethnicity = _ages(chance, size), pick(chance, a.ETHNIC_CATEGORIES, size=size)
    decile = _deciles(chance, service, services=services)
    deprived, language = _deprived(decile), _languages(chance, ethnicity)
    conditions = _conditions(chance, years, deprived=deprived)
    employment = _employment(chance, years, deprived=deprived, conditions=conditions)
    debt = chance.random(size) < np.clip(0.07 + 0.05 * deprived, 0.01, 0.3)
    children = chance.random(size) < np.where((years > 24) & (years < 55), 0.4, 0.05)
    circumstances = {
        "deprivation": deprived, "conditions": conditions, "debt": debt, "children": children,
        "out_of_work": np.isin(employment, OUT_OF_WORK), "other_language": language > 0,
    }  # fmt: skip
    return People(
        service=service,
        ethnicity=ethnicity,
        gender=pick(chance, a.GENDERS, size=size),
        age=years,
        decile=decile,
        language=language,
        speaks_english=(language == 0) | (chance.random(size) < 0.6),
        employment=employment,
        conditions=conditions,
        children=children,
        debt=debt,
        smoker=chance.random(size) < 0.16,
        religion=pick(chance, a.RELIGIONS, size=size),
        orientation=pick(chance, a.ORIENTATIONS, size=size),
        **_traits(chance, circumstances, mechanism=settings.mechanism()),
        goes_on=_fitted(fitted.GOES_ON, ethnicity=ethnicity, decile=decile, years=years),
        responds=_fitted(fitted.RESPONDS, ethnicity=ethnicity, decile=decile, years=years)
        + chance.gamma(a.RESPONSE_SHAPE, 1 / a.RESPONSE_SHAPE, size)
        - 1,
    )


def _traits(
    chance: np.random.Generator, circumstances: dict[str, Array], *, mechanism: Mechanism
) -> dict[str, Array]:
    """What nobody sees, in standard deviations, each from the causes that the mechanism gives it."""
    values = {name: value.astype(float) for name, value in circumstances.items()}
    size = len(values["debt"])
    for name in (
        "expectations",
        "severity",
        "burden",
        "literacy",
        "support",
        "first_resistance",
        "life_load",
    ):
        causes = {cause: values[cause] for cause in BY_NAME[name].causes}
        value = mechanism.value(name, causes) + mechanism.own(name) * chance.standard_normal(size)
        values[name] = value - value.mean() if name == "burden" else value
    values["unexplained"] = mechanism.own("patient") * chance.standard_normal(size)
    return {name: values[name] for name in TRAITS}


def _fitted(
    shifts: Mapping[str, Mapping[str, float]], *, ethnicity: Array, decile: Array, years: Array
) -> Array:
    """The fitted shifts of each patient's groups, added up."""
    band = np.searchsorted(fitted.AGES, years, side="right") - 1
    groups = (
        ("ethnic", ETHNICITIES, ethnicity),
        ("decile", DECILES, decile),
        ("age", tuple(map(str, fitted.AGES)), band),
    )
    return np.asarray(
        sum(np.array([shifts[name].get(code, 0.0) for code in codes])[at] for name, codes, at in groups)
    )


def _ages(chance: np.random.Generator, size: int) -> Array:
    """Exact age in years at referral."""
    band = pick(chance, a.AGE_BANDS, size=size)
    low, high = (np.array(edge) for edge in zip(*a.AGE_BANDS, strict=True))
    within = chance.beta(1.0, 1.3, size)  # younger within each band; assumption
    return np.asarray(low[band] + within * (high[band] + 0.99 - low[band]))


def _deciles(chance: np.random.Generator, service: Array, *, services: Services) -> Array:
    """Published deciles, moved by the service's own place."""
    size = len(service)
    decile = pick(chance, a.DEPRIVATION_DECILES, size=size)
    moved = np.clip(decile + np.rint(services.deprived[service] * 2 * chance.random(size)), 0, 9)
    return np.where(decile == DECILES.index(""), decile, moved).astype(np.int64)


def _deprived(decile: Array) -> Array:
    """Deprivation in standard deviations, near enough; 0 where unknown."""
    return np.where(decile == DECILES.index(""), 0.0, (4.5 - decile) / 2.9)


def _languages(chance: np.random.Generator, ethnicity: Array) -> Array:
    other = np.array([a.OTHER_LANGUAGE_BY_ETHNICITY.get(code, a.OTHER_LANGUAGE_ELSE) for code in ETHNICITIES])
    speaks = chance.random(len(ethnicity)) < other[ethnicity]
    return np.where(speaks, 1 + pick(chance, a.LANGUAGES, size=len(ethnicity)), 0)


def _conditions(chance: np.random.Generator, years: Array, *, deprived: Array) -> Array:
    """How many long-term physical conditions, 0 to 3."""
    rate = a.LONG_TERM_CONDITION_AT_30 + a.LONG_TERM_CONDITION_PER_YEAR * (years - 30) + 0.05 * deprived
    return np.minimum(3, chance.poisson(np.clip(rate, 0.05, 1.2))).astype(np.int64)


def _employment(chance: np.random.Generator, years: Array, *, deprived: Array, conditions: Array) -> Array:
    """Index into EMPLOYMENT, by age, deprivation and health."""
    size = len(years)
    working = pick(
        chance, {"01": 74, "02": 7, "03": 4, "04": 5, "05": 6, "06": 1, "07": 1, "08": 0, "ZZ": 2}, size=size
    )
    young = pick(
        chance, {"01": 48, "02": 9, "03": 34, "04": 3, "05": 2, "06": 1, "07": 1, "08": 0, "ZZ": 2}, size=size
    )
    status = np.where(years < 23, young, np.where(years > 66, 7, working))
    out_of_work = chance.random(size) < 1 / (
        1 + np.exp(-(log_odds(0.08) + 0.6 * deprived + 0.4 * conditions))
    )
    sick = (status == 0) & out_of_work
    return np.where(sick, np.where(chance.random(size) < 0.5, 3, 1), status).astype(np.int64)

"""What moves the risk in each group, and whether the predictors give a group away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import t

from features.predictor import catalogue
from models.clustered import Grouping
from models.explanation import Explanation
from models.grouped_explanation import EVERYTHING, explain_groups
from models.proxy import ALL_PREDICTORS, RISK_ALONE, cross_fitted, proxies
from pipelines.auditing.further_asked import SEVERITY
from pipelines.auditing.origins import WITHOUT
from tests.unit.logistic import Logistic

EVERY = np.ones(3, dtype=bool)
CONSTRUCTS = {"speaks": "language", "reads": "language", "score": "symptoms", "change": "symptoms"}


def people(seed: int, *, telling: float, patients: int = 500) -> tuple[pd.DataFrame, Grouping]:
    """Predictors of three groups; 'speaks' lies `telling` standard deviations higher in the last."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, patients, p=[0.6, 0.25, 0.15])
    patient = np.repeat(np.arange(patients), rng.integers(1, 5, patients))
    habit = rng.normal(size=(patients, 4))
    features = pd.DataFrame(
        habit[patient] + 0.3 * rng.normal(size=(len(patient), 4)), columns=list(CONSTRUCTS)
    )
    features["speaks"] += telling * (group[patient] == 2)
    return features, Grouping(group[patient], patient, 3)


def test_a_telling_predictor_is_found_with_its_construct_and_others_are_not() -> None:
    features, grouping = people(1, telling=1.5)
    found = proxies(features, features["score"].to_numpy(), grouping, EVERY, CONSTRUCTS, level=0.95)
    assert set(found) == {ALL_PREDICTORS, "language", "symptoms", RISK_ALONE}
    assert found["language"].joint.low[2] > 0.6
    assert found[ALL_PREDICTORS].joint.low[2] > 0.6
    assert found["symptoms"].joint.low[2] < 0.5 < found["symptoms"].joint.high[2]


def test_a_patient_is_never_guessed_from_their_own_rows() -> None:
    rng = np.random.default_rng(2)
    patient = np.repeat(np.arange(300), 6)
    grouping = Grouping(rng.choice(3, 300)[patient], patient, 3)
    own_mark = rng.normal(size=(300, 2))[patient]  # knows each person, and nothing of any group
    found = proxies(
        pd.DataFrame(own_mark, columns=["speaks", "reads"]), own_mark[:, 0], grouping, EVERY, CONSTRUCTS,
        level=0.95,
    )  # fmt: skip
    assert (found[ALL_PREDICTORS].joint.low < 0.5).all()
    assert np.abs(found[ALL_PREDICTORS].value - 0.5).max() < 0.12


def test_guesses_are_the_same_whenever_they_are_made() -> None:
    features, grouping = people(3, telling=0.5)
    matrix = features.to_numpy()
    first, second = (cross_fitted(matrix, grouping, EVERY, seed=1) for _ in range(2))
    assert (first == second).all()


@pytest.mark.long
def test_where_nothing_tells_the_share_of_false_finds_stays_small() -> None:
    finds = 0
    for seed in range(40):
        features, grouping = people(100 + seed, telling=0.0, patients=250)
        found = proxies(features, features["score"].to_numpy(), grouping, EVERY, CONSTRUCTS, level=0.95)
        finds += any((one.joint.low > 0.5).any() for one in found.values())
    assert finds / 40 <= 0.05 + 2.33 * np.sqrt(0.05 * 0.95 / 40)


def test_mean_parts_are_a_cluster_robust_regression_and_gaps_add_up() -> None:
    features, grouping = people(4, telling=1.0)
    explanation = Explanation(0.4 * features, -0.3, Logistic()).by_construct(CONSTRUCTS)
    found = explain_groups(explanation, grouping, EVERY, level=0.95)
    language = 0.4 * (features["speaks"] + features["reads"])
    member = np.eye(3)[grouping.group]
    fitted = sm.OLS(language.to_numpy(), member).fit(
        cov_type="cluster", cov_kwds={"groups": grouping.cluster, "use_correction": False}
    )
    assert found.constructs["language"].value == pytest.approx(fitted.params, abs=1e-12)
    clusters = grouping.clusters(np.ones(len(features), dtype=bool))
    half = found.constructs["language"].own.high - found.constructs["language"].value
    error = fitted.bse * np.sqrt(clusters / (clusters - 1)) * t.ppf(0.975, clusters - 1)
    assert half == pytest.approx(error, rel=1e-9)
    gaps = found.constructs["language"].gap + found.constructs["symptoms"].gap
    assert found.constructs[EVERYTHING].gap == pytest.approx(gaps, abs=1e-12)
    assert found.p_adjusted["language"] < 0.001 < 0.05 < found.p_adjusted["symptoms"]


def test_what_is_left_out_or_adjusted_for_by_default_is_in_the_catalogue() -> None:
    named = {*SEVERITY, *(name for names in WITHOUT.values() for name in names)}
    assert named <= set(catalogue())

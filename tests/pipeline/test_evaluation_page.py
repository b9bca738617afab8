"""What the page, the card and metrics.json say of an evaluation that was really made, and what they must not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from features.predictor import everything
from models.at_the_flag import At, at_the_flag
from models.baselines import baselines
from models.boosting import train
from models.earlier import STAR
from models.left_out import left_out
from models.spline_logistic import parameters
from models.studies import Procedure
from models.withheld import RULES
from pipelines.config import Config
from pipelines.evaluate import predict
from pipelines.evaluating import plots, study_plots
from pipelines.evaluating.evaluated import Evaluation, Study
from pipelines.evaluating.examined import Held, examine
from pipelines.evaluating.kept import kept_performance
from pipelines.evaluating.log import figures, pictures
from pipelines.evaluating.metrics_json import as_json
from pipelines.evaluating.net_benefit_words import worth
from pipelines.evaluating.page import all_figures, evaluation_page
from pipelines.evaluating.words import rate, were
from pipelines.page import write_page
from pipelines.registry.model_card import ModelCardSettings, model_card
from pipelines.registry.model_card_measured import measured
from pipelines.registry.tracking import LoadedModel
from pipelines.store import read_table
from pipelines.train import Material, read_material
from tests.pipeline.made_pages import text_of
from tests.pipeline.small_work import small_work

CONFIG = replace(
    Config(),
    model=replace(Config().model, max_rounds=40, refits=2),
    evaluation=replace(Config().evaluation, draws=40),
)


class Made:
    """An evaluation of a small WORK folder of so many services, and what is said of it."""

    def __init__(self, folder: Path, *, services: int) -> None:
        self.folder = folder
        self.material: Material = read_material(
            small_work(folder / "work", services=services, patients=1_500)
        )
        material, cut = self.material, self.material.split(CONFIG)
        directions = {name: known.direction for name, known in everything().items() if known.direction}
        patients = material.points["patient_id"].to_numpy(dtype=object)
        learnt = material.features, material.labels, patients, cut
        model = train(*learnt, directions=directions, settings=CONFIG.model)
        noted = replace(model, about={**model.about, "built": material.built})
        loaded = LoadedModel(noted, "models:/bsw/1", "1")
        self.loaded = loaded
        self.held = Held(
            predict(material, cut, loaded, CONFIG.flags),
            baselines(material.features, material.labels, cut),
            read_table(folder / "work" / "protected.parquet", "point_id"),
        )
        self.found = examine(self.held, material, cut, loaded, CONFIG)
        self.procedure = Procedure(*learnt, directions, CONFIG.model)

    @cached_property
    def with_each_left_out(self) -> Evaluation:
        """With the study that leaves each service out."""
        services = self.material.points["service_id"].to_numpy(dtype=object)
        apart = left_out(self.procedure, services, settings=CONFIG.evaluation)
        study = Study(apart.services, 1.0, "Each service left out.", apart.summary)
        return replace(self.found, studies={"leave_one_service_out": study})

    @cached_property
    def own_page(self) -> Path:
        """The page of the evaluation as it was made."""
        return self.page(self.found, "own.html")

    def page(self, found: Evaluation, name: str = "page.html") -> Path:
        """The page's file."""
        shown = replace(found, card=model_card(self.card(found), ModelCardSettings()))
        return write_page(self.folder / name, evaluation_page(shown))

    def text(self, found: Evaluation | None = None) -> str:
        """What a reader sees of the page but for its pictures."""
        return " ".join(text_of(self.page(found) if found else self.own_page).split())

    def pictured(self, found: Evaluation | None = None) -> set[str]:
        """The words in the page's pictures."""
        page = self.page(found) if found else self.own_page
        return set(re.findall(r"<!-- (.*?) -->", page.read_text(encoding="utf-8")))

    def card(self, found: Evaluation | None = None) -> Mapping[str, str]:
        """What was measured, in the words of the card."""
        return measured(found or self.found, self.material, None)

    def figures(self, found: Evaluation | None = None) -> dict[str, Any]:
        """The whole of metrics.json."""
        return as_json(found or self.found, CONFIG)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("several"), services=3)


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("single"), services=1)


def test_services_that_were_learnt_from_say_nothing_of_a_new_one(several: Made) -> None:
    text, card = several.text(), several.card()["over_services"]
    assert "Over the 3 services that it learnt from, the mean AUROC is" in text
    assert "says nothing about a new one. bsw evaluate --full adds what to expect there." in text
    assert "In a service that was not there" not in text
    assert "mean over services" in several.pictured()
    assert "expected in a new service" not in several.pictured()
    assert "3 services that it learnt from" in card and "in a new one it was not measured" in card
    assert not {"new_low", "new_high"} & set(several.figures()["over_services"][0])


def test_a_service_of_which_no_point_was_learnt_from_is_in_no_mean_over_those_learnt_from(
    several: Made,
) -> None:
    material, cut = several.material, several.found.cut
    late = material.points["service_id"].to_numpy() == "S2"
    early = {
        name: rows[~late[rows]] for name in ("fit", "stop", "calibrate") for rows in [getattr(cut, name)]
    }
    found = examine(several.held, material, replace(cut, **early), several.loaded, CONFIG)
    assert set(found.services.services["service"]) == {"S", "S1", "S2"}
    assert set(found.services.summary["services"]) == {2} and found.services.uncounted == ("S2",)
    means, all_of_them = (
        one.services.summary.set_index("measure")["value"] for one in (found, several.found)
    )
    assert means["auroc"] != pytest.approx(all_of_them["auroc"])
    text, card = several.text(found), several.card(found)["over_services"]
    assert "The model learnt from no point of S2: measured like the others, but in no mean" in text
    assert "Mean AUROC of the 2 services that it learnt from" in card and "without S2" in card
    assert several.figures(found)["services_learnt_nothing_from"] == ["S2"]
    assert several.figures()["services_learnt_nothing_from"] == []


def test_a_new_service_is_told_of_by_models_that_learnt_nothing_from_it(several: Made) -> None:
    found = several.with_each_left_out
    assert found.left_out is not None
    area = found.left_out.summary.set_index("measure").loc["auroc"]
    own = found.services.summary.set_index("measure").loc["auroc"]
    assert f"{area['new_low']:.3f}" != f"{own['new_low']:.3f}"
    assert "expected in a new service" in several.pictured(found)
    text, card = several.text(found), several.card(found)["over_services"]
    assert f"expect an AUROC between {area['new_low']:.2f} and {area['new_high']:.2f}" in text
    assert "each measured by a model that learnt nothing from it" in text
    assert f"expected in a new one: {area['new_low']:.3f} to {area['new_high']:.3f}" in card
    assert f"{own['new_low']:.3f} to" not in text + card


def test_of_a_model_from_elsewhere_it_is_not_said_what_full_would_tell(several: Made) -> None:
    elsewhere = replace(several.found, footing=replace(several.found.footing, learnt_here=False, had=None))
    text = several.text(elsewhere)
    assert "which services it learnt from is not known here" in text
    assert "what to expect there" not in text and "services that it learnt from" not in text


def test_one_service_has_no_mean_over_services_and_no_word_on_how_it_is_made(single: Made) -> None:
    text = single.text()
    assert "Under three services say nothing about another" in text
    for words in ("in a new service", "Random-effects", "services that it learnt from"):
        assert words not in text
    assert not {"mean over services", "expected in a new service"} & single.pictured()


def test_enough_is_asked_for_the_parameters_that_the_regression_learns(several: Made) -> None:
    predictors = len(several.found.model.model.predictors)
    (asked,) = {row["parameters"] for row in several.figures()["sample_size"]}
    assert asked == parameters(several.material.features, several.found.cut) > predictors
    assert f"learns {asked} parameters of the {predictors} predictors" in several.text()


def test_no_count_of_points_or_patients_is_exact_anywhere(several: Made) -> None:
    found, told = several.found, several.figures()
    assert found.footing.had is not None
    shown = [*told["points"].values(), told["patients_held_out"], *told["learnt_from"].values()]
    shown += [row[name] for row in told["sample_size"] for name in ("points", "patients")]
    assert all(number == STAR or number % 5 == 0 for number in shown)
    assert (found.footing.months.to_numpy() % 5 == 0).all()
    exact = [found.footing.patients, len(found.risks), found.footing.had.points, found.footing.had.events]
    said = several.text() + " ".join([*several.pictured(), *several.card().values()])
    for number in (number for number in exact if number % 5):
        assert not re.search(rf"(?<![\d.,]){number:,}(?![\d.,])", said)
    assert any(number % 5 for number in exact)


def test_the_same_counts_are_logged(several: Made) -> None:
    logged = dict(figures(several.found))
    assert logged["test_points"] % 5 == 0 and logged["known_outcomes"] % 5 == 0
    assert logged["known_share"] == round(logged["known_share"], 2)


def test_of_too_few_outcomes_no_risks_are_drawn(several: Made) -> None:
    none = replace(several.found, histogram=several.found.histogram[:0])
    text = several.text(none)
    assert "Too few outcomes of both kinds to draw the risks of either" in text
    drawn = [any("median" in words for words in several.pictured(one)) for one in (several.found, none)]
    assert drawn == [True, False]
    assert plots.separation(none)


def test_calibration_is_told_with_its_slope_and_every_figure_with_its_interval(several: Made) -> None:
    rows = several.found.performance.query("model == 'boosted model'").set_index("metric")
    told = several.text().partition("Do the risks mean what they say?")[2]
    told = told[told.index("Risks lie") :]
    for name, before in (("ici", "Risks lie "), ("e50", "half of them within "), ("e90", "in ten within ")):
        value, low, high = (100 * rows.loc[name, end] for end in ("value", "low", "high"))
        assert f"{before}{value:.1f} ({low:.1f} to {high:.1f})" in told
    slope = rows.loc["calibration_slope"]
    words = f"slope is {slope['value']:.2f} ({slope['low']:.2f} to {slope['high']:.2f})"
    assert told.index(words) < told.index("What the flags do")


def test_how_firm_a_risk_is_says_what_its_intervals_leave_out(several: Made) -> None:
    assert "how far other refits than these 2 would differ is not in them" in several.text()


@pytest.mark.parametrize(
    ("low", "words"), [(0.01, "beats both acting on"), (-0.01, "is not shown to beat both")]
)
def test_flagging_is_said_to_be_worth_it_at_the_cut_off_alone(several: Made, low: float, words: str) -> None:
    flags = several.found.flags.copy()
    gain = flags["measure"] == "net_benefit_gain"
    flags.loc[gain, ["value", "low", "high"]] = [0.02, low, 0.03]
    benefit = several.found.benefit.assign(gain_low=0.1)  # every pointwise interval of the curve clears 0
    said = worth(replace(several.found, flags=flags, benefit=benefit))
    assert words in said and f"2.0 ({100 * low:.1f} to 3.0)".replace("-", "−") in said
    assert "at a risk between" not in said


def _flagged_from(made: Made, threshold: float) -> Evaluation:
    """The same evaluation, had points been flagged from another risk on."""
    found = made.found
    known = found.cut.test[~np.isnan(found.labels[found.cut.test])]
    patients = made.material.points["patient_id"].iloc[known].to_numpy(dtype=object)
    at = At(threshold, patients, CONFIG.evaluation)
    flags = at_the_flag(found.outcome, found.risks >= threshold, at, RULES["nhs"])
    model = replace(found.model, model=replace(found.model.model, threshold=threshold))
    return replace(found, flags=flags, model=model)


def test_few_flags_are_told_nowhere(several: Made) -> None:
    risks = np.sort(several.found.risks)
    found = _flagged_from(several, float(risks[-3]))
    told = {row["measure"]: row for row in several.figures(found)["at_the_flag"]}
    assert all(row["value"] is row["low"] is row["high"] is None and row["note"] for row in told.values())
    assert plots.hundred(found) is None and "of_a_hundred" not in dict(pictures(found))
    assert "too few patients" in worth(found) and "beyond chance" not in worth(found)
    text = several.text(found)
    shown = text[
        text.index("Sensitivity: of work") : text.index("Every probability", text.index("Flagged *"))
    ]
    assert shown.count(" *") == 5 and "%" not in shown
    assert "nothing is drawn of a hundred" in text and "(squares)" not in text


def test_the_cut_off_stands_in_the_decision_curve_where_no_model_has_a_curve(several: Made) -> None:
    found = _flagged_from(several, 0.97)
    alone = replace(found, benefit=found.benefit[found.benefit["policy"] == "flag everybody"])
    for one in (found, alone):
        assert plots.net_benefit(one).axes[0].get_xlim()[1] > 0.97


def test_the_decision_curve_is_drawn_no_finer_than_it_is_told(several: Made) -> None:
    told = {(row["policy"], row["threshold"]): row["value"] for row in several.figures()["net_benefit"]}
    lines = {line.get_label(): line.get_xydata() for line in plots.net_benefit(several.found).axes[0].lines}
    for policy in ("boosted model", "flag everybody"):
        assert len(lines[policy]) > 5
        for at, worth_ in lines[policy]:
            steps = worth_ / (0.001 * max(1, at / (1 - at)))
            assert steps == pytest.approx(round(steps), abs=1e-6)
            assert told[policy, float(f"{at:.4g}")] == float(f"{worth_:.4g}")


@pytest.mark.parametrize(
    ("draw", "coordinates"),
    [(plots.comparison, 2), (plots.calibration, 2), (study_plots.firmness, 2), (plots.separation, 1)],
)
def test_no_picture_is_drawn_finer_than_the_page_prints(
    several: Made, draw: Callable[[Evaluation], Figure], coordinates: int
) -> None:
    """Its coordinates stand on the page as text. The dashed line is the flag's cut-off, which is told."""
    lines = [line for axes in draw(several.found).axes for line in axes.lines if line.get_linestyle() != "--"]
    values = np.concatenate([line.get_xydata()[:, :coordinates].ravel() for line in lines])
    assert len(values) > 5 and values == pytest.approx(np.round(values, 3), abs=1e-12)


def test_of_too_few_outcomes_no_decision_curve_is_drawn(several: Made) -> None:
    nobody = several.found.benefit[several.found.benefit["policy"] == "flag nobody"]
    assert plots.net_benefit(replace(several.found, benefit=nobody))


def test_a_gain_that_is_printed_from_nothing_on_is_not_claimed(several: Made) -> None:
    """One in ten thousand rightly flagged reads 0.0 in a hundred."""
    outcome, flag = np.repeat([1.0, 0, 1, 0], [60, 150, 10, 30]), np.repeat([True, False], [210, 40])
    patients = np.arange(250).astype(str).astype(object)
    for threshold in np.arange(0.05, 0.45, 0.01):
        flags = at_the_flag(outcome, flag, At(threshold, patients, CONFIG.evaluation), RULES["nhs"])
        said = worth(replace(several.found, flags=flags))
        assert ("beyond chance" in said) == (not re.search(r"\((−.*|0\.0) to", said))


def test_the_picture_of_a_hundred_says_what_the_table_says(several: Made) -> None:
    drawn = 0
    for threshold in np.quantile(several.found.risks, np.linspace(0.005, 0.995, 60)):
        found = _flagged_from(several, float(threshold))
        counts, shares = plots.hundred(found), found.flags.set_index("measure")["value"]
        if counts is not None:
            drawn += 1
            assert sum(counts) == 100 and min(counts) >= 0
            assert f"{counts[0] + counts[1]}%" == f"{shares['flag_rate']:.0%}"
    assert drawn > 40
    assert (were(0), were(1), were(2)) == ("0 were", "1 was", "2 were")


def test_no_figure_is_so_long_that_counts_could_be_worked_out_from_it(several: Made) -> None:
    told = several.figures(several.with_each_left_out)
    rows = [
        row for frame in told.values() if isinstance(frame, list) for row in frame if isinstance(row, dict)
    ]
    rows += [row for study in told["studies"].values() for row in (*study["figures"], *study["summary"])]
    numbers = [value for row in rows for value in row.values() if isinstance(value, float)]
    assert len(numbers) > 500
    assert all(value == float(f"{value:.4g}") or value == round(value) for value in numbers)
    areas = [row["value"] for row in told["by_service"] if row["measure"] == "auroc"]
    assert areas == [round(area, 3) for area in areas]


def test_a_model_of_one_risk_tells_the_share_not_completed_no_finer_than_a_thousandth(several: Made) -> None:
    told = {row["metric"]: row for row in several.figures()["performance"] if row["model"] == "prevalence"}
    share = told["average_precision"]["value"]
    assert share == round(share, 3) and share == pytest.approx(several.found.outcome.mean(), abs=0.0005)
    risk = round(float(several.held.rivals["prevalence"][0]), 3)
    worked_out = {
        "brier": share * (1 - risk) ** 2 + (1 - share) * risk**2,
        "log_loss": -share * np.log(risk) - (1 - share) * np.log(1 - risk),
        "observed_to_expected": share / risk,
        "calibration_intercept": np.log(share / (1 - share)) - np.log(risk / (1 - risk)),
    }
    assert {name: told[name]["value"] for name in worked_out} == {
        name: pytest.approx(float(f"{value:.4g}"), abs=1e-9) for name, value in worked_out.items()
    }


def test_it_is_said_of_which_ways_no_figure_is_told(several: Made) -> None:
    found = several.found
    assert "Withheld are the figures of" not in several.text()
    of_it = found.performance["model"] == "prevalence"
    none = found.performance.assign(
        **{end: found.performance[end].mask(of_it) for end in ("value", "low", "high")}
    )
    untold = replace(found, performance=none)
    assert "Withheld are the figures of: prevalence; too few patients" in several.text(untold)
    assert len(plots.comparison(untold).axes[0].get_yticks()) == len(found.rivals)


def test_nothing_is_logged_whole_and_what_a_promotion_judges_is_rounded_outwards(several: Made) -> None:
    logged, own = dict(figures(several.found)), several.found.performance
    assert all(value == float(f"{value:.4g}") or value == round(value) for value in logged.values())
    rows = own[own["model"] == "boosted model"].set_index("metric")
    assert logged["test_auroc_low"] == float(f"{rows.loc['auroc', 'low']:.4g}")
    gain = several.found.gains.set_index("rival").loc["logistic regression"]
    judged = {
        f"test_{name}": rows.loc[name] for name in ("calibration_slope", "calibration_intercept", "ici")
    }
    for name, row in {**judged, "gain_over_logistic_regression": gain}.items():
        low, high = logged[f"{name}_low"], logged[f"{name}_high"]
        assert low <= row["low"] <= row["high"] <= high
        assert [low, high] == pytest.approx([row["low"], row["high"]], rel=0.001)


def test_what_the_outcome_means_is_told_to_programs_without_the_phrases_of_pages(several: Made) -> None:
    meaning, told = several.found.meaning, several.figures()["outcome"]
    assert set(told) == {"definition", "condition", "pieces", "of_ten", "foretold", "reasons"}
    assert told["definition"] == meaning.definition and told["condition"] == meaning.condition
    assert told["pieces"] == "pieces of agreed work" and told["reasons"] == dict(meaning.reasons)


def test_a_figure_that_is_kept_in_two_places_is_the_same_in_both(several: Made) -> None:
    """Rounded to the nearest in one and outwards in the other, the two would tell it half a digit finer."""
    ends = {"low": 0.12346, "high": 0.98761}  # each to the nearest lies within the interval
    tables = {name: getattr(several.found, name).assign(**ends) for name in ("performance", "gains")}
    found = replace(several.found, **tables)
    logged, told = dict(figures(found)), several.figures(found)
    assert [logged[f"gain_over_logistic_regression_{end}"] for end in ends] == [0.1234, 0.9877]
    rows = {f"test_{row['metric']}": row for row in told["performance"] if row["model"] == "boosted model"}
    rows |= {f"gain_over_{row['rival'].replace(' ', '_')}": row for row in told["gain_in_auroc"]}
    for name, row in rows.items():
        assert [row["low"], row["high"]] == [logged[f"{name}_low"], logged[f"{name}_high"]]
        assert row["value"] == logged[name]
    assert len(rows) > 10
    assert kept_performance(found)["low"].tolist() == [row["low"] for row in told["performance"]]


def test_the_share_known_that_is_logged_tells_of_few_unknown_outcomes_not_how_few(several: Made) -> None:
    test = several.found.cut.test
    told = set()
    for unknown in range(6):
        labels = several.found.labels.copy()
        labels[test] = np.where(np.arange(len(test)) < unknown, np.nan, 1.0)
        found = replace(several.found, footing=replace(several.found.footing, labels=labels))
        told.add(dict(figures(found))["known_share"])
    assert len(told) == 1 and told.pop() <= 1 - 5 / len(test)


def test_who_came_again_later_is_not_said_to_have_left(several: Made) -> None:
    text = several.text()
    assert (
        "The boosted model if everybody who did not come again within 42 days had not done the work" in text
    )
    assert text.count("did not come again within 42 days") >= 4  # in each table of reasons too
    assert "who left" not in text and "late left" not in text
    nobody = replace(several.found, other_dropout=several.found.other_dropout[:0])
    assert "had not done the work" not in several.text(nobody)


def test_the_share_known_is_told_or_withheld_alike_wherever_it_stands(several: Made) -> None:
    found, test = several.found, several.found.cut.test
    assert re.search(r"The outcome is known for \d\d% of the held-out points", several.card()["conditional"])
    labels = found.labels.copy()
    labels[test[np.isnan(labels[test])]] = 1.0
    all_known = replace(found, footing=replace(found.footing, labels=labels))
    assert "known for a share that is withheld (*)" in several.card(all_known)["conditional"]


def test_a_share_not_completed_that_few_make_up_is_withheld(several: Made) -> None:
    assert re.search(r"; \d\d% not completed", several.card()["held_out"])
    few = np.where(np.arange(len(several.found.outcome)) < 4, 1.0, 0.0)
    had = several.found.footing.had
    assert had is not None
    footing = replace(several.found.footing, had=replace(had, events=4))
    card = several.card(replace(several.found, outcome=few, footing=footing))
    assert card["held_out"].endswith("; * not completed.") and card["learnt_from"].endswith(
        "; * not completed."
    )
    assert rate(np.append(few, np.nan)) == STAR and rate(np.array([np.nan])) == "–"


def test_every_figure_of_every_model_stands_with_its_interval(several: Made) -> None:
    shown = all_figures(several.found.performance).set_index("metric")
    assert set(shown) == set(several.found.performance["model"])
    assert shown.map(lambda words: words == "–" or bool(re.search(r"\(.* to .*\)$", words))).all(axis=None)

"""`bsw audit` with everything it can be asked for: roll-ups, intersections, labels, capacity, earlier audits."""

from __future__ import annotations

import json
import re
import resource
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from features.errors import InputError
from features.standard import ethnic_categories
from models.disclosure import publish
from models.earlier import STAR
from pipelines.audit import audit
from pipelines.audit import audited as audited_column
from pipelines.auditing.table import Asked, read_audit_table
from pipelines.cli import main
from pipelines.config import Config
from pipelines.store import write_table
from tests.pipeline.browser import Reader

EVERYTHING = Asked(
    "p", "y", "shown", ("EthnicCategory",), "person", id="row", practitioner="pwp", second="next"
)


def predictions(rows: int, seed: int = 3) -> pd.DataFrame:
    """A service with all 17 codes, one group overlooked by the flags and one recorded less."""
    rng = np.random.default_rng(seed)
    codes = [code for code in ethnic_categories() if code != "99"]
    shares = np.array([50, 2, 6, 1.5, 0.6, 0.8, 1.2, 4, 5, 2, 2.5, 3, 4, 1, 1, 3, 12.4])
    people = rows // 4
    person = rng.integers(0, people, rows)
    ethnic = rng.choice(codes, people, p=shares / shares.sum())[person]
    gender = rng.choice(["female", "male"], people)[person]
    tendency = rng.normal(-0.3, 1, rows)
    done = (rng.random(rows) < expit(tendency + rng.normal(0, 0.5, people)[person])).astype(float)
    seen_next = (rng.random(rows) < 0.6 - 0.3 * done).astype(float)
    shown = (tendency > 0.4) & ~((ethnic == "J") & (rng.random(rows) < 0.4))
    done[rng.random(rows) < np.where(ethnic == "K", 0.3, 0.12)] = np.nan
    return pd.DataFrame(
        {
            "row": np.arange(rows),
            "person": person,
            "EthnicCategory": ethnic,
            "gender": gender,
            "pwp": [f"W{k}" for k in rng.integers(0, max(12, rows // 400), rows)],
            "p": expit(0.9 * tendency),
            "y": done,
            "shown": shown,
            "next": seen_next,
        }
    )


def audited(table: pd.DataFrame, folder: Path, asked: Asked, **more: object) -> Path:
    path = write_table(folder / "table.parquet", table)
    config = Config()
    if "capacity" in more:
        config = replace(config, audit=replace(config.audit, capacity=more.pop("capacity")))  # type: ignore[arg-type]
    audit(path, asked, out=folder / "out", config=config, **more)  # type: ignore[arg-type]
    return folder / "out"


def values(out: Path) -> pd.Series:
    table = pd.read_csv(out / "audit.csv", dtype=str, keep_default_na=False)
    return table.set_index(["by", "group", "measure"])["value"]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return audited(predictions(12_000), tmp_path_factory.mktemp("full"), EVERYTHING, capacity=0.25)


def test_ethnic_codes_are_shown_in_words_and_rolled_up_with_unknown_as_a_group(full: Path) -> None:
    shown = values(full)
    categories = {words for words, _ in ethnic_categories().values()}
    groups = {group for _, group in ethnic_categories().values()}
    assert set(shown["EthnicCategory"].index.get_level_values(0)) == {*categories, "All"}
    assert set(shown["EthnicCategory (5+1)"].index.get_level_values(0)) == {*groups, "All"}
    assert "Not stated or not known" in groups


def test_every_section_stands_and_nothing_is_said_to_be_left_out_that_is_there(full: Path) -> None:
    page = (full / "audit.html").read_text(encoding="utf-8")
    for words in ("Had all unknown happened", "within practitioners", "A second outcome", "at capacity"):
        assert words in page, words
    for words in ("no practitioner column", "no second outcome was", "no capacity", "no id column"):
        assert words not in page, words
    measures = set(values(full).index.get_level_values("measure"))
    assert {"ici", "net_benefit", "capacity_sensitivity", "second_auroc"} <= measures
    assert {"base_rate gap bounds", "known_share gap within practitioner", "practitioners"} <= measures


def test_a_section_whose_column_is_absent_is_left_out_and_the_page_says_so(tmp_path: Path) -> None:
    bare = Asked("p", "y", None, ("gender",), None)
    page = (audited(predictions(1500), tmp_path, bare) / "audit.html").read_text(encoding="utf-8")
    for words in ("practitioner column", "second outcome", "flag column", "id column", "cluster column"):
        assert re.search(rf"no {words} was named", page), words
    assert "A second outcome</h3>" not in page


@pytest.mark.long
def test_intersections_go_to_the_depth_asked_for_and_use_the_roll_up(tmp_path: Path) -> None:
    asked = replace(EVERYTHING, by=("EthnicCategory", "gender"), depth=2)
    shown = values(audited(predictions(3000), tmp_path, asked))
    assert shown["EthnicCategory (5+1) × gender", "White × female", "rows"] != ""
    with pytest.raises(InputError, match="lower --depth"):
        audited(predictions(500), tmp_path / "deep", replace(asked, depth=3))


def test_an_id_that_comes_twice_is_refused_with_its_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = predictions(400)
    table.loc[7, "row"] = 3
    path = write_table(tmp_path / "table.csv", table)
    named = ["--risk", "p", "--outcome", "y", "--by", "gender", "--id", "row", "--out", str(tmp_path / "out")]
    assert main(["audit", str(path), *named]) == 2
    assert "(row 8), such as '3'; leave out the repetitions" in capsys.readouterr().err


def test_every_table_behind_a_plot_can_be_had_and_the_page_opens(
    full: Path, reader: Reader, tmp_path: Path
) -> None:
    assert reader.faults_of(full / "audit.html", tmp_path / "page.png") == []
    page = (full / "audit.html").read_text(encoding="utf-8")
    plots = len(re.findall("<svg ", page))
    assert plots == len(re.findall(r'<svg role="img" aria-label="[^"]{10,}"', page)) > 40
    links = set(re.findall(r'href="(tables/[^"]+)"', page))
    assert len(links) >= plots
    assert len(re.findall('tabindex="0"', page)) == len(re.findall("<table>", page))


@pytest.mark.long
def test_what_an_earlier_audit_of_the_same_table_hid_stays_hidden_and_what_it_showed_is_no_cover(
    tmp_path: Path,
) -> None:
    table = predictions(900)
    coarse = replace(EVERYTHING, by=("gender",))
    first = audited(table, tmp_path / "first", EVERYTHING)
    both = audited(
        table, tmp_path / "both", replace(EVERYTHING, by=("EthnicCategory", "gender")), published=[first]
    )
    then, now = values(first), values(both)
    hidden = then[then == STAR].index
    assert len(hidden) > 20
    assert set(now.reindex(hidden)) == {STAR}
    assert audited(table, tmp_path / "coarse", coarse, published=[first])


@pytest.mark.long
def test_a_table_that_grew_by_few_people_is_not_published_again_to_the_last_digit(tmp_path: Path) -> None:
    table = predictions(4000)
    first = audited(table.iloc[:3997], tmp_path / "first", EVERYTHING)
    blind = values(audited(table, tmp_path / "blind", EVERYTHING))
    aware = values(audited(table, tmp_path / "aware", EVERYTHING, published=[first]))
    everyone = ("EthnicCategory", "All", "rows")
    assert blind[everyone] != STAR and aware[everyone] == STAR
    much_more = values(
        audited(predictions(9000), tmp_path / "more", replace(EVERYTHING, by=("gender",)), published=[first])
    )
    assert much_more["gender", "All", "rows"] != STAR


def test_a_folder_without_an_audit_is_no_earlier_publication(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--published names the folder of an audit"):
        audited(predictions(300), tmp_path, EVERYTHING, published=[tmp_path / "nothing"])
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "audit.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="not an audit as this version writes it"):
        audited(predictions(300), tmp_path, EVERYTHING, published=[tmp_path / "odd"])


def test_no_published_file_holds_a_raw_count(full: Path) -> None:
    """Page, tables, plots' words and JSON, for every count that rounding would have changed."""
    table = predictions(12_000)
    fine = table["EthnicCategory"].map({code: words for code, (words, _) in ethnic_categories().items()})
    known, event, flag = table["y"].notna(), table["y"] == 1, table["shown"]
    sets = [known | True, known, event, flag, flag & event, ~flag & event, flag & known & ~event, ~known]
    raw = {int(n) for mask in sets for n in (*mask.groupby(fine).sum(), mask.sum())}
    telling = {n for n in raw if n > 100 and n % 5}
    assert len(telling) > 40
    for file in [*full.glob("*.html"), *full.glob("*.csv"), *full.glob("*.json"), *full.glob("tables/*.csv")]:
        text = re.sub(r'\s[a-z:-]+="[^"]*"', "", file.read_text(encoding="utf-8"))
        text = re.sub(r"<style>.*?</style>|<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
        found = {
            int(n.replace(",", "")) for n in re.findall(r"(?<![\w.#])\d[\d,]*(?![\w.])", text) if n.strip(",")
        }
        allowed = {json.loads((full / "audit.json").read_text())["minimum_cases"]}
        assert not (found & telling) - allowed, file.name


def test_any_label_is_a_label_and_never_markup_or_mathematics(tmp_path: Path) -> None:
    table = predictions(1500)
    odd = ["$\\frac$ and $5", "<script>x()</script>", "All", "=1+1", "two\nlines", "  ", "ÅÄ & Ö", None]
    table["gender"] = np.array(odd, dtype=object)[np.arange(len(table)) % len(odd)]
    out = audited(table, tmp_path, Asked("p", "y", "shown", ("gender",), "person"))
    page = (out / "audit.html").read_text(encoding="utf-8")
    assert "<script>x()" not in page
    assert "$\\frac$ and $5" in page
    assert {"All", "All (a label)", "Not recorded"} <= set(pd.read_csv(out / "audit.csv")["group"])


POOR = {
    "one class": {"y": 0.0},
    "no second outcome known": {"next": np.nan},
    "no practitioner known": {"pwp": None},
    "one practitioner": {"pwp": "only"},
    "one risk": {"p": 0.5},
    "everyone flagged": {"shown": True},
    "nobody flagged": {"shown": False},
    "one group": {"EthnicCategory": "A"},
    "no ethnicity known": {"EthnicCategory": None},
    "one patient": {"person": 1},
}


@pytest.mark.parametrize("kind", POOR)
def test_a_poor_table_gives_a_marked_result_with_every_section_asked_for(kind: str, tmp_path: Path) -> None:
    table = predictions(300).assign(**POOR[kind])
    usable = read_audit_table(write_table(tmp_path / "t.parquet", table), EVERYTHING)
    settings = replace(Config().audit, capacity=0.25)
    both = [audited_column(usable, column, settings) for column in usable.by]
    published = publish([one for one, _ in both], labels=[two for _, two in both])
    assert {"not enough data"} <= set(published.verdicts["verdict"])
    assert "difference found" not in set(published.verdicts.query("family == 'main'")["verdict"])


@pytest.mark.parametrize("rows", [1, 2, 20])
def test_hardly_any_rows_make_a_page_without_figures(rows: int, tmp_path: Path) -> None:
    out = audited(predictions(300).head(rows).assign(y=1.0), tmp_path, EVERYTHING, capacity=0.25)
    shown = pd.read_csv(out / "audit.csv", dtype=str, keep_default_na=False)
    assert not shown["low"].any()


@pytest.mark.parametrize("wrong", [["--capacity", "2"], ["--capacity", "some"], ["--disclosure", "maybe"]])
def test_an_option_that_means_nothing_ends_with_code_2(
    wrong: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["audit", "t.csv", "--risk", "p", "--outcome", "y", "--by", "g", "--out", str(tmp_path), *wrong])
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.long
def test_100000_rows_and_17_groups_take_under_a_minute_and_two_gigabytes(tmp_path: Path) -> None:
    table, begun = predictions(100_000), time.process_time()
    audited(table, tmp_path, EVERYTHING, capacity=0.25)
    assert time.process_time() - begun < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 1024**2

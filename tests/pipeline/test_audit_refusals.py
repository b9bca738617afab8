"""`bsw audit` and tables that it cannot use, or can compare nothing in: one clear line per fault, or a mark."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from pipelines.audit import audit
from pipelines.auditing.table import Asked
from pipelines.cli import main
from pipelines.config import Config
from tests.pipeline.test_audit import predictions, run


def faults(table: pd.DataFrame, folder: Path, **asked: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        run(table, folder, **asked)
    assert not (folder / "out").exists()
    return list(caught.value.faults)


def test_an_unknown_column_is_refused_with_the_nearest_name_and_all_at_once(tmp_path: Path) -> None:
    found = faults(predictions(), tmp_path, risk="score", by=("color",))
    assert len(found) == 2
    assert "'score'" in found[0] and "did you mean 'score %'?" in found[0]
    assert "'color'" in found[1] and "did you mean 'colour'?" in found[1]


def test_wrong_values_of_every_column_are_told_at_once_with_their_rows(tmp_path: Path) -> None:
    table = predictions().astype({"score %": object, "missed?": object})
    table.loc[[2, 5], "score %"] = ["high", 1.7]
    table.loc[7, "missed?"] = 2
    table.loc[9, "alert"] = "maybe"
    found = faults(table, tmp_path)
    assert len(found) == 4
    assert "no number in 1 row (row 3), such as 'high'" in found[0]
    assert "outside in 1 row (row 6), such as '1.7'" in found[1]
    assert "0, 1 or empty" in found[2] and "(row 8), such as '2'" in found[2]
    assert "(row 10), such as 'maybe'" in found[3]


def test_a_tenth_of_junk_is_counted_and_its_first_rows_are_named(tmp_path: Path) -> None:
    table = predictions(1000).astype({"score %": object})
    table.loc[::10, "score %"] = "junk"
    (fault,) = faults(table, tmp_path)
    assert "100 rows (rows 1, 11, 21, 31, 41, ...)" in fault


def test_percentages_are_recognised(tmp_path: Path) -> None:
    table = predictions()
    table["score %"] *= 100
    (fault,) = faults(table, tmp_path)
    assert "Divide them by 100" in fault


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "is empty"),
        (b"score %,missed?,alert,colour,Person No.\n", "no rows"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "not readable as CSV"),
        (
            b"score %;missed?;alert;colour;Person No.\n0.1;1;0;a;P1\n",
            "separated by something other than a comma",
        ),
        (b"score %,missed?,alert,colour,Person No.\n0.1,1,0,a,P1\n0.1,1,0,a,P1,9,9\n", "not readable as CSV"),
        (b"score %,missed?,alert,colour,Person No.\n0.1,1,0,a,P1,7\n0.1,1,0,a,P1,9\n", "not readable as CSV"),
        (b"score %,score %,missed?,alert,colour,Person No.\n0.1,0.1,1,0,a,P1\n", "'score %' twice"),
        (
            b"score %,missed?,alert,colour,Person No.\n0.1,,0,a,P1\n0.2,,1,b,P2\n",
            "no row has a known outcome",
        ),
    ],
)
def test_an_unusable_file_ends_with_one_clear_line_and_code_2(
    text: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text)
    named = [
        "--risk",
        "score %",
        "--outcome",
        "missed?",
        "--flag",
        "alert",
        "--by",
        "colour",
        "--cluster",
        "Person No.",
    ]
    assert main(["audit", str(path), *named, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()


def test_a_parquet_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(InputError, match="not readable as Parquet"):
        audit(path, Asked("r", "o", None, ("g",), None), out=tmp_path / "out", config=Config())


def test_a_column_of_names_is_no_group_column(tmp_path: Path) -> None:
    assert "put the values into bands" in faults(predictions(), tmp_path, by=("Person No.",), cluster=None)[0]


@pytest.mark.parametrize("kind", ["one class", "a group of one", "one group", "one row"])
def test_a_table_too_poor_to_compare_gives_a_marked_result(kind: str, tmp_path: Path) -> None:
    table = predictions(900)
    if kind == "one class":
        table["missed?"] = 0
    elif kind == "a group of one":
        table["colour"] = ["only me", *["Teal", "Plum"] * 449, "Teal"]
    elif kind == "one group":
        table["colour"] = "Teal"
    else:
        table = table[table["missed?"].notna()].head(1)
    out = run(table, tmp_path)
    verdicts = {one["verdict"] for one in json.loads((out / "audit.json").read_text())["verdicts"]}
    assert "not enough data" in verdicts
    assert "difference found" not in verdicts

"""What is written follows tables.csv, codes.csv, ranges.csv and assessment_tools.csv."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchmarks.second_service.schema import TYPES, columns, tables
from tests.second_service.conftest import Written


def read(path: Path) -> pd.DataFrame:
    """A file of the standard, all text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.mark.parametrize("table", tables())
def test_columns_exist_in_the_post_deadline_layout_with_their_type(
    table: str, written: Written, standard: Path
) -> None:
    rows = read(standard / "tables.csv").query("table == @table").set_index("column")
    schema = pq.read_schema(written.folder / f"{table}.parquet")
    for field in schema:
        assert field.name in rows.index, field.name
        assert "prov-post" in rows.loc[field.name, "layouts"], field.name
        assert columns(table)[field.name] == rows.loc[field.name, "type"], field.name
        assert field.type == TYPES[rows.loc[field.name, "type"]], field.name


@pytest.mark.parametrize("table", tables())
def test_mandatory_columns_are_there_and_filled(table: str, written: Written, standard: Path) -> None:
    rows = read(standard / "tables.csv").query("table == @table and mandatory == 'yes'")
    frame = written.table(table)
    assert len(frame) > 0
    for column in rows["column"]:
        assert column in frame, column
        assert frame[column].notna().all(), column
        assert (frame[column].astype(str) != "").all(), column


@pytest.mark.parametrize("table", tables())
def test_texts_are_no_longer_than_allowed(table: str, written: Written, standard: Path) -> None:
    rows = read(standard / "tables.csv").query("table == @table and longest != ''").set_index("column")
    frame = written.table(table)
    for column in set(frame) & set(rows.index):
        longest = frame[column].dropna().astype(str).str.len().max()
        assert pd.isna(longest) or longest <= int(rows.loc[column, "longest"]), column


def test_codes_are_permitted(written: Written, standard: Path) -> None:
    codes = read(standard / "codes.csv")
    checked = 0
    for (table, column), permitted in codes.groupby(["table", "column"])["code"]:
        if table not in tables() or column not in columns(str(table)):
            continue
        values = written.table(str(table))[column].dropna().str.split(";").explode()
        assert set(values) <= set(permitted), (table, column)
        checked += 1
    assert checked > 30


def test_circumstances_and_ethnic_categories_are_listed(written: Written, standard: Path) -> None:
    listed = set(read(standard / "circumstances.csv")["code"])
    assert set(written.table("IDS011SocPerCircumstances")["SocPerCircumstance"]) <= listed
    ethnic = set(read(standard / "ethnicity.csv")["code"])
    assert set(written.table("IDS001MPI")["EthnicCategory"]) <= ethnic


@pytest.mark.parametrize("table", ["IDS606CodedScoreAssessmentRefer", "IDS607CodedScoreAssessmentAct"])
def test_scores_lie_in_the_range_of_their_tool(table: str, written: Written, standard: Path) -> None:
    tools = read(standard / "assessment_tools.csv").set_index("tool")
    for tool, scores in written.table(table).groupby("CodedAssToolType")["PersScore"]:
        also = set(tools.loc[tool, "also"].split())
        numbers = scores[~scores.isin(also)].astype(int)
        assert numbers.between(int(tools.loc[tool, "lowest"]), int(tools.loc[tool, "highest"])).all()


def test_numbers_lie_in_their_range(written: Written, standard: Path) -> None:
    for row in read(standard / "ranges.csv").itertuples():
        frame = written.table(str(row.table))
        if row.where:
            frame = frame[frame["RatingType"] == row.where]
        values = frame[row.column].dropna()
        assert len(values) > 0, row
        assert values.between(float(str(row.lowest)), float(str(row.highest))).all(), row

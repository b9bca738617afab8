from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from pipelines.config import Config
from pipelines.store import (
    is_synthetic,
    read_manifest,
    read_table,
    step,
    whole,
    write_folder,
    write_json,
    write_table,
)


def _finish(folder: Path) -> Path:
    with step("build", folder, inputs={}, config=Config()) as manifest:
        path = write_table(folder / "points.parquet", pd.DataFrame({"point_id": ["a"]}), synthetic=True)
        manifest.wrote(path)
        manifest.says(synthetic=True)
    return path


def test_a_finished_step_can_be_read(tmp_path: Path) -> None:
    path = _finish(tmp_path)
    manifest = read_manifest(tmp_path, "build")
    assert manifest["synthetic"] is True
    assert set(manifest["artefacts"]) == {"points.parquet"}
    assert read_table(path, "point_id")["point_id"].tolist() == ["a"]
    assert is_synthetic(path)


def test_a_step_that_failed_leaves_no_manifest_though_one_was_there(tmp_path: Path) -> None:
    _finish(tmp_path)
    with pytest.raises(ZeroDivisionError), step("build", tmp_path, inputs={}, config=Config()):
        raise ZeroDivisionError
    with pytest.raises(InputError, match="step 'build' has not finished here"):
        read_manifest(tmp_path, "build")


@pytest.mark.parametrize("within", ["", "work", "work/again", "../source/work"])
def test_nothing_is_written_where_the_source_lies(tmp_path: Path, within: str) -> None:
    source = tmp_path / "source"
    source.mkdir()
    with (
        pytest.raises(InputError, match="is the source, or lies within it"),
        step("build", source / within, inputs={"source": source}, config=Config()),
    ):
        pass
    assert not [*source.iterdir()]
    with step("build", tmp_path / "source work", inputs={"source": source}, config=Config()):
        pass


def test_a_folder_that_cannot_be_made_is_refused_in_a_line() -> None:
    folder = Path("/proc/no such folder")  # not even an administrator can make one there
    with (
        pytest.raises(InputError, match=r"/proc/no such folder: the folder cannot be made \("),
        step("build", folder, inputs={}, config=Config()),
    ):
        pass


def test_an_artefact_that_was_changed_or_removed_is_refused(tmp_path: Path) -> None:
    path = _finish(tmp_path)
    path.write_bytes(b"junk")
    with pytest.raises(InputError, match="changed since `bsw build` wrote it"):
        read_manifest(tmp_path, "build")
    path.unlink()
    with pytest.raises(InputError, match="no longer there"):
        read_manifest(tmp_path, "build")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    with pytest.raises(ZeroDivisionError), whole(target) as partial:
        partial.write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def _parts(folder: Path) -> None:
    for service, points in (("ONE", ["a", "b"]), ("TWO", ["c"])):
        (folder / f"service={service}").mkdir(parents=True)
        pd.DataFrame({"point_id": points}).to_parquet(folder / f"service={service}" / "part.parquet")


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_folder_of_parquet_is_one_table_that_says_whether_it_is_synthetic(
    tmp_path: Path, synthetic: bool
) -> None:
    path = write_folder(tmp_path / "features.parquet", _parts, synthetic=synthetic)
    assert sorted(read_table(path)["point_id"]) == ["a", "b", "c"]
    assert list(read_table(path).columns) == ["point_id"]
    assert is_synthetic(path) is synthetic


def test_a_folder_is_written_whole_or_the_old_one_stays(tmp_path: Path) -> None:
    def half(folder: Path) -> None:
        _parts(folder)
        raise ZeroDivisionError

    path = write_table(tmp_path / "features.parquet", pd.DataFrame({"point_id": ["old"]}))
    with pytest.raises(ZeroDivisionError):
        write_folder(path, half)
    assert read_table(path)["point_id"].tolist() == ["old"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "features.parquet"
    for _ in range(2):
        write_table(path, pd.DataFrame({"point_id": ["a"]}))
        assert path.is_file()
        write_folder(path, _parts)
        assert path.is_dir()


def test_what_a_killed_step_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".points.parquet.123.partial").write_text("half")
    _finish(tmp_path)
    assert not list(tmp_path.rglob("*.partial"))


def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_table(tmp_path / "none.parquet")
    junk = tmp_path / "junk.parquet"
    junk.write_text("junk")
    with pytest.raises(InputError, match="not readable as Parquet"):
        read_table(junk)
    with pytest.raises(InputError, match="lacks the columns at, risk"):
        read_table(_finish(tmp_path), "point_id", "at", "risk")


def test_json_refuses_a_number_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "m.json", {"auroc": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_say_what_it_was_made_from_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "features.parquet"
    write_table(folder / "part.parquet", pd.DataFrame({"a": [1.0]}), synthetic=True)
    with pytest.raises(InputError, match=r"does not say what it was made from.*run `bsw build` again"):
        is_synthetic(folder)

"""`bsw catalogue --source`: at how many points records stand behind each predictor."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.build import assemble
from pipelines.cli import main
from pipelines.config import Config
from tests.contract.small_service import small_service


def test_the_share_counts_records_and_not_what_an_empty_history_is_taken_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = small_service(7)
    others = frames["BSW003SessionRating"]["RatingType"] != "working alliance"
    frames["BSW003SessionRating"] = frames["BSW003SessionRating"][others]
    for table, frame in frames.items():
        if table != "IDS003AccommStatus":
            frame.to_csv(tmp_path / f"{table}.csv", index=False)
    assert main(["catalogue", "--source", str(tmp_path)]) == 0
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    values = assemble(tmp_path, config=Config(), until=None).features
    share = (values["logins"] > 0).mean()
    assert values["logins"].notna().all() and 0 < share < 1
    assert f"{share:.0%} logins" in said
    assert "0% alliance_latest" in said
    assert "left out settled_home (the source has no IDS003AccommStatus)" in said

"""What every test may ask for: optional programs, and the real data where a path to it is given."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.nodeid import coerce_node_id
from hypothesis import HealthCheck, settings

# Which examples are tried must not depend on the day, nor what passes on how busy the machine is.
settings.register_profile(
    "the same everywhere", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("the same everywhere")

REQUIRED = {name for name in os.environ.get("BSW_REQUIRE", "").split(",") if name}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each worker's tests their group, so that the tests of a group run on one worker.

    pytest-xdist 3.8 writes the group into `_nodeid`, which pytest 9 no longer reads: it keeps `_id`.
    """
    if hasattr(config, "workerinput"):
        for item in items:
            if mark := item.get_closest_marker("xdist_group"):
                group = mark.args[0] if mark.args else mark.kwargs["name"]
                item._id = coerce_node_id(f"{item.nodeid}@{group}")


def need(name: str, *commands: str) -> str:
    """The path of an optional program; without it the test skips, or fails where BSW_REQUIRE names it."""
    for command in commands or (name,):
        if found := shutil.which(command):
            return found
    message = f"{name} is not installed"
    if name in REQUIRED:
        pytest.fail(f"{message}, and BSW_REQUIRE asks for it")
    pytest.skip(message)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests leave nothing in the user's cache, and find nothing there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def chromium() -> str:
    """A headless browser."""
    return need("chromium", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def gicbt_csv() -> Path:
    """The real G-ICBT log-ins, which the repository never holds."""
    path = os.environ.get("BSW_GICBT_CSV")
    if not path:
        pytest.skip("BSW_GICBT_CSV names no file: the real G-ICBT data are not in the repository")
    return Path(path)

"""Opens a page as a reader does, in a headless browser, and says what is wrong with it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

OUTSIDE = re.compile(
    r"""(?:\b(?:src|href|data|action|poster)\s*=\s*["']?\s*|url\(\s*["']?\s*|@import\s+["']?)((?:https?:)?//[^"')\s>]+)""",
    re.IGNORECASE,
)
LOCAL = re.compile(r"""<a\b[^>]*\bhref="([^"#:]+)(?:#[^"]*)?\"""", re.IGNORECASE)


def faults_of(page: Path, chromium: str, screenshot: Path) -> list[str]:
    """What a reader of the page would meet: requests to outside, links to nothing, errors, an empty page."""
    source = page.read_text(encoding="utf-8")
    return [
        *(f"asks for {address}" for address in OUTSIDE.findall(source)),
        *(f"links to {name}, which is not there" for name in _dead_links(page, source)),
        *_seen_by_browser(page, chromium, screenshot),
    ]


def _dead_links(page: Path, source: str) -> Iterator[str]:
    for name in LOCAL.findall(source):
        if not (page.parent / unquote(name)).is_file():
            yield name


def _seen_by_browser(page: Path, chromium: str, screenshot: Path) -> Iterator[str]:
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    logged = ["--enable-logging=stderr", "--v=0", "--host-resolver-rules=MAP * ~NOTFOUND"]
    profile = [f"--user-data-dir={screenshot.parent / 'profile'}"]
    draw = [f"--screenshot={screenshot}", "--window-size=1000,1400"]
    command = [chromium, *quiet, *logged, *profile, *draw, page.resolve().as_uri()]
    seen = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    for line in seen.stderr.splitlines():
        if "CONSOLE" in line:
            yield f"the browser says {line}"
    if not screenshot.is_file() or screenshot.stat().st_size < 5_000:
        yield f"the browser draws nothing: {seen.stderr[-300:]}"

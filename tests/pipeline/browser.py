"""Opens pages as readers do, in a headless browser, and says what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

OUTSIDE = re.compile(
    r"""(?:\b(?:src|href|data|action|poster)\s*=\s*["']?\s*|url\(\s*["']?\s*|@import\s+["']?)((?:https?:)?//[^"')\s>]+)""",
    re.IGNORECASE,
)
LOCAL = re.compile(r"""<a\b[^>]*\bhref="([^"#:]+)(?:#[^"]*)?\"""", re.IGNORECASE)
DESKTOP, PHONE = {"width": 1000, "height": 1400}, {"width": 400, "height": 800}
UNFOLDED = "document.querySelectorAll('details').forEach(folded => folded.open = true)"
# A plot is one picture with words for who cannot see it; axe-core need not walk through thousands of its strokes.
AS_PICTURES = "document.querySelectorAll('svg[role=img]').forEach(plot => plot.replaceChildren())"
PATIENCE = 120_000  # milliseconds, for a machine with much else to do
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Reader:
    """A browser that stays open for many pages."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def faults_of(self, page: Path, screenshot: Path) -> list[str]:
        """What a reader of the page would meet: requests to outside, links to nothing, errors, barriers."""
        source = page.read_text(encoding="utf-8")
        return [
            *(f"asks for {address}" for address in OUTSIDE.findall(source)),
            *(f"links to {name}, which is not there" for name in _dead_links(page, source)),
            *self._seen(page, screenshot),
        ]

    def _seen(self, page: Path, screenshot: Path) -> Iterator[str]:
        """At a desk and on a phone, everything unfolded: axe-core's findings, errors, what runs off the side."""
        said: list[str] = []
        with self._browser.new_context(offline=True, viewport=DESKTOP) as context:
            tab = context.new_page()
            tab.set_default_timeout(PATIENCE)
            tab.on("console", lambda message: said.append(message.text))
            tab.on("pageerror", lambda error: said.append(str(error)))
            tab.goto(page.resolve().as_uri())
            tab.evaluate(UNFOLDED)
            tab.screenshot(path=screenshot, full_page=True)
            tab.evaluate(AS_PICTURES)
            yield from _barriers(tab)
            tab.set_viewport_size(PHONE)
            if (wide := tab.evaluate(OVERFLOW)) > 0:
                yield f"is {wide} pixels too wide for a phone"
        yield from (f"the browser says {words}" for words in said)
        if screenshot.stat().st_size < 5_000:
            yield "the browser draws nothing"


@contextmanager
def reader_with(chromium: str) -> Iterator[Reader]:
    """A reader with the browser at the path `chromium`; nothing is downloaded."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield Reader(browser)
        browser.close()


def _dead_links(page: Path, source: str) -> Iterator[str]:
    for name in LOCAL.findall(source):
        if not (page.parent / unquote(name)).is_file():
            yield name


def _barriers(tab: Any) -> Iterator[str]:
    for found in Axe().run(tab).response["violations"]:
        where = ", ".join(str(node["target"]) for node in found["nodes"][:3])
        yield f"keeps people out ({found['id']}): {found['help']}; at {where}"

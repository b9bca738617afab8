"""Pages: self-contained HTML that opens from disk, for screen, paper, keyboard and screen reader."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from pipelines.store import write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEMPLATES = Path(__file__).parent / "templates"
MISSING = "–"
NUMBER = re.compile(r"[-−+*<≥~]?[\d,.]*%?( \([^a-z]*\))?|\*")


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    parts: Sequence[Markup]

    @property
    def anchor(self) -> str:
        """The heading as a fragment of an address."""
        return _anchor(self.title)


@dataclass(frozen=True)
class Page:
    """A page: the sentence that matters first, then sections; `about` is printed at the foot."""

    title: str
    lead: str
    sections: Sequence[Section]
    synthetic: bool
    about: Mapping[str, str] = field(default_factory=dict)


def write_page(path: Path, page: Page) -> Path:
    """`page` as one HTML file without outside resources, whole or not at all."""
    return write_text(path, render(page))


def write_below(folder: Path, path: Path, page: Page) -> Path:
    """`page` under its path within a folder that is not seen yet under its final name; the path."""
    (folder / path).write_text(render(page), encoding="utf-8")
    return path


def render(page: Page) -> str:
    """`page` as HTML."""
    return _environment().get_template("page.html").render(page=page, style=_style())


@cache
def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, auto_reload=False)


@cache
def _style() -> Markup:
    return Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))


def paragraph(text: str, *, note: bool = False) -> Markup:
    """A paragraph; a note is set smaller and greyer."""
    opening = '<p class="note">' if note else "<p>"
    return Markup(f"{opening}{escape(text)}</p>")


def heading(text: str) -> Markup:
    """A heading below the section's own."""
    return Markup(f"<h3>{escape(text)}</h3>")


def bullets(lines: Sequence[str]) -> Markup:
    """A list."""
    return Markup(f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>")


def fold(summary: str, *parts: Markup) -> Markup:
    """Something a reader may open."""
    return Markup(f"<details><summary>{escape(summary)}</summary>{Markup('').join(parts)}</details>")


def card(title: str, *parts: Markup) -> Markup:
    """A framed block with a heading, kept together on paper."""
    return Markup(f'<div class="card"><h3>{escape(title)}</h3>{Markup("").join(parts)}</div>')


def link(text: str, address: str) -> Markup:
    """A paragraph with a link to a file beside the page."""
    return Markup(f'<p><a href="{escape(address)}">{escape(text)}</a></p>')


def table(frame: pd.DataFrame, caption: str) -> Markup:
    """A table whose first column heads its rows; missing is shown as a dash, numbers stand right.

    Values are printed as they come: format numbers before.
    """
    return listing({str(name): frame[name].tolist() for name in frame.columns}, caption)


def listing(columns: Mapping[str, Sequence[object]], caption: str) -> Markup:
    """The same from columns that are no frame: a page has many short tables."""
    shown = {name: [_shown(value) for value in values] for name, values in columns.items()}
    ending = [' class="n"' if _numeric(values) else "" for values in columns.values()]
    head = "".join(f'<th scope="col"{n}>{escape(name)}</th>' for name, n in zip(shown, ending, strict=True))
    rows = "".join(_row(row, ending) for row in zip(*shown.values(), strict=True))
    said = escape(caption)
    return Markup(
        f'<div class="scroll" role="group" aria-label="{said}" tabindex="0"><table><caption>{said}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def figure(drawing: Figure, *, alt: str, caption: str, laid_out: bool = False) -> Markup:
    """A matplotlib figure as inline SVG, with the words a screen reader says.

    laid_out: nothing of it lies outside its frame, so it need not be drawn twice to find out.
    """
    buffer = io.StringIO()
    drawing.savefig(buffer, format="svg", bbox_inches=None if laid_out else "tight", metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1)
    return Markup("<figure>{}<figcaption>{}</figcaption></figure>").format(Markup(svg), caption)


def _numeric(values: Sequence[object]) -> bool:
    known = [value for value in values if not _missing(value)]
    return bool(known) and all(NUMBER.fullmatch(str(value)) for value in known)


def _row(row: Sequence[Markup], ending: Sequence[str]) -> str:
    first, *others = (f"{n}>{value}" for value, n in zip(row, ending, strict=True))
    return f'<tr><th scope="row"{first}</th>{"".join(f"<td{other}</td>" for other in others)}</tr>'


def _shown(value: object) -> Markup:
    return escape(MISSING if _missing(value) else value)


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))

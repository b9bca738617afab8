"""Pages: self-contained HTML that opens from disk, for screen, paper, keyboard and screen reader."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from pipelines.store import write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    parts: Sequence[Markup]

    @property
    def anchor(self) -> str:
        """The heading as a fragment of an address."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


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


def render(page: Page) -> str:
    """`page` as HTML."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    style = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    return environment.get_template("page.html").render(page=page, style=style)


def paragraph(text: str, *, note: bool = False) -> Markup:
    """A paragraph; a note is set smaller and greyer."""
    return Markup('<p class="note">{}</p>' if note else "<p>{}</p>").format(text)


def heading(text: str) -> Markup:
    """A heading below the section's own."""
    return Markup("<h3>{}</h3>").format(text)


def bullets(lines: Sequence[str]) -> Markup:
    """A list."""
    return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(line) for line in lines))


def fold(summary: str, *parts: Markup) -> Markup:
    """Something a reader may open."""
    return Markup("<details><summary>{}</summary>{}</details>").format(summary, Markup("").join(parts))


def card(title: str, *parts: Markup) -> Markup:
    """A framed block with a heading, kept together on paper."""
    return Markup('<div class="card"><h3>{}</h3>{}</div>').format(title, Markup("").join(parts))


def link(text: str, address: str) -> Markup:
    """A paragraph with a link to a file beside the page."""
    return Markup('<p><a href="{}">{}</a></p>').format(address, text)


def table(frame: pd.DataFrame, caption: str) -> Markup:
    """A table whose first column heads its rows; missing is shown as a dash, numbers stand right.

    Values are printed as they come: format numbers before.
    """
    numeric = [_numeric(frame[column]) for column in frame.columns]
    head = Markup("").join(
        _cell("th", name, n, "col") for name, n in zip(frame.columns, numeric, strict=True)
    )
    rows = Markup("").join(_row(row, numeric) for row in frame.itertuples(index=False, name=None))
    inside = Markup("<caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody>").format(
        caption, head, rows
    )
    return Markup(
        '<div class="scroll" role="region" aria-label="{}" tabindex="0"><table>{}</table></div>'
    ).format(caption, inside)


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


def _numeric(column: pd.Series) -> bool:
    shown = column.dropna().astype(str)
    return bool(len(shown)) and bool(shown.str.fullmatch(r"[-−+*<≥~]?[\d,.]*%?( \([^a-z]*\))?|\*").all())


def _row(row: Sequence[object], numeric: Sequence[bool]) -> Markup:
    cells = [_cell("th" if i == 0 else "td", value, numeric[i], "row") for i, value in enumerate(row)]
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _cell(tag: str, value: object, numeric: bool, scope: str) -> Markup:
    shown = "–" if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)) else value
    attributes = Markup(' scope="{}"').format(scope) if tag == "th" else Markup("")
    attributes += Markup(' class="n"') if numeric else Markup("")
    return Markup("<{}{}>{}</{}>").format(Markup(tag), attributes, shown, Markup(tag))

"""The mechanism as a drawing and a table, made from the graph itself."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from features.conceptual_model import CONSTRUCTS
from pipelines.synthetic.mechanism import LOG_ODDS, NODES, Node

COLUMNS = ("Circumstances", "Latent traits", "State", "At the contact", "What follows")
WIDTH, HEIGHT, GAP_X, GAP_Y, TOP = 190, 30, 110, 16, 60
RAISES, LOWERS = "#1f6f8b", "#b3541e"  # told apart without colour too: lowering effects are dashed
PICTURE = "pictures/mechanism.svg"


def as_svg() -> str:
    """The graph: one box per node, one line per effect, dashed where the cause lowers it."""
    places = _places()
    width = len(COLUMNS) * (WIDTH + GAP_X)
    height = TOP + max(y for _, y in places.values()) + HEIGHT + GAP_Y
    heads = [
        f'<text x="{x * (WIDTH + GAP_X) + 10}" y="30" font-weight="bold">{words}</text>'
        for x, words in enumerate(COLUMNS)
    ]
    lines = [_line(places, cause, node, size) for node in NODES for cause, size in node.causes.items()]
    boxes = [_box(places, node) for node in NODES]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            'font-family="sans-serif" font-size="13">',
            "<title>Causal graph of the synthetic service (synthetic: assumptions, not findings)</title>",
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *heads,
            *lines,
            *boxes,
            "</svg>\n",
        ]
    )


def _places() -> dict[str, tuple[int, int]]:
    """The upper left corner of each box, column by column in the order of the nodes, evenly spread."""
    columns = [[node for node in NODES if node.level == level] for level in range(len(COLUMNS))]
    tallest = max(map(len, columns)) * (HEIGHT + GAP_Y)
    return {
        node.name: (
            10 + node.level * (WIDTH + GAP_X),
            TOP + (2 * place + 1) * tallest // (2 * len(column)) - HEIGHT // 2,
        )
        for column in columns
        for place, node in enumerate(column)
    }


def _line(places: dict[str, tuple[int, int]], cause: str, node: Node, size: float) -> str:
    (x1, y1), (x2, y2) = places[cause], places[node.name]
    start, middle = x1 + WIDTH, HEIGHT // 2
    colour, dash = (RAISES, "") if size > 0 else (LOWERS, ' stroke-dasharray="5 3"')
    bend = (start + x2) // 2 if x2 > x1 else start + 50
    end = x2 if x2 > x1 else x2 + WIDTH
    return (
        f'<path d="M{start},{y1 + middle} C{bend},{y1 + middle} {bend},{y2 + middle} {end},{y2 + middle}" '
        f'fill="none" stroke="{colour}" stroke-width="{0.8 + 2 * min(abs(size), 1):.1f}" '
        f'stroke-opacity="0.55"{dash}><title>{escape(_title(cause))} to {escape(node.title)}: {size:+g}</title></path>'
    )


def _box(places: dict[str, tuple[int, int]], node: Node) -> str:
    x, y = places[node.name]
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="5" fill="#f4f6f8" stroke="#333"/>'
        f'<text x="{x + 8}" y="{y + 20}">{escape(node.title)}</text>'
    )


def _title(name: str) -> str:
    return next(node.title for node in NODES if node.name == name)


def as_markdown() -> str:
    """The page of the documentation: the drawing, then every node with its causes."""
    return "\n".join([*_head(), *_rows(), ""])


def _head() -> Iterator[str]:
    yield "# The mechanism of the synthetic service"
    yield ""
    yield (
        "Synthetic. Written by `bsw mechanism` from the code; do not edit. Every size is an assumption of "
        "ours: no published figure supports it. Signs follow the conceptual model where it states one."
    )
    yield ""
    yield f"![Causal graph; dashed lines lower, full lines raise]({PICTURE})"
    yield ""
    yield (
        "Values are in standard deviations, those of "
        + ", ".join(f"`{name}`" for name in LOG_ODDS)
        + " in log-odds. `bsw synthesise OUT --off NODE` makes a node move nothing, so that its construct is "
        'null; under `[synthetic.effects]` any effect gets another size, as in `"completion.planning" = 0.8`.'
    )
    yield ""


def _rows() -> Iterator[str]:
    yield "| node | what it is | construct | causes, with the size of their effect | unexplained (sd) |"
    yield "|---|---|---|---|---|"
    for node in NODES:
        construct = CONSTRUCTS[node.construct].title if node.construct else ""
        causes = ", ".join(f"{cause} {size:+g}" for cause, size in node.causes.items())
        always = f"; {node.always:+g} always" if node.always else ""
        yield f"| `{node.name}` | {node.title} | {construct} | {causes}{always} | {node.own or ''} |"

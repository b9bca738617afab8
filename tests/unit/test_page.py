from __future__ import annotations

import pandas as pd

from pipelines.page import Page, Section, bullets, card, figure, paragraph, render, table


def test_a_page_escapes_what_it_shows_and_asks_nothing_of_the_network() -> None:
    frame = pd.DataFrame({"group": ["<b>A</b>"], "n": [5]})
    section = Section("What & why", [table(frame, "Counts"), paragraph("<script>"), bullets(["a & b"])])
    text = render(Page("T", "L", [section], synthetic=True))
    assert "<script>" not in text
    assert "&lt;b&gt;A&lt;/b&gt;" in text
    assert "http" not in text.replace("http://www.w3.org", "")
    assert "Synthetic." in text


def test_a_page_of_real_records_does_not_say_synthetic() -> None:
    assert "Synthetic." not in render(Page("T", "L", [], synthetic=False))


def test_every_page_says_what_it_is_not() -> None:
    assert "Not an assessment of risk of harm." in render(Page("T", "L", [], synthetic=False))


def test_missing_is_shown_as_a_dash_and_the_first_column_heads_its_row() -> None:
    shown = table(pd.DataFrame({"g": ["A"], "n": [None], "x": [float("nan")]}), "Counts")
    assert shown.count("–") == 2
    assert '<th scope="row">A</th>' in shown


def test_a_figure_carries_words_for_a_screen_reader() -> None:
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(1, 1))
    drawing.subplots()
    shown = figure(drawing, alt='a "curve"', caption="C")
    assert 'role="img"' in shown
    assert "a &#34;curve&#34;" in shown
    assert "<p>x</p>" in card("T", paragraph("x"))

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from perda.analyzer import Analyzer
from perda.core_data_structures import DataInstance
from perda.core_data_structures.html import sparkline


class Page(HTMLParser):
    """The text of a page, its tags, and a check that every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def points(svg: str) -> list[tuple[float, float, float]]:
    """Return x, first and second height of each pixel column drawn."""
    path = ET.fromstring(svg)[0].attrib["d"]
    return [
        (float(x), float(bottom), float(top))
        for x, bottom, top in re.findall(r"[ML]([\d.]+) ([\d.]+)V([\d.]+)", path)
    ]


def test_a_series_shows_its_facts_and_its_curve(make_series):
    page = Page(make_series([0, 10, 20], [1, np.nan, 3.25], unit="V")._repr_html_())

    facts = dict(zip(page.texts[::2], page.texts[1::2], strict=True))
    assert facts == {
        "Variable": "a.power",
        "Label": "Power",
        "Id": "7",
        "Unit": "V",
        "Samples": "3",
        "Times": "0 to 20 (in the log's unit)",
        "Min": "1",
        "Max": "3.25",
    }
    assert page.tags.count("svg") == 1


@pytest.mark.parametrize("values", [[], [np.nan], [np.nan, np.inf, -np.inf]])
def test_a_series_with_nothing_to_draw_has_no_curve(make_series, values):
    page = Page(make_series(range(len(values)), values)._repr_html_())

    assert "svg" not in page.tags
    assert f"{len(values)}" in page.texts


def test_what_the_log_says_is_only_text(make_log):
    evil = "<script>alert(1)</script> & 'x' \" [<V>]"
    log = make_log(variables={1: f"{evil} (<img src=x>.a)"}, header="PER Log: <b>nothing</b> v2.0")
    run = Analyzer(log, verbose=0)

    for html in (run._repr_html_(), run.data["<img src=x>.a"]._repr_html_()):
        page = Page(html)
        assert not {"script", "img", "b"} & set(page.tags)
        assert evil in page.texts
        assert "<V>" in page.texts


def test_a_run_shows_its_facts_and_first_variables(make_log):
    names = {i: f"Temperature {i} [°C] (car.t{i})" for i in range(1, 31)}
    log = make_log([(i * 1000, i, i / 2) for i in range(1, 31)] + [("x", 1, 2)], variables=names)

    page = Page(Analyzer(log, verbose=0)._repr_html_())

    facts = dict(zip(page.texts[:12:2], page.texts[1:12:2], strict=True))
    assert facts == {
        "Header": "PER Log: Thu Jun 11 17:06:37 2026 v2.0",
        "Recorded": "2026-06-11 17:06:37",
        "Duration": "0.029 s (0.001 s to 0.030 s)",
        "Samples": "30",
        "Variables": "30",
        "Bad lines": "1",
    }
    row = page.texts.index("car.t3")
    assert page.texts[row : row + 6] == ["car.t3", "Temperature 3 [°C]", "°C", "1", "1.5", "1.5"]
    assert [text for text in page.texts if text.startswith("car.t")] == [
        f"car.t{i}" for i in range(1, 13)
    ]
    assert "… and 18 more: " in page.texts
    assert page.tags.count("svg") == 12


def test_a_small_run_has_no_more_variables(make_log):
    variables = {1: "Volts (a)", 2: "Never sent (b)"}
    page = Page(Analyzer(make_log(variables=variables), verbose=0)._repr_html_())

    assert not any("more" in text for text in page.texts)
    row = page.texts.index("b")
    assert page.texts[row : row + 6] == ["b", "Never sent", "–", "0", "–", "–"]


def test_a_run_reads_only_the_variables_it_shows(make_log):
    touched = []

    class Lazy(dict):
        def __getitem__(self, key):
            touched.append(key)
            return super().__getitem__(key)

    variables = {i: f"car.t{i}" for i in range(100)}
    run = Analyzer(make_log([(1, 0, 1)], variables=variables), verbose=0).data
    run.id_to_instance = Lazy(run.id_to_instance)

    run._repr_html_()

    assert len(set(touched)) == 12


def test_every_peak_shows_and_the_largest_is_on_top():
    values = np.zeros(1_000_000)
    values[123_456], values[777_777] = 100, -50
    svg = sparkline(np.arange(len(values)), values, (200, 50))

    drawn = {x: (bottom, top) for x, bottom, top in points(svg)}

    assert len(drawn) == 200
    assert drawn[24.5] == (33.0, 1.0)
    assert drawn[155.5] == (49.0, 33.0)
    assert {heights for x, heights in drawn.items() if x not in (24.5, 155.5)} == {(33.0, 33.0)}


def test_samples_stand_where_their_time_is():
    svg = sparkline(np.array([10, 11, 20]), np.array([1.0, 2.0, 3.0]), (100, 22))

    assert points(svg) == [(0.5, 21, 21), (10.5, 11, 11), (99.5, 1, 1)]


def test_what_is_not_finite_leaves_a_gap():
    values = np.array([1.0, 2.0, np.nan, np.inf, 1.0])
    svg = sparkline(np.arange(5), values, (100, 22))

    assert [x for x, *_ in points(svg)] == [0.5, 25.5, 99.5]
    assert re.sub(r"[\d. ]", "", ET.fromstring(svg)[0].attrib["d"]) == "MVLVMV"


@pytest.mark.parametrize(
    ("times", "values"),
    [
        ([5], [2.0]),
        ([5, 5, 5], [2.0, 2.0, 2.0]),
        ([0, 2**62], [2.0, 2.0]),
        ([2**62, 2**63 - 1], [1.0, 1.0]),
    ],
)
def test_a_constant_is_a_line_in_the_middle(times, values):
    svg = sparkline(np.array(times), np.array(values), (100, 20))

    assert {height for _, *heights in points(svg) for height in heights} == {10.0}


def test_the_widest_range_of_numbers_is_drawn():
    svg = sparkline(np.array([0, 10]), np.array([-1.7e308, 1.7e308]), (100, 20))

    assert [heights for _, *heights in points(svg)] == [[19, 19], [1, 1]]


def test_colours_are_the_notebooks(make_series):
    html = make_series()._repr_html_()

    assert 'stroke="currentColor"' in html
    assert re.search("background|color:|#[0-9a-f]{3}", html) is None


def test_a_run_completes_its_names_in_ipython(make_log):
    completer = pytest.importorskip("IPython.core.completer")
    variables = {1: "Volts (ams.pack.voltage)", 2: "Amps (ams.pack.current)"}
    names = {"car": Analyzer(make_log(variables=variables), verbose=0)}

    with completer.provisionalcompleter():
        typed = 'car.data["ams.pack.v'
        found = list(completer.IPCompleter(namespace=names).completions(typed, len(typed)))

    assert [one.text for one in found] == ["ams.pack.voltage"]


def test_a_series_made_by_hand_needs_no_names():
    page = Page(DataInstance(timestamp_np=np.array([1]), value_np=np.array([2.0]))._repr_html_())

    shown = ["Samples", "1", "Times", "1 to 1 (in the log's unit)", "Min", "2", "Max", "2"]
    assert page.texts == shown

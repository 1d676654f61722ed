from __future__ import annotations

import logging

import numpy as np
import pytest

from perda.plotting.plotting_constants import ScatterHistogramPlotConfig
from perda.plotting.scatter_histogram_plotter import plot_scatter_and_histogram

TEXTS = {
    "title": "Rate",
    "scatter_title": "Over time",
    "histogram_title": "Distribution",
    "x_label": "Time [s]",
    "y_label": "Frequency [Hz]",
    "scatter_name": "Instantaneous",
    "histogram_name": "Samples",
}


def test_the_histogram_counts_the_finite_values_in_the_bins_asked_for():
    y = np.random.default_rng(1).normal(100, 5, 5000)
    y[7] = np.nan

    figure = plot_scatter_and_histogram(
        np.arange(5000), y, **TEXTS, plot_config=ScatterHistogramPlotConfig(histogram_bins=20)
    )

    points, bars = figure.data
    counts, edges = np.histogram(y[~np.isnan(y)], bins=20)
    assert len(points.y) == 5000
    assert list(bars.y) == list(counts)
    assert np.allclose(bars.width, edges[1] - edges[0])
    assert figure.layout.xaxis2.title.text == "Frequency [Hz]"


def test_reference_lines_carry_their_text():
    figure = plot_scatter_and_histogram(
        [0, 1], [5, 5], **TEXTS, hline=5, hline_label="expected", vline=5, vline_label="median"
    )

    assert [(shape.xref, shape.y0) for shape in figure.layout.shapes] == [
        ("x domain", 5),
        ("x2", 0),
    ]
    notes = {note.text: note for note in figure.layout.annotations}
    assert (notes["expected"].xref, notes["expected"].y) == ("x domain", 5)
    assert (notes["median"].xref, notes["median"].x) == ("x2", 5)


def test_no_points_give_an_empty_figure_and_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        figure = plot_scatter_and_histogram([], [], **TEXTS)

    assert len(figure.data) == 0
    assert "Rate: there are no points" in caplog.text
    with pytest.raises(ValueError, match=r"x has shape \(1,\)"):
        plot_scatter_and_histogram([1], [], **TEXTS)

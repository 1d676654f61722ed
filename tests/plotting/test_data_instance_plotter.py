from __future__ import annotations

import logging

import numpy as np
import pytest

from perda.plotting import LayoutConfig, VLineConfig, plot_dual_axis, plot_single_axis


def test_max_points_shows_every_nth_sample_exactly(make_series):
    series = make_series(range(105), range(105))

    (trace,) = plot_single_axis(series, max_points=20).data

    assert list(trace.y) == list(range(0, 105, 6))
    assert len(trace.y) == 18
    assert len(plot_single_axis(series).data[0].y) == 105
    with pytest.raises(ValueError, match="max_points is 0"):
        plot_single_axis(series, max_points=0)


def test_units_and_titles_stand_on_the_axes(make_series):
    volts, amps = make_series(unit="V"), make_series(unit="A")

    assert plot_single_axis([volts, volts]).layout.yaxis.title.text == "[V]"
    assert plot_single_axis([volts, amps]).layout.yaxis.title.text is None
    assert plot_single_axis(volts, y_axis_title="Pack").layout.yaxis.title.text == "Pack"
    labelled = make_series(unit="V", label="Pack voltage [V]")
    assert plot_single_axis(labelled).layout.yaxis.title.text == "Pack voltage [V]"
    figure = plot_dual_axis(volts, amps)
    assert figure.layout.yaxis.title.text == "Power [V]"
    assert figure.layout.yaxis2.title.text == "Power [A]"


def test_traces_keep_apart_by_colour_across_both_axes(make_series):
    figure = plot_dual_axis([make_series(), make_series()], make_series())

    assert len({trace.line.color for trace in figure.data}) == 3


def test_times_are_seconds_whatever_the_unit(make_series):
    series = make_series([0, 500], [0, 1])

    assert list(plot_single_axis(series).data[0].x) == [0, 0.5]
    assert list(plot_single_axis(series, timestamp_unit="us").data[0].x) == [0, 0.0005]


def test_vertical_lines_and_sizes_follow_their_settings(make_series):
    figure = plot_single_axis(
        make_series(),
        vlines=[10],
        vline_config=VLineConfig(color="red", width=3, dash="dash", opacity=0.5),
        layout_config=LayoutConfig(width=640, height=480),
        show_legend=False,
    )

    line = figure.layout.shapes[0]
    assert (line.x0, line.line.color, line.line.width, line.opacity) == (0.01, "red", 3, 0.5)
    assert (figure.layout.width, figure.layout.height) == (640, 480)
    assert figure.layout.showlegend is False


def test_no_samples_give_an_empty_figure_and_a_warning(make_series, caplog):
    with caplog.at_level(logging.WARNING):
        figure = plot_single_axis(make_series([], [], label="Quiet"))

    assert len(figure.data) == 0
    assert "Quiet has no samples" in caplog.text


def test_long_series_keep_every_sample(make_series):
    (trace,) = plot_single_axis(make_series(range(50_000), np.arange(50_000.0))).data

    assert trace.type == "scattergl"
    assert len(trace.y) == 50_000


def test_a_clock_far_from_zero_is_written_out(make_series):
    figure = plot_single_axis(make_series([46_410_000, 46_420_000], [1.0, 2.0]))

    # Plotly's own way writes 46.41k.
    assert figure.layout.xaxis.exponentformat == "none"

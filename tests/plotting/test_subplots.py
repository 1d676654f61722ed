from __future__ import annotations

import logging

import numpy as np
import pytest

from perda.analyzer import Analyzer
from perda.plotting.plotting_constants import LayoutConfig
from perda.plotting.subplots import (
    data_instance_subplots,
    plot_multi_log_subplots,
    stride_downsample,
)


def test_rows_share_one_time_axis_and_have_their_own_values(make_series):
    volts, amps = make_series(label="Volts [V]", unit="V"), make_series(label="Amps [A]", unit="A")

    figure = data_instance_subplots([volts, [amps, amps]], title="Pack")

    assert [trace.xaxis for trace in figure.data] == ["x", "x", "x"]
    assert [trace.yaxis for trace in figure.data] == ["y", "y2", "y2"]
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    assert figure.layout.yaxis.title.text == "Volts [V]"
    assert figure.layout.yaxis2.title.text == "[A]"
    assert figure.layout.xaxis.title.text == "Time [s]"
    assert list(figure.data[0].x) == [0, 0.01, 0.02]


def test_row_labels_are_one_per_row(make_series):
    figure = data_instance_subplots([make_series(), make_series()], row_y_labels=["A", None])

    assert figure.layout.yaxis.title.text == "A"
    assert figure.layout.yaxis2.title.text == "Power"
    with pytest.raises(ValueError, match="row_y_labels has 1 entries for 2 rows"):
        data_instance_subplots([make_series(), make_series()], row_y_labels=["A"])


def test_a_seam_crosses_all_rows(make_series):
    figure = data_instance_subplots([make_series()] * 3, vlines=[10])

    (line,) = figure.layout.shapes
    assert (line.x0, line.yref, line.y0, line.y1) == (0.01, "paper", 0, 1)


def test_lines_of_different_rows_in_the_legend_differ_in_colour(make_series):
    one = make_series()

    figure = data_instance_subplots([[one, one], one, [one, one]])

    legend = [trace.line.color for trace in figure.data if trace.showlegend]
    assert len(legend) == len(set(legend)) == 4


def test_no_rows_and_empty_rows_warn(make_series, caplog):
    with caplog.at_level(logging.WARNING):
        assert len(data_instance_subplots([]).data) == 0
        assert len(data_instance_subplots([make_series([], [], label="Quiet"), []]).data) == 0

    assert "no rows to plot" in caplog.text
    assert "Quiet has no samples" in caplog.text


def test_logs_stand_side_by_side(make_log, caplog):
    variables = {1: "Pack voltage [V] (ams.pack.voltage)", 2: "Speed (speed)"}
    first = Analyzer(
        make_log(variables=variables, samples=[(10**6, 1, 4), (2 * 10**6, 1, 5)]), verbose=0
    )
    second = first.data

    with caplog.at_level(logging.WARNING):
        figure = plot_multi_log_subplots(
            {"a.csv": first, "b.csv": second}, ["ams.pack.voltage", "nope"], title="Both"
        )

    lines = [trace for trace in figure.data if trace.name]
    assert [(line.xaxis, line.yaxis) for line in lines] == [("x", "y"), ("x2", "y2")]
    assert list(lines[0].x) == [1, 2]
    assert figure.layout.yaxis2.matches == "y"
    assert figure.layout.yaxis.title.text == "Pack voltage [V]"
    assert {"a.csv", "b.csv"} <= {note.text for note in figure.layout.annotations}
    assert "b.csv has no variable nope" in caplog.text


def test_logs_come_as_lists_pairs_or_plain_series(make_series):
    log = {"power": make_series()}

    figure = plot_multi_log_subplots(
        [log, ("second", log)], [["power", "power"]], timestamp_unit="us"
    )

    notes = [note.text for note in figure.layout.annotations]
    assert notes == ["Log 1", "second"]
    assert figure.data[0].x[1] == 1e-5
    assert len(figure.data) == 4


def test_long_series_of_logs_keep_their_peaks(make_series):
    values = np.zeros(100_000)
    values[4321] = 9.5
    log = {"power": make_series(range(100_000), values)}

    figure = plot_multi_log_subplots(
        [log], ["power"], layout_config=LayoutConfig(max_display_resolution=10)
    )

    assert len(figure.data[0].y) <= 1000
    assert np.max(figure.data[0].y) == 9.5


def test_no_logs_give_an_empty_figure_and_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        figure = plot_multi_log_subplots([], ["power"])

    assert len(figure.data) == 0
    assert "no logs" in caplog.text


def test_a_stride_leaves_the_samples_per_second_asked_for():
    times = np.arange(1001) / 100

    kept, values = stride_downsample(times, times * 2, 50)

    assert np.array_equal(kept, times[::2])
    assert np.array_equal(values, kept * 2)
    assert len(stride_downsample(times, times, 100)[0]) == 1001
    assert len(stride_downsample(np.zeros(5), np.zeros(5), 50)[0]) == 5
    assert len(stride_downsample(np.zeros(0), np.zeros(0), 50)[0]) == 0
    with pytest.raises(ValueError, match="max_display_resolution is 0"):
        stride_downsample(times, times, 0)

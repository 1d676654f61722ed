from __future__ import annotations

import logging

import pytest

from perda.plotting.diff_plotter import plot_diff_bars
from perda.plotting.plotting_constants import DiffPlotConfig


def test_samples_are_counted_per_second():
    figure = plot_diff_bars([0.1, 0.2, 5.9], [], [1.0], [0.1, 0.2, 1.0, 5.9], "Diff", "Samples")

    counted = {trace.name: dict(zip(trace.x, trace.y, strict=True)) for trace in figure.data}
    assert counted == {
        "Base only": {0.5: 2, 5.5: 1},
        "Incoming only": {},
        "Value mismatch": {1.5: 1},
        "Total": {0.5: 2, 1.5: 1, 5.5: 1},
    }
    assert figure.layout.yaxis.title.text == "Samples"


def test_the_bars_width_and_the_unit_of_times_are_settings():
    config = DiffPlotConfig(bucket_size_s=0.5)

    figure = plot_diff_bars(
        [700], [], [], [700], "", "", diff_plot_config=config, timestamp_unit="ms"
    )

    assert list(figure.data[0].x) == [0.75]
    with pytest.raises(ValueError, match="bucket_size_s is 0"):
        plot_diff_bars([], [], [], [], "", "", diff_plot_config=DiffPlotConfig(bucket_size_s=0))


def test_nothing_to_compare_gives_an_empty_figure_and_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        figure = plot_diff_bars([], [], [], [], "Diff", "Samples")

    assert len(figure.data) == 0
    assert "Diff: there are no samples" in caplog.text

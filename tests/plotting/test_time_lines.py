from __future__ import annotations

import logging

import numpy as np
import pytest

from perda.plotting.data_instance_plotter import plot_single_axis
from perda.plotting.downsampling import choose_samples, set_default_downsample
from perda.plotting.states import is_state


@pytest.fixture(autouse=True)
def _default_stays():
    yield
    set_default_downsample(None)


@pytest.fixture
def noise():
    """180,000 samples of noise, with a peak up and a peak down side by side."""
    values = np.random.default_rng(3).normal(size=180_000)
    values[90_000], values[90_001] = 50, -50
    return values


def test_no_peak_is_lost(make_series, noise):
    series = make_series(range(0, 1_800_000, 10), noise, unit="V")

    figure = plot_single_axis(series, downsample="minmaxlttb")

    (trace,) = figure.data
    assert len(trace.y) <= 10_000
    assert (np.max(trace.y), np.min(trace.y)) == (50, -50)
    assert set(trace.y) <= set(noise)
    words = f"shown: {len(trace.y):,} of 180,000 samples, peaks kept"
    assert words in trace.hovertemplate
    assert [note.text for note in figure.layout.annotations] == [words]


def test_every_short_stretch_keeps_its_extremes(noise):
    shown = choose_samples(np.arange(180_000.0), noise, 1000, "minmaxlttb")

    kept = np.zeros(180_000, dtype=bool)
    kept[shown.indices] = True
    stretches = noise.reshape(250, 720)
    rows = np.arange(250)
    assert len(shown.indices) <= 1000
    assert kept.reshape(250, 720)[rows, stretches.argmax(axis=1)].all()
    assert kept.reshape(250, 720)[rows, stretches.argmin(axis=1)].all()


@pytest.mark.parametrize("count", [9, 10, 11, 97, 4001])
@pytest.mark.parametrize("points", [1, 8, 9, 50, 3000])
def test_any_length_and_number_of_points_works(count, points):
    values = np.random.default_rng(count).normal(size=count)

    shown = choose_samples(np.zeros(count), values, points, "minmaxlttb")

    picked = values[shown.indices]
    assert len(picked) <= max(points, 8)
    assert (picked.max(), picked.min()) == (values.max(), values.min())


def test_one_line_makes_it_the_notebooks_default(make_series, noise):
    series = make_series(range(180_000), noise)

    set_default_downsample("minmaxlttb")
    assert len(plot_single_axis(series).data[0].y) <= 10_000
    assert len(plot_single_axis(series, downsample="none").data[0].y) == 180_000

    set_default_downsample(None)
    assert len(plot_single_axis(series).data[0].y) == 180_000
    with pytest.raises(ValueError, match="downsample is 'lttb'; expected one of minmaxlttb, none"):
        set_default_downsample("lttb")


def test_short_series_stay_whole(make_series):
    figure = plot_single_axis(make_series(), downsample="minmaxlttb")

    assert list(figure.data[0].y) == [1, 2, 3]
    assert "shown" not in figure.data[0].hovertemplate
    assert not figure.layout.annotations


def test_a_long_stretch_without_values_stays_a_hole(make_series, noise):
    noise[100_000:120_000] = np.nan
    noise[5] = np.nan

    (trace,) = plot_single_axis(make_series(range(180_000), noise), downsample="minmaxlttb").data

    (hole,) = np.flatnonzero(np.isnan(trace.y))
    assert trace.x[hole] == 100.0


def test_nothing_but_nan_is_no_error(make_series):
    series = make_series(range(20_000), np.full(20_000, np.nan))

    (trace,) = plot_single_axis(series, downsample="minmaxlttb").data

    assert np.isnan(trace.y).all()


def test_lines_break_where_samples_are_too_far_apart(make_series):
    series = make_series([0, 10, 5_000, 5_010], [1, 2, 3, 4])

    (trace,) = plot_single_axis(series, max_gap_s=1).data

    assert list(trace.x) == [0, 0.01, 0.01, 5, 5.01]
    assert np.array_equal(trace.y, [1, 2, np.nan, 3, 4], equal_nan=True)
    assert len(plot_single_axis(series, max_gap_s=4.99).data[0].y) == 4
    with pytest.raises(ValueError, match="max_gap_s is 0"):
        plot_single_axis(series, max_gap_s=0)


def test_a_gap_is_one_of_the_samples_not_of_those_shown(make_series, noise):
    times = np.arange(180_000) + np.where(np.arange(180_000) >= 60_000, 30_000, 0)

    (trace,) = plot_single_axis(
        make_series(times, noise), max_gap_s=1, max_points=100, downsample="minmaxlttb"
    ).data

    (hole,) = np.flatnonzero(np.isnan(trace.y))
    assert (trace.x[hole - 1], trace.x[hole + 1]) == (59.999, 90.0)


def test_every_nth_sample_shows_gaps_too(make_series):
    times = [*range(10), *range(5000, 5010)]

    (trace,) = plot_single_axis(make_series(times, range(20)), max_gap_s=1, max_points=10).data

    assert [v for v in trace.y if not np.isnan(v)] == list(range(0, 20, 2))
    assert np.isnan(trace.y).sum() == 1


@pytest.mark.parametrize(
    ("values", "unit", "expected"),
    [
        ([0, 0, 1], None, True),
        ([1, 1, 1], None, True),
        ([0, np.nan, 1], None, True),
        ([0, 0, 1], "V", False),
        ([0, 0.5, 1], None, False),
        ([1, 2, 3], None, False),
        ([0, np.inf, 1], None, False),
        ([3, 4, 7] * 20, None, True),
        (range(300), None, False),
        ([np.nan], None, False),
        ([], None, False),
    ],
)
def test_states_are_told_from_quantities(make_series, values, unit, expected):
    series = make_series(range(len(values)), values, unit=unit)

    assert is_state(series) is expected


def test_states_are_steps(make_series):
    switch = make_series([0, 10, 20], [0, 0, 1])

    assert plot_single_axis(switch).data[0].line.shape == "hv"
    assert plot_single_axis(switch, steps=False).data[0].line.shape is None
    assert plot_single_axis(make_series(unit="V"), steps=True).data[0].line.shape == "hv"


def test_states_keep_the_time_of_every_change(make_series):
    switch = np.zeros(100_000)
    switch[50_003:70_001] = 1

    (trace,) = plot_single_axis(make_series(range(100_000), switch), downsample="minmaxlttb").data

    assert list(zip(trace.x, trace.y, strict=True)) == [
        (0.0, 0),
        (50.003, 1),
        (70.001, 0),
        (99.999, 0),
    ]
    assert "every change kept" in trace.hovertemplate


def test_the_hover_box_names_the_variable_and_its_unit(make_series):
    series = make_series(label="Pack voltage [V]", unit="V")

    (trace,) = plot_single_axis(series).data

    assert trace.hovertemplate == "%{y:.6~g} V<extra>Pack voltage</extra>"
    assert trace.name == "Pack voltage [V]"


def test_a_single_sample_is_a_visible_dot(make_series):
    (trace,) = plot_single_axis(make_series([5], [1.5])).data

    assert trace.mode == "markers"


def test_no_series_at_all_gives_an_empty_figure_and_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        figure = plot_single_axis([])

    assert len(figure.data) == 0
    assert "no series to plot" in caplog.text

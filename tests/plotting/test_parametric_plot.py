from __future__ import annotations

import logging
import sys

import numpy as np
import pytest

from perda.errors import MissingExtraError
from perda.plotting.parametric_plot import plot_parametric_curve, plot_parametric_trimmer


def test_arrays_are_joined_in_their_order():
    figure = plot_parametric_curve([3, 1, 2], [1, 2, 3], "Speed [m/s]", "Power [kW]", title="Map")

    (curve,) = figure.data
    assert (list(curve.x), list(curve.y), curve.mode) == ([3, 1, 2], [1, 2, 3], "lines")
    assert figure.layout.xaxis.title.text == "Speed [m/s]"
    assert figure.layout.yaxis.title.text == "Power [kW]"


def test_of_two_series_the_second_is_read_at_the_times_of_the_first(make_series):
    speed, power = make_series([0, 10, 20], [1, 2, 3]), make_series([0, 20], [100, 300])

    (curve,) = plot_parametric_curve(speed, power).data

    assert list(curve.y) == [100, 200, 300]


def test_points_can_be_coloured_by_a_third_series_on_equal_scales(make_series):
    figure = plot_parametric_curve(
        np.arange(20_000), np.arange(20_000), color=np.arange(20_000), equal_scale=True
    )

    (points,) = figure.data
    assert points.mode == "markers"
    assert len(points.x) == len(points.marker.color) <= 6000
    assert figure.layout.yaxis.scaleanchor == "x"


def test_no_points_warn_and_unequal_lengths_are_refused(make_series, caplog):
    with caplog.at_level(logging.WARNING):
        assert len(plot_parametric_curve(make_series([], []), make_series([], [])).data) == 0
    assert "no points" in caplog.text
    with pytest.raises(ValueError, match=r"x has shape \(2,\), y has \(3,\)"):
        plot_parametric_curve([1, 2], [1, 2, 3])


def test_the_trimmer_shows_the_stretch_and_its_times(make_series):
    pytest.importorskip("ipywidgets")
    pytest.importorskip("anywidget")
    box = plot_parametric_trimmer([1, 2, 3, 4], [5, 6, 7, 8], timestamps=[10, 20, 30, 40])
    slider, text, figure = box.children

    slider.value = (1, 2)

    assert list(figure.data[1].x) == [2, 3]
    assert text.value == "timestamps 20 to 30 (0.020 s to 0.030 s)"
    box.close_all()


def test_the_trimmer_refuses_unequal_lengths_and_asks_for_its_extra(monkeypatch):
    with pytest.raises(ValueError, match="3 timestamps for 2 points"):
        plot_parametric_trimmer([1, 2], [3, 4], timestamps=[1, 2, 3])
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(MissingExtraError, match=r'pip install "perda\[notebook\]"'):
        plot_parametric_trimmer([1, 2], [3, 4])

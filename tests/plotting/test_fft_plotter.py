from __future__ import annotations

import logging

import numpy as np
import pytest

from perda.plotting.fft_plotter import plot_fft_spectrum
from perda.plotting.plotting_constants import FFTPlotConfig

FREQUENCIES = np.array([0.0, 1.0, 2.0, 4.0])
MAGNITUDES = np.array([0.0, 3.0, 0.0, 1.0])


def test_spectra_stand_below_one_another_without_frequency_0():
    figure = plot_fft_spectrum([FREQUENCIES] * 2, [MAGNITUDES] * 2, ["Front", "Rear"])

    assert [list(trace.x) for trace in figure.data] == [[1, 2, 4], [1, 2, 4]]
    assert [trace.yaxis for trace in figure.data] == ["y", "y2"]
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis2.title.text == "Frequency (Hz)"
    assert "Magnitude" in figure.layout.yaxis.title.text


def test_spectra_in_one_panel_and_other_scales():
    figure = plot_fft_spectrum(
        [FREQUENCIES, FREQUENCIES[:2]],
        [MAGNITUDES, MAGNITUDES[:2]],
        ["Front", "Rear"],
        stacked=False,
        fft_config=FFTPlotConfig(log_x=False, log_y=True, line_color="#123456"),
    )

    assert [list(trace.y) for trace in figure.data] == [[3, 1], [3]]
    assert figure.data[0].line.color == "#123456"
    assert figure.data[1].line.color != "#123456"
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == (None, "log")


def test_a_single_spectrum_needs_no_lists():
    figure = plot_fft_spectrum(
        FREQUENCIES, MAGNITUDES, "Front", fft_config=FFTPlotConfig(log_x=False)
    )

    assert list(figure.data[0].y) == list(MAGNITUDES)
    assert figure.layout.height == 500


@pytest.mark.parametrize(
    ("frequencies", "magnitudes", "names"),
    [([], [], []), ([FREQUENCIES], [], ["a"]), ([FREQUENCIES], [MAGNITUDES], ["a", "b"])],
)
def test_different_numbers_of_series_are_refused(frequencies, magnitudes, names):
    with pytest.raises(ValueError, match="expected one or more, of each as many"):
        plot_fft_spectrum(frequencies, magnitudes, names)


def test_a_frequency_without_magnitude_is_refused():
    with pytest.raises(ValueError, match="Front has 4 frequencies and 3 magnitudes"):
        plot_fft_spectrum([FREQUENCIES], [MAGNITUDES[:3]], ["Front"])


def test_an_empty_spectrum_warns(caplog):
    with caplog.at_level(logging.WARNING):
        figure = plot_fft_spectrum([np.zeros(0)], [np.zeros(0)], ["Front"])

    assert len(figure.data) == 0
    assert "Front has no points" in caplog.text

"""A figure of how regularly a series was sampled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Values
from perda.plotting.plotting_constants import (
    DEFAULT_FONT_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG,
    FontConfig,
    LayoutConfig,
    ScatterHistogramPlotConfig,
)
from perda.units import Timescale
from perda.utils.frequency_statistics import frequency_statistics

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def analyze_frequency(
    data_instance: DataInstance,
    expected_frequency_hz: float | None = None,
    source_time_unit: Timescale | str = Timescale.MS,
    gap_threshold_multiplier: float = 2.0,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    plot_config: ScatterHistogramPlotConfig = DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG,
) -> Figure:
    """Plot a series' sampling frequency over time and as a histogram, and print its statistics.

    Parameters
    ----------
    data_instance : DataInstance
        Series of any length; only its times count.
    expected_frequency_hz : float or None
        Frequency it should have, > 0, marked in the figure; None: the median stands there.
    source_time_unit : Timescale or str
        Unit of the series' times.
    gap_threshold_multiplier : float
        A gap is longer than this many expected (or median) steps, > 0.
    font_config, layout_config, plot_config
        Sizes and colours.

    Returns
    -------
    plotly.graph_objects.Figure
        The frequency of a sample is 1 / (its time - the time of the one before). Without
        points if no two samples differ in time.

    Raises
    ------
    ValueError
        If a setting is not positive.
    """
    from perda.plotting.scatter_histogram_plotter import plot_scatter_and_histogram

    facts = frequency_statistics(
        data_instance, expected_frequency_hz, source_time_unit, gap_threshold_multiplier
    )
    print(facts)  # noqa: T201  # its contract is to print
    line, text = _reference(facts.frequencies_hz, expected_frequency_hz)
    return plot_scatter_and_histogram(
        facts.times_s,
        facts.frequencies_hz,
        title=f"Sampling frequency of {data_instance.label or 'a series'}",
        scatter_title="Instantaneous frequency",
        histogram_title="Distribution",
        x_label="Time [s]",
        y_label="Frequency [Hz]",
        scatter_name="Frequency",
        histogram_name="Samples",
        hline=line,
        hline_label=text,
        vline=line,  # without the text, which stands beside it already
        font_config=font_config,
        layout_config=layout_config,
        plot_config=plot_config,
    )


def _reference(frequencies: Values, expected: float | None) -> tuple[float | None, str | None]:
    if expected is not None:
        return expected, f"expected {expected:g} Hz"
    if len(frequencies) == 0:
        return None, None
    median = float(np.median(frequencies))
    return median, f"median {median:.4g} Hz"

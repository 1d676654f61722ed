"""A figure of where two recordings of one run differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perda.core_data_structures.single_run_data import SingleRunData
from perda.plotting.plotting_constants import (
    DEFAULT_DIFF_PLOT_CONFIG,
    DEFAULT_FONT_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    DiffPlotConfig,
    FontConfig,
    LayoutConfig,
)
from perda.utils.run_difference import compare_runs

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def diff(
    rpi_data: SingleRunData,
    server_data: SingleRunData,
    timestamp_tolerance_s: float = 0.002,
    diff_rtol: float = 1e-3,
    diff_atol: float = 1e-3,
    diff_plot_config: DiffPlotConfig = DEFAULT_DIFF_PLOT_CONFIG,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
) -> Figure:
    """Plot and print in what two recordings of one run differ.

    Samples of a variable are matched in time order: the next sample of each side are the same
    one if their times differ by at most the tolerance, otherwise the earlier is left alone
    (:func:`.diff_matching.match_in_time_order`). With samples closer to each other than the
    tolerance one lost sample therefore shifts the pairs after it; give a tolerance below the
    sampling step to prevent that.

    Parameters
    ----------
    rpi_data : SingleRunData
        The base: what the car recorded itself.
    server_data : SingleRunData
        The incoming run: what arrived by radio. Its unit of time may differ.
    timestamp_tolerance_s : float
        Largest difference in time of two samples that are the same one, in seconds, ≥ 0.
    diff_rtol, diff_atol : float
        Values are the same by :func:`numpy.isclose` with these; NaN is the same as NaN.
    diff_plot_config, layout_config, font_config
        Width of a bar in seconds, colours and sizes.

    Returns
    -------
    plotly.graph_objects.Figure
        Samples that only the base has, that only the incoming run has, that differ in value,
        and all samples, counted per second; over the variables that both runs have. Those that
        only one has are printed, with a summary.

    Raises
    ------
    ValueError
        If the tolerance is negative.
    """
    from perda.plotting.diff_plotter import plot_diff_bars

    found = compare_runs(rpi_data, server_data, timestamp_tolerance_s, diff_rtol, diff_atol)
    print(found)  # noqa: T201  # its contract is to print
    return plot_diff_bars(
        found.base_extra_s,
        found.incoming_extra_s,
        found.mismatching_s,
        found.present_s,
        title="Difference of two recordings",
        y_axis_title=_per_bucket(diff_plot_config.bucket_size_s),
        diff_plot_config=diff_plot_config,
        layout_config=layout_config,
        font_config=font_config,
    )


def _per_bucket(size_s: float) -> str:
    return "Samples per second" if size_s == 1 else f"Samples per {size_s:g} s"

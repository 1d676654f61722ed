"""Where two runs differ, counted over time."""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from perda.plotting.plotting_constants import (
    DEFAULT_DIFF_PLOT_CONFIG,
    DEFAULT_FONT_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    DiffPlotConfig,
    FontConfig,
    LayoutConfig,
)
from perda.plotting.style import axis, style_figure
from perda.units import Timescale, to_seconds

logger = logging.getLogger(__name__)


def plot_diff_bars(
    base_extra_ts: npt.ArrayLike,
    incom_extra_ts: npt.ArrayLike,
    value_mismatch_ts: npt.ArrayLike,
    total_present_ts: npt.ArrayLike,
    title: str,
    y_axis_title: str,
    show_legend: bool = True,
    diff_plot_config: DiffPlotConfig = DEFAULT_DIFF_PLOT_CONFIG,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
    timestamp_unit: Timescale | str = Timescale.S,
) -> go.Figure:
    """Plot how many samples differ in each span of time, above how many there are.

    Parameters
    ----------
    base_extra_ts, incom_extra_ts, value_mismatch_ts, total_present_ts : array-like, shape (k,)
        Times, in any order, of samples only in the base, only in the incoming run, in both with
        different values, and of all samples. Each array has its own length.
    title, y_axis_title : str
        Texts.
    show_legend : bool
        Whether the legend is shown.
    diff_plot_config, layout_config, font_config
        Width of a bar in seconds, colours and sizes.
    timestamp_unit : Timescale or str
        Unit of the times.

    Returns
    -------
    plotly.graph_objects.Figure
        Differences are stacked in the upper panel; all samples stand in the lower one, with
        its own scale, since they are many more. Without traces, after a logged warning, when
        there are no times at all.

    Raises
    ------
    ValueError
        If the width of a bar is not positive.
    """
    if not diff_plot_config.bucket_size_s > 0:
        raise ValueError(f"bucket_size_s is {diff_plot_config.bucket_size_s}; expected > 0.")
    series = {
        "Base only": (base_extra_ts, diff_plot_config.color_base_extra),
        "Incoming only": (incom_extra_ts, diff_plot_config.color_incom_extra),
        "Value mismatch": (value_mismatch_ts, diff_plot_config.color_value_mismatch),
        "Total": (total_present_ts, diff_plot_config.color_total),
    }
    seconds = {
        name: to_seconds(np.asarray(times, dtype=np.float64), timestamp_unit)
        for name, (times, _) in series.items()
    }
    figure = make_subplots(
        rows=2, shared_xaxes=True, row_heights=(0.72, 0.28), vertical_spacing=0.06
    )
    if any(len(times) for times in seconds.values()):
        for name, times in seconds.items():
            bars = _bars(times, name, series[name][1], diff_plot_config.bucket_size_s)
            figure.add_trace(bars, row=2 if name == "Total" else 1, col=1)
    else:
        logger.warning("%s: there are no samples to compare.", title)
    figure.update_xaxes(axis(None, font_config))
    figure.update_xaxes(title_text="Time [s]", row=2)
    figure.update_yaxes(axis(y_axis_title, font_config, rangemode="tozero"), row=1)
    figure.update_yaxes(axis("All samples", font_config, rangemode="tozero", nticks=4), row=2)
    style_figure(
        figure,
        title=title,
        show_legend=show_legend,
        font_config=font_config,
        layout_config=layout_config,
    )
    figure.update_layout(barmode="stack", bargap=0, legend_traceorder="normal")
    return figure


def _bars(times: npt.NDArray[np.float64], name: str, color: str, bucket_s: float) -> go.Bar:
    buckets, counts = np.unique(np.floor(times / bucket_s), return_counts=True)
    return go.Bar(
        x=(buckets + 0.5) * bucket_s,
        y=counts,
        width=bucket_s,
        name=name,
        marker={"color": color, "line": {"width": 0}},
    )

"""Points beside the histogram of their values."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from perda.plotting.plotting_constants import (
    DEFAULT_FONT_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG,
    FontConfig,
    LayoutConfig,
    ScatterHistogramPlotConfig,
)
from perda.plotting.style import WEBGL_FROM, axis, style_figure, style_panel_titles, tick_size

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]


def plot_scatter_and_histogram(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    title: str,
    scatter_title: str,
    histogram_title: str,
    x_label: str,
    y_label: str,
    scatter_name: str,
    histogram_name: str,
    hline: float | None = None,
    hline_label: str | None = None,
    vline: float | None = None,
    vline_label: str | None = None,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    plot_config: ScatterHistogramPlotConfig = DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG,
) -> go.Figure:
    """Plot points on the left and the histogram of their y values on the right.

    Parameters
    ----------
    x, y : array-like of float, shape (n,)
        Points; those that are not finite in y are left out of the histogram.
    title, scatter_title, histogram_title : str
        Titles of the figure and of both panels.
    x_label, y_label : str
        Axis titles; the histogram's x axis is ``y_label``.
    scatter_name, histogram_name : str
        Names in the legend and the hover box.
    hline, hline_label : float, str or None
        Horizontal reference line among the points, and its text.
    vline, vline_label : float, str or None
        Vertical reference line in the histogram, and its text.
    font_config, layout_config, plot_config
        Sizes, colours, number of bins.

    Returns
    -------
    plotly.graph_objects.Figure
        Without traces, after a logged warning, when there are no points.

    Raises
    ------
    ValueError
        If ``x`` and ``y`` differ in length.
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if xs.shape != ys.shape or xs.ndim != 1:
        raise ValueError(f"x has shape {xs.shape}, y has {ys.shape}; expected (n,) both.")
    figure = make_subplots(
        cols=2,
        subplot_titles=(scatter_title, histogram_title),
        column_widths=(0.64, 0.36),
        horizontal_spacing=layout_config.grid_horizontal_spacing,
    )
    if len(ys) == 0:
        logger.warning("%s: there are no points to plot.", title)
    else:
        figure.add_trace(_points(xs, ys, scatter_name, plot_config), row=1, col=1)
        figure.add_trace(_bars(ys, histogram_name, plot_config), row=1, col=2)
    _label_axes(figure, x_label, y_label, font_config)
    style_panel_titles(figure, font_config)
    known = ys[np.isfinite(ys)]
    _reference_lines(
        figure,
        (hline, hline_label),
        (vline, vline_label),
        *((float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)),
        font_config,
        plot_config.color_line,
    )
    style_figure(
        figure,
        title=title,
        show_legend=False,
        font_config=font_config,
        layout_config=layout_config,
    )
    figure.update_layout(hovermode="closest", bargap=0)
    return figure


def _points(x: Floats, y: Floats, name: str, config: ScatterHistogramPlotConfig) -> go.Scatter:
    trace = go.Scattergl if len(y) > WEBGL_FROM else go.Scatter
    return trace(
        x=x,
        y=y,
        mode="markers",
        name=name,
        marker={"color": config.color_scatter, "size": 4, "opacity": 0.6},
    )


def _bars(y: Floats, name: str, config: ScatterHistogramPlotConfig) -> go.Bar:
    # Counted here: the figure then carries one number per bar instead of every value again.
    counts, edges = np.histogram(y[np.isfinite(y)], bins=config.histogram_bins)
    return go.Bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=np.diff(edges),
        name=name,
        customdata=np.column_stack([edges[:-1], edges[1:]]),
        hovertemplate="%{customdata[0]:.5g} – %{customdata[1]:.5g}: %{y}",
        marker={"color": config.color_histogram, "line": {"width": 0}},
    )


def _label_axes(figure: go.Figure, x_label: str, y_label: str, font_config: FontConfig) -> None:
    figure.update_xaxes(axis(x_label, font_config), col=1)
    figure.update_yaxes(axis(y_label, font_config), col=1)
    figure.update_xaxes(axis(y_label, font_config), col=2)
    figure.update_yaxes(axis("Count", font_config), col=2)


def _reference_lines(
    figure: go.Figure,
    horizontal: tuple[float | None, str | None],
    vertical: tuple[float | None, str | None],
    low: float,
    high: float,
    font_config: FontConfig,
    color: str,
) -> None:
    if horizontal[0] is not None:
        figure.add_hline(
            horizontal[0], row=1, col=1, **_line_look(horizontal[1], font_config, color)
        )
    if vertical[0] is not None:
        # A set range: a range of plotly's own choice would make room for the label's whole text.
        figure.update_xaxes(range=_padded(low, high, vertical[0]), col=2)
        # The label stands on the side where there is room for it.
        side = "top right" if vertical[0] < (low + high) / 2 else "top left"
        look = _line_look(vertical[1], font_config, color)
        figure.add_vline(vertical[0], annotation_position=side, row=1, col=2, **look)


# Any: plotly's attributes are free-form. A new dictionary for every line: plotly writes into it.
def _line_look(text: str | None, font_config: FontConfig, color: str) -> dict[str, Any]:
    return {
        "line": {"color": color, "width": 1.5, "dash": "dash"},
        "annotation": {
            "text": text or "",
            "font": {"size": tick_size(font_config), "color": color},
            "bgcolor": "rgba(255,255,255,0.8)",
        },
    }


def _padded(*points: float) -> tuple[float, float]:
    low, high = min(points), max(points)
    # A constant's one bar is as wide as numpy makes it: 1.
    margin = 0.04 * (high - low) or 1.0
    return low - margin, high + margin

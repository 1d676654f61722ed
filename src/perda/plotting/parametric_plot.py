"""One quantity against another."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from perda.core_data_structures.data_instance import DataInstance, left_join_data_instances
from perda.plotting.colorbar import colored_markers, marker_stride
from perda.plotting.plotting_constants import (
    BLUE,
    DEFAULT_FONT_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    FontConfig,
    LayoutConfig,
)
from perda.plotting.style import LINE_WIDTH, WEBGL_FROM, axis, style_figure
from perda.units import Timescale, to_seconds

if TYPE_CHECKING:
    from ipywidgets import VBox

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
Values = DataInstance | npt.ArrayLike


def plot_parametric_curve(
    x: Values,
    y: Values,
    x_label: str = "X",
    y_label: str = "Y",
    title: str | None = None,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
    *,
    color: Values | None = None,
    color_label: str = "",
    equal_scale: bool = False,
) -> go.Figure:
    """Plot ``y`` against ``x``, joined in the order of time, or as points coloured by a third.

    Parameters
    ----------
    x, y : DataInstance or array-like of float, shape (n,)
        Coordinates. Of two series, ``y`` is read at the times of ``x``.
    x_label, y_label, title : str or None
        Texts.
    layout_config, font_config
        Sizes.
    color : DataInstance, array-like of shape (n,) or None
        Values that colour the points, of which at most 6,000 are shown: every n-th.
    color_label : str
        Text at the colour scale.
    equal_scale : bool
        Whether a unit is as long on both axes.

    Returns
    -------
    plotly.graph_objects.Figure
        Without traces, after a logged warning, where there are no points.

    Raises
    ------
    ValueError
        If the lengths differ.
    """
    xs, ys = paired(x, y)
    figure = go.Figure()
    if len(xs) == 0:
        logger.warning("There are no points to plot.")
    else:
        hover = f"{x_label} %{{x:.5~g}}<br>{y_label} %{{y:.5~g}}<extra></extra>"
        look = {"mode": "lines", "line": {"color": BLUE, "width": LINE_WIDTH}}
        if color is not None:
            shown = marker_stride(len(xs))
            shades = paired(x, color)[1][shown]
            xs, ys = xs[shown], ys[shown]
            look = {
                "mode": "markers",
                "marker": colored_markers(shades, color_label, 4, font_config),
            }
        trace = go.Scattergl if len(xs) > WEBGL_FROM else go.Scatter
        figure.add_trace(trace(x=xs, y=ys, hovertemplate=hover, showlegend=False, **look))
    style_curve(figure, x_label, y_label, title, layout_config, font_config, equal_scale)
    return figure


def plot_parametric_trimmer(
    x: Values,
    y: Values,
    timestamps: npt.ArrayLike | None = None,
    x_label: str = "X",
    y_label: str = "Y",
    title: str | None = None,
    timestamp_unit: Timescale | str = Timescale.MS,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
) -> VBox:
    """Show ``y`` against ``x`` in a notebook, with a slider for the stretch to look at.

    Parameters
    ----------
    x, y : DataInstance or array-like of float, shape (n,)
        Coordinates, as in :func:`plot_parametric_curve`.
    timestamps : array-like, shape (n,), or None
        Times of the points in ``timestamp_unit``; without them those of ``x``, if it is a
        series, else the slider counts points.
    x_label, y_label, title, timestamp_unit, layout_config, font_config
        Texts, unit of the times, sizes.

    Returns
    -------
    ipywidgets.VBox
        Slider, text with the bounds (raw times and seconds) and figure.

    Raises
    ------
    ValueError
        If the lengths differ.
    MissingExtraError
        If the notebook extra is not installed.
    """
    from perda.plotting.trimmer_widget import range_trimmer

    xs, ys = paired(x, y)
    if timestamps is None and isinstance(x, DataInstance):
        timestamps = x.timestamp_np
    times = None if timestamps is None else np.asarray(timestamps)
    if times is not None and len(times) != len(xs):
        raise ValueError(f"There are {len(times)} timestamps for {len(xs)} points.")
    figure = go.Figure()
    style_curve(figure, x_label, y_label, title, layout_config, font_config, equal_scale=False)
    seconds = None if times is None else to_seconds(times, timestamp_unit)
    return range_trimmer(figure, xs, ys, times, seconds)


def paired(x: Values, y: Values) -> tuple[Floats, Floats]:
    """Return two series or arrays as arrays of one length; see :func:`plot_parametric_curve`."""
    if isinstance(x, DataInstance) and isinstance(y, DataInstance) and len(x) and len(y):
        x, y = left_join_data_instances(x, y)
    xs, ys = _values(x), _values(y)
    if xs.shape != ys.shape or xs.ndim != 1:
        raise ValueError(f"x has shape {xs.shape}, y has {ys.shape}; expected (n,) both.")
    return xs, ys


def style_curve(
    figure: go.Figure,
    x_label: str,
    y_label: str,
    title: str | None,
    layout_config: LayoutConfig,
    font_config: FontConfig,
    equal_scale: bool,
) -> None:
    """Give a curve's figure its axes and look."""
    figure.update_xaxes(axis(x_label, font_config))
    figure.update_yaxes(axis(y_label, font_config))
    if equal_scale:
        figure.update_yaxes(scaleanchor="x", scaleratio=1)
    style_figure(
        figure,
        title=title,
        show_legend=False,
        font_config=font_config,
        layout_config=layout_config,
    )
    figure.update_layout(hovermode="closest")


def _values(values: Values) -> Floats:
    raw = values.value_np if isinstance(values, DataInstance) else values
    return np.asarray(raw, dtype=np.float64)

"""Series over time, on one axis or two."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from perda.core_data_structures.data_instance import DataInstance
from perda.plotting.plotting_constants import (
    DEFAULT_FONT_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    DEFAULT_VLINE_CONFIG,
    FontConfig,
    LayoutConfig,
    VLineConfig,
)
from perda.plotting.style import WEBGL_FROM, axis, color, style_figure
from perda.units import Timescale, to_seconds

logger = logging.getLogger(__name__)

Series = DataInstance | list[DataInstance]


def plot_single_axis(
    data_instances: Series,
    title: str | None = None,
    y_axis_title: str | None = None,
    show_legend: bool = True,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
    timestamp_unit: Timescale | str = Timescale.MS,
    vlines: Sequence[float] | None = None,
    vline_config: VLineConfig = DEFAULT_VLINE_CONFIG,
    max_points: int | None = None,
) -> go.Figure:
    """Plot one or more series over time on one axis.

    Parameters
    ----------
    data_instances : DataInstance or list of DataInstance
        Series; the trace's name is the series' label.
    title, y_axis_title : str or None
        Texts; without ``y_axis_title`` the axis shows the series' unit where they share one.
    show_legend : bool
        Whether the legend is shown.
    layout_config, font_config
        Sizes.
    timestamp_unit : Timescale or str
        Unit of the series' times; the axis is in seconds.
    vlines : sequence of float or None
        Times in ``timestamp_unit`` at which a vertical line is drawn.
    vline_config : VLineConfig
        Look of these lines.
    max_points : int or None
        Show every ceil(n / max_points)-th sample only, which may hide peaks; None: every sample.

    Returns
    -------
    plotly.graph_objects.Figure

    Raises
    ------
    ValueError
        If ``max_points`` is below 1.
    """
    series = as_list(data_instances)
    figure = go.Figure()
    add_series(figure, series, timestamp_unit, max_points)
    figure.update_xaxes(**axis("Time (s)", font_config))
    figure.update_yaxes(**axis(y_axis_title or common_unit(series), font_config))
    add_vlines(figure, vlines, timestamp_unit, vline_config)
    style_figure(
        figure,
        title=title,
        show_legend=show_legend,
        font_config=font_config,
        layout_config=layout_config,
    )
    return figure


def plot_dual_axis(
    left_data_instances: Series,
    right_data_instances: Series,
    title: str | None = None,
    left_y_axis_title: str | None = None,
    right_y_axis_title: str | None = None,
    show_legend: bool = True,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    timestamp_unit: Timescale | str = Timescale.MS,
    vlines: Sequence[float] | None = None,
    vline_config: VLineConfig = DEFAULT_VLINE_CONFIG,
    max_points: int | None = None,
) -> go.Figure:
    """Plot series over time on a left and a right axis; those on the right are dashed.

    Parameters
    ----------
    left_data_instances, right_data_instances : DataInstance or list of DataInstance
        Series of each axis.
    left_y_axis_title, right_y_axis_title : str or None
        Texts; without one the axis shows its series' unit where they share one.
    title, show_legend, font_config, layout_config, timestamp_unit, vlines, vline_config, max_points
        As in :func:`plot_single_axis`.

    Returns
    -------
    plotly.graph_objects.Figure

    Raises
    ------
    ValueError
        If ``max_points`` is below 1.
    """
    left, right = as_list(left_data_instances), as_list(right_data_instances)
    figure = go.Figure()
    add_series(figure, left, timestamp_unit, max_points)
    add_series(
        figure, right, timestamp_unit, max_points, line={"dash": "dash", "width": 1.5}, yaxis="y2"
    )
    figure.update_layout(
        xaxis=axis("Time (s)", font_config),
        yaxis=axis(left_y_axis_title or common_unit(left), font_config),
        yaxis2=axis(
            right_y_axis_title or common_unit(right),
            font_config,
            overlaying="y",
            side="right",
            showgrid=False,
            tickmode="auto",
        ),
    )
    add_vlines(figure, vlines, timestamp_unit, vline_config)
    style_figure(
        figure,
        title=title,
        show_legend=show_legend,
        font_config=font_config,
        layout_config=layout_config,
    )
    return figure


def as_list(series: Series) -> list[DataInstance]:
    """Return one series or a list of them as a list."""
    return list(series) if isinstance(series, list | tuple) else [series]


def common_unit(series: Sequence[DataInstance]) -> str | None:
    """Return the unit that all series share, in brackets; None if they differ or name none."""
    units = {one.unit for one in series}
    unit = units.pop() if len(units) == 1 else None
    return f"[{unit}]" if unit else None


# Any: plotly's trace attributes are free-form.
def add_series(
    figure: go.Figure,
    series: Sequence[DataInstance],
    timestamp_unit: Timescale | str,
    max_points: int | None = None,
    *,
    line: dict[str, Any] | None = None,
    **placement: Any,
) -> None:
    """Add one line per series; one without samples is named in a warning and gives none."""
    total = sum(len(one) for one in series)
    trace = go.Scattergl if total > WEBGL_FROM else go.Scatter
    for one in series:
        if len(one) == 0:
            logger.warning("%s has no samples to plot.", one.label or "A series")
            continue
        times, values = _every_nth(to_seconds(one.timestamp_np, timestamp_unit), one, max_points)
        figure.add_trace(
            trace(
                x=times,
                y=values,
                mode="lines",
                name=one.label,
                line={"color": color(len(figure.data)), "width": 1.5} | (line or {}),
                **placement,
            )
        )


def add_vlines(
    figure: go.Figure,
    vlines: Sequence[float] | None,
    timestamp_unit: Timescale | str,
    vline_config: VLineConfig,
) -> None:
    """Draw vertical lines at times given in ``timestamp_unit``."""
    for time in vlines or ():
        figure.add_vline(
            x=to_seconds(time, timestamp_unit),
            line={
                "color": vline_config.color,
                "width": vline_config.width,
                "dash": vline_config.dash,
            },
            opacity=vline_config.opacity,
        )


def _every_nth(
    times: npt.NDArray[np.float64], series: DataInstance, max_points: int | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    if max_points is None:
        return times, series.value_np
    if max_points < 1:
        raise ValueError(f"max_points is {max_points}; expected 1 or more, or None for all.")
    step = max(1, math.ceil(len(series) / max_points))
    return times[::step], series.value_np[::step]

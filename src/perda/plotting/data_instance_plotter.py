"""Series over time, on one axis or two."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
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
from perda.plotting.states import MOST_STATES, is_state
from perda.plotting.style import add_note, axis, style_figure, time_axis
from perda.plotting.time_lines import Account, LineOptions, add_series, bare_name, series_name
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
    *,
    downsample: str | None = None,
    max_gap_s: float | None = None,
    steps: bool | None = None,
) -> go.Figure:
    """Plot one or more series over time on one axis.

    Parameters
    ----------
    data_instances : DataInstance or list of DataInstance
        Series; the trace's name is the series' label.
    title, y_axis_title : str or None
        Texts; without ``y_axis_title`` the axis shows the name and unit of a single series,
        or the unit that several share.
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
    downsample : str or None
        ``"minmaxlttb"`` shows at most ``max_points`` samples of each series (10,000 without it),
        chosen so that shape and peaks stay; ``"none"`` does not; None: what
        :func:`perda.plotting.set_default_downsample` says, at first ``"none"``. The hover box
        and a note tell how many samples are shown.
    max_gap_s : float or None
        Break the line where two samples are further apart in seconds.
    steps : bool or None
        Whether lines are steps; None: those of states are (:func:`perda.plotting.is_state`).

    Returns
    -------
    plotly.graph_objects.Figure
        Without traces, after a logged warning, where there are no samples.

    Raises
    ------
    ValueError
        If ``max_points`` is below 1, ``max_gap_s`` not positive, or ``downsample`` unknown.
    """
    series = as_list(data_instances)
    options = LineOptions(timestamp_unit, max_points, downsample, max_gap_s, steps)
    figure, account = go.Figure(), Account()
    warn_if_none(series)
    add_series(figure, series, options, account=account)
    figure.update_xaxes(**time_axis(font_config))
    figure.update_yaxes(value_axis(series, y_axis_title, font_config))
    add_note(figure, account.text, font_config)
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
    *,
    downsample: str | None = None,
    max_gap_s: float | None = None,
    steps: bool | None = None,
) -> go.Figure:
    """Plot series over time on a left and a right axis; those on the right are dashed.

    Parameters
    ----------
    left_data_instances, right_data_instances : DataInstance or list of DataInstance
        Series of each axis.
    left_y_axis_title, right_y_axis_title : str or None
        Texts; without one, as in :func:`plot_single_axis`.
    title, show_legend, font_config, layout_config, timestamp_unit, vlines, vline_config
        As in :func:`plot_single_axis`.
    max_points, downsample, max_gap_s, steps
        As in :func:`plot_single_axis`.

    Returns
    -------
    plotly.graph_objects.Figure
        Without traces, after a logged warning, where there are no samples.

    Raises
    ------
    ValueError
        As in :func:`plot_single_axis`.
    """
    left, right = as_list(left_data_instances), as_list(right_data_instances)
    options = LineOptions(timestamp_unit, max_points, downsample, max_gap_s, steps)
    figure, account = go.Figure(), Account()
    warn_if_none([*left, *right])
    add_series(figure, left, options, account=account)
    add_series(figure, right, options, account=account, line={"dash": "dash"}, yaxis="y2")
    add_note(figure, account.text, font_config)
    figure.update_layout(
        xaxis=time_axis(font_config),
        yaxis=value_axis(left, left_y_axis_title, font_config),
        yaxis2=value_axis(
            right,
            right_y_axis_title,
            font_config,
            overlaying="y",
            side="right",
            showgrid=False,
            tickmode="auto",
        ),
    )
    if len(left) == len(right) == len(figure.data) - 1 == 1:
        # One line each: the axis wears its line's colour, and needs no look at the legend.
        for trace, one in zip(figure.data, ("yaxis", "yaxis2"), strict=True):
            figure.layout[one].title.font.color = trace.line.color
            figure.layout[one].tickfont.color = trace.line.color
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


def axis_name(series: Sequence[DataInstance]) -> str | None:
    """Return the name and unit of a single series, or the unit that several share."""
    if len(series) != 1:
        return common_unit(series)
    unit = common_unit(series)
    return f"{bare_name(series[0])} {unit}" if unit else series_name(series[0])


# Any: plotly's attributes are free-form.
def value_axis(
    series: Sequence[DataInstance], title: str | None, font_config: FontConfig, **more: Any
) -> dict[str, Any]:
    """Return the settings of the axis of some series' values; states get whole numbers."""
    return axis(title or axis_name(series), font_config, **tick_settings(series), **more)


def tick_settings(series: Sequence[DataInstance]) -> dict[str, int]:
    """Return a tick at every whole number for an axis of a few states only, else nothing."""
    if not series or not all(is_state(one) for one in series):
        return {}
    levels = np.concatenate([one.value_np[np.isfinite(one.value_np)] for one in series])
    return {"dtick": 1} if levels.max() - levels.min() <= MOST_STATES else {}


def warn_if_none(series: Sequence[DataInstance]) -> None:
    """Log a warning where there is no series at all."""
    if not series:
        logger.warning("There is no series to plot.")


def add_vlines(
    figure: go.Figure,
    vlines: Sequence[float] | None,
    timestamp_unit: Timescale | str,
    vline_config: VLineConfig,
) -> None:
    """Draw vertical lines at times given in ``timestamp_unit``."""
    for time in vlines or ():
        at = to_seconds(time, timestamp_unit)
        # Of the whole figure's height: it crosses all rows.
        figure.add_shape(
            type="line",
            x0=at,
            x1=at,
            y0=0,
            y1=1,
            yref="paper",
            line={
                "color": vline_config.color,
                "width": vline_config.width,
                "dash": vline_config.dash,
            },
            opacity=vline_config.opacity,
        )

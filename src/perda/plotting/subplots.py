"""Rows of time plots that share their time axis, for one run or several."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import plotly.graph_objects as go

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.single_run_data import SingleRunData
from perda.plotting.data_instance_plotter import (
    Series,
    add_vlines,
    as_list,
    axis_name,
    tick_settings,
    value_axis,
)
from perda.plotting.downsampling import DOWNSAMPLE_POINTS, FEWEST_POINTS, Floats
from perda.plotting.plotting_constants import (
    DEFAULT_FONT_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    DEFAULT_VLINE_CONFIG,
    FontConfig,
    LayoutConfig,
    VLineConfig,
)
from perda.plotting.style import (
    add_note,
    add_panel_title,
    axis,
    color,
    style_figure,
    tick_size,
    time_axis,
)
from perda.plotting.time_lines import Account, LineOptions, add_series
from perda.units import Timescale, to_seconds

logger = logging.getLogger(__name__)


class _HasData(Protocol):
    """An opened run, such as an Analyzer."""

    data: SingleRunData


Run = SingleRunData | _HasData | Mapping[str, DataInstance]
Logs = Mapping[str, Run] | Sequence[Run | tuple[str, Run]]


def data_instance_subplots(
    rows: Sequence[Series],
    title: str | None = None,
    row_y_labels: Sequence[str | None] | None = None,
    show_legend: bool = True,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
    timestamp_unit: Timescale | str = Timescale.MS,
    *,
    vlines: Sequence[float] | None = None,
    vline_config: VLineConfig = DEFAULT_VLINE_CONFIG,
    max_points: int | None = None,
    downsample: str | None = None,
    max_gap_s: float | None = None,
    steps: bool | None = None,
) -> go.Figure:
    """Plot series in rows over one time axis: zooming one row zooms all.

    Parameters
    ----------
    rows : sequence of DataInstance or of lists of them
        Series of each row, from the top.
    title : str or None
        Title.
    row_y_labels : sequence of str or None
        One axis title per row; without one, name and unit of a single series or the shared unit.
    show_legend : bool
        Whether the legend is shown.
    layout_config, font_config, timestamp_unit, vlines, vline_config
        As in :func:`perda.plotting.plot_single_axis`; the figure grows with its rows.
    max_points, downsample, max_gap_s, steps
        As in :func:`perda.plotting.plot_single_axis`.

    Returns
    -------
    plotly.graph_objects.Figure
        Without traces, after a logged warning, where there are no samples.

    Raises
    ------
    ValueError
        If ``row_y_labels`` has another length than ``rows``, or as in ``plot_single_axis``.
    """
    panels = [as_list(row) for row in rows]
    labels = _row_labels(row_y_labels, [axis_name(panel) for panel in panels])
    figure, account = go.Figure(), Account()
    if not panels:
        logger.warning("There are no rows to plot.")
    options = LineOptions(timestamp_unit, max_points, downsample, max_gap_s, steps)
    in_legend = 0
    for number, panel in enumerate(panels, start=1):
        # The axis names a row's only line, so it needs neither the legend nor an own colour.
        add_series(
            figure,
            panel,
            options,
            account=account,
            first_color=in_legend if len(panel) > 1 else 0,
            xaxis="x",
            yaxis=f"y{number}",
            showlegend=len(panel) > 1,
        )
        in_legend += len(panel) if len(panel) > 1 else 0
    domains = _domains(len(panels), layout_config.grid_vertical_spacing / 3)[::-1]
    for number, panel in enumerate(panels, start=1):
        figure.layout[f"yaxis{number}"] = value_axis(
            panel, labels[number - 1], font_config, domain=domains[number - 1], anchor="x"
        )
    figure.update_layout(
        xaxis=time_axis(font_config, anchor=f"y{max(1, len(panels))}"),
        # One box at the pointer for all rows, at the same instant.
        hoversubplots="axis",
    )
    add_vlines(figure, vlines, timestamp_unit, vline_config)
    add_note(figure, account.text, font_config)
    style_figure(
        figure,
        title=title,
        show_legend=show_legend,
        font_config=font_config,
        layout_config=_sized(layout_config, rows=len(panels)),
    )
    return figure


def plot_multi_log_subplots(
    logs: Logs,
    var_names: Sequence[str | Sequence[str]],
    row_y_labels: Sequence[str | None] | None = None,
    title: str | None = None,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
    timestamp_unit: Timescale | str = Timescale.MS,
    *,
    max_points: int | None = None,
    downsample: str | None = None,
    max_gap_s: float | None = None,
    steps: bool | None = None,
) -> go.Figure:
    """Plot variables of several logs: a column per log, a row per variable.

    Rows share the scale of their values, columns their time axis.

    Parameters
    ----------
    logs : mapping of str to run, or sequence of runs or of (name, run)
        Runs: ``SingleRunData``, an opened ``Analyzer``, or a mapping of names to series.
    var_names : sequence of str or of sequences of str
        Variables of each row, from the top; one that a log lacks leaves its panel empty, after
        a logged warning.
    row_y_labels : sequence of str or None
        One axis title per row; without one, as in :func:`data_instance_subplots`.
    title : str or None
        Title.
    layout_config, font_config
        Sizes; the figure is ``grid_width_per_col`` by ``grid_height_per_row`` pixels per panel,
        or ``width`` by ``height`` where that is more. A series of more than 10,000 samples is
        thinned out to ``max_display_resolution`` samples per second, peaks kept, unless
        ``max_points`` or ``downsample`` says otherwise.
    timestamp_unit : Timescale or str
        Unit of the times of runs that do not carry their own.
    max_points, downsample, max_gap_s, steps
        As in :func:`perda.plotting.plot_single_axis`.

    Returns
    -------
    plotly.graph_objects.Figure
        Without traces, after a logged warning, where there are no samples.

    Raises
    ------
    ValueError
        If ``row_y_labels`` has another length than ``var_names``, or as in ``plot_single_axis``.
    """
    named, variables = _named(logs), [_as_names(row) for row in var_names]
    figure, account = go.Figure(), Account()
    if not named or not variables:
        logger.warning("There are no logs or no variables to plot.")
    grid = {
        (row, col): _found(run, names, log_name)
        for row, names in enumerate(variables)
        for col, (log_name, run) in enumerate(named)
    }
    known = [_first_row(grid, row, len(named)) for row in range(len(variables))]
    labels = _row_labels(row_y_labels, [axis_name(panel) if panel else None for panel in known])
    for (row, col), panel in grid.items():
        unit = _unit_of(named[col][1], timestamp_unit)
        for place, one in enumerate(panel):
            options = LineOptions(
                unit,
                *_thinned(one, unit, max_points, downsample, layout_config.max_display_resolution),
                max_gap_s,
                steps,
            )
            add_series(
                figure,
                [one],
                options,
                account=account,
                line={"color": color(place)},
                showlegend=len(variables[row]) > 1 and panel is known[row],
                xaxis=f"x{col + 1}",
                yaxis=f"y{row * len(named) + col + 1}",
            )
    _lay_out_grid(figure, labels, [name for name, _ in named], font_config, layout_config)
    for (row, col), panel in grid.items():
        if not any(len(one) for one in panel):
            _mark_empty(figure, row * len(named) + col + 1, col + 1, variables[row], font_config)
    for row, first in enumerate(known):
        figure.layout[f"yaxis{row * len(named) + 1}"].update(tick_settings(first or []))
    add_note(figure, account.text, font_config, below=52)
    style_figure(
        figure,
        title=title,
        show_legend=any(len(names) > 1 for names in variables),
        font_config=font_config,
        layout_config=_sized(layout_config, rows=len(variables), cols=len(named)),
    )
    # The columns' names stand between the axes and the legend.
    figure.update_layout(
        legend_y=1 + 30 / figure.layout.height, margin_t=figure.layout.margin.t + 20
    )
    return figure


def stride_downsample(
    timestamps_s: Floats, values: Floats, max_display_resolution: float
) -> tuple[Floats, Floats]:
    """Keep every k-th sample, so that at most ``max_display_resolution`` stand in a second.

    Parameters
    ----------
    timestamps_s, values : numpy.ndarray of float64, shape (n,)
        Series, times in seconds and not decreasing.
    max_display_resolution : float
        Samples per second, on average over the series; > 0.

    Returns
    -------
    tuple of numpy.ndarray
        Times and values, from the first sample on. k = ceil(n / (duration · resolution)): peaks
        may vanish; ``downsample="minmaxlttb"`` of the time plots keeps them.

    Raises
    ------
    ValueError
        If the resolution is not positive.
    """
    if not max_display_resolution > 0:
        raise ValueError(f"max_display_resolution is {max_display_resolution}; expected > 0.")
    times, heights = np.asarray(timestamps_s), np.asarray(values)
    span = times[-1] - times[0] if len(times) else 0.0
    step = math.ceil((len(times) - 1) / (span * max_display_resolution)) if span > 0 else 1
    return times[:: max(1, step)], heights[:: max(1, step)]


def _row_labels(
    given: Sequence[str | None] | None, found: Sequence[str | None]
) -> list[str | None]:
    if given is None:
        return list(found)
    if len(given) != len(found):
        raise ValueError(f"row_y_labels has {len(given)} entries for {len(found)} rows.")
    return [label or name for label, name in zip(given, found, strict=True)]


def _domains(count: int, spacing: float) -> list[tuple[float, float]]:
    """Return the lower and upper end of ``count`` equal panels between 0 and 1."""
    spacing = min(spacing, 0.5 / max(1, count))
    size = (1 - spacing * (count - 1)) / max(1, count)
    return [(i * (size + spacing), min(1.0, i * (size + spacing) + size)) for i in range(count)]


def _sized(layout_config: LayoutConfig, rows: int = 1, cols: int = 1) -> LayoutConfig:
    """Return a layout with room for that many panels; 60 % of a grid's row is enough per row."""
    height = int(0.6 * layout_config.grid_height_per_row) * rows
    width = layout_config.grid_width_per_col * cols
    return layout_config.model_copy(
        update={
            "height": max(layout_config.height, height),
            "width": max(layout_config.width, width),
        }
    )


def _named(logs: Logs) -> list[tuple[str, Run]]:
    if isinstance(logs, Mapping):
        return list(logs.items())
    return [
        log if isinstance(log, tuple) else (f"Log {number}", log)
        for number, log in enumerate(logs, start=1)
    ]


def _as_names(row: str | Sequence[str]) -> list[str]:
    return [row] if isinstance(row, str) else list(row)


def _variables(run: Run) -> SingleRunData | Mapping[str, DataInstance]:
    return run if isinstance(run, SingleRunData | Mapping) else run.data


def _unit_of(run: Run, fallback: Timescale | str) -> Timescale | str:
    variables = _variables(run)
    return variables.timestamp_unit if isinstance(variables, SingleRunData) else fallback


def _found(run: Run, names: Sequence[str], log_name: str) -> list[DataInstance]:
    variables = _variables(run)
    found = []
    for name in names:
        if name in variables:
            found.append(variables[name])
        else:
            logger.warning("%s has no variable %s.", log_name, name)
    return found


def _first_row(
    grid: Mapping[tuple[int, int], list[DataInstance]], row: int, columns: int
) -> list[DataInstance] | None:
    """Return the first panel of a row that has samples."""
    panels = (grid[row, col] for col in range(columns))
    return next((panel for panel in panels if any(len(one) for one in panel)), None)


def _thinned(
    series: DataInstance,
    unit: Timescale | str,
    max_points: int | None,
    downsample: str | None,
    resolution: float,
) -> tuple[int | None, str | None]:
    """Return how many points to show and by which method, unless the caller has said."""
    if max_points or downsample or len(series) <= DOWNSAMPLE_POINTS:
        return max_points, downsample
    seconds = to_seconds(float(series.timestamp_np[-1] - series.timestamp_np[0]), unit)
    return max(FEWEST_POINTS, math.ceil(seconds * resolution)), "minmaxlttb"


def _mark_empty(
    figure: go.Figure, panel: int, col: int, names: Sequence[str], font_config: FontConfig
) -> None:
    """Say in an empty panel what is not there; a line without points makes its axes visible."""
    axes = {"xaxis": f"x{col}", "yaxis": f"y{panel}"}
    figure.add_annotation(
        text=f"no samples of<br>{', '.join(names)}",
        x=0.5,
        y=0.5,
        xref=f"{_axis_id('x', col)} domain",
        yref=f"{_axis_id('y', panel)} domain",
        showarrow=False,
        font={"size": tick_size(font_config)},
    )
    figure.add_trace(go.Scatter(x=[None], y=[None], showlegend=False, hoverinfo="skip", **axes))


def _axis_id(letter: str, number: int) -> str:
    return letter if number == 1 else f"{letter}{number}"


def _lay_out_grid(
    figure: go.Figure,
    labels: Sequence[str | None],
    columns: Sequence[str],
    font_config: FontConfig,
    layout_config: LayoutConfig,
) -> None:
    across = _domains(len(columns), layout_config.grid_horizontal_spacing / 3)
    upward = _domains(len(labels), layout_config.grid_vertical_spacing / 3)[::-1]
    for col, name in enumerate(columns):
        bottom = (len(labels) - 1) * len(columns) + col + 1
        figure.layout[f"xaxis{col + 1}"] = time_axis(
            font_config, domain=across[col], anchor=f"y{bottom}"
        )
        add_panel_title(figure, name, sum(across[col]) / 2, font_config)
    for row, label in enumerate(labels):
        for col in range(len(columns)):
            first = row * len(columns) + 1
            shared = {} if col == 0 else {"matches": f"y{first}", "showticklabels": False}
            figure.layout[f"yaxis{first + col}"] = (
                axis(None if col else label, font_config, domain=upward[row], anchor=f"x{col + 1}")
                | shared
            )

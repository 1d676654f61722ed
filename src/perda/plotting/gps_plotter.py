"""Tracks in metres: no map, so no map server and no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from perda.core_data_structures.data_instance import DataInstance
from perda.plotting.colorbar import colored_markers, marker_stride
from perda.plotting.data_instance_plotter import axis_name
from perda.plotting.plotting_constants import INK, FontConfig, GpsMapConfig, LayoutConfig
from perda.plotting.style import WEBGL_FROM, axis, color, style_figure
from perda.units import Timescale, to_seconds

if TYPE_CHECKING:
    from ipywidgets import VBox

Floats = npt.NDArray[np.float64]

_PALE = "#d5d9df"
_HOVER = "east %{x:.1f} m<br>north %{y:.1f} m"


@dataclass(frozen=True)
class Track:
    """Points in the order of time.

    Attributes
    ----------
    east, north : numpy.ndarray of float64, shape (n,), n > 0
        Metres from the reference.
    label : str
        Name in the legend.
    values : numpy.ndarray of float64, shape (n,), or None
        What colours the points.
    shade : DataInstance or None
        The series these values are of; gives name and unit.
    """

    east: Floats
    north: Floats
    label: str
    values: Floats | None = None
    shade: DataInstance | None = None


def draw_tracks(
    tracks: Sequence[Track],
    title: str | None,
    gps_map_config: GpsMapConfig,
    layout_config: LayoutConfig,
    font_config: FontConfig,
) -> go.Figure:
    """Draw tracks over one another, each with its start marked.

    Parameters
    ----------
    tracks : sequence of Track
        Tracks about one reference.
    title : str or None
        Title.
    gps_map_config, layout_config, font_config
        Look and sizes; around the tracks stays ``zoom_padding`` / 4 of their size free.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    figure = go.Figure()
    many = sum(len(track.east) for track in tracks) > WEBGL_FROM
    trace = go.Scattergl if many else go.Scatter
    for number, track in enumerate(tracks):
        line_color = gps_map_config.line_color if number == 0 else color(number)
        # Later tracks let those below shine through.
        opacity = 0.7 if number else 1.0
        figure.add_trace(trace(**_line(track, line_color, gps_map_config), opacity=opacity))
        if track.values is not None:
            figure.add_trace(
                go.Scatter(**_markers(track, track.values, gps_map_config, font_config))
            )
    for number, track in enumerate(tracks):
        figure.add_trace(_start(track, color(number), font_config, text=number == 0))
    _style(figure, tracks, title, gps_map_config.zoom_padding / 4, layout_config, font_config)
    return figure


def track_trimmer(
    east: Floats,
    north: Floats,
    timestamps: npt.NDArray[np.int64],
    timestamp_unit: Timescale | str,
    title: str | None,
    layout_config: LayoutConfig,
    font_config: FontConfig,
) -> VBox:
    """Return a notebook widget of a track (see :func:`.trimmer_widget.range_trimmer`)."""
    from perda.plotting.trimmer_widget import range_trimmer

    figure = go.Figure()
    _style(figure, [Track(east, north, "")], title, 0.1, layout_config, font_config)
    return range_trimmer(figure, east, north, timestamps, to_seconds(timestamps, timestamp_unit))


# Any: plotly's attributes are free-form.
def _line(track: Track, line_color: str, config: GpsMapConfig) -> dict[str, Any]:
    """Return the line; under coloured points it is pale, and shows what lies between them."""
    is_shaded = track.values is not None
    return {
        "x": track.east,
        "y": track.north,
        "name": track.label,
        "mode": "lines",
        "line": {
            "color": _PALE if is_shaded else line_color,
            "width": 1 if is_shaded else config.line_width,
        },
        "hoverinfo": "skip" if is_shaded else None,
        "hovertemplate": None if is_shaded else f"{_HOVER}<extra>{track.label}</extra>",
        "showlegend": not is_shaded,
    }


def _markers(
    track: Track, values: Floats, config: GpsMapConfig, font_config: FontConfig
) -> dict[str, Any]:
    name = (axis_name([track.shade]) if track.shade is not None else None) or ""
    shown = marker_stride(len(values))
    return {
        "x": track.east[shown],
        "y": track.north[shown],
        "name": track.label,
        "mode": "markers",
        "marker": colored_markers(values[shown], name, config.marker_size, font_config),
        "hovertemplate": f"{name}: %{{marker.color:.4~g}}<br>{_HOVER}<extra></extra>",
        "showlegend": False,
    }


def _start(track: Track, mark_color: str, font_config: FontConfig, text: bool) -> go.Scatter:
    is_shaded = track.values is not None
    return go.Scatter(
        x=track.east[:1],
        y=track.north[:1],
        mode="markers+text" if text else "markers",
        text=["Start"],
        textposition="top center",
        textfont={"size": font_config.medium, "color": INK},
        marker={
            "symbol": "circle",
            "size": 11,
            "color": "white",
            "line": {"color": INK if is_shaded else mark_color, "width": 3},
        },
        hovertemplate=f"Start of {track.label}<extra></extra>",
        name="Start",
        showlegend=False,
    )


def _style(
    figure: go.Figure,
    tracks: Sequence[Track],
    title: str | None,
    padding: float,
    layout_config: LayoutConfig,
    font_config: FontConfig,
) -> None:
    figure.update_xaxes(
        axis("East [m]", font_config, range=_range([t.east for t in tracks], padding))
    )
    figure.update_yaxes(
        axis(
            "North [m]",
            font_config,
            range=_range([t.north for t in tracks], padding),
            scaleanchor="x",
            scaleratio=1,
        )
    )
    style_figure(
        figure,
        title=title,
        show_legend=len(tracks) > 1,
        font_config=font_config,
        layout_config=layout_config,
    )
    figure.update_layout(hovermode="closest")


def _range(coordinates: Sequence[Floats], padding: float) -> list[float] | None:
    points = np.concatenate([*coordinates, np.zeros(0)])
    if len(points) == 0:
        return None
    low, high = float(points.min()), float(points.max())
    margin = max(1.0, (high - low) * padding)
    return [low - margin, high + margin]

"""The look that all figures share."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from perda.plotting.plotting_constants import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    FontConfig,
    LayoutConfig,
)

COLORS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, GREY, "#000000")
"""Colours of lines, in the order of use. Yellow is left out, as it vanishes on white."""

_GRID = "#e3e6ea"
_AXIS = "#8a9099"
_NOTE = "#5f6b76"

# Above so many points a browser draws with WebGL; below, as SVG, which prints sharper.
WEBGL_FROM = 20_000

LINE_WIDTH = 1.25


def color(index: int) -> str:
    """Return the colour of the trace number ``index``."""
    return COLORS[index % len(COLORS)]


def style_figure(
    figure: go.Figure,
    *,
    title: str | None,
    show_legend: bool,
    font_config: FontConfig,
    layout_config: LayoutConfig,
) -> None:
    """Give a figure its size, fonts, colours, legend and hover box."""
    figure.update_layout(
        width=layout_config.width,
        height=layout_config.height,
        margin=layout_config.margin,
        plot_bgcolor=layout_config.plot_bgcolor,
        paper_bgcolor=layout_config.plot_bgcolor,
        font={"size": font_config.small, "color": INK},
        title=_title(title, font_config, layout_config),
        showlegend=show_legend,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": tick_size(font_config)},
        },
        hovermode="x unified",
        hoverlabel={"font": {"size": tick_size(font_config)}},
    )


def tick_size(font_config: FontConfig) -> int:
    """Return the size of tick and legend texts: readable on a projector, below axis titles."""
    return (font_config.small + font_config.medium) // 2


def time_axis(font_config: FontConfig, **more: Any) -> dict[str, Any]:
    """Return the settings of an axis of seconds; the hover box is headed by the time."""
    return axis(
        "Time [s]",
        font_config,
        **{
            "unifiedhovertitle": {"text": "<b>%{x:.4~f} s</b>"},
            "hoverformat": ".4~f",
            "exponentformat": "none",  # a clock reads 46410, not 46.41k
        }
        | more,
    )


# Any: plotly's attributes are free-form.
def axis(title: str | None, font_config: FontConfig, **more: Any) -> dict[str, Any]:
    """Return the settings of an axis."""
    return {
        "title": {"text": title, "font": {"size": font_config.medium}},
        "tickfont": {"size": tick_size(font_config)},
        "showgrid": True,
        "gridcolor": _GRID,
        "zeroline": False,
        "showline": True,
        "linecolor": _AXIS,
        "ticks": "outside",
        "tickcolor": _AXIS,
        **more,
    }


def _title(
    title: str | None, font_config: FontConfig, layout_config: LayoutConfig
) -> dict[str, Any]:
    return {
        "text": title,
        "x": layout_config.title_x,
        # The top margin holds the title, and below it the legend.
        "y": 1,
        "pad": {"t": 12},
        "xanchor": layout_config.title_xanchor,
        "yanchor": layout_config.title_yanchor,
        "font": {"size": font_config.large},
    }


def style_panel_titles(figure: go.Figure, font_config: FontConfig) -> None:
    """Give the titles that plotly put above its panels the size of axis titles."""
    figure.update_annotations(font={"size": font_config.medium, "color": INK})


def add_note(figure: go.Figure, text: str, font_config: FontConfig, below: int = 34) -> None:
    """Write a note in small type, some pixels below the right end of a figure's axes."""
    if text:
        figure.add_annotation(
            text=text,
            x=1,
            y=0,
            yshift=-below,
            xref="paper",
            yref="paper",
            xanchor="right",
            yanchor="top",
            showarrow=False,
            font={"size": font_config.small + 1, "color": _NOTE},
        )


def add_panel_title(figure: go.Figure, text: str, x: float, font_config: FontConfig) -> None:
    """Write a title above the axes, centred at the fraction ``x`` of their width."""
    figure.add_annotation(
        text=text,
        x=x,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="center",
        yanchor="bottom",
        showarrow=False,
        font={"size": font_config.medium, "color": INK},
    )

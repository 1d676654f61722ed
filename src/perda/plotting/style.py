"""The look that all figures share."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from perda.plotting.plotting_constants import FontConfig, LayoutConfig

COLORS = (
    "#0072b2",  # blue
    "#d55e00",  # vermilion
    "#009e73",  # green
    "#cc79a7",  # purple
    "#e69f00",  # orange
    "#56b4e9",  # sky
    "#7f7f7f",  # grey
    "#000000",  # black
)
"""Colours that stay apart for colour-blind readers. Source: Okabe & Ito, "Color Universal
Design" (2008); yellow is left out, as it vanishes on white."""

_GRID = "#e3e6ea"
_AXIS = "#8a9099"
_TEXT = "#1f2933"

# Above so many points a browser draws with WebGL; below, as SVG, which prints sharper.
WEBGL_FROM = 20_000


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
        font={"size": font_config.small, "color": _TEXT},
        title=_title(title, font_config, layout_config),
        showlegend=show_legend,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": font_config.small},
        },
        hovermode="x unified",
        hoverlabel={"font": {"size": font_config.small}},
    )


# Any: plotly's attributes are free-form.
def axis(title: str | None, font_config: FontConfig, **more: Any) -> dict[str, Any]:
    """Return the settings of an axis."""
    return {
        "title": {"text": title, "font": {"size": font_config.medium}},
        "tickfont": {"size": font_config.small},
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
        "xanchor": layout_config.title_xanchor,
        "yanchor": layout_config.title_yanchor,
        "font": {"size": font_config.large},
    }

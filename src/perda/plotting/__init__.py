"""Arrays in, plotly figures out. Names load on first use, since plotly takes a while to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perda._lazy import lazy_names

if TYPE_CHECKING:
    from perda.plotting.data_instance_plotter import plot_dual_axis, plot_single_axis
    from perda.plotting.plotting_constants import (
        DEFAULT_FONT_CONFIG,
        DEFAULT_LAYOUT_CONFIG,
        DEFAULT_VLINE_CONFIG,
        FontConfig,
        LayoutConfig,
        VLineConfig,
    )

__all__ = [
    "DEFAULT_FONT_CONFIG",
    "DEFAULT_LAYOUT_CONFIG",
    "DEFAULT_VLINE_CONFIG",
    "FontConfig",
    "LayoutConfig",
    "VLineConfig",
    "plot_dual_axis",
    "plot_single_axis",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "perda.plotting.data_instance_plotter": ["plot_dual_axis", "plot_single_axis"],
        "perda.plotting.plotting_constants": [
            "DEFAULT_FONT_CONFIG",
            "DEFAULT_LAYOUT_CONFIG",
            "DEFAULT_VLINE_CONFIG",
            "FontConfig",
            "LayoutConfig",
            "VLineConfig",
        ],
    },
)

"""Settings of the figures, each with a default instance.

The colours are those of Okabe & Ito, "Color Universal Design" (2008): they stay apart for
colour-blind readers.
"""

from __future__ import annotations

from pydantic import BaseModel

BLUE = "#0072b2"
VERMILION = "#d55e00"
GREEN = "#009e73"
PURPLE = "#cc79a7"
ORANGE = "#e69f00"
SKY = "#56b4e9"
GREY = "#7f7f7f"
INK = "#1f2933"


class FontConfig(BaseModel):
    """Font sizes in points: of titles, axis titles, and notes; ticks stand between the last two."""

    large: int = 20
    medium: int = 14
    small: int = 10


class LayoutConfig(BaseModel):
    """Size, margins and spacing of a figure, in pixels or fractions of it.

    Figures of several panels are ``grid_width_per_col`` and ``grid_height_per_row`` pixels per
    panel; their signals are drawn from at most ``max_display_resolution`` samples where a
    function says so (see :func:`perda.plotting.subplots.stride_downsample`).
    """

    width: int = 1200
    height: int = 700
    margin: dict[str, int] = {"l": 70, "r": 50, "t": 90, "b": 70}
    plot_bgcolor: str = "white"
    title_x: float = 0.5
    title_xanchor: str = "center"
    title_yanchor: str = "top"
    grid_width_per_col: int = 400
    grid_height_per_row: int = 350
    grid_horizontal_spacing: float = 0.08
    grid_vertical_spacing: float = 0.12
    max_display_resolution: int = 50


class VLineConfig(BaseModel):
    """Look of vertical lines, such as the seams of joined runs."""

    color: str = "#6b6b6b"
    width: float = 2
    dash: str = "dot"
    opacity: float = 0.7


class DiffPlotConfig(BaseModel):
    """Colours of a comparison of two runs, and the width of its bars in seconds."""

    bucket_size_s: float = 1.0
    color_base_extra: str = BLUE
    color_incom_extra: str = ORANGE
    color_value_mismatch: str = VERMILION
    color_total: str = "#b8bfc7"


class ScatterHistogramPlotConfig(BaseModel):
    """Colours of points, of reference lines and of bars, and the number of bars."""

    color_scatter: str = BLUE
    color_line: str = VERMILION
    color_histogram: str = SKY
    histogram_bins: int = 80


class GpsMapConfig(BaseModel):
    """Look of a track, and which fixes belong to it.

    Tracks are drawn in metres and need no map server: ``mapbox_style`` and ``mapbox_token`` are
    accepted and unused. Fixes further than ``max_radius_m`` from the median position, or
    ``max_jump_m`` from their neighbours, are outliers.
    """

    mapbox_style: str = "white-bg"
    mapbox_token: str | None = None
    marker_size: int = 3
    line_width: float = 2
    line_color: str = BLUE
    zoom_padding: float = 0.4
    max_radius_m: float = 5000.0
    max_jump_m: float = 30.0


class FFTPlotConfig(BaseModel):
    """Scales, colour and height in pixels of a spectrum."""

    log_x: bool = True
    log_y: bool = False
    line_color: str = BLUE
    height_single: int = 500


DEFAULT_FONT_CONFIG = FontConfig()
DEFAULT_LAYOUT_CONFIG = LayoutConfig()
DEFAULT_VLINE_CONFIG = VLineConfig()
DEFAULT_DIFF_PLOT_CONFIG = DiffPlotConfig()
DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG = ScatterHistogramPlotConfig()
DEFAULT_GPS_MAP_CONFIG = GpsMapConfig()
DEFAULT_FFT_PLOT_CONFIG = FFTPlotConfig()

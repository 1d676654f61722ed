"""Settings of the figures, each with a default instance."""

from __future__ import annotations

from pydantic import BaseModel


class FontConfig(BaseModel):
    """Font sizes in points: of titles, axis titles, and tick and legend text."""

    large: int = 20
    medium: int = 14
    small: int = 10


class LayoutConfig(BaseModel):
    """Size, margins and spacing of a figure, in pixels or fractions of it."""

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


DEFAULT_FONT_CONFIG = FontConfig()
DEFAULT_LAYOUT_CONFIG = LayoutConfig()
DEFAULT_VLINE_CONFIG = VLineConfig()

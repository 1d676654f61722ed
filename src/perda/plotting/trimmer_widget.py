"""A slider over a curve, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from perda.errors import MissingExtraError
from perda.plotting.plotting_constants import GREEN, VERMILION
from perda.plotting.style import color

if TYPE_CHECKING:
    from ipywidgets import VBox

_PALE = "#c9ced6"


def range_trimmer(
    figure: go.Figure,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    timestamps: npt.NDArray[np.generic] | None,
    seconds: npt.NDArray[np.float64] | None,
) -> VBox:
    """Return a slider over the points, a text with its bounds, and the figure.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Figure whose axes are set; it gets the whole curve, pale, and the chosen stretch.
    x, y : numpy.ndarray of float64, shape (n,)
        Points.
    timestamps, seconds : numpy.ndarray of shape (n,), or None
        Their times, raw and in seconds.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    MissingExtraError
        If the notebook extra is not installed.
    """
    try:
        import anywidget  # noqa: F401  # FigureWidget stands on it
        from ipywidgets import HTML, IntRangeSlider, Layout, VBox
    except ImportError as error:
        raise MissingExtraError(
            'The trimmer is a notebook widget: pip install "perda[notebook]".'
        ) from error
    figure.add_traces(_curves(x, y))
    shown = go.FigureWidget(figure)
    last = max(0, len(x) - 1)
    slider = IntRangeSlider(
        value=(0, last),
        min=0,
        max=last,
        description="Stretch",
        continuous_update=False,
        readout=False,
        layout=Layout(width="80%"),
    )
    text = HTML()

    def choose(_: object = None) -> None:
        first, end = slider.value
        _move(shown, x, y, first, end)
        text.value = _bounds(first, end, timestamps, seconds)

    slider.observe(choose, names="value")
    choose()
    return VBox([slider, text, shown])


def _curves(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> list[go.Scatter]:
    ends = {"mode": "markers", "showlegend": False}
    return [
        go.Scattergl(x=x, y=y, mode="lines", line={"color": _PALE, "width": 1}, hoverinfo="skip"),
        go.Scattergl(mode="lines", line={"color": color(0), "width": 2}),
        go.Scattergl(marker={"color": GREEN, "size": 10}, name="start", **ends),
        go.Scattergl(marker={"color": VERMILION, "size": 10}, name="end", **ends),
    ]


def _move(
    shown: go.FigureWidget,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    first: int,
    end: int,
) -> None:
    stretches = (slice(first, end + 1), slice(first, first + 1), slice(end, end + 1))
    with shown.batch_update():
        for trace, stretch in zip(shown.data[1:], stretches, strict=True):
            trace.x, trace.y = x[stretch], y[stretch]


def _bounds(
    first: int,
    end: int,
    timestamps: npt.NDArray[np.generic] | None,
    seconds: npt.NDArray[np.float64] | None,
) -> str:
    if timestamps is None or seconds is None or len(timestamps) == 0:
        return f"points {first} to {end}"
    return (
        f"timestamps {timestamps[first]} to {timestamps[end]} "
        f"({seconds[first]:.3f} s to {seconds[end]:.3f} s)"
    )

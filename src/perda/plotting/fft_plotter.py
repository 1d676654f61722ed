"""Spectra."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from perda.plotting.plotting_constants import (
    DEFAULT_FFT_PLOT_CONFIG,
    DEFAULT_FONT_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    FFTPlotConfig,
    FontConfig,
    LayoutConfig,
)
from perda.plotting.style import LINE_WIDTH, WEBGL_FROM, axis, color, style_figure

logger = logging.getLogger(__name__)

Arrays = Sequence[npt.ArrayLike] | npt.NDArray[np.float64]


def plot_fft_spectrum(
    frequencies: Arrays,
    magnitudes: Arrays,
    series_names: Sequence[str] | str,
    title: str | None = None,
    x_label: str = "Frequency (Hz)",
    y_label: str = "Magnitude",
    stacked: bool = True,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
    fft_config: FFTPlotConfig = DEFAULT_FFT_PLOT_CONFIG,
) -> go.Figure:
    """Plot one or more spectra, below one another or in one panel.

    Parameters
    ----------
    frequencies, magnitudes : sequence of array-like, shape (k,) each
        One pair per series; each may have its own length. A single array is one series.
    series_names : sequence of str or str
        One name per series.
    title, x_label, y_label : str or None
        Texts.
    stacked : bool
        A row per series with one frequency axis; otherwise all lines are in one panel.
    layout_config, font_config, fft_config
        Sizes, scales and colour. A logarithmic axis leaves out what is not above 0, such as
        the bin of frequency 0.

    Returns
    -------
    plotly.graph_objects.Figure
        Without lines, after a logged warning, for a series without points.

    Raises
    ------
    ValueError
        If there is no series, their numbers differ, or a frequency has no magnitude.
    """
    spectra = _pairs(frequencies, magnitudes, series_names)
    rows = len(spectra) if stacked else 1
    figure = make_subplots(rows=rows, shared_xaxes=True, vertical_spacing=0.12 / rows)
    total = sum(len(x) for _, x, _ in spectra)
    trace = go.Scattergl if total > WEBGL_FROM else go.Scatter
    for number, (name, x, y) in enumerate(spectra):
        shown = _shown(x, y, fft_config)
        if not shown.any():
            logger.warning("%s has no points to plot.", name)
            continue
        figure.add_trace(
            trace(
                x=x[shown],
                y=y[shown],
                mode="lines",
                name=name,
                line={"color": _line_color(number, stacked, fft_config), "width": LINE_WIDTH},
                hovertemplate=f"%{{y:.4~g}}<extra>{name}</extra>",
            ),
            row=number + 1 if stacked else 1,
            col=1,
        )
    _style_axes(figure, [name for name, _, _ in spectra], x_label, y_label, font_config, fft_config)
    height = max(fft_config.height_single, int(0.7 * layout_config.grid_height_per_row) * rows)
    style_figure(
        figure,
        title=title,
        show_legend=len(spectra) > 1 and not stacked,
        font_config=font_config,
        layout_config=layout_config.model_copy(update={"height": height}),
    )
    return figure


def _pairs(
    frequencies: Arrays, magnitudes: Arrays, series_names: Sequence[str] | str
) -> list[tuple[str, npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    names = [series_names] if isinstance(series_names, str) else list(series_names)
    xs, ys = _as_arrays(frequencies), _as_arrays(magnitudes)
    if not names or not len(xs) == len(ys) == len(names):
        raise ValueError(
            f"There are {len(xs)} frequency arrays, {len(ys)} magnitude arrays and {len(names)} "
            "names; expected one or more, of each as many."
        )
    for name, x, y in zip(names, xs, ys, strict=True):
        if x.shape != y.shape:
            raise ValueError(f"{name} has {len(x)} frequencies and {len(y)} magnitudes.")
    return list(zip(names, xs, ys, strict=True))


def _as_arrays(arrays: Arrays) -> list[npt.NDArray[np.float64]]:
    is_one = len(arrays) > 0 and np.ndim(arrays[0]) == 0
    return [np.asarray(one, dtype=np.float64) for one in ([arrays] if is_one else arrays)]


def _shown(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], config: FFTPlotConfig
) -> npt.NDArray[np.bool_]:
    shown = np.ones(len(x), dtype=np.bool_)
    if config.log_x:
        shown &= x > 0
    if config.log_y:
        shown &= y > 0
    return shown


def _line_color(number: int, stacked: bool, config: FFTPlotConfig) -> str:
    return config.line_color if stacked or number == 0 else color(number)


def _style_axes(
    figure: go.Figure,
    names: Sequence[str],
    x_label: str,
    y_label: str,
    font_config: FontConfig,
    config: FFTPlotConfig,
) -> None:
    rows = len(list(figure.select_yaxes()))
    # Powers of ten and, between them, 2 and 5: plotly's own digits between would crowd the axis.
    log = {"type": "log", "dtick": "D2"}
    figure.update_xaxes(
        axis(None, font_config, hoverformat=".4~g", **(log if config.log_x else {}))
    )
    figure.update_xaxes(title_text=x_label, row=rows)
    for row in range(1, rows + 1):
        text = f"{names[row - 1]}<br>{y_label}" if rows > 1 else y_label
        scale = {"type": "log", "dtick": 1, "exponentformat": "power"} if config.log_y else {}
        figure.update_yaxes(axis(text, font_config, **scale), row=row)
    if len(names) == 1:
        figure.update_yaxes(title_text=f"{names[0]}<br>{y_label}")

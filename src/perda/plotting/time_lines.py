"""One line per series over time: thinned out, broken at gaps, stepped for states."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go

from perda.core_data_structures.data_instance import DataInstance
from perda.plotting.downsampling import Floats, Indices, choose_samples
from perda.plotting.states import is_state
from perda.plotting.style import LINE_WIDTH, WEBGL_FROM, color
from perda.units import Timescale, to_seconds

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LineOptions:
    """How series become lines.

    Attributes
    ----------
    timestamp_unit : Timescale or str
        Unit of the series' times.
    max_points, downsample
        As in :func:`perda.plotting.downsampling.choose_samples`.
    max_gap_s : float or None
        Seconds between two samples beyond which the line breaks.
    steps : bool or None
        Whether lines are steps; None: those of states are.
    """

    timestamp_unit: Timescale | str = Timescale.MS
    max_points: int | None = None
    downsample: str | None = None
    max_gap_s: float | None = None
    steps: bool | None = None

    def __post_init__(self) -> None:
        if self.max_gap_s is not None and not self.max_gap_s > 0:
            raise ValueError(f"max_gap_s is {self.max_gap_s}; expected > 0, or None.")


@dataclass
class Account:
    """How many samples of those given a figure shows, and by which rules."""

    shown: int = 0
    given: int = 0
    rules: list[str] = field(default_factory=list)

    def add(self, line: _Line) -> None:
        """Count one line's samples."""
        self.shown += line.shown
        self.given += line.given
        self.rules += [line.rule] if line.rule else []

    @property
    def text(self) -> str:
        """The account in words; empty when every sample is shown."""
        if not self.rules:
            return ""
        rules = ", ".join(dict.fromkeys(self.rules))
        return f"shown: {self.shown:,} of {self.given:,} samples, {rules}"


# Any: plotly's trace attributes are free-form.
def add_series(
    figure: go.Figure,
    series: Sequence[DataInstance],
    options: LineOptions,
    *,
    account: Account | None = None,
    first_color: int | None = None,
    line: dict[str, Any] | None = None,
    **placement: Any,
) -> None:
    """Add one line per series; one without samples is named in a warning and gives none.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        Gets the lines.
    series : sequence of DataInstance
        Series.
    options : LineOptions
        How they become lines.
    account : Account or None
        Gets the numbers of samples added to it.
    first_color : int or None
        Number of the first line's colour; None: the number of traces there are.
    line, **placement
        Look of the lines, and other attributes of the traces.

    Raises
    ------
    ValueError
        If ``max_points`` is below 1 or the method of downsampling is unknown.
    """
    account = account if account is not None else Account()
    drawn = [(one, _Line(one, options)) for one in series if _has_samples(one)]
    # One kind for all: in a figure of both, WebGL lines would lie above the others.
    webgl = sum(len(line.values) for _, line in drawn) > WEBGL_FROM
    first = len(figure.data) if first_color is None else first_color
    for number, (one, points) in enumerate(drawn, start=first):
        account.add(points)
        look = {"color": color(number), "width": LINE_WIDTH} | points.shape
        figure.add_trace(
            (go.Scattergl if webgl else go.Scatter)(
                x=points.times_s,
                y=points.values,
                mode="lines" if len(points.values) > 1 else "markers",
                name=series_name(one),
                hovertemplate=_hover(one, points),
                line=look | (line or {}),
                **placement,
            )
        )


def series_name(series: DataInstance) -> str:
    """Return what a figure calls a series."""
    if series.label or series.cpp_name:
        return str(series.label or series.cpp_name)
    return "Series" if series.var_id is None else f"Variable {series.var_id}"


def bare_name(series: DataInstance) -> str:
    """Return a series' name without the unit that a label may end in."""
    return series_name(series).removesuffix(f"[{series.unit}]").rstrip()


class _Line:
    """The points of one line."""

    def __init__(self, series: DataInstance, options: LineOptions) -> None:
        times = to_seconds(series.timestamp_np, options.timestamp_unit)
        values = series.value_np
        self.is_state = is_state(series) if options.steps is None else options.steps
        chosen = choose_samples(
            times, values, options.max_points, options.downsample, is_state=self.is_state
        )
        gaps = _gaps(times, options.max_gap_s)
        positions = np.arange(len(times))[chosen.indices]
        if options.max_gap_s is not None and chosen.rule and not chosen.every_nth:
            # The samples on both sides of a gap stay, or the hole would look longer than it is.
            positions = np.union1d(positions, np.concatenate([gaps - 1, gaps]))
        self.times_s, self.values = _broken(times[positions], values[positions], positions, gaps)
        self.rule, self.shown, self.given = chosen.rule, len(positions), len(times)

    @property
    def shape(self) -> dict[str, str]:
        """How neighbouring points are joined."""
        return {"shape": "hv"} if self.is_state else {}


def _has_samples(series: DataInstance) -> bool:
    if len(series) == 0:
        logger.warning("%s has no samples to plot.", series_name(series))
    return len(series) > 0


def _gaps(times_s: Floats, max_gap_s: float | None) -> Indices:
    """Return the positions of the samples that come too long after the one before."""
    if max_gap_s is None:
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(np.diff(times_s) > max_gap_s) + 1


def _broken(
    times_s: Floats, values: Floats, positions: Indices, gaps: Indices
) -> tuple[Floats, Floats]:
    """Put a point without a value between the chosen samples that a gap lies between."""
    if len(gaps) == 0:
        return times_s, values
    before = np.unique(np.searchsorted(positions, gaps, side="left"))
    before = before[(before > 0) & (before < len(positions))]
    return np.insert(times_s, before, times_s[before - 1]), np.insert(values, before, np.nan)


def _hover(series: DataInstance, line: _Line) -> str:
    unit = f" {series.unit}" if series.unit else ""
    part = ""
    if line.rule:
        part = f"  <i>(shown: {line.shown:,} of {line.given:,} samples, {line.rule})</i>"
    return f"%{{y:.6~g}}{unit}{part}<extra>{bare_name(series)}</extra>"

"""What a notebook shows of a series and of a run: a small table and small curves.

Colours and background are the notebook's own (``currentColor``), so that light and dark themes
both read well. All text from the log is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice

import numpy as np

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Times, Values
from perda.core_data_structures.single_run_data import SingleRunData
from perda.units import to_seconds

VARIABLES_SHOWN = 12
"""Variables of a run that its table lists; only their samples are read."""

_LARGE = (480, 64)  # pixels
_SMALL = (120, 18)
_NOTHING = "–"
_LEFT = ' style="text-align:left"'


def series_html(series: DataInstance) -> str:
    """Return a table of a series' facts and its curve, as HTML.

    Parameters
    ----------
    series : DataInstance
        Series of any length. Its times are shown as they are, as it does not know their unit.

    Returns
    -------
    str
    """
    low, high = _range(series.value_np)
    times = series.timestamp_np
    facts = [
        ("Variable", series.cpp_name),
        ("Label", series.label),
        ("Id", series.var_id),
        ("Unit", series.unit),
        ("Samples", f"{len(series):,}"),
        ("Times", f"{times[0]} to {times[-1]} (in the log's unit)" if len(times) else None),
        ("Min", low),
        ("Max", high),
    ]
    return f"<div>{_facts(facts)}{sparkline(times, series.value_np, _LARGE)}</div>"


def run_html(run: SingleRunData) -> str:
    """Return a table of a run's facts and of its first variables, as HTML.

    Parameters
    ----------
    run : SingleRunData
        Run; only the samples of the variables shown are touched.

    Returns
    -------
    str
    """
    start, end = (
        to_seconds(time, run.timestamp_unit) for time in (run.data_start_time, run.data_end_time)
    )
    facts = [
        ("Header", run.header),
        ("Recorded", run.creation_time.isoformat(sep=" ") if run.creation_time else None),
        ("Duration", f"{end - start:,.3f} s ({start:,.3f} s to {end:,.3f} s)"),
        ("Samples", f"{run.total_data_points:,}"),
        ("Variables", f"{len(run):,}"),
        ("Bad lines", f"{run.report.reported:,}" if run.report is not None else None),
    ]
    rows = [_variable_row(run, var_id) for var_id in islice(run.id_to_instance, VARIABLES_SHOWN)]
    head = ("variable", "label", "unit", "samples", "min", "max", "")
    more = len(run) - len(rows)
    note = f"<p>… and {more:,} more: <code>list(run)</code> names them all</p>" if more > 0 else ""
    return f"<div>{_facts(facts)}{_table(head, rows)}{note}</div>"


def sparkline(times: Times, values: Values, size: tuple[int, int] = _LARGE) -> str:
    """Return a curve as SVG: every pixel column runs from its smallest to its largest value.

    Parameters
    ----------
    times : numpy.ndarray of int64, shape (n,)
        Non-decreasing times.
    values : numpy.ndarray of float64, shape (n,)
        Values; what is not finite is left out, and leaves a gap where a column has nothing else.
    size : tuple of int
        Width and height in pixels.

    Returns
    -------
    str
        ``<svg>`` element; the empty string if no value is finite.
    """
    columns, lows, highs = _extremes(times, values, size[0])
    drawn = ~np.isnan(lows)
    if not drawn.any():
        return ""
    width, height = size
    path = _path(columns, _heights(lows, lows, highs, height), _heights(highs, lows, highs, height))
    return (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="curve over time"><path d="{path}" fill="none" stroke="currentColor" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def _extremes(times: Times, values: Values, width: int) -> tuple[Times, Values, Values]:
    """Return the pixel columns that hold samples, and the extremes in each (NaN if not finite)."""
    if len(times) == 0:
        return np.empty(0, np.int64), np.empty(0), np.empty(0)
    span = float(times[-1] - times[0])
    # Up: the first whole time inside the column, or a few samples would all slip to the right.
    edges = times[0] + np.ceil(np.arange(width) * (span / width)).astype(np.int64)
    starts = np.searchsorted(times, edges)
    # reduceat makes nothing of an empty column, so only those with samples are asked for.
    columns = np.flatnonzero(np.diff(np.append(starts, len(times))))
    starts = starts[columns]
    lows, highs = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    if np.isinf(lows).any() or np.isinf(highs).any():
        values = np.where(np.isinf(values), np.nan, values)
        lows, highs = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    return columns, lows, highs


def _heights(values: Values, lows: Values, highs: Values, height: int) -> Values:
    # Halves, because the range of two finite numbers need not be finite.
    low, high = np.nanmin(lows) / 2, np.nanmax(highs) / 2
    if high == low:
        return np.where(np.isnan(values), np.nan, height / 2)
    share = (values / 2 - low) / (high - low)
    heights: Values = 1 + (1 - share) * (height - 2)
    return heights


def _path(columns: Times, bottoms: Values, tops: Values) -> str:
    parts, pen = [], "M"
    for x, bottom, top in zip(columns.tolist(), bottoms.tolist(), tops.tolist(), strict=True):
        if bottom != bottom:  # NaN: nothing to draw here, and the next point begins anew
            pen = "M"
            continue
        parts.append(f"{pen}{x}.5 {bottom:.1f}V{top:.1f}")
        pen = "L"
    return "".join(parts)


def _variable_row(run: SingleRunData, var_id: int) -> list[str]:
    series = run.id_to_instance[var_id]
    texts = [run.id_to_cpp_name.get(var_id), series.label, series.unit]
    numbers = [f"{len(series):,}", *_range(series.value_np)]
    curve = sparkline(series.timestamp_np, series.value_np, _SMALL)
    return [
        *(f"<td{_LEFT}>{_text(text)}</td>" for text in texts),
        *(f"<td>{_text(number)}</td>" for number in numbers),
        f"<td>{curve}</td>",
    ]


def _range(values: Values) -> tuple[str | None, str | None]:
    if len(values) == 0:
        return None, None
    low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    return (None, None) if np.isnan(low) else (f"{low:.6g}", f"{high:.6g}")


def _facts(facts: Iterable[tuple[str, str | int | None]]) -> str:
    rows = (
        f"<tr><th{_LEFT}>{name}</th><td{_LEFT}>{_text(fact)}</td></tr>"
        for name, fact in facts
        if fact is not None
    )
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    titles = "".join(f"<th{_LEFT}>{title}</th>" for title in head)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: str | int | None) -> str:
    return _NOTHING if value is None else escape(str(value))

"""Series and runs as tables of polars, pandas and xarray.

A table has one row per time. Between two samples of a variable its value is found by a
:class:`.ResampleMethod`; before its first and after its last sample there is none (null in
polars, NaN in pandas and xarray), whatever the method: a held end value could not be told from
a measured one any more, while a hole can be filled with one call (``forward_fill``).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import ResampleMethod, Times, Values, sample_at
from perda.core_data_structures.single_run_data import SingleRunData, VariableKey
from perda.core_data_structures.table_grid import CellLimit, EvenGrid, Grid, UnionGrid
from perda.errors import MissingExtraError
from perda.units import Timescale, to_seconds

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Names = VariableKey | Sequence[VariableKey] | None

MAX_CELLS = 200_000_000
"""Rows × variables above which a table is refused: 1.6 GB of float64."""

TIME = "time_s"
WALL_TIME = "time"


def series_to_polars(
    series: DataInstance, timestamp_unit: Timescale | str = Timescale.MS
) -> pl.DataFrame:
    """Return a series as a table of its own samples.

    The columns bear the same names for every series, so that tables can be stacked; what the
    series is called stands in the series.

    Parameters
    ----------
    series : DataInstance
        Series of n samples.
    timestamp_unit : Timescale or str
        Unit of its times, which a series does not know: ``run.timestamp_unit``.

    Returns
    -------
    polars.DataFrame, shape (n, 3)
        ``timestamp`` (Int64, as in the log), ``time_s`` (Float64, seconds), ``value``
        (Float64; NaN stays NaN). A copy: editing neither changes the other.
    """
    return pl.DataFrame(
        {
            # polars would share numpy's memory, and see every later edit.
            "timestamp": series.timestamp_np.copy(),
            TIME: to_seconds(series.timestamp_np, timestamp_unit),
            "value": series.value_np.copy(),
        }
    )


def series_to_pandas(
    series: DataInstance,
    timestamp_unit: Timescale | str = Timescale.MS,
    creation_time: datetime | None = None,
    creation_timestamp: int | None = None,
) -> pd.Series:
    """Return a series as a pandas Series over time.

    Parameters
    ----------
    series : DataInstance
        Series of n samples.
    timestamp_unit : Timescale or str
        Unit of its times, which a series does not know: ``run.timestamp_unit``.
    creation_time : datetime, optional
        Moment of ``creation_timestamp``; with it the index is wall time, naive or aware as the
        moment is.
    creation_timestamp : int, optional
        Time in ``timestamp_unit`` at ``creation_time``; a run's is its ``data_start_time``.

    Returns
    -------
    pandas.Series, shape (n,)
        Float64, named by the C++ name, else by the label; the index is ``time_s`` (float,
        seconds) or ``time`` (DatetimeIndex).

    Raises
    ------
    MissingExtraError
        If pandas is not installed.
    ValueError
        If only one of ``creation_time`` and ``creation_timestamp`` is given.
    """
    pandas = _extra("pandas")
    times, unit = series.timestamp_np, Timescale(timestamp_unit)
    if creation_time is not None and creation_timestamp is not None:
        index = _wall_time_index(times, unit, creation_time, creation_timestamp)
    elif creation_time is None and creation_timestamp is None:
        index = pandas.Index(to_seconds(times, unit), name=TIME)
    else:
        raise ValueError(
            "creation_time and creation_timestamp go together: the second is the log's time at "
            "the first, such as run.data_start_time. A run knows both: "
            "run.to_pandas([name], wall_time=True)."
        )
    name = series.cpp_name or series.label
    return pandas.Series(series.value_np.copy(), index=index, name=name)


def run_to_polars(
    run: SingleRunData,
    names: Names = None,
    method: ResampleMethod | str = ResampleMethod.LINEAR,
    freq_hz: float | None = None,
    *,
    max_cells: int | None = None,
) -> pl.DataFrame:
    """Return several variables on common times as one table.

    Parameters
    ----------
    run : SingleRunData
        Run.
    names : str, int, DataInstance or sequence of them, optional
        Variables, by name, id or as series; None: every name of the run.
    method : ResampleMethod or str
        How values between samples are found.
    freq_hz : float, optional
        Rows per second, evenly from the first to the last time of any of the variables (the
        last time is in if the grid meets it; times are rounded to whole units of the log). None:
        one row for every time at which any of the variables has a sample.
    max_cells : int, optional
        Refuse a table with more rows × variables; None: ``MAX_CELLS``.

    Returns
    -------
    polars.DataFrame
        ``time_s`` (Float64, seconds, increasing) and a Float64 column per variable, in the order
        asked for; null before a variable's first and after its last sample. At an instant with
        several samples the last one counts.

    Raises
    ------
    KeyError
        If the run has no such variable.
    TableTooLargeError
        If the table would be larger than ``max_cells``.
    ValueError
        If the method is unknown, the frequency not positive or above one row per unit of time,
        two columns would have the same name, or a series has none.
    """
    grid, chosen = _grid_and_series(run, names, freq_hz, max_cells)
    columns = [pl.Series(TIME, to_seconds(grid, run.timestamp_unit))]
    for name, first, values in _read(grid, chosen, method):
        column = pl.Series(name, [], pl.Float64).extend_constant(None, first)
        column.extend(pl.Series(values))
        columns.append(column.extend_constant(None, len(grid) - len(column)))
    return pl.DataFrame(columns)


def run_to_pandas(
    run: SingleRunData,
    names: Names = None,
    method: ResampleMethod | str = ResampleMethod.LINEAR,
    freq_hz: float | None = None,
    *,
    wall_time: bool = False,
    max_cells: int | None = None,
) -> pd.DataFrame:
    """Return several variables on common times as a pandas DataFrame.

    Parameters
    ----------
    run, names, method, freq_hz, max_cells
        As in :func:`run_to_polars`.
    wall_time : bool
        Index by date and time, counting from the log's recording time at the run's first time,
        instead of by seconds.

    Returns
    -------
    pandas.DataFrame
        Float64 columns, NaN outside a variable's own times; the index is ``time_s`` (float) or
        ``time`` (DatetimeIndex, in the car's local time).

    Raises
    ------
    MissingExtraError
        If pandas is not installed.
    ValueError
        If wall time is asked for and the log names no recording time; and as in
        :func:`run_to_polars`, with its other errors.
    """
    pandas = _extra("pandas")
    grid, chosen = _grid_and_series(run, names, freq_hz, max_cells)
    index = _run_index(run, grid, wall_time)
    return pandas.DataFrame(dict(_filled(grid, chosen, method)), index=index)


def run_to_xarray(
    run: SingleRunData,
    names: Names = None,
    method: ResampleMethod | str = ResampleMethod.LINEAR,
    freq_hz: float | None = None,
    *,
    wall_time: bool = False,
    max_cells: int | None = None,
) -> xr.Dataset:
    """Return several variables on common times as an xarray Dataset.

    Parameters
    ----------
    run, names, method, freq_hz, wall_time, max_cells
        As in :func:`run_to_pandas`.

    Returns
    -------
    xarray.Dataset
        One dimension, ``time_s`` or ``time``; each variable's label and unit are its attributes
        ``long_name`` and ``units``; the log's header and recording time those of the dataset.

    Raises
    ------
    MissingExtraError
        If xarray is not installed.
    ValueError
        As in :func:`run_to_pandas`, with its other errors.
    """
    xarray = _extra("xarray")
    grid, chosen = _grid_and_series(run, names, freq_hz, max_cells)
    index = _run_index(run, grid, wall_time)
    variables = {
        name: (index.name, values, _attributes(long_name=series.label, units=series.unit))
        for (name, values), series in zip(
            _filled(grid, chosen, method), chosen.values(), strict=True
        )
    }
    recorded = run.creation_time.isoformat() if run.creation_time else None
    dataset: xr.Dataset = xarray.Dataset(
        variables,
        coords={index.name: index},
        attrs=_attributes(header=run.header, creation_time=recorded),
    )
    return dataset


def _grid_and_series(
    run: SingleRunData, names: Names, freq_hz: float | None, max_cells: int | None
) -> tuple[Times, dict[str, DataInstance]]:
    keys = _keys_by_column(run, names)
    limit = CellLimit(len(keys), MAX_CELLS if max_cells is None else max_cells)
    grid: Grid = UnionGrid() if freq_hz is None else EvenGrid(freq_hz, run.timestamp_unit)
    chosen = {}
    for column, key in keys.items():
        chosen[column] = run[key]
        limit.check(grid.add(chosen[column].timestamp_np))
    times = grid.times()
    limit.check(len(times))
    return times, chosen


def _keys_by_column(run: SingleRunData, names: Names) -> dict[str, VariableKey]:
    if names is None:
        names = list(run)
    elif isinstance(names, str | int | DataInstance):
        names = [names]
    keys: dict[str, VariableKey] = {}
    for key in names:
        column = _column_name(run, key)
        if column in keys or column in (TIME, WALL_TIME):
            raise ValueError(f"Two columns would be called {column!r}; name each variable once.")
        keys[column] = key
    return keys


def _column_name(run: SingleRunData, key: VariableKey) -> str:
    if isinstance(key, str):
        return key
    series = run[key]
    name = series.cpp_name or series.label
    if name is None:
        raise ValueError("A column needs a name: give the series a cpp_name or a label.")
    return name


def _read(
    grid: Times, chosen: dict[str, DataInstance], method: ResampleMethod | str
) -> Iterator[tuple[str, int, Values]]:
    """Yield for each column its name, its first row with a value, and its values from there on."""
    method = ResampleMethod(method)
    for name, series in chosen.items():
        times, values = series.timestamp_np, series.value_np
        if len(series) == 0:
            yield name, 0, values[:0]
            continue
        first, end = np.searchsorted(grid, times[0]), np.searchsorted(grid, times[-1], "right")
        yield name, int(first), sample_at(grid[first:end], times, values, method)


def _filled(
    grid: Times, chosen: dict[str, DataInstance], method: ResampleMethod | str
) -> Iterator[tuple[str, Values]]:
    for name, first, values in _read(grid, chosen, method):
        column = np.full(len(grid), np.nan)
        column[first : first + len(values)] = values
        yield name, column


def _run_index(run: SingleRunData, grid: Times, wall_time: bool) -> pd.Index:
    if not wall_time:
        return _extra("pandas").Index(to_seconds(grid, run.timestamp_unit), name=TIME)
    if run.creation_time is None:
        raise ValueError(
            "The log's header names no recording time, so there is no wall time; set "
            "run.creation_time, or leave wall_time out and use seconds."
        )
    start = run.data_start_time if run.creation_timestamp is None else run.creation_timestamp
    return _wall_time_index(grid, run.timestamp_unit, run.creation_time, start)


def _wall_time_index(
    times: Times, unit: Timescale, moment: datetime, timestamp: int
) -> pd.DatetimeIndex:
    pandas = _extra("pandas")
    since = pandas.to_timedelta(times - timestamp, unit=unit.value)
    return pandas.DatetimeIndex(pandas.Timestamp(moment) + since, name=WALL_TIME)


def _attributes(**texts: str | None) -> dict[str, str]:
    # Files that a dataset is saved to have no place for None.
    return {name: text for name, text in texts.items() if text}


# Any: modules that need not be installed.
def _extra(package: str) -> Any:
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f'This needs {package}, not installed here: pip install "perda[{package}]"'
        ) from error

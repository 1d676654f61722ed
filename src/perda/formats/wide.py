"""Tables with one column per variable, for spreadsheets and other software."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from perda._files import whole_file
from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.frames import MAX_CELLS
from perda.core_data_structures.resampling import ResampleMethod, Times
from perda.core_data_structures.single_run_data import SingleRunData
from perda.errors import ExportError, TableTooLargeError
from perda.formats.progress import Progress
from perda.units import to_seconds

if TYPE_CHECKING:
    import polars as pl

TIME = "time_s"
METADATA_KEY = b"perda"

_CELLS_PER_PIECE = 4_000_000
_RESERVED = {TIME, "time"}


def write_wide_csv(
    run: SingleRunData,
    path: Path,
    *,
    freq_hz: float | None = None,
    method: ResampleMethod | str | None = None,
    progress: Progress | None = None,
    overwrite: bool = True,
) -> None:
    """Write a table of all variables over time as CSV; an empty field is no value.

    Parameters
    ----------
    run : SingleRunData
        Run.
    path : Path
        The file appears, or is replaced, when it is complete and on disk.
    freq_hz, method
        As in :func:`wide_table`.
    progress : object with ``update(n)`` and ``close()``, optional
        Told the samples done, ``run.total_data_points`` in all.
    overwrite : bool
        Whether a file of that name may be replaced.

    Raises
    ------
    ExportError
        If the run has no samples, or the frequency is not positive or above one row per unit
        of the log's time.
    TableTooLargeError
        If the table would have more than ``MAX_CELLS`` cells.
    ValueError
        If the method is unknown.
    LocalFileError
        If the file exists and may not be replaced, or cannot be written.
    """
    table = wide_table(run, freq_hz=freq_hz, method=method)
    with whole_file(path, overwrite=overwrite) as file:
        for i, piece in enumerate(_pieces(table)):
            piece.write_csv(file, include_header=i == 0)
            _tell(progress, run, table, piece)


def write_wide_parquet(
    run: SingleRunData,
    path: Path,
    *,
    freq_hz: float | None = None,
    method: ResampleMethod | str | None = None,
    progress: Progress | None = None,
    overwrite: bool = True,
) -> None:
    """Write a table of all variables over time as Parquet; null is no value.

    Each column's metadata has the variable's ``name``, ``description``, ``unit`` and ``id``; the
    file's, under the key ``perda``, a JSON object with the log's ``header``, ``recorded`` and
    ``timestamp_unit``.

    Parameters
    ----------
    run, path, freq_hz, method, progress, overwrite
        As in :func:`write_wide_csv`.

    Raises
    ------
    ExportError, TableTooLargeError, ValueError, LocalFileError
        As :func:`write_wide_csv`.
    """
    table = wide_table(run, freq_hz=freq_hz, method=method)
    schema = _schema(run)
    with (
        whole_file(path, overwrite=overwrite) as file,
        pq.ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        for piece in _pieces(table):
            writer.write_table(piece.to_arrow().cast(schema))
            _tell(progress, run, table, piece)


def wide_table(
    run: SingleRunData,
    *,
    freq_hz: float | None = None,
    method: ResampleMethod | str | None = None,
) -> pl.DataFrame:
    """Return all variables of a run as one table over time.

    Parameters
    ----------
    run : SingleRunData
        Run.
    freq_hz : float, optional
        Rows per second, evenly from the first time to the last; None: a row for every time at
        which any variable has a sample.
    method : ResampleMethod or str, optional
        How values between samples are found; None: linear with ``freq_hz``, and not at all
        without: every cell is then a sample of the log.

    Returns
    -------
    polars.DataFrame
        ``time_s`` (seconds, increasing) and a Float64 column per variable; null where it has no
        value, such as before its first and after its last sample. At an instant with several
        samples of a variable the last one counts. Of variables with the same name all but the
        one that the name leads to have their id behind it: ``name.8598``.

    Raises
    ------
    ExportError
        If the run has no samples, or the frequency is not positive or above one row per unit
        of the log's time.
    TableTooLargeError
        If the table would have more than ``MAX_CELLS`` cells.
    ValueError
        If the method is unknown.
    """
    if run.total_data_points == 0:
        raise ExportError("There is nothing to write: the run has no samples.")
    highest = run.timestamp_unit.per_second
    if freq_hz is not None and not 0 < freq_hz <= highest:
        raise ExportError(f"freq_hz is {freq_hz:g}; expected more than 0 and at most {highest:,}.")
    columns = _columns(run)
    if freq_hz is None and method is None:
        return _table_of_samples(run, columns)
    plain = {var_id: name for name, var_id in run.cpp_name_to_id.items()}
    keys: list[str | int | DataInstance] = [
        # A name, where it will do, lets the run read the variable when its turn comes.
        column if plain.get(var_id) == column else _renamed(run, var_id, column)
        for column, var_id in columns.items()
    ]
    return run.to_polars(keys, method or ResampleMethod.LINEAR, freq_hz, max_cells=MAX_CELLS)


def _columns(run: SingleRunData) -> dict[str, int]:
    """Return the variables' ids by the names of their columns."""
    taken = _RESERVED | run.cpp_name_to_id.keys()
    columns: dict[str, int] = {}
    for var_id in run.id_to_instance:
        name = run.id_to_cpp_name.get(var_id, f"undeclared.{var_id}")
        if name in _RESERVED or run.cpp_name_to_id.get(name, var_id) != var_id:
            name = f"{name}.{var_id}"
            while name in taken:
                name += "_"
        taken.add(name)
        columns[name] = var_id
    return columns


def _renamed(run: SingleRunData, var_id: int, column: str) -> DataInstance:
    return run.peek(var_id).model_copy(update={"cpp_name": column})


def _table_of_samples(run: SingleRunData, columns: dict[str, int]) -> pl.DataFrame:
    import polars as pl

    series = {column: run.peek(var_id) for column, var_id in columns.items()}
    times = _distinct(np.concatenate([one.timestamp_np for one in series.values()]))
    if len(times) * len(columns) > MAX_CELLS:
        raise TableTooLargeError(
            f"The table would have {len(times):,} rows × {len(columns):,} variables, more than "
            f"{MAX_CELLS:,} cells. Choose fewer variables, a shorter stretch of time, or an even "
            "grid (freq_hz)."
        )
    table = [pl.Series(TIME, to_seconds(times, run.timestamp_unit))]
    table += [_sparse_column(column, times, one) for column, one in series.items()]
    return pl.DataFrame(table)


def _distinct(times: Times) -> Times:
    # numpy.unique goes by hashes and takes 35 s for 17 million times; a sort takes half a second.
    times.sort()
    kept: Times = times[np.append(True, times[1:] != times[:-1])]
    return kept


def _sparse_column(name: str, times: Times, series: DataInstance) -> pl.Series:
    import polars as pl

    values, is_empty = np.zeros(len(times)), np.ones(len(times), dtype=bool)
    rows = np.searchsorted(times, series.timestamp_np)
    values[rows] = series.value_np  # of equal rows the last one stays
    is_empty[rows] = False
    return pl.Series(name, pa.array(values, mask=is_empty))


def _pieces(table: pl.DataFrame) -> Iterator[pl.DataFrame]:
    return table.iter_slices(max(1, _CELLS_PER_PIECE // table.width))


def _tell(
    progress: Progress | None, run: SingleRunData, table: pl.DataFrame, piece: pl.DataFrame
) -> None:
    if progress is not None:
        progress.update(run.total_data_points * len(piece) / len(table))


def _schema(run: SingleRunData) -> pa.Schema:
    fields = [pa.field(TIME, pa.float64(), metadata={"unit": "s"})]
    for column, var_id in _columns(run).items():
        series = run.peek(var_id)
        texts = {
            "name": run.id_to_cpp_name.get(var_id),
            "description": run.id_to_descript.get(var_id),
            "unit": series.unit,
            "id": str(var_id),
        }
        known = {key: text for key, text in texts.items() if text}
        fields.append(pa.field(column, pa.float64(), metadata=known))
    log = {
        "header": run.header,
        "recorded": run.creation_time.isoformat() if run.creation_time else None,
        "timestamp_unit": run.timestamp_unit.value,
    }
    return pa.schema(fields, metadata={METADATA_KEY: json.dumps(log)})

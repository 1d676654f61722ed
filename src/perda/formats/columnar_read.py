"""Opening a columnar log; a variable's samples are read when it is first touched."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from perda.core_data_structures.instance_map import InstanceMap, SeriesSource
from perda.core_data_structures.resampling import Times, Values
from perda.core_data_structures.single_run_data import SingleRunData
from perda.core_data_structures.statistics import VariableStatistics
from perda.errors import LogFormatError
from perda.formats.columnar_document import (
    FOOTER_KEY,
    Json,
    StoredVariable,
    decode_document,
    decode_run_fields,
    decode_variables,
)

if TYPE_CHECKING:
    import pyarrow as pa

MAGIC = b"PAR1"
Number = TypeVar("Number", np.int64, np.float64)


class ColumnarLog:
    """An open columnar log: gives out variables one by one.

    Parameters
    ----------
    path : Path
        File.

    Attributes
    ----------
    document : dict
        The footer's document.

    Raises
    ------
    OSError
        If the file cannot be opened.
    LogFormatError
        If it is no columnar log, or damaged, or of another version.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self.path = path
        self._lock = threading.Lock()  # one reader may not be used by two threads at a time
        try:
            self._file = parquet.ParquetFile(path, page_checksum_verification=True)
        except pa.ArrowException as error:
            raise LogFormatError(f"{path} is no Parquet file, or damaged: {error}") from error
        self.document = decode_document((self._file.metadata.metadata or {}).get(FOOTER_KEY), path)
        self.variables = _by_id(self.document, path)

    def read(self, var_id: int) -> tuple[Times, Values]:
        """Return a variable's times and values as new arrays.

        Raises
        ------
        LogFormatError
            If the file is damaged there.
        """
        variable = self.variables[var_id]
        if variable.row_groups == 0:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        groups = list(
            range(variable.first_row_group, variable.first_row_group + variable.row_groups)
        )
        try:
            with self._lock:
                table = self._file.read_row_groups(groups, columns=["timestamp", "value"])
        except (OSError, ValueError) as error:  # Arrow's own errors are one or the other
            raise LogFormatError(f"{self.path} is damaged at {variable.name!r}: {error}") from error
        if table.num_rows != variable.statistics.count:
            raise LogFormatError(
                f"{self.path} is damaged at {variable.name!r}: samples are missing."
            )
        return (
            _to_numpy(table.column("timestamp"), np.int64),
            _to_numpy(table.column("value"), np.float64),
        )

    def statistics(self, var_id: int) -> VariableStatistics:
        """Return a variable's statistics from the footer."""
        return self.variables[var_id].statistics


def open_columnar_log(path: Path) -> SingleRunData:
    """Open a columnar log.

    Parameters
    ----------
    path : Path
        File; it stays open as long as the run lives.

    Returns
    -------
    SingleRunData
        A variable's samples are read when it is first touched.

    Raises
    ------
    OSError
        If the file cannot be opened.
    LogFormatError
        If it is no columnar log, or damaged, or of another version.
    """
    log = ColumnarLog(path)
    return run_of(log, log)


def run_of(log: ColumnarLog, source: SeriesSource) -> SingleRunData:
    """Return the run that a columnar log describes, with the samples that ``source`` gives."""
    names = {variable.var_id: variable.name for variable in log.variables.values()}
    descriptions = {variable.var_id: variable.description for variable in log.variables.values()}
    return SingleRunData(
        id_to_instance=InstanceMap(source, names, descriptions),
        id_to_cpp_name=names,
        id_to_descript=descriptions,
        **decode_run_fields(log.document),
    )


def _by_id(document: Json, path: Path) -> dict[int, StoredVariable]:
    try:
        return {variable.var_id: variable for variable in decode_variables(document)}
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise LogFormatError(f"{path} has a damaged footer document: {error!r}.") from error


def _to_numpy(column: pa.ChunkedArray, dtype: type[Number]) -> npt.NDArray[Number]:
    # pyarrow's own to_numpy() imports pandas, and returns arrays that cannot be written to.
    result = np.empty(len(column), dtype=dtype)
    at = 0
    for chunk in column.chunks:
        data = np.frombuffer(chunk.buffers()[1], dtype=dtype)
        result[at : at + len(chunk)] = data[chunk.offset : chunk.offset + len(chunk)]
        at += len(chunk)
    return result

"""Writing a run as a columnar log: one Parquet file, one row group per variable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt

from perda._files import whole_file
from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.single_run_data import SingleRunData
from perda.core_data_structures.statistics import statistics_of
from perda.formats.columnar_document import (
    FOOTER_KEY,
    SourceInfo,
    StoredVariable,
    encode_document,
)
from perda.formats.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX = ".perda.parquet"
MAX_ROWS_PER_GROUP = 1 << 22

# Measured against the alternatives in docs/columnar-format.md.
ENCODING = {
    "compression": "zstd",
    "compression_level": 3,
    "use_dictionary": ["name", "value"],
    "column_encoding": {"timestamp": "DELTA_BINARY_PACKED"},
    "write_statistics": ["name"],
    "write_page_checksum": True,
    "store_schema": False,
}


def write_columnar_log(
    run: SingleRunData,
    path: Path,
    *,
    source: SourceInfo | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a run as a columnar log, whole or not at all.

    Parameters
    ----------
    run : SingleRunData
        Run; variables that nobody has touched are read one at a time and not kept.
    path : Path
        Target; a file of that name is replaced.
    source : SourceInfo or None
        The text log it was made from.
    progress : object with ``update(n)`` and ``close()``, optional
        Told the number of samples written.

    Raises
    ------
    LocalFileError
        If the file cannot be written.
    """
    series = ((var_id, run.peek(var_id)) for var_id in run.id_to_instance)
    with whole_file(path) as file:
        write_series(file, run, series, source=source, progress=progress)


def write_series(
    file: BinaryIO,
    run: SingleRunData,
    series: Iterator[tuple[int, DataInstance]],
    *,
    source: SourceInfo | None = None,
    progress: Progress | None = None,
) -> None:
    """Write the given series of a run into an open file (see :func:`write_columnar_log`)."""
    import pyarrow.parquet as pq

    stored: list[StoredVariable] = []
    row_groups = 0
    with pq.ParquetWriter(file, _schema(), **ENCODING) as writer:
        for var_id, one in series:
            name = run.id_to_cpp_name[var_id]
            first = row_groups
            for table in _tables(name, one):
                writer.write_table(table, row_group_size=MAX_ROWS_PER_GROUP)
                row_groups += 1
            stored.append(
                StoredVariable(
                    var_id=var_id,
                    name=name,
                    description=run.id_to_descript.get(var_id, ""),
                    statistics=statistics_of(one.timestamp_np, one.value_np),
                    first_row_group=first,
                    row_groups=row_groups - first,
                )
            )
            if progress is not None:
                progress.update(len(one))
        writer.add_key_value_metadata({FOOTER_KEY: encode_document(run, stored, source)})


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("name", pa.dictionary(pa.int32(), pa.string()), nullable=False),
            pa.field("timestamp", pa.int64(), nullable=False),
            pa.field("value", pa.float64(), nullable=False),
        ]
    )


def _tables(name: str, series: DataInstance) -> Iterator[pa.Table]:
    import pyarrow as pa

    schema = _schema()
    for start in range(0, len(series), MAX_ROWS_PER_GROUP):
        rows = slice(start, start + MAX_ROWS_PER_GROUP)
        times = series.timestamp_np[rows]
        codes = _flat(np.zeros(len(times), dtype=np.int32), pa.int32())
        names = pa.DictionaryArray.from_arrays(codes, _text(name))
        columns = [names, _flat(times, pa.int64()), _flat(series.value_np[rows], pa.float64())]
        yield pa.Table.from_arrays(columns, schema=schema)


# pa.array() imports pandas where it is installed. In the thread that writes copies, that races
# with plotly, which looks into a half-imported pandas and fails.
def _flat(values: npt.NDArray[np.generic], kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    contiguous = np.ascontiguousarray(values)
    return pa.Array.from_buffers(kind, len(contiguous), [None, pa.py_buffer(contiguous)])


def _text(text: str) -> pa.Array:
    import pyarrow as pa

    data = text.encode()
    ends = np.array([0, len(data)], dtype=np.int32)
    return pa.StringArray.from_buffers(1, pa.py_buffer(ends), pa.py_buffer(data))

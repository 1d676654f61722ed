"""A run as the car's text log, every sample to the last bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from perda._files import whole_file
from perda.core_data_structures.parse_report import ParseReport
from perda.core_data_structures.resampling import Times, Values
from perda.core_data_structures.single_run_data import SingleRunData
from perda.errors import ExportError
from perda.formats.progress import Progress
from perda.formats.text_lines import MAX_ID
from perda.formats.text_preamble import header_time_unit, read_preamble
from perda.formats.time_slices import time_slices
from perda.units import Timescale

ROWS_PER_SLICE = 1 << 20


@dataclass(frozen=True)
class _Variable:
    """A variable as it is written."""

    new_id: int
    name: str
    description: str
    times: Times
    values: Values

    @property
    def declaration(self) -> str:
        name = f"{self.description} ({self.name})" if self.description else self.name
        return f"Value {name}: {self.new_id}\n"


@dataclass(frozen=True)
class _Rows:
    """Samples as they are written one after the other; all three arrays have shape (n,)."""

    times: Times
    ids: npt.NDArray[np.int64]
    values: Values


def write_text_log(
    run: SingleRunData, path: Path, progress: Progress | None = None, *, overwrite: bool = True
) -> None:
    """Write a run as a text log, which gives back every sample bit for bit.

    Samples of all variables stand in time order, those of one instant in the order of their
    ids, those of one variable and instant in their own order. Variables that were added to the
    run get ids above the largest. A NaN keeps its sign, not its payload. A run without a header,
    or with one that says another unit than the run's, gets a new one.

    Parameters
    ----------
    run : SingleRunData
        Run, in milliseconds or microseconds.
    path : Path
        The file appears, or is replaced, when it is complete and on disk.
    progress : object with ``update(n)`` and ``close()``, optional
        Told the number of samples written.
    overwrite : bool
        Whether a file of that name may be replaced.

    Raises
    ------
    ExportError
        If the run has no samples, times in seconds, or something that would not read back
        the same: a name with a line end or with parentheses, times out of order, an id beyond
        2³¹ − 1.
    LocalFileError
        If the file exists and may not be replaced, or cannot be written.
    """
    variables = _variables(run)
    head = _checked_head(run, variables)
    _check_samples(variables)
    with whole_file(path, overwrite=overwrite) as file:
        file.write(head)
        for rows in _rows(sorted(variables, key=lambda variable: variable.new_id)):
            _write_rows(rows, file)
            if progress is not None:
                progress.update(len(rows.times))


def _variables(run: SingleRunData) -> list[_Variable]:
    new_ids = _new_ids(list(run.id_to_instance))
    names = run.id_to_cpp_name
    variables = []
    # Where a name has several ids the last declaration is the one it leads to.
    for var_id in sorted(new_ids, key=lambda i: run.cpp_name_to_id.get(names.get(i, ""), i) == i):
        series = run.peek(var_id)
        variables.append(
            _Variable(
                new_ids[var_id],
                names.get(var_id) or series.cpp_name or f"undeclared.{new_ids[var_id]}",
                run.id_to_descript.get(var_id, ""),
                series.timestamp_np,
                series.value_np,
            )
        )
    return variables


def _new_ids(ids: Sequence[int]) -> dict[int, int]:
    added = sorted((i for i in ids if i < 0), reverse=True)
    first_free = max(0, max(ids, default=0)) + 1
    fresh = {var_id: first_free + n for n, var_id in enumerate(added)}
    return {var_id: fresh.get(var_id, var_id) for var_id in ids}


def _checked_head(run: SingleRunData, variables: Sequence[_Variable]) -> bytes:
    """Return header and declarations, having read them back."""
    header = _header(run)
    declared = [variable for variable in variables if not _is_known_without(variable)]
    for variable in declared:
        _check_declaration(variable)
    try:
        head = (header + "\n").encode()
    except UnicodeEncodeError:
        head = b""
    preamble, _ = read_preamble(BytesIO(head).readline, ParseReport())
    if preamble.header != header:
        raise ExportError(f"The header {header!r} would not read back the same from a text log.")
    return head + "".join(variable.declaration for variable in declared).encode()


def _header(run: SingleRunData) -> str:
    if run.timestamp_unit is Timescale.S:
        raise ExportError(
            "The run's times are in seconds; a text log has milliseconds or microseconds."
        )
    if run.header is not None and header_time_unit(run.header) is run.timestamp_unit:
        return run.header
    recorded = f" {run.creation_time.ctime()}" if run.creation_time else ""
    version = " v2.0" if run.timestamp_unit is Timescale.US else ""
    return f"PER Log:{recorded}{version}"


def _is_known_without(variable: _Variable) -> bool:
    """Say whether a reader finds the variable without a declaration, as it did before."""
    made_up = variable.name == f"undeclared.{variable.new_id}" and not variable.description
    return made_up and len(variable.times) > 0


def _check_declaration(variable: _Variable) -> None:
    what = f"The variable {variable.name!r} ({variable.description!r})"
    if variable.new_id > MAX_ID:
        raise ExportError(f"{what} has the id {variable.new_id}; a text log's end at {MAX_ID:,}.")
    try:
        lines = BytesIO(b"PER Log:\n" + variable.declaration.encode())
    except UnicodeEncodeError as error:
        raise ExportError(f"{what} has a character that UTF-8 has not: {error.reason}.") from error
    preamble, rest = read_preamble(lines.readline, ParseReport())
    names, descriptions = preamble.names, preamble.descriptions
    written = ({variable.new_id: variable.name}, {variable.new_id: variable.description})
    if rest or (names, descriptions) != written:
        raise ExportError(
            f"{what} would not read back the same from a text log: no line end nor blank at "
            "either end may be in a name or description, and no parenthesis in a name. "
            "Rename it, or leave it out."
        )


def _check_samples(variables: Sequence[_Variable]) -> None:
    if not any(len(variable.times) for variable in variables):
        raise ExportError("There is nothing to write: the run has no samples.")
    for variable in variables:
        times = variable.times
        if len(times) and (times[0] < 0 or np.any(times[1:] < times[:-1])):
            raise ExportError(
                f"The times of {variable.name!r} are negative or decrease; a log's do not."
            )


def _rows(variables: Sequence[_Variable]) -> Iterator[_Rows]:
    """Yield all samples in the order of the log, some at a time."""
    rows = max(ROWS_PER_SLICE, 2 * len(variables))
    for spans in time_slices([variable.times for variable in variables], rows):
        parts = [
            _Rows(v.times[span], np.full(span.stop - span.start, v.new_id), v.values[span])
            for v, span in zip(variables, spans, strict=True)
            if span.stop > span.start
        ]
        if sum(len(part.times) for part in parts) > rows:  # one instant: in order as it is
            yield from (piece for part in parts for piece in _pieces(part, rows))
        else:
            yield _merged(parts)


def _pieces(part: _Rows, rows: int) -> Iterator[_Rows]:
    for start in range(0, len(part.times), rows):
        piece = slice(start, start + rows)
        yield _Rows(part.times[piece], part.ids[piece], part.values[piece])


def _merged(parts: Sequence[_Rows]) -> _Rows:
    times = np.concatenate([part.times for part in parts])
    order = _stable_order(times)
    return _Rows(
        times[order],
        np.concatenate([part.ids for part in parts])[order],
        np.concatenate([part.values for part in parts])[order],
    )


def _stable_order(times: Times) -> npt.NDArray[np.int64]:
    since = times - times.min()
    bits = len(times).bit_length()
    if int(since.max()).bit_length() + bits > 63:
        return np.argsort(times, kind="stable")
    # Time and position in one number: sorting numbers is three times faster than argsort.
    keys = since << bits | np.arange(len(times))
    keys.sort()
    order: npt.NDArray[np.int64] = keys & ((1 << bits) - 1)
    return order


def _write_rows(rows: _Rows, file: BinaryIO) -> None:
    import polars as pl

    # polars writes the shortest decimal that reads as the same float64.
    table = pl.DataFrame({"time": rows.times, "id": rows.ids, "value": rows.values})
    negative_nan = np.isnan(rows.values) & np.signbit(rows.values)
    if negative_nan.any():
        text = pl.when(pl.Series(negative_nan)).then(pl.lit("-NaN"))
        table = table.with_columns(text.otherwise(pl.col("value").cast(pl.String)).alias("value"))
    table.write_csv(file, include_header=False, quote_style="never")

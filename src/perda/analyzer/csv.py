"""Reading a text log, and saying what was read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from perda.core_data_structures.single_run_data import SingleRunData
from perda.formats.progress import Progress
from perda.formats.read_log import read_log
from perda.formats.text_preamble import parse_header_creation_time

__all__ = ["parse_csv", "parse_header_creation_time"]


def parse_csv(
    file_path: str | os.PathLike[str],
    ts_offset: int = 0,
    parsing_errors_limit: int = 100,
    verbose: int = 1,
    *,
    cache: bool | None = None,
    compressed: bool | None = None,
) -> SingleRunData:
    """Read a log.

    Parameters
    ----------
    file_path : str or path-like
        The log.
    ts_offset : int
        Added to every timestamp, in the log's unit.
    parsing_errors_limit : int
        Number of bad lines from which the log is refused; -1 or 0: no limit.
    verbose : int
        0 prints nothing; 1 the header, the unit, the recording date and the account of the
        lines; 2 a progress bar as well.
    cache : bool or None
        Whether a columnar copy is used, and made for next time; None: unless the environment
        variable ``PERDA_CACHE`` turns it off.
    compressed : bool or None
        Whether a ``.gz`` or ``.zst`` file is unpacked; None: if its name ends so.

    Returns
    -------
    SingleRunData

    Raises
    ------
    OSError
        If the file cannot be read.
    LogFormatError
        If it is not a log.
    TooManyParsingErrorsError
        If it has ``parsing_errors_limit`` or more bad lines.

    Examples
    --------
    >>> run = parse_csv("run.csv", verbose=0)  # doctest: +SKIP
    """
    path = Path(file_path).expanduser()
    with _progress(path, shown=verbose >= 2) as progress:
        run = read_log(
            path,
            ts_offset=ts_offset,
            parsing_errors_limit=parsing_errors_limit,
            progress=progress,
            cache=cache,
            compressed=compressed,
        )
    if verbose >= 1:
        print(_what_was_read(run))  # noqa: T201  # verbose=1 promises it
    return run


@contextlib.contextmanager
def _progress(path: Path, *, shown: bool) -> Iterator[Progress | None]:
    if not shown:
        yield None
        return
    from tqdm.auto import tqdm

    size, name = path.stat().st_size, f"Reading {path.name}"
    with tqdm(total=size, unit="B", unit_scale=True, unit_divisor=1024, desc=name) as bar:
        yield bar
        bar.update(size - bar.n)  # a columnar copy is there at once


def _what_was_read(run: SingleRunData) -> str:
    recorded = run.creation_time.isoformat(sep=" ") if run.creation_time else "unknown"
    lines = [
        f"Header: {run.header or '(none)'}",
        f"Timestamp unit: {run.timestamp_unit.value}",
        f"Recorded: {recorded}",
    ]
    if run.report is not None:
        lines.append(f"Parsed: {run.report.summary()}")
    return "\n".join(lines)

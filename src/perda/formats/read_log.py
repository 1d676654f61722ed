"""The one way in: a path to a run, whatever the format."""

from __future__ import annotations

import os
from pathlib import Path

from perda.core_data_structures.single_run_data import SingleRunData
from perda.errors import TooManyParsingErrorsError
from perda.formats import run_cache
from perda.formats.cached_log import read_log_cached
from perda.formats.columnar_read import MAGIC as PARQUET_MAGIC
from perda.formats.columnar_read import open_columnar_log
from perda.formats.progress import Progress
from perda.formats.shift import shifted
from perda.formats.text_log import read_text_log


def read_log(
    path: str | os.PathLike[str],
    *,
    ts_offset: int = 0,
    parsing_errors_limit: int = 100,
    progress: Progress | None = None,
    cache: bool | None = None,
    compressed: bool | None = None,
) -> SingleRunData:
    """Read a log.

    Parameters
    ----------
    path : str or path-like
        File; ``~`` is expanded.
    ts_offset : int
        Added to every timestamp, in the log's unit.
    parsing_errors_limit : int
        Number of bad lines from which the log is refused; -1 or 0: no limit.
    progress : object with ``update(n)`` and ``close()``, optional
        Told the number of bytes read.
    cache : bool or None
        Whether a columnar copy is used, and made for next time; None: unless the environment
        variable ``PERDA_CACHE`` turns it off.
    compressed : bool or None
        Whether a ``.gz`` or ``.zst`` file is unpacked; None: if its name ends so.

    Returns
    -------
    SingleRunData
        With the account of every line in ``report``.

    Raises
    ------
    OSError
        If the file cannot be opened or read.
    LogFormatError
        If it is not a log.
    TooManyParsingErrorsError
        If it has ``parsing_errors_limit`` or more parsing errors.
    """
    source = Path(path).expanduser()
    if _is_parquet(source):
        run = shifted(open_columnar_log(source), ts_offset)
    else:
        cached = run_cache.is_enabled() if cache is None else cache
        read = read_log_cached if cached else read_text_log
        run = read(source, ts_offset=ts_offset, progress=progress, compressed=compressed)
    _check_limit(source, run, parsing_errors_limit)
    return run


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC


def _check_limit(source: Path, run: SingleRunData, limit: int) -> None:
    report = run.report
    if report is None or limit <= 0 or report.parsing_errors < limit:
        return
    raise TooManyParsingErrorsError(
        f"{source} has {report.parsing_errors:,} bad lines; the limit is {limit:,}. "
        f"Pass parsing_errors_limit=-1 to read the good ones all the same.\n{report}",
        report,
    )

"""The one way in: a path to a run, whatever the format."""

from __future__ import annotations

import os
from pathlib import Path

from perda.core_data_structures.single_run_data import SingleRunData
from perda.errors import TooManyParsingErrorsError
from perda.formats.progress import Progress
from perda.formats.text_log import read_text_log


def read_log(
    path: str | os.PathLike[str],
    *,
    ts_offset: int = 0,
    parsing_errors_limit: int = 100,
    progress: Progress | None = None,
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
    run = read_text_log(source, ts_offset=ts_offset, progress=progress)
    _check_limit(source, run, parsing_errors_limit)
    return run


def _check_limit(source: Path, run: SingleRunData, limit: int) -> None:
    report = run.report
    if report is None or limit <= 0 or report.parsing_errors < limit:
        return
    raise TooManyParsingErrorsError(
        f"{source} has {report.parsing_errors:,} bad lines; the limit is {limit:,}. "
        f"Pass parsing_errors_limit=-1 to read the good ones all the same.\n{report}",
        report,
    )

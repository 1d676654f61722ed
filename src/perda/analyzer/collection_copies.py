"""Columnar copies of the logs of a collection: in the cache or, where that is off, beside it."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from perda.errors import LocalFileError, LogFormatError
from perda.formats import run_cache
from perda.formats.cached_log import ensure_copy
from perda.formats.columnar_document import decode_run_fields
from perda.formats.columnar_read import ColumnarLog
from perda.formats.file_identity import FileIdentity, identify

logger = logging.getLogger(__name__)

# As Analyzer's default: a log that it refuses is not in a collection's tables either.
PARSING_ERRORS_LIMIT = 100

_private: dict[Path, tuple[FileIdentity, Path]] = {}


def copy_of(path: Path) -> Path:
    """Return the columnar copy of a log, made if there is none; a columnar log is its own copy.

    Copies are kept in the cache of opened logs. Where that is off, too small or not writable,
    they are in a temporary directory that goes when the process ends.

    Raises
    ------
    OSError
        If the log cannot be read.
    LogFormatError
        If it is no log.
    """
    if run_cache.is_enabled():
        try:
            copy = ensure_copy(path)
        except LocalFileError as error:
            logger.warning("The copy of %s is kept for this session only: %s", path, error)
        else:
            if copy.exists():  # else the cache's limit is below the size of this one copy
                return copy
    return _private_copy(path)


def is_cached(copy: Path) -> bool:
    """Say whether a copy is one that opening its log finds."""
    return copy.parent == run_cache.directory() and run_cache.is_enabled()


def opened_copies(paths: Sequence[Path]) -> Iterator[tuple[int, ColumnarLog]]:
    """Open the copy of each log, one at a time, and give it with the path's index.

    Unreadable logs are reported and left out.

    A progress bar shows if that takes some seconds, as it does when copies have to be made.
    """
    from tqdm.auto import tqdm

    shown = tqdm(paths, desc="Opening runs", unit="run", delay=2.0, leave=False)
    for index, path in enumerate(shown):
        try:
            log = ColumnarLog(copy_of(path))
            _check_limit(log)
        except (OSError, LogFormatError) as error:
            report_unreadable(path, error)
        else:
            yield index, log


def report_unreadable(path: Path, error: Exception) -> None:
    """Say that a run is left out because its log cannot be read."""
    logger.warning("%s is left out: %s", path, error)


def _check_limit(log: ColumnarLog) -> None:
    report = decode_run_fields(log.document)["report"]
    if report is not None and report.parsing_errors >= PARSING_ERRORS_LIMIT:
        raise LogFormatError(
            f"it has {report.parsing_errors:,} bad lines; the limit is {PARSING_ERRORS_LIMIT:,}."
        )


def _private_copy(path: Path) -> Path:
    identity = identify(path)
    made = _private.get(path)
    if made is None or made[0] != identity:
        made = identity, ensure_copy(path, into=_private_directory())
        _private[path] = made
    return made[1]


@cache
def _private_directory() -> Path:
    # Not tied to a collection: a lazy table may be collected when its collection is gone.
    directory = Path(tempfile.mkdtemp(prefix="perda-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory

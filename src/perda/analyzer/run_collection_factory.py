"""Collections of the logs in a list or a directory; of each log only the first line is read."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from perda.analyzer.run_collection import RunCollection, RunMetadata
from perda.errors import LocalFileError, LogFormatError
from perda.formats.columnar_read import MAGIC, open_columnar_log
from perda.formats.compressed import open_source
from perda.formats.text_lines import BYTE_ORDER_MARK
from perda.formats.text_preamble import parse_header_creation_time

logger = logging.getLogger(__name__)

_LONGEST_HEADER = 1 << 16


def from_paths(paths: Iterable[str | os.PathLike[str]]) -> RunCollection:
    """Return a collection of logs.

    Parameters
    ----------
    paths : iterable of str or path-like
        Text or columnar logs; one that is there twice, under whatever path, is taken once.

    Returns
    -------
    RunCollection
        A run's date is the one in its header, else when the file was last changed.

    Raises
    ------
    LocalFileError
        If there is no such file.
    """
    if isinstance(paths, str | os.PathLike):
        raise TypeError(f"Expected a list of paths, got the single path {os.fspath(paths)!r}.")
    distinct: dict[Path, Path] = {}
    for path in paths:
        given = Path(path).expanduser()
        distinct.setdefault(_resolved(given), given)
    return RunCollection([RunMetadata(str(path), _date_of(path)) for path in distinct.values()])


def from_directory(
    directory: str | os.PathLike[str], pattern: str = "*.csv", recursive: bool = False
) -> RunCollection:
    """Return a collection of the logs in a directory.

    Parameters
    ----------
    directory : str or path-like
        Where they are.
    pattern : str
        What their names look like; hidden files are left out unless it begins with a dot.
    recursive : bool
        Whether the directories below are searched too.

    Returns
    -------
    RunCollection

    Raises
    ------
    LocalFileError
        If there is no such directory.
    """
    folder = Path(directory).expanduser()
    if not folder.is_dir():
        raise LocalFileError(f"There is no directory {folder}.")
    found = folder.rglob(pattern) if recursive else folder.glob(pattern)
    # Hidden ones are what copying from a Mac leaves beside each file (`._run.csv`).
    shown = (path for path in found if pattern.startswith(".") or not path.name.startswith("."))
    return from_paths(sorted(path for path in shown if path.is_file()))


def _resolved(path: Path) -> Path:
    if path.is_dir():
        raise LocalFileError(f"{path} is a directory; open the logs in it with from_directory().")
    try:
        return path.resolve(strict=True)
    except OSError as error:
        raise LocalFileError(f"There is no log {path}: {error.strerror}.") from error


def _date_of(path: Path) -> datetime:
    try:
        recorded = _recorded(path)
    except (OSError, LogFormatError) as error:
        logger.warning("The header of %s cannot be read: %s", path, error)
        recorded = None
    # Local time without a zone, as in headers.
    return recorded or datetime.fromtimestamp(path.stat().st_mtime)


def _recorded(path: Path) -> datetime | None:
    with open_source(path) as file:
        line = file.readline(_LONGEST_HEADER)
    if line.startswith(MAGIC):
        return open_columnar_log(path).creation_time
    text = line.removeprefix(BYTE_ORDER_MARK).decode(errors="replace")
    return parse_header_creation_time(text.rstrip("\r\n"))

"""From a log to a file of another format: which one, and who writes it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from perda.core_data_structures.resampling import ResampleMethod
from perda.core_data_structures.single_run_data import SingleRunData
from perda.errors import ExportError, LocalFileError
from perda.formats.columnar_document import SourceInfo
from perda.formats.columnar_read import MAGIC as PARQUET_MAGIC
from perda.formats.file_identity import FileIdentity, identify, sha256_of
from perda.formats.progress import Progress
from perda.formats.read_log import read_log
from perda.formats.selection import select


class Target(StrEnum):
    """A format that a run can be written in."""

    TEXT = "text"
    COLUMNAR = "columnar"
    WIDE_CSV = "wide-csv"
    WIDE_PARQUET = "wide-parquet"
    MAT = "mat"


ProgressFactory = Callable[[float, str, str], Progress]
WIDE = frozenset({Target.WIDE_CSV, Target.WIDE_PARQUET})

_COLUMNAR_ENDING = ".perda.parquet"
# The first format of an ending is the one it stands for.
_ENDINGS = {
    _COLUMNAR_ENDING: (Target.COLUMNAR,),
    ".parquet": (Target.WIDE_PARQUET,),
    ".csv": (Target.TEXT, Target.WIDE_CSV),
    ".mat": (Target.MAT,),
    ".txt": (Target.TEXT, Target.WIDE_CSV),
    ".log": (Target.TEXT,),
}


def convert_log(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    to: Target | str | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    variables: Sequence[str | int] = (),
    freq_hz: float | None = None,
    method: ResampleMethod | str | None = None,
    parsing_errors_limit: int = 100,
    overwrite: bool = False,
    progress: ProgressFactory | None = None,
) -> SingleRunData:
    """Read a log and write it, or a part of it, in another format.

    Parameters
    ----------
    source : str or path-like
        Text or columnar log.
    target : str or path-like
        File to write; its ending says the format (see :func:`target_format`).
    to : Target or str, optional
        The format, where the ending leaves a choice.
    start_s, end_s, variables
        As in :func:`.selection.select`.
    freq_hz, method
        As in :func:`.wide.wide_table`; for wide formats only.
    parsing_errors_limit : int
        Number of bad lines from which the log is refused; -1 or 0: no limit.
    overwrite : bool
        Whether a file of that name may be replaced.
    progress : callable, optional
        Called with total, unit (``"B"``, then ``"samples"``) and description; makes a bar.

    Returns
    -------
    SingleRunData
        What was written; ``report`` is the account of the source's lines.

    Raises
    ------
    OSError
        If the source cannot be read.
    LogFormatError, TooManyParsingErrorsError
        If the source is no log, or has too many bad lines.
    ExportError, TableTooLargeError
        If the run cannot be written in that format.
    KeyError
        If the run has no such variable.
    LocalFileError
        If the target is the source, exists and may not be replaced, or cannot be written.

    Examples
    --------
    >>> convert_log("run.csv", "run.perda.parquet")  # doctest: +SKIP
    """
    log, path = Path(source).expanduser(), Path(target).expanduser()
    chosen = target_format(path, to, freq_hz=freq_hz, method=method)
    check_target(path, source=log, overwrite=overwrite)
    before = identify(log)
    with _bar(progress, before.size, "B", f"Reading {log.name}") as bar:
        # A file that is read once needs no copy in the cache.
        whole = read_log(log, parsing_errors_limit=parsing_errors_limit, progress=bar, cache=False)
    run = select(whole, start_s, end_s, variables)
    write_run(
        run,
        path,
        chosen,
        source=_source_info(before) if chosen is Target.COLUMNAR and run is whole else None,
        freq_hz=freq_hz,
        method=method,
        overwrite=overwrite,
        progress=progress,
    )
    return run


def target_format(
    path: Path,
    to: Target | str | None = None,
    *,
    freq_hz: float | None = None,
    method: ResampleMethod | str | None = None,
) -> Target:
    """Decide by a file's ending in which format it is to be written.

    ``.csv`` (also ``.txt`` and ``.log``) is a text log, ``.perda.parquet`` a columnar log, any
    other ``.parquet`` a wide Parquet table, ``.mat`` a MATLAB file.

    Parameters
    ----------
    path : Path
        File to write.
    to : Target or str, optional
        The format; must fit the ending: ``wide-csv`` fits ``.csv``.
    freq_hz, method
        Whether a grid or a method is asked for, which only wide formats have.

    Returns
    -------
    Target

    Raises
    ------
    ExportError
        If the ending says no format, or another one than ``to``, or the format has no grid.
    """
    possible = _formats_of(path)
    if not possible:
        raise ExportError(
            f"The ending of {path.name!r} says no format. Expected .csv (text log, or a wide "
            f"table with wide-csv), {_COLUMNAR_ENDING} (columnar log), .parquet (wide table) or "
            ".mat (MATLAB)."
        )
    target = possible[0] if to is None else Target(to)
    if target not in possible:
        endings = " or ".join(ending for ending, fits in _ENDINGS.items() if target in fits)
        raise ExportError(f"A {target} file ends in {endings}, and {path.name!r} does not.")
    if target not in WIDE and (freq_hz is not None or method is not None):
        raise ExportError(
            f"A frequency or method is for wide tables; a {target} file keeps the samples as "
            f"they are. Choose {Target.WIDE_CSV} or {Target.WIDE_PARQUET}."
        )
    return target


def check_target(path: Path, *, source: Path | None = None, overwrite: bool = False) -> None:
    """Refuse a target that is the source, or stands in the way.

    Raises
    ------
    LocalFileError
        If the target is the source, or exists and ``overwrite`` is false.
    """
    if not os.path.lexists(path):
        return
    if source is not None and source.exists() and path.exists() and path.samefile(source):
        raise LocalFileError(f"{path} is the log itself, which is never changed; name another.")
    if not overwrite:
        raise LocalFileError(f"{path} exists already, and was left as it is.")


def write_run(
    run: SingleRunData,
    path: Path,
    target: Target,
    *,
    source: SourceInfo | None = None,
    freq_hz: float | None = None,
    method: ResampleMethod | str | None = None,
    overwrite: bool = False,
    progress: ProgressFactory | None = None,
) -> None:
    """Write a run in a format.

    Parameters
    ----------
    source : SourceInfo, optional
        The file that the whole of the run was read from, which a columnar log names.
    run, path, target, freq_hz, method, overwrite, progress
        As in :func:`convert_log`, which see for the errors too.
    """
    with _bar(progress, run.total_data_points, "samples", f"Writing {path.name}") as bar:
        # Each format brings its own heavy imports.
        if target is Target.TEXT:
            from perda.formats.text_write import write_text_log

            write_text_log(run, path, bar, overwrite=overwrite)
        elif target is Target.COLUMNAR:
            from perda.formats.columnar_write import write_columnar_log

            check_target(path, overwrite=overwrite)
            write_columnar_log(run, path, source=source, progress=bar)
        elif target is Target.MAT:
            from perda.formats.mat import write_mat

            write_mat(run, path, progress=bar, overwrite=overwrite)
        else:
            from perda.formats import wide

            write = wide.write_wide_csv if target is Target.WIDE_CSV else wide.write_wide_parquet
            write(run, path, freq_hz=freq_hz, method=method, progress=bar, overwrite=overwrite)


@contextlib.contextmanager
def _bar(
    progress: ProgressFactory | None, total: float, unit: str, description: str
) -> Iterator[Progress | None]:
    bar = None if progress is None else progress(total, unit, description)
    try:
        yield bar
    finally:
        if bar is not None:
            bar.close()


def _source_info(before: FileIdentity) -> SourceInfo | None:
    """Return what a columnar log says of its source: a text log that did not change meanwhile."""
    path = Path(before.path)
    with path.open("rb") as file:
        is_columnar = file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
    info = None if is_columnar else SourceInfo(sha256_of(path), before.size)
    return info if identify(path) == before else None


def _formats_of(path: Path) -> tuple[Target, ...]:
    name = path.name.lower()
    return next((fits for ending, fits in _ENDINGS.items() if name.endswith(ending)), ())

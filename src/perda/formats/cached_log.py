"""Opening a text log by way of its columnar copy, and making the copy behind the user's back."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from perda._files import whole_file
from perda.core_data_structures.instance_map import InstanceMap, SeriesSource
from perda.core_data_structures.resampling import Times, Values
from perda.core_data_structures.single_run_data import SingleRunData
from perda.core_data_structures.statistics import VariableStatistics
from perda.errors import LocalFileError, LogFormatError
from perda.formats import run_cache
from perda.formats.columnar_document import SourceInfo
from perda.formats.columnar_read import MAGIC, ColumnarLog, run_of
from perda.formats.columnar_write import write_series
from perda.formats.file_identity import FileIdentity, identify, sha256_of
from perda.formats.progress import Progress
from perda.formats.text_log import read_text_log

logger = logging.getLogger(__name__)

# A text log below this opens as fast as its copy would.
MIN_SIZE = 1 << 18

_LOW_PRIORITY = 10
_writers: list[threading.Thread] = []


def read_log_cached(
    path: Path,
    *,
    ts_offset: int = 0,
    progress: Progress | None = None,
    compressed: bool | None = None,
) -> SingleRunData:
    """Read a text log from its columnar copy if there is one, else from the text.

    In the second case the copy is written by a thread in the background; a process that ends
    in the ordinary way waits for it.

    Parameters
    ----------
    path : Path
        Text log.
    ts_offset : int
        Added to every timestamp, in the log's unit.
    progress : object with ``update(n)`` and ``close()``, optional
        Told the number of bytes read.
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
        If it is no log.
    """
    path = path.absolute()  # the copy is written later, perhaps from another working directory
    copy = run_cache.find(path, ts_offset)
    if copy is not None:
        try:
            return _open_copy(copy, path, ts_offset)
        except (OSError, LogFormatError) as error:
            _give_up_copy(copy, path, error)
    before = identify(path)
    # Where the times might not show a change, the content must: hashed before it is read, so
    # that a change in between makes the copy unfit, not wrong.
    sha256 = None if before.is_settled() else sha256_of(path)
    run = read_text_log(path, ts_offset=ts_offset, progress=progress, compressed=compressed)
    if before.size >= MIN_SIZE and identify(path) == before:
        _write_behind(_Job(run, path, run_cache.copy_path(path, ts_offset), before, sha256))
    return run


def wait_for_copies(timeout_s: float | None = None) -> None:
    """Wait until the copies that are being written are there."""
    for writer in tuple(_writers):
        writer.join(timeout_s)


def ensure_copy(path: Path, *, into: Path | None = None) -> Path:
    """Return a columnar log of the same samples, making it if there is none yet.

    Parameters
    ----------
    path : Path
        Text log of any size, or columnar log, which is returned as it is.
    into : Path, optional
        Directory in which the copy is made, beside the cache; None: the cache.

    Returns
    -------
    Path
        The copy. One in the cache may be removed as soon as others need its place.

    Raises
    ------
    OSError
        If the log cannot be read.
    LogFormatError
        If it is no log, or changes while it is read.
    LocalFileError
        If the copy cannot be written.
    """
    path = path.expanduser().absolute()
    if _is_columnar(path):
        return path
    if into is None and (known := _find_or_await(path)) is not None:
        return known
    copy = (into or run_cache.directory()) / run_cache.copy_path(path, 0).name
    before = identify(path)
    # As in read_log_cached: a young file is hashed before it is read.
    sha256 = None if before.is_settled() else sha256_of(path)
    run = read_text_log(path)
    if identify(path) != before:
        raise LogFormatError(f"{path} changes while it is read; open it when it is complete.")
    job = _Job(run, path, copy, before, sha256)
    _make_copy(job, run, noted=into is None)
    return copy


class _CopySource:
    """Samples from a copy; should it turn out to be damaged, from the log itself."""

    def __init__(
        self, log: ColumnarLog, path: Path, ts_offset: int, identity: FileIdentity
    ) -> None:
        self._source: SeriesSource = log
        self._copy, self._path = log.path, path
        self._ts_offset, self._identity = ts_offset, identity
        self._lock = threading.Lock()

    def read(self, var_id: int) -> tuple[Times, Values]:
        try:
            return self._source.read(var_id)
        except LogFormatError as error:
            with self._lock:
                if isinstance(self._source, ColumnarLog):
                    self._source = self._text_source(error)
            return self._source.read(var_id)

    def statistics(self, var_id: int) -> VariableStatistics | None:
        return self._source.statistics(var_id)

    def _text_source(self, error: LogFormatError) -> SeriesSource:
        _give_up_copy(self._copy, self._path, error)
        if identify(self._path) != self._identity:
            raise LogFormatError(
                f"The cached copy of {self._path} is damaged, and the log itself has changed "
                "since it was opened: open it again."
            ) from error
        run = read_text_log(self._path, ts_offset=self._ts_offset)
        instances = run.id_to_instance
        assert isinstance(instances, InstanceMap)  # noqa: S101  # what read_text_log makes
        return instances.source


@dataclass(frozen=True)
class _Job:
    """A copy to write."""

    run: SingleRunData
    path: Path
    copy: Path
    identity: FileIdentity
    sha256: str | None


def _open_copy(copy: Path, path: Path, ts_offset: int) -> SingleRunData:
    log = ColumnarLog(copy)
    return run_of(log, _CopySource(log, path, ts_offset, identify(path)))


def _give_up_copy(copy: Path, path: Path, error: Exception) -> None:
    logger.warning("The cached copy of %s is damaged; reading the log itself. (%s)", path, error)
    run_cache.discard(copy)


def _write_behind(job: _Job) -> None:
    writer = threading.Thread(
        target=_write_copy, args=(job, _pristine(job.run)), name="perda-cache", daemon=False
    )
    _writers.append(writer)
    writer.start()


def _pristine(run: SingleRunData) -> SingleRunData:
    """Return the run as it was read: from now on its user may add and edit variables."""
    instances = run.id_to_instance
    assert isinstance(instances, InstanceMap)  # noqa: S101  # what read_text_log makes
    mappings = ("cpp_name_to_id", "id_to_cpp_name", "id_to_descript")
    copies = {name: dict(getattr(run, name)) for name in mappings}
    return run.model_copy(
        update=copies | {"id_to_instance": instances.with_source(instances.source)}
    )


def _write_copy(job: _Job, run: SingleRunData) -> None:
    _be_modest()
    try:
        _make_copy(job, run, noted=True)
    except (OSError, LocalFileError) as error:
        logger.warning("No copy of %s is kept for next time: %s", job.path, error)
    finally:
        _writers.remove(threading.current_thread())


def _make_copy(job: _Job, run: SingleRunData, *, noted: bool) -> None:
    try:
        job.copy.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalFileError(f"Cannot make {job.copy.parent}: {error.strerror}.") from error
    sha256 = job.sha256 or sha256_of(job.path)
    source = SourceInfo(sha256, job.identity.size)
    series = ((var_id, run.peek(var_id)) for var_id in run.id_to_instance)
    with whole_file(job.copy) as file:
        write_series(file, run, series, source=source)
    if not noted:
        return
    if identify(job.path) == job.identity:
        run_cache.write_note(job.copy, job.identity, sha256, settled=job.sha256 is None)
    run_cache.evict()


def _is_columnar(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _find_or_await(path: Path) -> Path | None:
    copy = run_cache.find(path, 0)
    if copy is None and _writers:  # perhaps one is being written just now
        wait_for_copies()
        copy = run_cache.find(path, 0)
    return copy


def _be_modest() -> None:
    """Let the user's own work go first, where the system can lower one thread's priority."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW_PRIORITY)

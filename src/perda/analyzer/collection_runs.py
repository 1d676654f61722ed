"""The opened runs of a collection: each stays itself, few keep their file open."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from weakref import WeakValueDictionary

from perda.analyzer.analyzer import Analyzer
from perda.analyzer.collection_copies import copy_of, is_cached
from perda.core_data_structures.instance_map import InstanceMap, SeriesSource
from perda.core_data_structures.resampling import Times, Values
from perda.core_data_structures.statistics import VariableStatistics
from perda.errors import LogFormatError
from perda.formats import run_cache
from perda.formats.read_log import read_log

# An open columnar log of 832 variables holds some megabytes of footer, and a file.
OPEN_LOGS = 8


class CollectionRuns:
    """Opens the runs of a collection; shared by all its filtered parts.

    Notes
    -----
    An Analyzer that was handed out keeps its names and what was touched of its variables.
    The file behind it is opened again when another variable is touched, so that hundreds of
    runs need neither hundreds of open files nor their footers in memory.
    """

    def __init__(self) -> None:
        self._kept: dict[Path, Analyzer] = {}
        self._lent: WeakValueDictionary[Path, Analyzer] = WeakValueDictionary()
        self._sources = _RecentSources()
        self._lock = threading.RLock()

    def keep(self, path: Path) -> Analyzer:
        """Return the run of a log; the same object every time.

        Raises
        ------
        OSError
            If the log cannot be read.
        LogFormatError, TooManyParsingErrorsError
            If it is no log, or has too many bad lines.
        """
        with self._lock:
            return self._kept.setdefault(path, self.lend(path))

    def lend(self, path: Path) -> Analyzer:
        """Return the run of a log; it goes when the borrower lets it go (see :meth:`keep`)."""
        with self._lock:
            run = self._lent.get(path)
            if run is None:
                run = self._open(path)
                self._lent[path] = run
            return run

    def _open(self, path: Path) -> Analyzer:
        copy = copy_of(path)
        fingerprint = run_cache.footer_hash(copy)
        # By its own name where it can be: then a copy found to be damaged is not its end.
        run = Analyzer(path if is_cached(copy) else copy, verbose=0)
        instances = run.data.id_to_instance
        assert isinstance(instances, InstanceMap)  # noqa: S101  # what opening a log makes
        self._sources.remember(path, instances.source)
        instances.source = _ReopenedSource(path, fingerprint, self._sources)
        return run


class _RecentSources:
    """The samples of the logs that were used last."""

    def __init__(self) -> None:
        self._open: OrderedDict[Path, SeriesSource] = OrderedDict()
        self._lock = threading.Lock()

    def remember(self, path: Path, source: SeriesSource) -> None:
        with self._lock:
            self._open[path] = source
            self._open.move_to_end(path)
            while len(self._open) > OPEN_LOGS:
                self._open.popitem(last=False)

    def of(self, path: Path, fingerprint: str) -> SeriesSource:
        with self._lock:
            source = self._open.get(path)
        if source is None:
            source = _reopened(path, fingerprint)
        self.remember(path, source)
        return source


def _reopened(path: Path, fingerprint: str) -> SeriesSource:
    copy = copy_of(path)
    if run_cache.footer_hash(copy) != fingerprint:
        raise LogFormatError(f"{path} has changed since it was opened: make a new collection.")
    source = path if is_cached(copy) else copy
    instances = read_log(source, parsing_errors_limit=-1).id_to_instance
    assert isinstance(instances, InstanceMap)  # noqa: S101  # what opening a log makes
    return instances.source


class _ReopenedSource:
    """Samples of one log, whose file is open only while it is among the last used."""

    def __init__(self, path: Path, fingerprint: str, recent: _RecentSources) -> None:
        self._path, self._fingerprint, self._recent = path, fingerprint, recent

    def read(self, var_id: int) -> tuple[Times, Values]:
        return self._recent.of(self._path, self._fingerprint).read(var_id)

    def statistics(self, var_id: int) -> VariableStatistics | None:
        return self._recent.of(self._path, self._fingerprint).statistics(var_id)

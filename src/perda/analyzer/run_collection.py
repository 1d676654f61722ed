"""Many runs: listed, filtered, compared and computed on together."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from perda.analyzer.analyzer import Analyzer
from perda.analyzer.collection_copies import opened_copies, report_unreadable
from perda.analyzer.collection_dates import DateLike, local, lower_bound, upper_bound
from perda.analyzer.collection_names import run_names
from perda.analyzer.collection_runs import CollectionRuns
from perda.errors import LogFormatError, TooManyParsingErrorsError
from perda.utils.data_summary import DataInstanceSummary, data_instance_summary

if TYPE_CHECKING:
    import polars as pl
    from distributed import Client
    from plotly.graph_objects import Figure

    from perda.analyzer.collection_map import RunResults
    from perda.formats.columnar_read import ColumnarLog

Result = TypeVar("Result")

_UNREADABLE = (OSError, LogFormatError, TooManyParsingErrorsError)


@dataclass(frozen=True)
class RunMetadata:
    """What is known of a run without opening its log.

    Attributes
    ----------
    file_path : str or path-like
        The log.
    date : datetime or None
        When it was recorded.
    """

    file_path: str | os.PathLike[str]
    date: datetime | None = None


@dataclass(frozen=True)
class _Member:
    metadata: RunMetadata
    path: Path
    name: str


class RunCollection:
    """Runs in the order of their dates, those without a date last.

    A run's log is opened when it is first asked for.

    Parameters
    ----------
    run_metadata : sequence of RunMetadata
        Runs in any order.

    Examples
    --------
    >>> season = from_directory("logs/2026", recursive=True)  # doctest: +SKIP
    >>> season.table("ams.pack.voltage", stats=("min", "mean"))  # doctest: +SKIP
    """

    def __init__(self, run_metadata: Sequence[RunMetadata]) -> None:
        ordered = sorted(run_metadata, key=_sort_key)
        paths = [Path(one.file_path).expanduser().absolute() for one in ordered]
        # A filtered part shares names and opened runs with the whole it was made from.
        self._runs = CollectionRuns()
        self._members = [
            _Member(*each) for each in zip(ordered, paths, run_names(paths), strict=True)
        ]

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, index: int) -> Analyzer:
        return self.get_run_by_chronological_index(index)

    def __iter__(self) -> Iterator[Analyzer]:
        return (self._runs.keep(member.path) for member in tuple(self._members))

    def __str__(self) -> str:
        lines = [f"RunCollection: {len(self)} run{'' if len(self) == 1 else 's'}"]
        for index, member in enumerate(self._members):
            date = member.metadata.date
            shown = "undated" if date is None else date.isoformat(sep=" ", timespec="seconds")
            lines.append(f"  [{index}] {shown:<19}  {member.name}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<RunCollection of {len(self)} runs>"

    @property
    def filenames(self) -> list[str]:
        """File names of the runs in their order.

        Where runs in several folders share a file name, with the folders that tell them apart.
        """
        return [member.name for member in self._members]

    @property
    def run_metadata(self) -> list[RunMetadata]:
        """Paths and dates of the runs in their order."""
        return [member.metadata for member in self._members]

    def get_run_by_chronological_index(self, index: int) -> Analyzer:
        """Return a run; the same object every time.

        Parameters
        ----------
        index : int
            0 is the earliest run; a negative one counts from the end.

        Returns
        -------
        Analyzer
            It keeps what was touched of its variables.

        Raises
        ------
        IndexError
            If there are fewer runs.
        OSError
            If the log cannot be read.
        LogFormatError, TooManyParsingErrorsError
            If it is no log, or has 100 or more bad lines.
        """
        position = operator.index(index)
        if not -len(self) <= position < len(self):
            raise IndexError(f"There is no run {position}: the collection has {len(self)}.")
        return self._runs.keep(self._members[position].path)

    def filter(self, predicate: Callable[[RunMetadata], bool]) -> RunCollection:
        """Return the runs for whose metadata ``predicate`` is true; no log is opened."""
        return self._part([one for one in self._members if predicate(one.metadata)])

    def filter_by_date(
        self, start_date: DateLike | None = None, end_date: DateLike | None = None
    ) -> RunCollection:
        """Return the runs recorded from ``start_date`` to ``end_date``.

        Parameters
        ----------
        start_date, end_date : datetime, date or str, optional
            Bounds, both in: a moment, or ISO text such as ``2026-04-01``. An end without a time
            includes that day.

        Returns
        -------
        RunCollection
            Without the undated runs.

        Raises
        ------
        ValueError
            If a text is no date.
        """
        low, high = lower_bound(start_date), upper_bound(end_date)

        def is_between(run: RunMetadata) -> bool:
            return run.date is not None and low <= local(run.date) <= high

        return self.filter(is_between)

    def filter_by_data(self, predicate: Callable[[Analyzer], bool]) -> RunCollection:
        """Return the runs for which ``predicate`` is true.

        Parameters
        ----------
        predicate : callable
            Gets the opened run. One that it does not keep goes again, with what it read.

        Returns
        -------
        RunCollection
            Without the runs whose log cannot be read, which are reported.
        """
        return self._part([member for member, run in self._readable() if predicate(run)])

    def plot_comparison(self, cpp_name: str, max_points: int | None = None) -> Figure:
        """Plot a variable of every run, each from the start of its log.

        Parameters
        ----------
        cpp_name : str
            Variable; runs without it are skipped.
        max_points : int, optional
            Show every ceil(n / max_points)-th sample of a run only; None: every sample.

        Returns
        -------
        plotly.graph_objects.Figure
            One trace per run, named ``<file name> (<label>)``.
        """
        from perda.analyzer.collection_plot import comparison_figure

        runs = ((one.name, run) for one, run in self._readable() if cpp_name in run.data)
        return comparison_figure(runs, cpp_name, max_points)

    def compare_summary(self, cpp_name: str) -> dict[str, DataInstanceSummary]:
        """Summarise a variable of every run.

        Parameters
        ----------
        cpp_name : str
            Variable; runs without it are skipped.

        Returns
        -------
        dict of str to DataInstanceSummary
            By file name, in the order of the runs; times in seconds.
        """
        return {
            member.name: data_instance_summary(run.data.peek(cpp_name), run.data.timestamp_unit)
            for member, run in self._readable()
            if cpp_name in run.data
        }

    def table(
        self,
        names: str | Sequence[str],
        stats: str | Sequence[str] = ("min", "max", "mean", "duration"),
    ) -> pl.DataFrame:
        """Return statistics of variables per run, without reading a sample.

        Parameters
        ----------
        names : str or sequence of str
            Variables.
        stats : str or sequence of str
            Of ``count``, ``min``, ``max``, ``mean`` (each sample counting the same, NaN left
            out), ``start``, ``end`` and ``duration`` (from the first sample to the last), the
            last three in seconds.

        Returns
        -------
        polars.DataFrame
            Columns ``run``, ``date``, ``name`` and the statistics; one row per run and name,
            null where the run lacks the variable.

        Raises
        ------
        ValueError
            If there is no such statistic.

        Notes
        -----
        The numbers are those of the logs: edits of opened runs do not show.
        """
        from perda.analyzer.collection_table import statistics_table

        opened = self._opened_copies()
        return statistics_table(
            ((member.name, member.metadata.date, log) for member, log in opened), names, stats
        )

    def scan(self) -> pl.LazyFrame:
        """Return all samples of all runs as a lazy table.

        Returns
        -------
        polars.LazyFrame
            Columns ``run``, ``name``, ``timestamp`` and ``value``. Of a query with
            ``filter(pl.col("name") == …)`` only that variable is read of each run; a filter on
            ``run`` saves no reading, so scan a filtered collection instead. Times are in the
            logs' own unit; if runs differ in it, in the finest.

        Raises
        ------
        LocalFileError
            If the columnar copies of all runs together do not fit into the cache.

        Notes
        -----
        The samples are those of the logs: edits of opened runs do not show.
        """
        from perda.analyzer.collection_scan import scan_runs

        return scan_runs((member.name, log) for member, log in self._opened_copies())

    def map(
        self,
        function: Callable[[Analyzer], Result],
        names: str | Sequence[str] | None = None,
        scheduler: str | Client | None = None,
        *,
        workers: int | None = None,
        progress: bool = True,
    ) -> RunResults[Result]:
        """Run a function on every run, in parallel.

        Parameters
        ----------
        function : callable
            Of one Analyzer; a lambda or a function from a notebook will do. What it returns
            must be picklable.
        names : str or sequence of str, optional
            Variables it needs: runs without them are skipped, and the run it gets has only
            these. None: the whole run, of which it reads what it touches.
        scheduler : str or distributed.Client, optional
            Dask cluster, whose workers must see the logs under the same paths; None: processes
            of this machine.
        workers : int, optional
            How many processes; None: one per processor.
        progress : bool
            Whether a progress bar shows.

        Returns
        -------
        RunResults
            A dict from file name to what the function returned. A run for which it raised, or
            that cannot be read, is in its ``errors`` instead.

        Raises
        ------
        FunctionNotPortableError
            If the function cannot be sent to other processes.
        MissingExtraError, SchedulerError
            If Dask is not installed, or there is no scheduler at that address.

        Examples
        --------
        >>> peaks = season.map(lambda run: run.data["a"].value_np.max())  # doctest: +SKIP
        """
        from perda.analyzer.collection_map import map_runs

        runs = [(member.name, member.path) for member in self._members]
        return map_runs(function, runs, names, scheduler, workers, progress)

    def _part(self, members: list[_Member]) -> RunCollection:
        part = RunCollection(())
        part._runs, part._members = self._runs, members
        return part

    def _readable(self) -> Iterator[tuple[_Member, Analyzer]]:
        for member in self._members:
            try:
                run = self._runs.lend(member.path)
            except _UNREADABLE as error:
                report_unreadable(member.path, error)
            else:
                yield member, run
                del run  # the last one would stay until the next is open

    def _opened_copies(self) -> Iterator[tuple[_Member, ColumnarLog]]:
        opened = opened_copies([member.path for member in self._members])
        return ((self._members[index], log) for index, log in opened)


def _sort_key(run: RunMetadata) -> tuple[bool, datetime, str, str]:
    path = Path(run.file_path)
    date = datetime.min if run.date is None else local(run.date)
    return run.date is None, date, path.name, str(path)

"""The facade over one run: what an engineer asks of a log."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from perda.analyzer.csv import parse_csv
from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.parse_report import ParseReport
from perda.core_data_structures.single_run_data import SingleRunData, VariableKey
from perda.plotting.plotting_constants import (
    DEFAULT_DIFF_PLOT_CONFIG,
    DEFAULT_FONT_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG,
    DEFAULT_VLINE_CONFIG,
    DiffPlotConfig,
    FontConfig,
    LayoutConfig,
    ScatterHistogramPlotConfig,
    VLineConfig,
)
from perda.units import from_seconds
from perda.utils.data_summary import run_summary_text
from perda.utils.preprocessing import PreprocessingStep, apply_preprocessing

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from perda.utils.accel_calculator import AccelSegmentResult
    from perda.utils.search import SearchResult

Variables = VariableKey | Sequence[VariableKey]


class Analyzer:
    """One run, opened.

    Parameters
    ----------
    filepath : str or path-like
        Text log, or columnar log (``.perda.parquet``).
    ts_offset : int
        Added to every timestamp, in the log's unit.
    parsing_errors_limit : int
        Number of bad lines from which the log is refused; -1 or 0: no limit.
    verbose : int
        0 prints nothing; 1 the header, the unit, the recording date and the account of the
        lines; 2 a progress bar as well.
    preprocessing : sequence of callable, optional
        Steps from run to run, applied in order.
    cache : bool or None
        Whether a columnar copy is used, and made for next time; None: unless the environment
        variable ``PERDA_CACHE`` turns it off.
    compressed : bool or None
        Whether a ``.gz`` or ``.zst`` file is unpacked; None: if its name ends so.

    Attributes
    ----------
    data : SingleRunData
        The run's variables.

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
    >>> run = Analyzer("run.csv")  # doctest: +SKIP
    >>> run.plot("ams.pack.voltage", "ams.pack.current")  # doctest: +SKIP
    """

    data: SingleRunData

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        ts_offset: int = 0,
        parsing_errors_limit: int = 100,
        verbose: int = 1,
        preprocessing: Sequence[PreprocessingStep] | None = None,
        *,
        cache: bool | None = None,
        compressed: bool | None = None,
    ) -> None:
        self.data = parse_csv(
            filepath, ts_offset, parsing_errors_limit, verbose, cache=cache, compressed=compressed
        )
        self.data = apply_preprocessing(self.data, preprocessing or ())

    @property
    def report(self) -> ParseReport | None:
        """The account of the log's lines."""
        return self.data.report

    def __str__(self) -> str:
        return run_summary_text(self.data)

    def __repr__(self) -> str:
        return f"<Analyzer of {self.data!r}>"

    def _repr_html_(self) -> str:
        return self.data._repr_html_()

    def plot(
        self,
        var_1: Variables,
        var_2: Variables | None = None,
        ts_start: float | None = None,
        ts_end: float | None = None,
        title: str | None = None,
        y_label_1: str | None = None,
        y_label_2: str | None = None,
        show_legend: bool = True,
        font_config: FontConfig = DEFAULT_FONT_CONFIG,
        layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
        vline_config: VLineConfig = DEFAULT_VLINE_CONFIG,
        max_points: int | None = None,
        *,
        downsample: str | None = None,
        max_gap_s: float | None = None,
    ) -> Figure:
        """Plot variables over time.

        Parameters
        ----------
        var_1 : str, int, DataInstance or list of them
            Variables on the left axis, by name, id or as series.
        var_2 : str, int, DataInstance or list of them, optional
            Variables on the right axis, drawn dashed.
        ts_start, ts_end : float, optional
            Bounds in seconds, both in.
        title, y_label_1, y_label_2 : str, optional
            Texts; without a label the axis shows its variables' unit where they share one.
        show_legend : bool
            Whether the legend is shown.
        font_config, layout_config, vline_config
            Sizes and colours.
        max_points : int, optional
            Show every ceil(n / max_points)-th sample only; None: every sample.
        downsample : str, optional
            ``"minmaxlttb"`` shows fewer samples and loses no peak.
        max_gap_s : float, optional
            A line breaks where samples are further apart than this.

        Returns
        -------
        plotly.graph_objects.Figure

        Raises
        ------
        KeyError
            If the run has no such variable; the message suggests close names.
        """
        from perda.plotting import data_instance_plotter as plotter

        left = self._series(var_1, ts_start, ts_end)
        # Any: the keywords that both kinds of plot take.
        shared: dict[str, Any] = {
            "title": title,
            "show_legend": show_legend,
            "font_config": font_config,
            "layout_config": layout_config,
            "timestamp_unit": self.data.timestamp_unit,
            "vlines": self._boundaries(ts_start, ts_end),
            "vline_config": vline_config,
            "max_points": max_points,
            "downsample": downsample,
            "max_gap_s": max_gap_s,
        }
        if var_2 is None:
            return plotter.plot_single_axis(left, y_axis_title=y_label_1, **shared)
        right = self._series(var_2, ts_start, ts_end)
        return plotter.plot_dual_axis(
            left, right, left_y_axis_title=y_label_1, right_y_axis_title=y_label_2, **shared
        )

    def subplots(
        self,
        rows: Sequence[Variables],
        title: str | None = None,
        row_y_labels: Sequence[str | None] | None = None,
        ts_start: float | None = None,
        ts_end: float | None = None,
        show_legend: bool = True,
        layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
        font_config: FontConfig = DEFAULT_FONT_CONFIG,
        *,
        max_points: int | None = None,
        downsample: str | None = None,
        max_gap_s: float | None = None,
    ) -> Figure:
        """Plot variables in rows over one time axis.

        Parameters
        ----------
        rows : sequence
            One entry per row: a variable by name, id or as series, or a list of them.
        title : str, optional
            Title.
        row_y_labels : sequence of str or None, optional
            Label of each row's axis.
        ts_start, ts_end : float, optional
            Bounds in seconds, both in.
        show_legend, layout_config, font_config, max_points, downsample, max_gap_s
            As in :meth:`plot`.

        Returns
        -------
        plotly.graph_objects.Figure

        Raises
        ------
        KeyError
            If the run has no such variable.
        """
        from perda.plotting.subplots import data_instance_subplots

        return data_instance_subplots(
            [self._series(row, ts_start, ts_end) for row in rows],
            title=title,
            row_y_labels=row_y_labels,
            show_legend=show_legend,
            layout_config=layout_config,
            font_config=font_config,
            timestamp_unit=self.data.timestamp_unit,
            vlines=self._boundaries(ts_start, ts_end),
            max_points=max_points,
            downsample=downsample,
            max_gap_s=max_gap_s,
        )

    def search(self, query: str, top_n: int = 10, semantic: bool = False) -> list[SearchResult]:
        """Search variables by words, print the best as a table and return them.

        Parameters
        ----------
        query : str
            Words, abbreviations or a part of a dotted name; typing errors are forgiven.
        top_n : int
            How many to show at most, ≥ 1.
        semantic : bool
            Compare by meaning too (needs the ``semantic`` extra).

        Returns
        -------
        list of SearchResult
            The best first.

        Raises
        ------
        ValueError
            If the query has neither letters nor digits, or ``top_n`` is below 1.
        """
        from perda.utils.search import search, search_table

        results = search(self.data, query, top_n, semantic)
        print(search_table(results))  # noqa: T201  # its contract is to print
        return results

    def diff(
        self,
        server_data: SingleRunData,
        timestamp_tolerance_s: float = 0.002,
        diff_rtol: float = 1e-3,
        diff_atol: float = 1e-3,
        diff_plot_config: DiffPlotConfig = DEFAULT_DIFF_PLOT_CONFIG,
        layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
        font_config: FontConfig = DEFAULT_FONT_CONFIG,
    ) -> Figure:
        """Compare this run with another record of it (see :func:`perda.utils.diff.diff`)."""
        from perda.utils.diff import diff

        return diff(
            self.data,
            server_data,
            timestamp_tolerance_s,
            diff_rtol,
            diff_atol,
            diff_plot_config,
            layout_config,
            font_config,
        )

    def analyze_frequency(
        self,
        var: VariableKey,
        expected_frequency_hz: float | None = None,
        gap_threshold_multiplier: float = 2.0,
        font_config: FontConfig = DEFAULT_FONT_CONFIG,
        layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
        plot_config: ScatterHistogramPlotConfig = DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG,
    ) -> Figure:
        """Show how often a variable was logged (see :func:`.analyze_frequency`)."""
        from perda.utils.frequency_analysis import analyze_frequency

        return analyze_frequency(
            self.data[var],
            expected_frequency_hz,
            self.data.timestamp_unit,
            gap_threshold_multiplier,
            font_config,
            layout_config,
            plot_config,
        )

    def get_accel_times(self) -> list[AccelSegmentResult]:
        """Return the acceleration runs over 75 m (see :func:`.accel_times`)."""
        from perda.utils.accel_calculator import accel_times

        return accel_times(self.data)

    def _series(
        self, variables: Variables, ts_start: float | None, ts_end: float | None
    ) -> list[DataInstance]:
        keys = [variables] if isinstance(variables, str | int | DataInstance) else variables
        series = [self.data[key] for key in keys]
        if ts_start is None and ts_end is None:
            return series
        start, end = self._raw(ts_start), self._raw(ts_end)
        return [one.trim(start, end) for one in series]

    def _boundaries(self, ts_start: float | None, ts_end: float | None) -> list[int]:
        start, end = self._raw(ts_start), self._raw(ts_end)
        return [
            boundary
            for boundary in self.data.concat_boundaries
            if (start is None or start <= boundary) and (end is None or boundary <= end)
        ]

    def _raw(self, seconds: float | None) -> float | None:
        return None if seconds is None else from_seconds(seconds, self.data.timestamp_unit)

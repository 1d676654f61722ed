"""One variable of many runs in one figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from perda.analyzer.analyzer import Analyzer
from perda.core_data_structures.data_instance import DataInstance
from perda.units import Timescale

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def comparison_figure(
    runs: Iterable[tuple[str, Analyzer]], cpp_name: str, max_points: int | None
) -> Figure:
    """Return a figure of a variable of runs, each from the start of its log.

    Parameters
    ----------
    runs : iterable of (name, Analyzer)
        Runs that have the variable.
    cpp_name : str
        Variable; also the title.
    max_points : int or None
        As in :func:`perda.plotting.data_instance_plotter.plot_single_axis`.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    from perda.plotting.data_instance_plotter import plot_single_axis

    return plot_single_axis(
        [_from_start(name, run, cpp_name) for name, run in runs],
        title=cpp_name,
        timestamp_unit=Timescale.US,
        max_points=max_points,
    )


def _from_start(name: str, run: Analyzer, cpp_name: str) -> DataInstance:
    """Return a run's series in microseconds (so that runs in different units fit together)."""
    series = run.data.peek(cpp_name)
    factor = Timescale.US.per_second // run.data.timestamp_unit.per_second
    # Unchecked: a series that was added may begin before its run, at a negative time from there.
    return DataInstance.model_construct(
        timestamp_np=(series.timestamp_np - run.data.data_start_time) * factor,
        value_np=series.value_np,
        label=f"{name} ({series.label})",
        var_id=series.var_id,
        cpp_name=series.cpp_name,
        unit=series.unit,
    )

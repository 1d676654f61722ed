"""An Analyzer of a run that was not read from a file."""

from __future__ import annotations

from perda.analyzer.analyzer import Analyzer
from perda.core_data_structures.single_run_data import SingleRunData


def from_single_run_data(single_run_data: SingleRunData) -> Analyzer:
    """Return an Analyzer of a run that is already in memory.

    Parameters
    ----------
    single_run_data : SingleRunData
        Run; the Analyzer works on this very object, it is not copied.

    Returns
    -------
    Analyzer

    Examples
    --------
    >>> from_single_run_data(run.data.trim(0, 60_000_000)).plot("a")  # doctest: +SKIP
    """
    analyzer = Analyzer.__new__(Analyzer)  # its constructor reads a file
    analyzer.data = single_run_data
    return analyzer

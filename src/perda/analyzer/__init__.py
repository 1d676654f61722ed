"""Opening runs: ``from perda.analyzer import Analyzer``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perda._lazy import lazy_names
from perda.analyzer.analyzer import Analyzer
from perda.analyzer.csv import parse_csv
from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.single_run_data import SingleRunData

if TYPE_CHECKING:
    from perda.analyzer.analyzer_factory import from_single_run_data
    from perda.analyzer.concat_helpers import concat
    from perda.analyzer.run_collection import RunCollection, RunMetadata
    from perda.analyzer.run_collection_factory import from_directory, from_paths

__all__ = [
    "Analyzer",
    "DataInstance",
    "RunCollection",
    "RunMetadata",
    "SingleRunData",
    "concat",
    "from_directory",
    "from_paths",
    "from_single_run_data",
    "parse_csv",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "perda.analyzer.analyzer_factory": ["from_single_run_data"],
        "perda.analyzer.concat_helpers": ["concat"],
        "perda.analyzer.run_collection": ["RunCollection", "RunMetadata"],
        "perda.analyzer.run_collection_factory": ["from_directory", "from_paths"],
    },
)

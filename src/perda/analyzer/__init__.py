"""Opening runs: ``from perda.analyzer import Analyzer``."""

from perda.analyzer.analyzer import Analyzer
from perda.analyzer.csv import parse_csv
from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.single_run_data import SingleRunData

__all__ = ["Analyzer", "DataInstance", "SingleRunData", "parse_csv"]

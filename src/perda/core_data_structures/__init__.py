"""One time series, one run, and what brings series onto common times."""

from perda.core_data_structures.data_instance import (
    DataInstance,
    apply_ufunc_inner_join,
    apply_ufunc_left_join,
    apply_ufunc_outer_join,
    inner_join_data_instances,
    left_join_data_instances,
    outer_join_data_instances,
)
from perda.core_data_structures.deduplication import deduplicate
from perda.core_data_structures.joins import inner_join, left_join, outer_join
from perda.core_data_structures.masking import FilterOptions, apply_ufunc_filter
from perda.core_data_structures.parse_report import Finding, ParseReport
from perda.core_data_structures.resampling import ResampleMethod
from perda.core_data_structures.single_run_data import SingleRunData
from perda.core_data_structures.split_helpers import split_single_run_data, trim_single_run_data

__all__ = [
    "DataInstance",
    "FilterOptions",
    "Finding",
    "ParseReport",
    "ResampleMethod",
    "SingleRunData",
    "apply_ufunc_filter",
    "apply_ufunc_inner_join",
    "apply_ufunc_left_join",
    "apply_ufunc_outer_join",
    "deduplicate",
    "inner_join",
    "inner_join_data_instances",
    "left_join",
    "left_join_data_instances",
    "outer_join",
    "outer_join_data_instances",
    "split_single_run_data",
    "trim_single_run_data",
]

"""Import paths that notebooks rely on."""

from __future__ import annotations

import importlib

import pytest

NAMES = {
    "perda.analyzer": ["Analyzer", "DataInstance", "SingleRunData", "parse_csv"],
    "perda.analyzer.analyzer": ["Analyzer"],
    "perda.analyzer.csv": ["parse_csv", "parse_header_creation_time"],
    "perda.server": ["ServerClient", "LogEntry", "S3Credentials"],
    "perda.server.client": ["ServerClient"],
    "perda.server.config": ["LogEntry", "S3Credentials"],
    "perda.core_data_structures": [
        "DataInstance",
        "FilterOptions",
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
    ],
    "perda.plotting": [
        "DEFAULT_FONT_CONFIG",
        "DEFAULT_LAYOUT_CONFIG",
        "DEFAULT_VLINE_CONFIG",
        "FontConfig",
        "LayoutConfig",
        "VLineConfig",
        "plot_dual_axis",
        "plot_single_axis",
    ],
    "perda.utils": [
        "DataInstanceSummary",
        "Timescale",
        "convert_time",
        "data_instance_summary",
        "from_seconds",
        "in_to_m",
        "mph_to_m_per_s",
        "single_run_summary",
        "to_seconds",
    ],
    "perda.units": ["MAD_TO_STD", "Timescale"],
    "perda.constants": ["DELIMITER", "R_EARTH_M", "TITLE_DELIM", "title_block"],
    "perda.errors": ["LogFormatError", "PerdaError", "TooManyParsingErrorsError"],
}


@pytest.mark.parametrize("module", NAMES)
def test_names_stay_where_notebooks_find_them(module):
    loaded = importlib.import_module(module)

    assert [name for name in NAMES[module] if not hasattr(loaded, name)] == []

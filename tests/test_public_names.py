"""Import paths, names and signatures that notebooks rely on."""

from __future__ import annotations

import importlib
import inspect

import pytest

NAMES = {
    "perda.analyzer": """Analyzer DataInstance RunCollection RunMetadata SingleRunData concat
        from_directory from_paths from_single_run_data parse_csv""",
    "perda.analyzer.analyzer": "Analyzer",
    "perda.analyzer.analyzer_factory": "from_single_run_data",
    "perda.analyzer.concat_helpers": "concat",
    "perda.analyzer.csv": "parse_csv parse_header_creation_time",
    "perda.analyzer.run_collection": "RunCollection RunMetadata",
    "perda.analyzer.run_collection_factory": "from_directory from_paths",
    "perda.constants": "DELIMITER R_EARTH_M TITLE_DELIM title_block",
    "perda.core_data_structures": """DataInstance FilterOptions ResampleMethod SingleRunData
        apply_ufunc_filter apply_ufunc_inner_join apply_ufunc_left_join apply_ufunc_outer_join
        deduplicate inner_join inner_join_data_instances left_join left_join_data_instances
        outer_join outer_join_data_instances split_single_run_data trim_single_run_data""",
    "perda.core_data_structures.data_instance": """DataInstance left_join_data_instances
        outer_join_data_instances inner_join_data_instances apply_ufunc_left_join
        apply_ufunc_outer_join apply_ufunc_inner_join""",
    "perda.core_data_structures.deduplication": "deduplicate",
    "perda.core_data_structures.joins": "inner_join left_join outer_join",
    "perda.core_data_structures.masking": "FilterOptions apply_ufunc_filter",
    "perda.core_data_structures.resampling": "ResampleMethod",
    "perda.core_data_structures.single_run_data": "SingleRunData",
    "perda.core_data_structures.split_helpers": "split_single_run_data trim_single_run_data",
    "perda.errors": "LogFormatError PerdaError TooManyParsingErrorsError",
    "perda.live": """CDPClient CDPException CDPProtocolError CDPServerError LiveAnalyzer
        ResponseStatus ValueType get_range_value get_value set_value""",
    "perda.plotting": """DEFAULT_DIFF_PLOT_CONFIG DEFAULT_FFT_PLOT_CONFIG DEFAULT_FONT_CONFIG
        DEFAULT_GPS_MAP_CONFIG DEFAULT_LAYOUT_CONFIG DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG
        DEFAULT_VLINE_CONFIG DiffPlotConfig FFTPlotConfig FontConfig GpsMapConfig LayoutConfig
        ScatterHistogramPlotConfig VLineConfig data_instance_subplots plot_diff_bars
        plot_dual_axis plot_fft_spectrum plot_multi_log_subplots plot_parametric_curve
        plot_parametric_trimmer plot_scatter_and_histogram plot_single_axis stride_downsample""",
    "perda.plotting.data_instance_plotter": "plot_dual_axis plot_single_axis",
    "perda.plotting.diff_plotter": "plot_diff_bars",
    "perda.plotting.fft_plotter": "plot_fft_spectrum",
    "perda.plotting.parametric_plot": "plot_parametric_curve plot_parametric_trimmer",
    "perda.plotting.plotting_constants": "DEFAULT_FONT_CONFIG FontConfig",
    "perda.plotting.scatter_histogram_plotter": "plot_scatter_and_histogram",
    "perda.plotting.subplots": """data_instance_subplots plot_multi_log_subplots
        stride_downsample""",
    "perda.server": "LogEntry S3Credentials ServerClient",
    "perda.server.client": "ServerClient",
    "perda.server.config": "LogEntry S3Credentials",
    "perda.units": """MAD_TO_STD Timescale convert_time from_seconds in_to_m mph_to_m_per_s
        to_seconds""",
    "perda.utils": """AccelSegmentResult DEFAULT_GEAR_RATIO DEFAULT_MOTOR_RPM
        DEFAULT_MOTOR_WHEELSPEED DEFAULT_STEERING_ANGLE DEFAULT_STEERING_CALIBRATION
        DEFAULT_STEERING_RAW DEFAULT_TIRE_RADIUS_IN DEFAULT_WHEELSPEED_FL DEFAULT_WHEELSPEED_FR
        DEFAULT_WHEELSPEED_RL DEFAULT_WHEELSPEED_RR DataInstanceSummary PreprocessingStep
        SearchResult Timescale analyze_frequency apply_preprocessing apply_sos_filter
        apply_time_offset average_over_time_range compute_accel_results compute_fft convert_time
        convert_wheelspeeds_to_m_per_s correct_motor_data correct_steering_angle
        create_representative_gps_image data_instance_summary detect_accel_event
        filter_gps_cartesian from_seconds get_data_slice_by_timestamp gps_to_enu in_to_m
        integrate_over_time_range lowpass_filter lowpass_filter_by_distance mph_to_m_per_s
        patch_ned_velocity plot_gps_comparison plot_gps_trimmer single_run_summary
        smoothed_filtered_integration to_seconds zscore_filter diff search""",
    "perda.utils.accel_calculator": """AccelSegmentResult compute_accel_results
        detect_accel_event""",
    "perda.utils.data_summary": "DataInstanceSummary data_instance_summary single_run_summary",
    "perda.utils.diff": "diff",
    "perda.utils.frequency_analysis": "analyze_frequency",
    "perda.utils.gps_analysis": """create_representative_gps_image filter_gps_cartesian
        gps_to_enu plot_gps_comparison plot_gps_trimmer""",
    "perda.utils.integrate": """average_over_time_range get_data_slice_by_timestamp
        integrate_over_time_range smoothed_filtered_integration""",
    "perda.utils.preprocessing": """DEFAULT_GEAR_RATIO apply_preprocessing
        convert_wheelspeeds_to_m_per_s correct_motor_data correct_steering_angle
        patch_ned_velocity""",
    "perda.utils.search": "SearchResult search",
    "perda.utils.signal_processing": """apply_sos_filter compute_fft lowpass_filter
        lowpass_filter_by_distance zscore_filter""",
    "perda.utils.time_alignment": "apply_time_offset",
}

# Positional order and defaults; "…" ends what is pinned.
SIGNATURES = {
    "perda.analyzer.Analyzer": "filepath ts_offset=0 parsing_errors_limit=100 verbose=1 "
    "preprocessing=None",
    "perda.analyzer.Analyzer.search": "self query top_n=10 semantic=False",
    "perda.analyzer.Analyzer.plot": "self var_1 var_2=None ts_start=None ts_end=None title=None "
    "y_label_1=None y_label_2=None show_legend=True font_config layout_config vline_config "
    "max_points=None",
    "perda.analyzer.Analyzer.subplots": "self rows title=None row_y_labels=None ts_start=None "
    "ts_end=None show_legend=True layout_config font_config",
    "perda.analyzer.Analyzer.diff": "self server_data timestamp_tolerance_s=0.002 "
    "diff_rtol=0.001 diff_atol=0.001 diff_plot_config layout_config font_config",
    "perda.analyzer.Analyzer.analyze_frequency": "self var expected_frequency_hz=None "
    "gap_threshold_multiplier=2.0 font_config layout_config plot_config",
    "perda.analyzer.Analyzer.get_accel_times": "self",
    "perda.analyzer.parse_csv": "file_path ts_offset=0 parsing_errors_limit=100 verbose=1",
    "perda.analyzer.concat": "first second gap=1",
    "perda.analyzer.from_directory": "directory pattern='*.csv' recursive=False",
    "perda.analyzer.from_paths": "paths",
    "perda.analyzer.from_single_run_data": "single_run_data",
    "perda.analyzer.RunCollection": "run_metadata",
    "perda.analyzer.RunCollection.filter_by_date": "self start_date=None end_date=None",
    "perda.analyzer.RunCollection.plot_comparison": "self cpp_name max_points=None",
    "perda.analyzer.RunCollection.compare_summary": "self cpp_name",
    "perda.core_data_structures.DataInstance.trim": "self ts_start=None ts_end=None",
    "perda.core_data_structures.DataInstance.resample_to_freq": "self freq_hz source_time_unit "
    "method",
    "perda.core_data_structures.left_join": "left_ts left_val right_ts right_val method",
    "perda.core_data_structures.outer_join": "left_ts left_val right_ts right_val method "
    "drop_nan=True fill=0.0",
    "perda.core_data_structures.inner_join": "left_ts left_val right_ts right_val tolerance method",
    "perda.server.ServerClient": "url cache_dir=None",
    "perda.server.ServerClient.load": "self log_key ts_offset=0 parsing_errors_limit=100",
    "perda.server.ServerClient.list_logs": "self prefix=''",
    "perda.server.ServerClient.print_logs": "self prefix=''",
    "perda.plotting.plot_single_axis": "data_instances title=None y_axis_title=None "
    "show_legend=True layout_config font_config timestamp_unit vlines=None vline_config "
    "max_points=None",
    "perda.plotting.plot_dual_axis": "left_data_instances right_data_instances title=None "
    "left_y_axis_title=None right_y_axis_title=None show_legend=True font_config layout_config "
    "timestamp_unit vlines=None vline_config max_points=None",
    "perda.plotting.data_instance_subplots": "rows title=None row_y_labels=None show_legend=True "
    "layout_config font_config timestamp_unit",
    "perda.plotting.plot_multi_log_subplots": "logs var_names row_y_labels=None title=None "
    "layout_config font_config timestamp_unit",
    "perda.plotting.plot_fft_spectrum": "frequencies magnitudes series_names title=None "
    "x_label='Frequency (Hz)' y_label='Magnitude' stacked=True layout_config font_config "
    "fft_config",
    "perda.plotting.plot_parametric_curve": "x y x_label='X' y_label='Y' title=None",
    "perda.plotting.plot_scatter_and_histogram": "x y title scatter_title histogram_title "
    "x_label y_label scatter_name histogram_name hline=None hline_label=None vline=None "
    "vline_label=None font_config layout_config plot_config",
    "perda.plotting.plot_diff_bars": "base_extra_ts incom_extra_ts value_mismatch_ts "
    "total_present_ts title y_axis_title show_legend=True diff_plot_config",
    "perda.utils.integrate_over_time_range": "data_instance start_time=0 end_time=-1 "
    "source_time_unit target_time_unit",
    "perda.utils.average_over_time_range": "data_instance start_time=0 end_time=-1 "
    "source_time_unit target_time_unit",
    "perda.utils.get_data_slice_by_timestamp": "original_instance start_time=0 end_time=-1",
    "perda.utils.smoothed_filtered_integration": "data source_time_unit target_time_unit "
    "filter_window_size=10 n_sigmas=3 smoothing_window_len=11 smoothing_poly_order=2",
    "perda.utils.apply_sos_filter": "signal sos order",
    "perda.utils.lowpass_filter_by_distance": "data_instances distance_di cutoff_freq_per_meter "
    "order=4",
    "perda.utils.compute_accel_results": "signal_obj distance_obj target_dist=75.0 "
    "source_time_unit target_time_unit",
    "perda.utils.detect_accel_event": "torque_obj speed_obj torque_threshold=100 "
    "speed_threshold=0.5",
    "perda.utils.gps_to_enu": "lat lon lat_ref=None lon_ref=None",
    "perda.utils.filter_gps_cartesian": "lat lon gps_map_config",
    "perda.utils.plot_gps_comparison": "runs title=None gps_map_config layout_config font_config",
    "perda.utils.create_representative_gps_image": "lat_raw lon_raw vel_raw=None vel_thresh=0.5",
    "perda.utils.search.search": "data query top_n=10 semantic=False",
    "perda.utils.diff.diff": "rpi_data server_data timestamp_tolerance_s=0.002 diff_rtol=0.001 "
    "diff_atol=0.001",
    "perda.utils.analyze_frequency": "data_instance expected_frequency_hz=None source_time_unit "
    "gap_threshold_multiplier=2.0",
    "perda.live.CDPClient": "timeout=5.0 range_timeout=2.0",
    "perda.live.CDPClient.connect": "self host='127.0.0.1' port=5001",
    "perda.live.CDPClient.get": "self access_string value_type",
    "perda.live.CDPClient.set": "self access_string value value_type",
    "perda.live.CDPClient.get_range": "self access_string time_secs",
    "perda.live.LiveAnalyzer.local": "port=5001 timeout=5.0 range_timeout=2.0",
    "perda.live.LiveAnalyzer.fetch": "self var time_secs=30",
    "perda.live.LiveAnalyzer.is_connected": "self refresh=False",
}


@pytest.mark.parametrize("module", NAMES)
def test_names_stay_where_notebooks_find_them(module):
    loaded = importlib.import_module(module)

    assert [name for name in NAMES[module].split() if not hasattr(loaded, name)] == []


def test_diff_and_search_stay_modules():
    from perda.utils import diff, search

    assert inspect.ismodule(diff)
    assert inspect.ismodule(search)


@pytest.mark.parametrize("path", SIGNATURES)
def test_signatures_stay_as_notebooks_call_them(path):
    parameters = list(inspect.signature(find(path)).parameters.values())

    pinned = SIGNATURES[path].split(" ") if SIGNATURES[path] else []
    pinned = rejoined(pinned)
    assert [described(p, q) for p, q in zip(parameters, pinned, strict=False)] == pinned


def find(path: str) -> object:
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            found = getattr(found, name)
        return found
    raise AssertionError(f"nothing found at {path}")


def rejoined(words: list[str]) -> list[str]:
    """Put defaults with blanks together again."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].count("'") == 1:
            joined[-1] += " " + word
        else:
            joined.append(word)
    return joined


def described(parameter: inspect.Parameter, pinned: str) -> str:
    if "=" in pinned:
        return f"{parameter.name}={parameter.default!r}"
    return parameter.name

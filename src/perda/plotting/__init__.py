"""Arrays in, plotly figures out. Names load on first use: plotly takes a while to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perda._lazy import lazy_names

if TYPE_CHECKING:
    from perda.plotting.data_instance_plotter import (
        plot_dual_axis,
        plot_single_axis,
    )
    from perda.plotting.diff_plotter import plot_diff_bars
    from perda.plotting.downsampling import set_default_downsample
    from perda.plotting.export import (
        figure_to_png,
        write_figure,
    )
    from perda.plotting.fft_plotter import plot_fft_spectrum
    from perda.plotting.parametric_plot import (
        plot_parametric_curve,
        plot_parametric_trimmer,
    )
    from perda.plotting.plotting_constants import (
        DEFAULT_DIFF_PLOT_CONFIG,
        DEFAULT_FFT_PLOT_CONFIG,
        DEFAULT_FONT_CONFIG,
        DEFAULT_GPS_MAP_CONFIG,
        DEFAULT_LAYOUT_CONFIG,
        DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG,
        DEFAULT_VLINE_CONFIG,
        DiffPlotConfig,
        FFTPlotConfig,
        FontConfig,
        GpsMapConfig,
        LayoutConfig,
        ScatterHistogramPlotConfig,
        VLineConfig,
    )
    from perda.plotting.scatter_histogram_plotter import plot_scatter_and_histogram
    from perda.plotting.subplots import (
        data_instance_subplots,
        plot_multi_log_subplots,
        stride_downsample,
    )

__all__ = [
    "DEFAULT_DIFF_PLOT_CONFIG",
    "DEFAULT_FFT_PLOT_CONFIG",
    "DEFAULT_FONT_CONFIG",
    "DEFAULT_GPS_MAP_CONFIG",
    "DEFAULT_LAYOUT_CONFIG",
    "DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG",
    "DEFAULT_VLINE_CONFIG",
    "DiffPlotConfig",
    "FFTPlotConfig",
    "FontConfig",
    "GpsMapConfig",
    "LayoutConfig",
    "ScatterHistogramPlotConfig",
    "VLineConfig",
    "data_instance_subplots",
    "figure_to_png",
    "plot_diff_bars",
    "plot_dual_axis",
    "plot_fft_spectrum",
    "plot_multi_log_subplots",
    "plot_parametric_curve",
    "plot_parametric_trimmer",
    "plot_scatter_and_histogram",
    "plot_single_axis",
    "set_default_downsample",
    "stride_downsample",
    "write_figure",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "perda.plotting.data_instance_plotter": ["plot_dual_axis", "plot_single_axis"],
        "perda.plotting.diff_plotter": ["plot_diff_bars"],
        "perda.plotting.downsampling": ["set_default_downsample"],
        "perda.plotting.export": ["figure_to_png", "write_figure"],
        "perda.plotting.fft_plotter": ["plot_fft_spectrum"],
        "perda.plotting.parametric_plot": ["plot_parametric_curve", "plot_parametric_trimmer"],
        "perda.plotting.plotting_constants": [
            "DEFAULT_DIFF_PLOT_CONFIG",
            "DEFAULT_FFT_PLOT_CONFIG",
            "DEFAULT_FONT_CONFIG",
            "DEFAULT_GPS_MAP_CONFIG",
            "DEFAULT_LAYOUT_CONFIG",
            "DEFAULT_SCATTER_HISTOGRAM_PLOT_CONFIG",
            "DEFAULT_VLINE_CONFIG",
            "DiffPlotConfig",
            "FFTPlotConfig",
            "FontConfig",
            "GpsMapConfig",
            "LayoutConfig",
            "ScatterHistogramPlotConfig",
            "VLineConfig",
        ],
        "perda.plotting.scatter_histogram_plotter": ["plot_scatter_and_histogram"],
        "perda.plotting.subplots": [
            "data_instance_subplots",
            "plot_multi_log_subplots",
            "stride_downsample",
        ],
    },
)

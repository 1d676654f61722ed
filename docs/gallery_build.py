"""Make the pictures of the gallery from a sample log: ``python docs/gallery_build.py [FOLDER]``.

Each function below makes one figure; its text is what the page shows beside the picture.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from perda.analyzer import Analyzer
from perda.core_data_structures import SingleRunData
from perda.plotting.data_instance_plotter import plot_dual_axis, plot_single_axis
from perda.plotting.diff_plotter import plot_diff_bars
from perda.plotting.export import write_figure
from perda.plotting.fft_plotter import plot_fft_spectrum
from perda.plotting.parametric_plot import plot_parametric_curve
from perda.plotting.scatter_histogram_plotter import plot_scatter_and_histogram
from perda.plotting.subplots import data_instance_subplots, plot_multi_log_subplots
from perda.sample import write_sample_log
from perda.utils.gps_analysis import create_representative_gps_image, plot_gps_comparison

FOLDER = Path(__file__).parent / "gallery"
WHEELS = ("frontLeft", "frontRight", "backLeft", "backRight")


def over_time(data: SingleRunData):
    speeds = [data[f"pcm.wheelSpeeds.{wheel}"] for wheel in WHEELS]
    return plot_single_axis(
        speeds, "Wheel speeds", timestamp_unit=data.timestamp_unit, downsample="minmaxlttb"
    )


def two_axes(data: SingleRunData):
    volts, amps = data["ams.pack.voltage"], data["ams.pack.current"]
    return plot_dual_axis(volts, amps, "Pack", timestamp_unit=data.timestamp_unit)


def rows(data: SingleRunData):
    states = [data["ams.state.precharge"], data["pcm.moc.enabled"]]
    panels = [data["ams.pack.voltage"], data["ams.pack.current"], states]
    return data_instance_subplots(panels, "Start-up", timestamp_unit=data.timestamp_unit)


def several_logs(data: SingleRunData):
    logs = {"morning.csv": data, "evening.csv": data}
    names = [["pcm.wheelSpeeds.frontLeft", "pcm.wheelSpeeds.backLeft"], "ams.pack.current"]
    return plot_multi_log_subplots(logs, names, title="Two runs")


def track(data: SingleRunData):
    speed = data["pcm.wheelSpeeds.frontLeft"]
    lat, lon = (data[f"pcm.vnav.posLla.{one}"] for one in ("latitude", "longitude"))
    return create_representative_gps_image(lat, lon, speed, title="Track")


def tracks(data: SingleRunData):
    runs = [
        (data[f"{home}.latitude"], data[f"{home}.longitude"], label)
        for home, label in (("pcm.vnav.posLla", "main"), ("ins.position", "spare"))
    ]
    return plot_gps_comparison(runs, "Two receivers")


def friction_circle(data: SingleRunData):
    across, along = data["ludwig.accel.front.y"], data["ludwig.accel.front.x"]
    return plot_parametric_curve(
        across,
        along,
        "Lateral [m/s²]",
        "Longitudinal [m/s²]",
        "Friction circle",
        color=data["pcm.wheelSpeeds.frontLeft"],
        color_label="Wheel speed [mph]",
        equal_scale=True,
    )


def spectra(data: SingleRunData):
    from perda.utils.signal_processing import compute_fft

    names = ["Front z", "Rear z"]
    series = [data["ludwig.accel.front.z"], data["ludwig.accel.rear.z"]]
    found = [compute_fft(one, data.timestamp_unit) for one in series]
    return plot_fft_spectrum(
        [frequency for frequency, _ in found], [size for _, size in found], names, "Vertical"
    )


def rate(data: SingleRunData):
    import numpy as np

    times_s = data["ludwig.accel.front.z"].timestamp_np / 1e6
    return plot_scatter_and_histogram(
        times_s[1:],
        1 / np.diff(times_s),
        title="Rate of ludwig.accel.front.z",
        scatter_title="Over time",
        histogram_title="Distribution",
        x_label="Time [s]",
        y_label="Rate [Hz]",
        scatter_name="Rate",
        histogram_name="Samples",
        hline=20,
        hline_label="expected 20 Hz",
        vline=20,
        vline_label="expected 20 Hz",
    )


def differences(data: SingleRunData):
    times = data["pcm.wheelSpeeds.frontLeft"].timestamp_np
    return plot_diff_bars(
        times[::37],
        times[2000:2600],
        times[5000:5900:2],
        times,
        "Log of the car against the server's",
        "Differences per second",
        timestamp_unit=data.timestamp_unit,
    )


FIGURES = {
    "over-time": over_time,
    "two-axes": two_axes,
    "rows": rows,
    "several-logs": several_logs,
    "track": track,
    "tracks": tracks,
    "friction-circle": friction_circle,
    "spectra": spectra,
    "rate": rate,
    "differences": differences,
}


def build(folder: Path, minutes: float = 2) -> list[Path]:
    """Write one PNG per figure into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        log = write_sample_log(Path(scratch) / "run.csv", minutes=minutes, seed=1).path
        data = Analyzer(log, verbose=0, cache=False).data
        return [
            write_figure(make(data), folder / f"{name}.png", scale=1.5)
            for name, make in FIGURES.items()
        ]


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

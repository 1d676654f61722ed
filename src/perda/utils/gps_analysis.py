"""Positions in metres, and the tracks that a car drove.

What draws them is :mod:`perda.plotting.gps_plotter`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from perda.constants import R_EARTH_M
from perda.core_data_structures.data_instance import DataInstance, left_join_data_instances
from perda.plotting.plotting_constants import (
    DEFAULT_FONT_CONFIG,
    DEFAULT_GPS_MAP_CONFIG,
    DEFAULT_LAYOUT_CONFIG,
    FontConfig,
    GpsMapConfig,
    LayoutConfig,
)

if TYPE_CHECKING:
    from ipywidgets import VBox
    from plotly.graph_objects import Figure

    from perda.plotting.gps_plotter import Track

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
Degrees = DataInstance | npt.ArrayLike

# A stretch between two jumps is an excursion when it is this short, and shorter than a neighbour.
_FEW_FIXES = 5
_FEW_FIXES_SHARE = 0.02
# Steps this much longer than the usual one are jumps, whatever the settings: at 1 fix per second
# a fast car moves more than 30 m between two good fixes.
_USUAL_STEPS = 3


def gps_to_enu(
    lat: Degrees, lon: Degrees, lat_ref: float | None = None, lon_ref: float | None = None
) -> tuple[Floats, Floats]:
    """Convert positions to metres east and north of a reference.

    Flat earth (equirectangular projection, Snyder, "Map Projections", USGS 1987, ch. 12): with
    φ latitude, λ longitude in radians and R = 6 371 000 m, north = R·(φ − φ₀) and
    east = R·(λ − λ₀)·cos φ₀. Within 5 km the error is some centimetres at usual latitudes.

    Parameters
    ----------
    lat, lon : DataInstance or array-like of float, shape (n,)
        Latitude and longitude in degrees.
    lat_ref, lon_ref : float or None
        Reference in degrees; None: the median, NaN passed over.

    Returns
    -------
    tuple of numpy.ndarray of float64, shape (n,)
        East and north in metres; NaN where a position is.

    Raises
    ------
    ValueError
        If the lengths differ.
    """
    lats, lons = _degrees(lat, lon)
    lat_0 = _median(lats) if lat_ref is None else lat_ref
    lon_0 = _median(lons) if lon_ref is None else lon_ref
    # Across ±180° the short way round.
    d_lon = (lons - lon_0 + 180) % 360 - 180
    north = R_EARTH_M * np.radians(lats - lat_0)
    return R_EARTH_M * np.radians(d_lon) * np.cos(np.radians(lat_0)), north


def filter_gps_cartesian(
    lat: Degrees, lon: Degrees, gps_map_config: GpsMapConfig = DEFAULT_GPS_MAP_CONFIG
) -> npt.NDArray[np.bool_]:
    """Tell good fixes from outliers.

    Bad are fixes that are not finite, further than ``max_radius_m`` from the median position,
    or on a short excursion: between two jumps, at most 5 fixes or 2 % of all, and fewer than
    before or after. A jump is a step longer than ``max_jump_m`` and than three usual (median)
    steps. So a spike goes, and both sides of a hole in the recording stay.

    Parameters
    ----------
    lat, lon : DataInstance or array-like of float, shape (n,)
        Latitude and longitude in degrees, in the order of time.
    gps_map_config : GpsMapConfig
        The two limits.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True for good fixes.

    Raises
    ------
    ValueError
        If the lengths differ.
    """
    east, north = gps_to_enu(lat, lon)
    near = np.hypot(east, north) <= gps_map_config.max_radius_m  # NaN is not near
    good = near.copy()
    good[near] = _without_excursions(east[near], north[near], gps_map_config.max_jump_m)
    return good


def plot_gps_comparison(
    runs: Sequence[tuple[DataInstance, DataInstance, str]],
    title: str | None = None,
    gps_map_config: GpsMapConfig = DEFAULT_GPS_MAP_CONFIG,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
) -> Figure:
    """Draw the tracks of several runs in one figure, in metres about their common middle.

    Parameters
    ----------
    runs : sequence of (lat, lon, label)
        Latitude and longitude in degrees as series, and the run's name in the legend.
        Longitudes are read at the times of the latitudes. Outliers are left out
        (:func:`filter_gps_cartesian`).
    title : str or None
        Title.
    gps_map_config, layout_config, font_config
        Limits, look and sizes.

    Returns
    -------
    plotly.graph_objects.Figure
        Without traces, after a logged warning, where there are no fixes.
    """
    from perda.plotting.gps_plotter import Track, draw_tracks

    kept = [(*_good_fixes(lat, lon, gps_map_config)[:2], label) for lat, lon, label in runs]
    lat_ref = _median(np.concatenate([lat for lat, _, _ in kept] or [np.zeros(0)]))
    lon_ref = _median(np.concatenate([lon for _, lon, _ in kept] or [np.zeros(0)]))
    tracks = [
        Track(*gps_to_enu(lat, lon, lat_ref, lon_ref), label=label)
        for lat, lon, label in kept
        if _has_fixes(lat, label)
    ]
    return draw_tracks(tracks, title, gps_map_config, layout_config, font_config)


def create_representative_gps_image(
    lat_raw: DataInstance,
    lon_raw: DataInstance,
    vel_raw: DataInstance | None = None,
    vel_thresh: float = 0.5,
    title: str | None = None,
    gps_map_config: GpsMapConfig = DEFAULT_GPS_MAP_CONFIG,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
    *,
    color_by: DataInstance | None = None,
) -> Figure:
    """Draw where a run was driven, coloured by speed or another variable.

    Parameters
    ----------
    lat_raw, lon_raw : DataInstance
        Latitude and longitude in degrees. Outliers are left out (:func:`filter_gps_cartesian`).
    vel_raw : DataInstance or None
        Speed; fixes at less than ``vel_thresh`` (standing) are left out, the others coloured.
    vel_thresh : float
        In the speed's unit.
    title : str or None
        Title.
    gps_map_config, layout_config, font_config
        Limits, look and sizes.
    color_by : DataInstance or None
        Variable that colours the track instead of the speed.

    Returns
    -------
    plotly.graph_objects.Figure
        East and north in metres, equal scale, start marked; without traces, after a logged
        warning, where there are no fixes.
    """
    from perda.plotting.gps_plotter import draw_tracks

    track = _track(lat_raw, lon_raw, vel_raw, vel_thresh, color_by, gps_map_config)
    if track is None:
        logger.warning("There are no fixes to draw.")
    tracks = [] if track is None else [track]
    return draw_tracks(tracks, title, gps_map_config, layout_config, font_config)


def plot_gps_trimmer(
    lat: DataInstance,
    lon: DataInstance,
    title: str | None = None,
    timestamp_unit: str = "ms",
    gps_map_config: GpsMapConfig = DEFAULT_GPS_MAP_CONFIG,
    layout_config: LayoutConfig = DEFAULT_LAYOUT_CONFIG,
    font_config: FontConfig = DEFAULT_FONT_CONFIG,
) -> VBox:
    """Show a track in a notebook, with a slider for the stretch to look at.

    Parameters
    ----------
    lat, lon : DataInstance
        Latitude and longitude in degrees, with the same times.
    title, timestamp_unit
        Text, and the unit of the times.
    gps_map_config, layout_config, font_config
        Limits, look and sizes.

    Returns
    -------
    ipywidgets.VBox
        Slider, text with the bounds (raw timestamps and seconds) and figure.

    Raises
    ------
    ValueError
        If lengths or times differ.
    MissingExtraError
        If the notebook extra is not installed.
    """
    from perda.plotting.gps_plotter import track_trimmer

    if not np.array_equal(lat.timestamp_np, lon.timestamp_np):
        raise ValueError(
            f"Latitude ({len(lat)} samples) and longitude ({len(lon)} samples) have different "
            "times; align them first with left_join_data_instances(lat, lon)."
        )
    good = filter_gps_cartesian(lat, lon, gps_map_config)
    east, north = gps_to_enu(lat.value_np[good], lon.value_np[good])
    times = lat.timestamp_np[good]
    return track_trimmer(east, north, times, timestamp_unit, title, layout_config, font_config)


def _degrees(lat: Degrees, lon: Degrees) -> tuple[Floats, Floats]:
    lats, lons = (
        np.asarray(one.value_np if isinstance(one, DataInstance) else one, dtype=np.float64)
        for one in (lat, lon)
    )
    if lats.shape != lons.shape:
        raise ValueError(f"Latitude has shape {lats.shape}, longitude {lons.shape}.")
    return lats, lons


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0


def _without_excursions(east: Floats, north: Floats, max_jump_m: float) -> npt.NDArray[np.bool_]:
    """Return which points are not on a short excursion between two jumps."""
    if len(east) < 3:
        return np.ones(len(east), dtype=np.bool_)
    steps = np.hypot(np.diff(east), np.diff(north))
    moving = steps[steps > 0]
    usual = float(np.median(moving)) if len(moving) else 0.0
    jumps = np.flatnonzero(steps > max(max_jump_m, _USUAL_STEPS * usual)) + 1
    if len(jumps) == 0:
        return np.ones(len(east), dtype=np.bool_)
    sizes = np.diff(np.concatenate([[0], jumps, [len(east)]]))
    few = max(_FEW_FIXES, _FEW_FIXES_SHARE * len(east))
    # At the ends a stretch has one neighbour, which then stands for both.
    padded = np.concatenate([sizes[1:2], sizes, sizes[-2:-1]])
    smaller, larger = np.minimum(padded[:-2], padded[2:]), np.maximum(padded[:-2], padded[2:])
    excursion = (sizes <= few) & (sizes <= smaller) & (sizes < larger)
    return np.repeat(~excursion, sizes)


def _good_fixes(
    lat: DataInstance, lon: DataInstance, config: GpsMapConfig
) -> tuple[Floats, Floats, DataInstance | None]:
    """Return the latitudes, longitudes and a series with the times of the good fixes."""
    if len(lat) == 0 or len(lon) == 0:
        return np.zeros(0), np.zeros(0), None
    lat, aligned = left_join_data_instances(lat, lon)
    good = filter_gps_cartesian(lat, aligned, config)
    kept = DataInstance(timestamp_np=lat.timestamp_np[good], value_np=lat.value_np[good])
    return kept.value_np, aligned.value_np[good], kept


def _has_fixes(lat: Floats, label: str) -> bool:
    if len(lat) == 0:
        logger.warning("%s has no fixes to draw.", label)
    return len(lat) > 0


def _track(
    lat: DataInstance,
    lon: DataInstance,
    speed: DataInstance | None,
    threshold: float,
    color_by: DataInstance | None,
    config: GpsMapConfig,
) -> Track | None:
    from perda.plotting.gps_plotter import Track

    lats, lons, times = _good_fixes(lat, lon, config)
    if times is None or len(times) == 0:
        return None
    driving = np.ones(len(lats), dtype=np.bool_)
    if speed is not None and len(speed):
        # A speed that is not known does not say that the car stands.
        driving = ~(np.abs(left_join_data_instances(times, speed)[1].value_np) < threshold)
    shade = color_by if color_by is not None else speed
    known = shade is not None and len(shade) > 0
    values = (
        left_join_data_instances(times, shade)[1].value_np[driving] if known and shade else None
    )
    east, north = gps_to_enu(lats[driving], lons[driving])
    if len(east) == 0:
        return None
    return Track(east, north, label=lat.label or "Track", values=values, shade=shade)

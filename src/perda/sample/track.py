"""The closed circuit: straights and arcs round a polygon, smoothed as a driver would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

ORIGIN_LATITUDE = 40.3752
"""Latitude of the start line [deg]: an open field in Indiana."""

ORIGIN_LONGITUDE = -87.0504
"""Longitude of the start line [deg]."""

ORIGIN_ALTITUDE_M = 213.4

_STEP_M = 0.25
_SMOOTHING_M = 2.0


class Corner(NamedTuple):
    """One corner of the polygon: position [m east, m north] and radius of its arc [m]."""

    east: float
    north: float
    radius: float


# The launch straight runs east along north = 0; the circuit is driven counter-clockwise.
CORNERS = (
    Corner(128, 0, 15),
    Corner(134, 42, 13),
    Corner(70, 36, 13),
    Corner(62, 68, 12),
    Corner(158, 72, 6.6),
    Corner(157, 86, 6.6),
    Corner(128, 86, 20),
    Corner(116, 92, 14),
    Corner(103, 86, 14),
    Corner(90, 92, 14),
    Corner(77, 86, 14),
    Corner(64, 92, 14),
    Corner(50, 87, 20),
    Corner(-22, 92, 16),
    Corner(-28, 56, 13),
    Corner(-76, 60, 13),
    Corner(-84, 96, 13),
    Corner(-124, 94, 16),
    Corner(-132, 46, 14),
    Corner(-62, 38, 6.8),
    Corner(-63, 23, 6.8),
    Corner(-134, 22, 9),
    Corner(-134, 0, 9),
    Corner(-49, 0, 14),
    Corner(-32, 9, 11),
    Corner(-15, 0, 14),
)


@dataclass(frozen=True)
class Track:
    """A closed line, sampled evenly.

    Attributes
    ----------
    east, north : numpy.ndarray
        Positions [m], shape (n,); the point after the last is the first.
    length : float
        Length of one lap [m].
    """

    east: FloatArray
    north: FloatArray
    length: float


@dataclass(frozen=True)
class Path:
    """The line a car drives over a whole run, all arrays of one length.

    Attributes
    ----------
    distance : numpy.ndarray
        Distance driven along the line [m], ascending from 0.
    lap_fraction : numpy.ndarray
        Laps completed, as a real number.
    east, north, altitude : numpy.ndarray
        Position [m].
    course : numpy.ndarray
        Direction of travel clockwise from north [rad], unwrapped.
    curvature : numpy.ndarray
        Change of course per metre [1/m]; positive in a right turn.
    """

    distance: FloatArray
    lap_fraction: FloatArray
    east: FloatArray
    north: FloatArray
    altitude: FloatArray
    course: FloatArray
    curvature: FloatArray

    def part(self, points: slice) -> Path:
        """Return some of the points."""
        return Path(
            self.distance[points],
            self.lap_fraction[points],
            self.east[points],
            self.north[points],
            self.altitude[points],
            self.course[points],
            self.curvature[points],
        )

    def between(self, start_m: float, end_m: float) -> Path:
        """Return the points from one distance to another, and a few on both sides."""
        first, last = np.searchsorted(self.distance, (start_m, end_m)).tolist()
        return self.part(slice(max(first - 4, 0), last + 4))


def build_track() -> Track:
    """Return the circuit; its first point is the start line, 100 m before the first corner."""
    east, north = _resample_closed(*_polygon_with_arcs(CORNERS))
    east, north = _resample_closed(_smooth_closed(east), _smooth_closed(north))
    start = int(np.argmin(np.hypot(east - 10.0, north)))
    east, north = np.roll(east, -start), np.roll(north, -start)
    return Track(east - east[0], north - north[0], len(east) * _chord(east, north))


def drive_path(track: Track, distance_m: float, rng: np.random.Generator) -> Path:
    """Return the line of a driver who goes round at least ``distance_m``.

    The line wanders some decimetres to either side of the circuit from lap to lap.
    """
    step = track.length / len(track.east)
    count = max(int(np.ceil(distance_m / step)) + 1, 8)
    index = np.arange(count) % len(track.east)
    east, north = _shift_sideways(track, index, 0.22 * smooth_noise(count, 40.0 / step, rng))
    distance = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(east), np.diff(north)))))
    course = np.unwrap(
        np.arctan2(np.gradient(east, distance), np.gradient(north, distance)), period=2 * np.pi
    )
    return Path(
        distance=distance,
        lap_fraction=np.arange(count) / len(track.east),
        east=east,
        north=north,
        altitude=_altitude(east, north),
        course=course,
        curvature=np.gradient(course, distance),
    )


def smooth_noise(count: int, scale: float, rng: np.random.Generator) -> FloatArray:
    """Return ``count`` values of unit variance that vary smoothly over ``scale`` samples."""
    knots = rng.standard_normal(int(count / scale) + 4)
    position = np.arange(count) / scale
    left = position.astype(np.int64)
    # A quadratic B-spline through random knots: continuous in value and slope.
    x = position - left
    weights = (0.5 * (1 - x) ** 2, 0.5 + x * (1 - x), 0.5 * x**2)
    values = sum(w * knots[left + k] for k, w in enumerate(weights))
    return np.asarray(values / np.sqrt(0.55))


def _polygon_with_arcs(corners: tuple[Corner, ...]) -> tuple[FloatArray, FloatArray]:
    points = [
        _arc(corners[i - 1], corner, corners[(i + 1) % len(corners)])
        for i, corner in enumerate(corners)
    ]
    outline = np.concatenate(points)
    return outline[:, 0], outline[:, 1]


def _arc(before: Corner, corner: Corner, after: Corner) -> FloatArray:
    """Return points of the arc of the corner's radius that touches both of its sides."""
    here = np.array(corner[:2])
    towards, onwards = _unit(here - before[:2]), _unit(np.array(after[:2]) - here)
    turn = float(np.arctan2(towards[0] * onwards[1] - towards[1] * onwards[0], towards @ onwards))
    tangent = corner.radius * np.tan(abs(turn) / 2)
    normal = np.sign(turn) * np.array([-towards[1], towards[0]])
    centre = here - tangent * towards + corner.radius * normal
    angles = np.linspace(0.0, turn, max(int(abs(turn) * corner.radius / _STEP_M), 2))
    cosine, sine = np.cos(angles), np.sin(angles)
    spoke = -corner.radius * normal
    rotated = np.stack([cosine * spoke[0] - sine * spoke[1], sine * spoke[0] + cosine * spoke[1]])
    return np.asarray(centre + rotated.T)


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / np.hypot(vector[0], vector[1]))


def _resample_closed(east: FloatArray, north: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the closed line at even steps of about ``_STEP_M``."""
    east, north = np.append(east, east[0]), np.append(north, north[0])
    distance = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(east), np.diff(north)))))
    even = np.linspace(0.0, distance[-1], round(distance[-1] / _STEP_M), endpoint=False)
    return np.interp(even, distance, east), np.interp(even, distance, north)


def _smooth_closed(values: FloatArray) -> FloatArray:
    """Return the values convolved round the lap with a Gaussian: corners get an easy entry."""
    frequency = np.fft.rfftfreq(len(values), _STEP_M)
    gain = np.exp(-2 * (np.pi * frequency * _SMOOTHING_M) ** 2)
    return np.fft.irfft(np.fft.rfft(values) * gain, len(values))


def _chord(east: FloatArray, north: FloatArray) -> float:
    return float(np.mean(np.hypot(east - np.roll(east, 1), north - np.roll(north, 1))))


def _shift_sideways(
    track: Track, index: npt.NDArray[np.int64], shift: FloatArray
) -> tuple[FloatArray, FloatArray]:
    along_east = np.roll(track.east, -1) - np.roll(track.east, 1)
    along_north = np.roll(track.north, -1) - np.roll(track.north, 1)
    length = np.hypot(along_east, along_north)
    east = track.east[index] + shift * (along_north / length)[index]
    north = track.north[index] - shift * (along_east / length)[index]
    return east, north


def _altitude(east: FloatArray, north: FloatArray) -> FloatArray:
    """Return the height of a field that is almost flat [m]."""
    slope = 0.004 * east - 0.006 * north
    return ORIGIN_ALTITUDE_M + slope + 0.35 * np.sin(east / 55.0) * np.cos(north / 40.0)

"""Units of time, speed and length used across perda."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar, overload

import numpy as np
import numpy.typing as npt

MAD_TO_STD = 1.4826
"""Median absolute deviation to standard deviation for normal data: 1 / Φ⁻¹(3/4)."""

_METRES_PER_MILE = 1609.34
_METRES_PER_INCH = 0.0254

Number = TypeVar("Number", float, npt.NDArray[np.float64])


class Timescale(Enum):
    """Unit of a timestamp."""

    US = "us"
    MS = "ms"
    S = "s"

    @property
    def per_second(self) -> int:
        """How many of this unit are in one second."""
        return _PER_SECOND[self]


_PER_SECOND = {Timescale.US: 1_000_000, Timescale.MS: 1_000, Timescale.S: 1}


@overload
def convert_time(
    timestamp: float,
    source_time_unit: Timescale | str,
    target_time_unit: Timescale | str,
) -> float: ...
@overload
def convert_time(
    timestamp: npt.NDArray[np.generic],
    source_time_unit: Timescale | str,
    target_time_unit: Timescale | str,
) -> npt.NDArray[np.float64]: ...
def convert_time(
    timestamp: float | npt.NDArray[np.generic],
    source_time_unit: Timescale | str,
    target_time_unit: Timescale | str,
) -> float | npt.NDArray[np.float64]:
    """Convert a time from one unit to another.

    Parameters
    ----------
    timestamp : float or numpy.ndarray
        Time or times in ``source_time_unit``; integers are accepted.
    source_time_unit, target_time_unit : Timescale or str
        ``"us"``, ``"ms"`` or ``"s"``.

    Returns
    -------
    float or numpy.ndarray of float64
        The same time in ``target_time_unit``; arrays keep their shape.

    Raises
    ------
    ValueError
        If a unit is unknown.
    """
    source = Timescale(source_time_unit).per_second
    target = Timescale(target_time_unit).per_second
    # One multiplication or one division by a whole number: the result is correctly rounded.
    if target >= source:
        return timestamp * float(target // source)  # type: ignore[operator]
    return timestamp / float(source // target)  # type: ignore[operator]


@overload
def to_seconds(timestamp: float, source_time_unit: Timescale | str) -> float: ...
@overload
def to_seconds(
    timestamp: npt.NDArray[np.generic], source_time_unit: Timescale | str
) -> npt.NDArray[np.float64]: ...
def to_seconds(
    timestamp: float | npt.NDArray[np.generic], source_time_unit: Timescale | str
) -> float | npt.NDArray[np.float64]:
    """Convert a time in ``source_time_unit`` to seconds (see :func:`convert_time`)."""
    return convert_time(timestamp, source_time_unit, Timescale.S)


@overload
def from_seconds(timestamp_s: float, target_time_unit: Timescale | str) -> float: ...
@overload
def from_seconds(
    timestamp_s: npt.NDArray[np.generic], target_time_unit: Timescale | str
) -> npt.NDArray[np.float64]: ...
def from_seconds(
    timestamp_s: float | npt.NDArray[np.generic], target_time_unit: Timescale | str
) -> float | npt.NDArray[np.float64]:
    """Convert seconds to ``target_time_unit`` (see :func:`convert_time`)."""
    return convert_time(timestamp_s, Timescale.S, target_time_unit)


def mph_to_m_per_s(value: Number) -> Number:
    """Convert miles per hour to metres per second (1 mile = 1609.34 m)."""
    return value / 3600 * _METRES_PER_MILE


def in_to_m(value: Number) -> Number:
    """Convert inches to metres (1 in = 0.0254 m exactly)."""
    return value * _METRES_PER_INCH

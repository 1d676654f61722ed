"""The rows of a run that are looked at, and what most channels start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perda.sample.drive import STATE_RATE_HZ
from perda.sample.model import RunModel
from perda.sample.track import FloatArray, Path

Channels = dict[str, FloatArray]


@dataclass(frozen=True)
class View:
    """Some rows of the run.

    Attributes
    ----------
    model : RunModel
    rows : slice
        Which rows.
    stretch : Path
        The part of the path that the car drives in them.
    time, distance, speed, acceleration, curvature : numpy.ndarray
        Of these rows, shape (rows,) [s, m, m/s, m/s², 1/m].
    """

    model: RunModel
    rows: slice
    stretch: Path
    time: FloatArray
    distance: FloatArray
    speed: FloatArray
    acceleration: FloatArray
    curvature: FloatArray

    def along(self, values: FloatArray) -> FloatArray:
        """Return what is known per point of the stretch at each row."""
        return np.interp(self.distance, self.stretch.distance, values)

    @property
    def lateral(self) -> FloatArray:
        """Acceleration to the right [m/s²]."""
        return np.asarray(self.speed**2 * self.curvature)


def view_rows(model: RunModel, rows: slice) -> View:
    """Return the view of some rows of a run."""
    drive = model.drive
    distance = drive.distance[rows]
    stretch = drive.path.between(float(distance[0]), float(distance[-1]))
    return View(
        model=model,
        rows=rows,
        stretch=stretch,
        time=drive.time[rows],
        distance=distance,
        speed=drive.speed[rows],
        acceleration=drive.acceleration[rows],
        curvature=np.interp(distance, stretch.distance, stretch.curvature),
    )


def slope(values: FloatArray) -> FloatArray:
    """Return the change per second of a series at the state's rate."""
    return np.asarray(np.gradient(values, 1 / STATE_RATE_HZ))

"""The whole run as one model, and its state between two moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perda.sample.drive import STATE_RATE_HZ, Drive, simulate_drive
from perda.sample.powertrain import Powertrain, simulate_powertrain
from perda.sample.thermal import simulate_temperatures
from perda.sample.track import FloatArray

GLITCHES = 4
"""How many kinds of short fault a run has."""


@dataclass(frozen=True)
class RunModel:
    """All that is needed to compute the car's state at any moment of a run.

    Attributes
    ----------
    drive, powertrain
        Motion and electrics at ``STATE_RATE_HZ``.
    temperatures : dict of str to numpy.ndarray
        One series per thermal node [°C] at ``THERMAL_RATE_HZ``.
    ambient : float
        Air temperature [°C].
    cell_offset, cell_resistance : numpy.ndarray
        How each cell differs from the mean: voltage [V] and resistance [Ω], shape (cells,).
    gps_phase : numpy.ndarray
        Phases of the slow drift of the satellite fix [rad], shape (4,).
    glitches : numpy.ndarray
        Start and end of short faults [s], shape (``GLITCHES``, 2, 2): kind, occurrence, bounds.
    """

    drive: Drive
    powertrain: Powertrain
    temperatures: dict[str, FloatArray]
    ambient: float
    cell_offset: FloatArray
    cell_resistance: FloatArray
    gps_phase: FloatArray
    glitches: FloatArray


@dataclass(frozen=True)
class StateWindow:
    """The car's state over some seconds, at ``STATE_RATE_HZ``.

    Attributes
    ----------
    start_s : float
        Time of the first row.
    columns : dict of str to int
        Column of each channel.
    matrix : numpy.ndarray
        Shape (rows, channels).
    """

    start_s: float
    columns: dict[str, int]
    matrix: FloatArray

    def sample(
        self, columns: npt.NDArray[np.int64], times: FloatArray, hold: npt.NDArray[np.bool_]
    ) -> FloatArray:
        """Return channels at the given times, shape (times, columns).

        Between two rows a channel is linear, or keeps the earlier value where ``hold`` is set.
        """
        position = (times - self.start_s) * STATE_RATE_HZ
        row = np.clip(position.astype(np.int64), 0, len(self.matrix) - 2)
        part = np.clip(position - row, 0.0, 1.0)[:, None]
        left = self.matrix[row[:, None], columns]
        right = self.matrix[row[:, None] + 1, columns]
        return np.asarray(left + np.where(hold, 0.0, part) * (right - left))


def simulate_run(duration_s: float, rng: np.random.Generator) -> RunModel:
    """Simulate a run of that many seconds; the generator decides everything that varies."""
    ambient = float(rng.uniform(14.0, 27.0))
    start_charge = float(rng.uniform(0.95, 0.985))
    drive = simulate_drive(duration_s, rng)
    powertrain = simulate_powertrain(drive, start_charge)
    cells = powertrain.pack.cells
    glitch_start = rng.uniform(0.1, 0.95, (GLITCHES, 2, 1)) * duration_s
    glitch_length = rng.uniform(0.15, 1.1, (GLITCHES, 2, 1))
    return RunModel(
        drive=drive,
        powertrain=powertrain,
        temperatures=simulate_temperatures(drive, powertrain, ambient),
        ambient=ambient,
        cell_offset=_centred(0.0035 * rng.standard_normal(cells)),
        cell_resistance=_centred(0.00008 * rng.standard_normal(cells)),
        gps_phase=rng.uniform(0.0, 2 * np.pi, 4),
        glitches=np.concatenate([glitch_start, glitch_start + glitch_length], axis=2),
    )


def state_window(model: RunModel, start_s: float, end_s: float) -> StateWindow:
    """Return the car's state from ``start_s`` to ``end_s`` and a little beyond on both sides."""
    # The channels hold a good hundred names and much arithmetic: loaded when first needed.
    from perda.sample.channels import channels

    first = max(int(start_s * STATE_RATE_HZ) - 10, 0)
    last = min(int(end_s * STATE_RATE_HZ) + 12, len(model.drive.time))
    series = channels(model, slice(first, last))
    return StateWindow(
        start_s=first / STATE_RATE_HZ,
        columns=_columns(list(series)),
        matrix=np.stack(list(series.values()), axis=1),
    )


def _columns(names: Sequence[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}


def _centred(values: FloatArray) -> FloatArray:
    return np.asarray(values - values.mean())

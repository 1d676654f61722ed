"""The car as a point mass: its parameters and how fast it can follow a line.

The speed profile is the usual quasi-steady-state lap simulation: the speed at which a corner
takes all the grip, then a forward pass with the grip and power left for driving and a backward
pass with the grip left for braking (Siegler et al., "Lap time simulation", SAE 2000-01-3563).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from perda.sample.track import FloatArray, Path
from perda.units import in_to_m

GRAVITY = 9.81
"""[m/s²]"""

AIR_DENSITY = 1.2
"""[kg/m³]"""


@dataclass(frozen=True)
class Car:
    """A rear-wheel-drive electric Formula car; SI units unless a name says otherwise."""

    mass: float = 286.0
    rotating_mass_factor: float = 1.04
    wheelbase: float = 1.55
    rear_axle_to_centre: float = 0.73
    track_width: float = 1.2
    tire_radius: float = in_to_m(7.85)
    gear_ratio: float = 5.6
    gear_efficiency: float = 0.95
    lateral_grip: float = 1.5
    braking_grip: float = 1.25
    # Only the rear axle drives: with the load shift its share of the weight is about 3/4.
    driving_grip: float = 1.22
    lift_area: float = 2.4
    drag_area: float = 1.2
    rolling_resistance: float = 0.018
    max_torque: float = 180.0
    max_motor_power: float = 70e3
    max_speed: float = 34.0
    regen_torque: float = 45.0
    regen_power: float = 15e3

    def resistance(self, speed: FloatArray) -> FloatArray:
        """Return air drag and rolling resistance [N] at a speed [m/s]; none at rest."""
        drag = 0.5 * AIR_DENSITY * self.drag_area * speed**2
        rolling = self.rolling_resistance * self.mass * GRAVITY * np.clip(speed, 0, 1)
        return np.asarray(drag + rolling)

    def motor_speed(self, speed: FloatArray) -> FloatArray:
        """Return the motor's angular speed [rad/s] at a speed of the driven wheels [m/s]."""
        return speed / self.tire_radius * self.gear_ratio

    def drive_slip(self, torque: FloatArray) -> FloatArray:
        """Return by how much the driven wheels outrun the road for a motor torque, as a ratio."""
        force = torque * self.gear_ratio / self.tire_radius
        return 0.035 * force / (self.mass * GRAVITY)

    def downforce_per_mass(self) -> float:
        """Return downforce over mass and squared speed [1/m]."""
        return 0.5 * AIR_DENSITY * self.lift_area / self.mass


def speed_profile(
    car: Car, path: Path, commitment: FloatArray, motor_power: FloatArray
) -> FloatArray:
    """Return the speed [m/s] along a path that starts and ends at rest.

    Parameters
    ----------
    car : Car
        What drives.
    path : Path
        Where it drives, n points.
    commitment : numpy.ndarray
        Share of the grip that the driver uses, shape (n,).
    motor_power : numpy.ndarray
        Mechanical power the motor may give [W], shape (n,).
    """
    squared = _cornering_limit(car, np.abs(path.curvature), commitment)
    squared[0] = squared[-1] = 0.0
    # Plain floats: a pass is sequential, and indexing arrays one by one is several times slower.
    limit, steps = squared.tolist(), np.diff(path.distance).tolist()
    bend, grip = np.abs(path.curvature).tolist(), commitment.tolist()
    _drive_forwards(car, limit, steps, bend, grip, motor_power.tolist())
    _brake_backwards(car, limit, steps, bend, grip)
    return np.asarray(np.sqrt(limit))


def _cornering_limit(car: Car, bend: FloatArray, commitment: FloatArray) -> FloatArray:
    grip = car.lateral_grip * commitment
    # v²·bend = grip·(g + k·v²): where downforce outgrows the bend there is no limit.
    slack = np.maximum(bend - grip * car.downforce_per_mass(), 1e-6)
    return np.minimum(grip * GRAVITY / slack, car.max_speed**2)


def _drive_forwards(
    car: Car,
    squared: list[float],
    steps: list[float],
    bend: list[float],
    grip: list[float],
    power: list[float],
) -> None:
    lift, inertia = car.downforce_per_mass(), car.mass * car.rotating_mass_factor
    drag = 0.5 * AIR_DENSITY * car.drag_area
    rolling = car.rolling_resistance * car.mass * GRAVITY
    torque_force = car.max_torque * car.gear_ratio * car.gear_efficiency / car.tire_radius
    for i, step in enumerate(steps):
        v2 = squared[i]
        load = GRAVITY + lift * v2
        used = v2 * bend[i] / (car.lateral_grip * grip[i] * load)
        left = sqrt(1 - used * used) if used < 1 else 0.0
        force = min(
            car.driving_grip * grip[i] * car.mass * load * left,
            torque_force,
            power[i] * car.gear_efficiency / sqrt(v2 + 0.01),
        )
        reached = v2 + 2 * step * (force - drag * v2 - rolling) / inertia
        if reached < squared[i + 1]:
            squared[i + 1] = max(reached, 0.0)


def _brake_backwards(
    car: Car, squared: list[float], steps: list[float], bend: list[float], grip: list[float]
) -> None:
    lift, factor = car.downforce_per_mass(), car.rotating_mass_factor
    drag = 0.5 * AIR_DENSITY * car.drag_area / car.mass
    for i in range(len(steps) - 1, -1, -1):
        v2 = squared[i + 1]
        load = GRAVITY + lift * v2
        used = v2 * bend[i + 1] / (car.lateral_grip * grip[i + 1] * load)
        left = sqrt(1 - used * used) if used < 1 else 0.0
        slowing = (car.braking_grip * grip[i + 1] * load * left + drag * v2) / factor
        reached = v2 + 2 * steps[i] * slowing
        if reached < squared[i]:
            squared[i] = reached

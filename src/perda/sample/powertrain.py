"""From motion to torque, brakes, pack current and state of charge over a whole run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perda.sample.car import Car
from perda.sample.drive import STATE_RATE_HZ, Drive
from perda.sample.track import FloatArray


@dataclass(frozen=True)
class Pack:
    """The accumulator: cells in series, parallel cells counted as one."""

    cells: int = 140
    resistance: float = 0.36
    """Whole pack [Ω]."""

    def open_circuit_voltage(self, charge: FloatArray) -> FloatArray:
        """Return the pack's voltage without load [V] for a state of charge of 0 to 1."""
        return np.asarray(self.cells * np.interp(charge, _CHARGE, _CELL_VOLTAGE))


# Open-circuit voltage of a nickel-rich lithium-ion cell [V].
_CHARGE = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
_CELL_VOLTAGE = np.array([2.9, 3.27, 3.42, 3.54, 3.6, 3.66, 3.72, 3.81, 3.91, 4.01, 4.09, 4.185])

_DRIVE_CAPACITY_AH = 15.0
_CHARGE_KEPT = 0.12
_AUXILIARY_POWER = 420.0
_PRECHARGE_S = (1.0, 2.2)
_READY_S = 3.2


@dataclass(frozen=True)
class Powertrain:
    """Forces and electrical state of a run; arrays at ``STATE_RATE_HZ``, shape (n,).

    Attributes
    ----------
    torque, motor_speed : numpy.ndarray
        Of the motor [N·m, rad/s]; negative torque is regeneration.
    motor_loss, inverter_loss : numpy.ndarray
        Heat [W].
    brake_force : numpy.ndarray
        Of the friction brakes, all wheels [N], not negative.
    power, current, voltage : numpy.ndarray
        At the pack's terminals [W, A, V]; discharge is positive.
    charge : numpy.ndarray
        State of charge, 0 to 1.
    capacity_ah : float
        Capacity of the pack [A·h].
    energised, ready : numpy.ndarray
        0 or 1: high voltage is on; the car may drive.
    """

    pack: Pack
    torque: FloatArray
    motor_speed: FloatArray
    motor_loss: FloatArray
    inverter_loss: FloatArray
    brake_force: FloatArray
    power: FloatArray
    current: FloatArray
    voltage: FloatArray
    charge: FloatArray
    capacity_ah: float
    energised: FloatArray
    ready: FloatArray


def simulate_powertrain(drive: Drive, start_charge: float) -> Powertrain:
    """Return what motor, brakes and pack do to move the car as ``drive`` says."""
    torque, brake_force = _share_force(drive)
    motor_speed = drive.car.motor_speed(drive.speed) * (1 + drive.car.drive_slip(torque))
    motor_loss = 0.13 * torque**2 + 0.0011 * motor_speed**2 + 0.35 * motor_speed
    inverter_loss = 3.0 * np.abs(torque) + 0.012 * torque**2
    scale = min(1.0, drive.launch_s / 6.0)
    energised = _step(drive.time, _PRECHARGE_S[1] * scale)
    power = torque * motor_speed + motor_loss + (inverter_loss + _AUXILIARY_POWER) * energised
    pack, capacity = Pack(), _DRIVE_CAPACITY_AH
    current, charge = _discharge(pack, power, start_charge, capacity)
    used = float(start_charge - charge.min())
    if used > start_charge - _CHARGE_KEPT:
        # A run longer than one pack lasts is driven with a larger pack, never with an empty one.
        capacity *= 1.02 * used / (start_charge - _CHARGE_KEPT)
        current, charge = _discharge(pack, power, start_charge, capacity)
    return Powertrain(
        pack=pack,
        torque=torque,
        motor_speed=motor_speed,
        motor_loss=motor_loss,
        inverter_loss=inverter_loss,
        brake_force=brake_force,
        power=power,
        current=current,
        voltage=pack.open_circuit_voltage(charge) - pack.resistance * current,
        charge=charge,
        capacity_ah=capacity,
        energised=energised,
        ready=_step(drive.time, _READY_S * scale),
    )


def _share_force(drive: Drive) -> tuple[FloatArray, FloatArray]:
    """Return motor torque [N·m] and friction brake force [N] that give the acceleration."""
    car, speed = drive.car, drive.speed
    force = car.mass * car.rotating_mass_factor * drive.acceleration + car.resistance(speed)
    lever = car.tire_radius / car.gear_ratio
    driving = np.clip(force, 0.0, None) * lever / car.gear_efficiency
    fade = np.clip((speed - 2.0) / 3.0, 0.0, 1.0)
    ceiling = np.minimum(car.regen_torque, _regen_ceiling(car, speed)) * fade
    braking = np.minimum(np.clip(-force, 0.0, None) * lever * car.gear_efficiency, ceiling)
    friction = np.clip(-force, 0.0, None) - braking / lever / car.gear_efficiency
    return driving - braking, np.clip(friction, 0.0, None)


def _regen_ceiling(car: Car, speed: FloatArray) -> FloatArray:
    return car.regen_power / np.maximum(car.motor_speed(speed), 1.0)


def _discharge(
    pack: Pack, power: FloatArray, start_charge: float, capacity_ah: float
) -> tuple[FloatArray, FloatArray]:
    """Return current [A] and state of charge for a power at the terminals [W]."""
    charge = np.full_like(power, start_charge)
    current = power
    # Voltage follows charge and charge follows current: three rounds settle it to 1e-6.
    for _ in range(3):
        source = pack.open_circuit_voltage(np.clip(charge, 0.0, 1.0))
        root = np.sqrt(np.maximum(source**2 - 4 * pack.resistance * power, 0.0))
        current = (source - root) / (2 * pack.resistance)
        drawn = np.concatenate(([0.0], np.cumsum(current[1:] + current[:-1]) / 2 / STATE_RATE_HZ))
        charge = start_charge - drawn / 3600 / capacity_ah
    return current, charge


def _step(time: FloatArray, since_s: float) -> FloatArray:
    return (time >= since_s).astype(np.float64)

"""Electrical channels: motor, pack, temperatures, states and the low-voltage side."""

from __future__ import annotations

import numpy as np

from perda.sample.drive import STATE_RATE_HZ
from perda.sample.model import GLITCHES
from perda.sample.thermal import THERMAL_RATE_HZ
from perda.sample.track import FloatArray
from perda.sample.view import Channels, View

_POLE_PAIRS = 10
_PEAK_AMPERE_PER_NM = 1.62


def electrical_channels(view: View) -> Channels:
    """Return the channels of everything that carries current."""
    parts = (_motor, _pack, _cells, _temperatures, _status, _low_voltage, _glitches)
    found: Channels = {}
    for part in parts:
        found |= part(view)
    return found


def _motor(view: View) -> Channels:
    car, train = view.model.drive.car, view.model.powertrain
    torque, speed = train.torque[view.rows], train.motor_speed[view.rows]
    peak = _PEAK_AMPERE_PER_NM * np.abs(torque) + 2.0 * train.ready[view.rows]
    angle = view.distance / car.tire_radius * car.gear_ratio * _POLE_PAIRS
    weakening = np.clip(speed - 620.0, 0.0, None) * 0.16
    return {
        "torque": torque,
        "torque_request": torque,
        "torque_limit": np.minimum(car.max_torque, car.max_motor_power / np.maximum(speed, 1.0)),
        "motor_rpm": speed * 30 / np.pi,
        "motor_power": torque * speed / 1000,
        "phase_rms": peak / np.sqrt(2),
        "phase_a": peak * np.sin(angle),
        "phase_b": peak * np.sin(angle - 2 * np.pi / 3),
        "phase_c": peak * np.sin(angle + 2 * np.pi / 3),
        "current_q": _PEAK_AMPERE_PER_NM * torque,
        "current_d": -weakening,
        "voltage_q": 0.31 * speed + 0.02 * torque,
        "voltage_d": -0.11 * torque,
        "rotor_angle": np.degrees(angle) % 360.0,
        "modulation": np.clip(0.12 * speed, 0.0, 98.0),
        "efficiency": 100 * _efficiency(view, torque * speed),
    }


def _efficiency(view: View, mechanical: FloatArray) -> FloatArray:
    electrical = view.model.powertrain.power[view.rows]
    return np.clip(mechanical / np.maximum(electrical, 1000.0), 0.0, 1.0)


def _pack(view: View) -> Channels:
    train, rows = view.model.powertrain, view.rows
    voltage, current, charge = train.voltage[rows], train.current[rows], train.charge[rows]
    since = view.time - view.time[0]
    start = train.charge[0]
    link = (
        voltage
        * np.clip((view.time - 1.0) / 1.2, 0.0, 1.0)
        * np.maximum(train.energised[rows], (view.time > 1.0).astype(np.float64))
    )
    return {
        "pack_voltage": voltage,
        "pack_current": current,
        "pack_power": voltage * current / 1000,
        "charge": 100 * charge,
        "open_circuit": train.pack.open_circuit_voltage(charge),
        "capacity": np.full_like(since, train.capacity_ah),
        "pack_resistance": np.full_like(since, 1000 * train.pack.resistance),
        "charge_used": (start - charge) * train.capacity_ah,
        "energy_used": (start - charge) * train.capacity_ah * 0.525,
        "link_voltage": link,
        "energised": train.energised[rows],
        "ready": train.ready[rows],
        "discharge_limit": 180.0 * np.clip((charge - 0.02) / 0.1, 0.2, 1.0),
        "charge_limit": 45.0 * np.clip((1.0 - charge) / 0.05, 0.3, 1.0),
    }


def _cells(view: View) -> Channels:
    train, model = view.model.powertrain, view.model
    mean = train.voltage[view.rows] / train.pack.cells
    cells = (
        mean[:, None]
        + model.cell_offset
        - model.cell_resistance * train.current[view.rows][:, None]
    )
    found = {f"cell_{i}": cells[:, i] for i in range(train.pack.cells)}
    return found | {
        "cell_mean": mean,
        "cell_min": cells.min(axis=1),
        "cell_max": cells.max(axis=1),
        "cell_min_index": cells.argmin(axis=1).astype(np.float64),
        "cell_max_index": cells.argmax(axis=1).astype(np.float64),
    }


def _temperatures(view: View) -> Channels:
    series = view.model.temperatures
    times = np.arange(len(series["cells"])) / THERMAL_RATE_HZ
    found = {f"temp_{name}": np.interp(view.time, times, v) for name, v in series.items()}
    warming = 7 * (1 - np.exp(-view.time / 400))
    found["temp_ambient"] = view.model.ambient + 0.3 * np.sin(view.time / 130)
    found["temp_board"] = view.model.ambient + 6 + warming
    found["fan_duty"] = np.clip(25 + 6 * (found["temp_coolant"] - view.model.ambient), 0, 100)
    return found


def _status(view: View) -> Channels:
    train, drive = view.model.powertrain, view.model.drive
    ready, energised = train.ready[view.rows], train.energised[view.rows]
    precharging = (view.time >= min(1.0, drive.launch_s / 6)).astype(np.float64)
    buzzing = ready * (view.time < view.time.dtype.type(_ready_time(view) + 2.0))
    moving = (view.speed > 0.3).astype(np.float64)
    return {
        "state": precharging + energised + ready + moving,
        "precharging": precharging - energised,
        "buzzer": buzzing,
        "moving": moving,
        "one": np.ones_like(ready),
        "driving_torque": (train.torque[view.rows] > 1.0).astype(np.float64),
        "launch": moving * (view.time < drive.launch_s + 4.0),
    }


def _ready_time(view: View) -> float:
    ready = view.model.powertrain.ready
    return float(np.argmax(ready)) / STATE_RATE_HZ if ready.any() else float("inf")


def _low_voltage(view: View) -> Channels:
    brake = 1.4 * (view.model.powertrain.brake_force[view.rows] > 60.0).astype(np.float64)
    fans = _temperatures(view)["fan_duty"] * 0.11
    ready = view.model.powertrain.ready[view.rows]
    current = 9.5 + brake + fans + 3.2 * ready
    return {
        "lv_current": current,
        "lv_voltage": 13.9 - 0.018 * current - 0.4 * (1 - np.exp(-view.time / 2500)),
        "lv_charge": 97.0 - 14.0 * (1 - np.exp(-view.time / 2500)),
        "fan_current": fans,
        "pump_current": 3.2 * ready + 0.4,
        "brake_light": brake,
    }


def _glitches(view: View) -> Channels:
    found: Channels = {}
    for kind in range(GLITCHES):
        inside = [(view.time >= a) & (view.time < b) for a, b in view.model.glitches[kind]]
        found[f"glitch_{kind}"] = np.any(inside, axis=0).astype(np.float64)
    return found

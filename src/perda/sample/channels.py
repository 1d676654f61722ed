"""What the car's sensors would see: every physical channel, from the run's model.

Axes follow the navigation unit: x forward, y right, z down; yaw is clockwise from north. Right
turns, right-hand accelerations and steering to the right are positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perda.constants import R_EARTH_M
from perda.sample.car import GRAVITY
from perda.sample.drive import STATE_RATE_HZ
from perda.sample.model import GLITCHES, RunModel
from perda.sample.thermal import THERMAL_RATE_HZ
from perda.sample.track import ORIGIN_LATITUDE, ORIGIN_LONGITUDE, FloatArray
from perda.units import mph_to_m_per_s

Channels = dict[str, FloatArray]

_STEERING_RATIO = 4.6
_UNDERSTEER = 0.0011
_STEERING_VOLTAGE = np.array([1.86, 2.93, 3.96])
_STEERING_ANGLE = np.array([-97.0, 0.0, 97.0])
_POLE_PAIRS = 10
_PEAK_AMPERE_PER_NM = 1.62


@dataclass(frozen=True)
class _View:
    """The rows of the run that are asked for, and what most channels start from."""

    model: RunModel
    rows: slice
    time: FloatArray
    distance: FloatArray
    speed: FloatArray
    acceleration: FloatArray
    curvature: FloatArray

    def path(self, values: FloatArray) -> FloatArray:
        return np.interp(self.distance, self.model.drive.path.distance, values)

    @property
    def lateral(self) -> FloatArray:
        return np.asarray(self.speed**2 * self.curvature)


def channels(model: RunModel, rows: slice) -> Channels:
    """Return all channels for some rows of the run, each of shape (rows,)."""
    drive = model.drive
    distance = drive.distance[rows]
    view = _View(
        model=model,
        rows=rows,
        time=drive.time[rows],
        distance=distance,
        speed=drive.speed[rows],
        acceleration=drive.acceleration[rows],
        curvature=np.interp(distance, drive.path.distance, drive.path.curvature),
    )
    parts = (
        _motion,
        _inertial,
        _satellite,
        _wheels,
        _driver,
        _motor,
        _pack,
        _cells,
        _temperatures,
        _suspension,
        _status,
        _low_voltage,
        _glitches,
    )
    found: Channels = {"zero": np.zeros_like(distance), "time": view.time}
    for part in parts:
        found |= part(view)
    return found


def _sideslip(view: _View) -> FloatArray:
    """Return the angle from the car's axis to its course [rad]: kinematic, less tyre slip."""
    return view.model.drive.car.rear_axle_to_centre * view.curvature - 0.0032 * view.lateral


def _motion(view: _View) -> Channels:
    path, slip = view.model.drive.path, _sideslip(view)
    course = view.path(path.course)
    climb = np.gradient(path.altitude, path.distance)
    lap = view.path(path.lap_fraction)
    return {
        "speed": view.speed,
        "distance": view.distance,
        "lap": np.floor(lap) + 1,
        "lap_distance": (lap % 1.0) * view.model.drive.track.length,
        "velocity_north": view.speed * np.cos(course),
        "velocity_east": view.speed * np.sin(course),
        "velocity_down": -view.speed * view.path(climb),
        "yaw": np.degrees(course - slip),
        "sideslip": np.degrees(slip),
        "curvature": view.curvature,
    }


def _inertial(view: _View) -> Channels:
    slip, course = _sideslip(view), view.path(view.model.drive.path.course)
    forward = view.acceleration * np.cos(slip) + view.lateral * np.sin(slip)
    right = view.lateral * np.cos(slip) - view.acceleration * np.sin(slip)
    roll, pitch = np.radians(-0.055 * view.lateral), np.radians(0.042 * view.acceleration)
    return {
        "acceleration_x": forward,
        "acceleration_y": right,
        "acceleration_z": 0.6 * _road(view, 0.0),
        # An accelerometer feels what carries it, so gravity appears upwards.
        "force_x": forward + GRAVITY * np.sin(pitch),
        "force_y": right - GRAVITY * np.cos(pitch) * np.sin(roll),
        "force_z": -GRAVITY * np.cos(pitch) * np.cos(roll) + 0.6 * _road(view, 0.0),
        "roll": np.degrees(roll),
        "pitch": np.degrees(pitch),
        "rate_x": np.degrees(_slope(roll)),
        "rate_y": np.degrees(_slope(pitch)),
        "rate_z": np.degrees(_slope(course - slip)),
    }


def _satellite(view: _View) -> Channels:
    path, phase = view.model.drive.path, view.model.gps_phase
    drift = [np.sin(view.time / period + phase[i]) for i, period in enumerate((31, 47, 38, 53))]
    east = view.path(path.east) + 0.12 * drift[0] + 0.09 * drift[1]
    north = view.path(path.north) + 0.12 * drift[2] + 0.09 * drift[3]
    east_scale = R_EARTH_M * np.cos(np.radians(ORIGIN_LATITUDE))
    return {
        "latitude": ORIGIN_LATITUDE + np.degrees(north / R_EARTH_M),
        "longitude": ORIGIN_LONGITUDE + np.degrees(east / east_scale),
        "altitude": view.path(path.altitude) + 0.3 * drift[1],
        "satellites": 17.4 + 1.6 * drift[0],
        "position_uncertainty": 0.62 + 0.1 * drift[2],
    }


def _wheels(view: _View) -> Channels:
    car, train = view.model.drive.car, view.model.powertrain
    grip = car.mass * GRAVITY
    drive_slip = car.drive_slip(train.torque[view.rows])
    brake_slip = 0.02 * train.brake_force[view.rows] / grip
    half = 0.5 * car.track_width * view.curvature
    front, rear = 1 - brake_slip, 1 + drive_slip - 0.6 * brake_slip
    speeds = {
        "front_left": view.speed * front * (1 + half),
        "front_right": view.speed * front * (1 - half),
        "back_left": view.speed * rear * (1 + half),
        "back_right": view.speed * rear * (1 - half),
    }
    mph = {f"wheel_{place}": v / float(mph_to_m_per_s(1.0)) for place, v in speeds.items()}
    rpm = {f"rpm_{place}": v / car.tire_radius * 30 / np.pi for place, v in speeds.items()}
    return mph | rpm | {"drive_slip": 100 * drive_slip, "brake_slip": 100 * brake_slip}


def _driver(view: _View) -> Channels:
    car, train = view.model.drive.car, view.model.powertrain
    torque, motor_speed = train.torque[view.rows], train.motor_speed[view.rows]
    limit = np.minimum(car.max_torque, car.max_motor_power / np.maximum(motor_speed, 1.0))
    road_wheel = car.wheelbase * view.curvature + _UNDERSTEER * view.lateral
    angle = np.degrees(road_wheel) * _STEERING_RATIO
    brake = train.brake_force[view.rows]
    # The wheel's own calibration is a straight line through the end stops, a little off.
    raw = _steering_voltage(angle)
    return {
        "throttle": np.clip(100 * torque / limit, 0.0, 100.0),
        "brake_pedal": np.clip(brake / 62.0, 0.0, 100.0),
        "brake_pressed": (brake > 60.0).astype(np.float64),
        "pressure_front": brake * 0.0096,
        "pressure_rear": brake * 0.0062,
        "regen": np.clip(-torque, 0.0, None),
        "steering_angle": angle,
        "steering_raw": raw,
        "steering_uncorrected": 92.4 * (raw - 2.91),
    }


def _steering_voltage(angle: FloatArray) -> FloatArray:
    """Return the sensor's voltage for an angle [deg]: the inverse of its calibration parabola."""
    voltage = np.linspace(1.4, 4.4, 601)
    parabola = np.polyfit(_STEERING_VOLTAGE, _STEERING_ANGLE, 2)
    return np.interp(angle, np.polyval(parabola, voltage), voltage)


def _motor(view: _View) -> Channels:
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


def _efficiency(view: _View, mechanical: FloatArray) -> FloatArray:
    electrical = view.model.powertrain.power[view.rows]
    return np.clip(mechanical / np.maximum(electrical, 1000.0), 0.0, 1.0)


def _pack(view: _View) -> Channels:
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


def _cells(view: _View) -> Channels:
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


def _temperatures(view: _View) -> Channels:
    series = view.model.temperatures
    times = np.arange(len(series["cells"])) / THERMAL_RATE_HZ
    found = {f"temp_{name}": np.interp(view.time, times, v) for name, v in series.items()}
    warming = 7 * (1 - np.exp(-view.time / 400))
    found["temp_ambient"] = view.model.ambient + 0.3 * np.sin(view.time / 130)
    found["temp_board"] = view.model.ambient + 6 + warming
    found["fan_duty"] = np.clip(25 + 6 * (found["temp_coolant"] - view.model.ambient), 0, 100)
    return found


def _suspension(view: _View) -> Channels:
    squat, lean = 0.42 * view.acceleration, 0.55 * view.lateral
    press = 0.0045 * view.speed**2
    # Compression in mm: braking dives the front, a right turn loads the left side.
    return {
        "shock_front_left": 22 + press - squat + lean + _road(view, 0.0),
        "shock_front_right": 22 + press - squat - lean + _road(view, 1.3),
        "shock_back_left": 24 + press + squat + lean + _road(view, 2.1),
        "shock_back_right": 24 + press + squat - lean + _road(view, 3.4),
        "downforce": 1.44 * view.speed**2,
        "air_speed": view.speed + 0.8 * np.sin(view.time / 9.0) * np.clip(view.speed, 0, 1),
    }


def _road(view: _View, phase: float) -> FloatArray:
    """Return the height of the road's bumps [mm]: a function of where the car is."""
    metres = view.distance
    bumps = np.sin(metres / 1.7 + phase) + 0.7 * np.sin(metres / 0.63 + 2 * phase)
    return np.asarray(bumps * np.clip(view.speed / 12.0, 0.0, 1.0))


def _status(view: _View) -> Channels:
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


def _ready_time(view: _View) -> float:
    ready = view.model.powertrain.ready
    return float(np.argmax(ready)) / STATE_RATE_HZ if ready.any() else float("inf")


def _low_voltage(view: _View) -> Channels:
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


def _glitches(view: _View) -> Channels:
    found: Channels = {}
    for kind in range(GLITCHES):
        inside = [(view.time >= a) & (view.time < b) for a, b in view.model.glitches[kind]]
        found[f"glitch_{kind}"] = np.any(inside, axis=0).astype(np.float64)
    return found


def _slope(values: FloatArray) -> FloatArray:
    return np.asarray(np.gradient(values, 1 / STATE_RATE_HZ))

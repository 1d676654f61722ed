"""Mechanical channels: motion, satellite fix, wheels, driver and suspension.

Axes follow the navigation unit: x forward, y right, z down; yaw is clockwise from north. Right
turns, right-hand accelerations and steering to the right are positive.
"""

from __future__ import annotations

import numpy as np

from perda.constants import R_EARTH_M
from perda.sample.car import GRAVITY
from perda.sample.track import ORIGIN_LATITUDE, ORIGIN_LONGITUDE, FloatArray
from perda.sample.view import Channels, View, slope
from perda.units import mph_to_m_per_s

_STEERING_RATIO = 4.6
_UNDERSTEER = 0.0011
_STEERING_VOLTAGE = np.array([1.86, 2.93, 3.96])
_STEERING_ANGLE = np.array([-97.0, 0.0, 97.0])


def mechanical_channels(view: View) -> Channels:
    """Return the channels of everything that moves."""
    found: Channels = {}
    for part in (_motion, _inertial, _satellite, _wheels, _driver, _suspension):
        found |= part(view)
    return found


def _sideslip(view: View) -> FloatArray:
    """Return the angle from the car's axis to its course [rad]: kinematic, less tyre slip."""
    return view.model.drive.car.rear_axle_to_centre * view.curvature - 0.0032 * view.lateral


def _motion(view: View) -> Channels:
    path, slip = view.stretch, _sideslip(view)
    course = view.along(path.course)
    climb = np.gradient(path.altitude, path.distance)
    lap = view.along(path.lap_fraction)
    return {
        "speed": view.speed,
        "distance": view.distance,
        "lap": np.floor(lap) + 1,
        "lap_distance": (lap % 1.0) * view.model.drive.track.length,
        "velocity_north": view.speed * np.cos(course),
        "velocity_east": view.speed * np.sin(course),
        "velocity_down": -view.speed * view.along(climb),
        "yaw": np.degrees(course - slip),
        "sideslip": np.degrees(slip),
        "curvature": view.curvature,
    }


def _inertial(view: View) -> Channels:
    slip, course = _sideslip(view), view.along(view.stretch.course)
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
        "rate_x": np.degrees(slope(roll)),
        "rate_y": np.degrees(slope(pitch)),
        "rate_z": np.degrees(slope(course - slip)),
    }


def _satellite(view: View) -> Channels:
    path, phase = view.stretch, view.model.gps_phase
    drift = [np.sin(view.time / period + phase[i]) for i, period in enumerate((31, 47, 38, 53))]
    east = view.along(path.east) + 0.12 * drift[0] + 0.09 * drift[1]
    north = view.along(path.north) + 0.12 * drift[2] + 0.09 * drift[3]
    east_scale = R_EARTH_M * np.cos(np.radians(ORIGIN_LATITUDE))
    return {
        "latitude": ORIGIN_LATITUDE + np.degrees(north / R_EARTH_M),
        "longitude": ORIGIN_LONGITUDE + np.degrees(east / east_scale),
        "altitude": view.along(path.altitude) + 0.3 * drift[1],
        "satellites": 17.4 + 1.6 * drift[0],
        "position_uncertainty": 0.62 + 0.1 * drift[2],
    }


def _wheels(view: View) -> Channels:
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


def _driver(view: View) -> Channels:
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


def _suspension(view: View) -> Channels:
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


def _road(view: View, phase: float) -> FloatArray:
    """Return the height of the road's bumps [mm]: a function of where the car is."""
    metres = view.distance
    bumps = np.sin(metres / 1.7 + phase) + 0.7 * np.sin(metres / 0.63 + 2 * phase)
    return np.asarray(bumps * np.clip(view.speed / 12.0, 0.0, 1.0))

"""Temperatures: a network of heat capacities, stepped at 10 Hz over a whole run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from perda.sample.drive import STATE_RATE_HZ, Drive
from perda.sample.powertrain import Powertrain
from perda.sample.track import FloatArray

THERMAL_RATE_HZ = 10
_STRIDE = STATE_RATE_HZ // THERMAL_RATE_HZ


class Node(NamedTuple):
    """A part with one temperature."""

    name: str
    capacity: float
    """[J/K]"""
    to_ambient: float
    """Heat flow to the air [W/K]."""
    to_coolant: float = 0.0
    """Heat flow to the coolant [W/K]."""
    above_ambient: float = 0.0
    """At the start [K]."""


NODES = (
    Node("coolant", 7_500, 48, above_ambient=3),
    Node("cells", 32_000, 34, above_ambient=4),
    Node("winding", 5_200, 3, 24, above_ambient=5),
    Node("inverter", 1_500, 2, 42, above_ambient=3),
    Node("pdu", 600, 4, above_ambient=6),
    Node("brake_front", 950, 16, above_ambient=8),
    Node("brake_rear", 800, 11, above_ambient=8),
    Node("tire_front_left", 2_600, 24, above_ambient=2),
    Node("tire_front_right", 2_600, 24, above_ambient=2),
    Node("tire_back_left", 3_000, 26, above_ambient=2),
    Node("tire_back_right", 3_000, 26, above_ambient=2),
)


def simulate_temperatures(
    drive: Drive, powertrain: Powertrain, ambient_c: float
) -> dict[str, FloatArray]:
    """Return the temperature of each node [°C] at ``THERMAL_RATE_HZ``, shape (n // 10,)."""
    heat = _heat(drive, powertrain)
    count = len(heat["cells"])
    capacity = np.array([node.capacity for node in NODES])
    gain = 1 / (THERMAL_RATE_HZ * capacity)
    heating = np.stack([heat.get(node.name, np.zeros(count)) for node in NODES], axis=1) * gain
    step = np.eye(len(NODES)) + _conductance() * gain[:, None]
    above = np.empty((count, len(NODES)))
    above[0] = [node.above_ambient for node in NODES]
    # Explicit Euler: the shortest time constant here, 15 s, is 150 steps long.
    for k in range(count - 1):
        above[k + 1] = step @ above[k] + heating[k]
    return {node.name: ambient_c + above[:, i] for i, node in enumerate(NODES)}


def _conductance() -> FloatArray:
    """Return the matrix that turns temperatures above ambient [K] into heat flows in [W]."""
    matrix = np.zeros((len(NODES), len(NODES)))
    coolant = [node.name for node in NODES].index("coolant")
    for i, node in enumerate(NODES):
        matrix[i, i] -= node.to_ambient + node.to_coolant
        matrix[i, coolant] += node.to_coolant
        matrix[coolant, i] += node.to_coolant
        matrix[coolant, coolant] -= node.to_coolant
    return matrix


def _heat(drive: Drive, powertrain: Powertrain) -> dict[str, FloatArray]:
    """Return the heat put into each node [W], averaged over each thermal step."""
    braking = powertrain.brake_force * drive.speed
    curvature = np.interp(drive.distance, drive.path.distance, drive.path.curvature)
    scrub = drive.car.mass * drive.speed**3 * np.abs(curvature) * 0.06
    slip = np.abs(drive.acceleration) * drive.car.mass * drive.speed * 0.03
    # In a right turn the left wheels carry the load.
    left = np.clip(0.5 + 3.5 * curvature, 0.15, 0.85)
    heat = {
        "cells": powertrain.pack.resistance * powertrain.current**2,
        "winding": powertrain.motor_loss,
        "inverter": powertrain.inverter_loss,
        "pdu": 25 + 4e-4 * powertrain.current**2,
        # Per disc: two thirds of the braking is done in front, half of it on each side.
        "brake_front": braking * 0.66 / 2,
        "brake_rear": braking * 0.34 / 2,
        "tire_front_left": (scrub + 0.6 * slip) * left,
        "tire_front_right": (scrub + 0.6 * slip) * (1 - left),
        "tire_back_left": (1.1 * scrub + slip) * left,
        "tire_back_right": (1.1 * scrub + slip) * (1 - left),
    }
    return {name: _average(values) for name, values in heat.items()}


def _average(values: FloatArray) -> FloatArray:
    whole = len(values) // _STRIDE * _STRIDE
    return np.asarray(values[:whole].reshape(-1, _STRIDE).mean(axis=1))

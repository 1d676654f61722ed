"""One run in time: at rest, a standing start, laps, and at rest again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from perda.sample.car import Car, speed_profile
from perda.sample.track import FloatArray, Path, Track, build_track, drive_path, smooth_noise

STATE_RATE_HZ = 100
"""Rate at which the car's state is known; variables are read off it in between."""

_REST_S = 6.0
_SHORTEST_DRIVE_S = 2.0
_PROFILE_STRIDE = 2
_PEDAL_LAG_S = 0.09
_FASTEST_AVERAGE = 21.0


@dataclass(frozen=True)
class Drive:
    """The motion along the path, sampled at ``STATE_RATE_HZ`` from the start of the log.

    Attributes
    ----------
    car : Car
    track : Track
    path : Path
    time : numpy.ndarray
        Seconds since the start of the log, shape (n,).
    distance, speed, acceleration : numpy.ndarray
        Along the path [m, m/s, m/s²], shape (n,).
    launch_s, stop_s : float
        When the car leaves and when it stands again [s].
    """

    car: Car
    track: Track
    path: Path
    time: FloatArray
    distance: FloatArray
    speed: FloatArray
    acceleration: FloatArray
    launch_s: float
    stop_s: float


def simulate_drive(duration_s: float, rng: np.random.Generator, car: Car | None = None) -> Drive:
    """Return a run of ``duration_s`` seconds by a driver who varies a little from lap to lap."""
    car, track = car or Car(), build_track()
    # One more second than asked for: variables are interpolated and their clocks jitter.
    time = np.arange(int((duration_s + 1.0) * STATE_RATE_HZ) + 2) / STATE_RATE_HZ
    launch_s = min(_REST_S, 0.15 * duration_s)
    driving_s = duration_s - 2 * launch_s
    path = drive_path(track, max(driving_s, 1.0) * _FASTEST_AVERAGE + 100.0, rng)
    if driving_s < _SHORTEST_DRIVE_S:
        rest = np.zeros_like(time)
        return Drive(car, track, path, time, rest, rest, rest, duration_s, duration_s)
    nodes, speed = _plan(car, path, driving_s, duration_s, rng)
    speed = _ease(np.interp(time, nodes + launch_s, speed, left=0.0, right=0.0))
    return Drive(
        car=car,
        track=track,
        path=path,
        time=time,
        distance=np.concatenate(([0.0], np.cumsum(speed[1:] + speed[:-1]) / 2 / STATE_RATE_HZ)),
        speed=speed,
        acceleration=np.gradient(speed, 1 / STATE_RATE_HZ),
        launch_s=launch_s,
        stop_s=launch_s + float(nodes[-1]),
    )


def _plan(
    car: Car, path: Path, driving_s: float, duration_s: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return times from the launch [s] and speeds [m/s], both 0 to the final stop."""
    count = len(path.distance[::_PROFILE_STRIDE])
    commitment = 0.935 + 0.02 * smooth_noise(count, 120.0, rng)
    commitment = np.clip(commitment + 0.01 * smooth_noise(count, 1500.0, rng), 0.85, 0.985)
    power = np.full(count, _race_power(car, duration_s))
    power *= 1 + 0.02 * smooth_noise(count, 1500.0, rng)
    power = np.minimum(power, car.max_motor_power)
    # The standing start is an acceleration run at full power, as long as the first straight.
    power[: int(110 / (path.distance[_PROFILE_STRIDE]))] = car.max_motor_power
    whole = _thin(path, count)
    nodes = _times(whole.distance, speed_profile(car, whole, commitment, power))
    # Braking to a stop takes some two seconds more than passing the same point at speed.
    count = max(int(np.searchsorted(nodes, driving_s - min(2.5, driving_s / 3))), 8)
    part = _thin(path, count)
    speed = speed_profile(car, part, commitment[:count], power[:count])
    return _times(part.distance, speed), speed


def _race_power(car: Car, duration_s: float) -> float:
    """Return the power [W] a driver plans with: all of it for a sprint, less for endurance."""
    return car.max_motor_power * float(np.interp(duration_s, [400.0, 1500.0], [1.0, 0.42]))


def _thin(path: Path, count: int) -> Path:
    return path.part(slice(None, count * _PROFILE_STRIDE, _PROFILE_STRIDE))


def _times(distance: FloatArray, speed: FloatArray) -> FloatArray:
    """Return when each point is reached [s]: acceleration is constant between two points."""
    mean = np.maximum((speed[1:] + speed[:-1]) / 2, 1e-3)
    return np.concatenate(([0.0], np.cumsum(np.diff(distance) / mean)))


def _ease(speed: FloatArray) -> FloatArray:
    """Return the speed as pedals give it: force takes time to build up and to change sign."""
    half = 4 * _PEDAL_LAG_S
    offset = np.arange(-half, half + 1e-9, 1 / STATE_RATE_HZ)
    kernel = np.exp(-0.5 * (offset / _PEDAL_LAG_S) ** 2)
    return np.asarray(np.convolve(speed, kernel / kernel.sum(), mode="same"))[: len(speed)]

"""Acceleration runs: when they happen, and how long the car takes over a distance."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from perda.core_data_structures.data_instance import (
    DataInstance,
    apply_ufunc_left_join,
    left_join_data_instances,
)
from perda.core_data_structures.resampling import Values, sample_at
from perda.core_data_structures.single_run_data import SingleRunData
from perda.units import Timescale, convert_time
from perda.utils.integrate import cumulative_integral
from perda.utils.preprocessing import (
    DEFAULT_WHEELSPEED_FL,
    DEFAULT_WHEELSPEED_FR,
    MPH_BACKUP_SUFFIX,
)

DEFAULT_TARGET_DIST_M = 75.0
"""Length of the acceleration event in Formula SAE and Formula Student."""

DEFAULT_REQUESTED_TORQUE = "pcm.moc.motor.requestedTorque"


@dataclass(frozen=True)
class AccelSegmentResult:
    """One acceleration run.

    Attributes
    ----------
    start_time : float
        When it began, in ``timescale``.
    time_to_dist : float
        How long it took to cover ``dist_reached``, in ``timescale``.
    dist_reached : float
        Distance covered, in the unit of the distance that was given (metres).
    timescale : Timescale
        Unit of both times.
    """

    start_time: float
    time_to_dist: float
    dist_reached: float
    timescale: Timescale

    def __str__(self) -> str:
        unit = self.timescale.value
        return (
            f"Accel at {self.start_time:.2f}{unit}: reached {self.dist_reached:g}m "
            f"in {self.time_to_dist:.3f}{unit}"
        )


def detect_accel_event(
    torque_obj: DataInstance,
    speed_obj: DataInstance,
    torque_threshold: float = 100,
    speed_threshold: float = 0.5,
) -> DataInstance:
    """Tell when the car is in an acceleration run.

    A run begins when torque and speed both exceed their thresholds and lasts, whatever the
    torque does, until the speed falls to or below its own.

    Parameters
    ----------
    torque_obj : DataInstance
        Requested torque; read at the times of the speed.
    speed_obj : DataInstance
        Speed, n samples. NaN changes nothing.
    torque_threshold, speed_threshold : float
        In the units of the two series.

    Returns
    -------
    DataInstance
        1 in a run and 0 elsewhere, on the speed's n times, labelled "Accel Event".
    """
    speed = speed_obj.value_np
    if len(speed_obj) == 0 or len(torque_obj) == 0:
        running = np.zeros(len(speed_obj), dtype=np.bool_)
    else:
        torque = sample_at(speed_obj.timestamp_np, torque_obj.timestamp_np, torque_obj.value_np)
        running = _latched(
            begins=(torque > torque_threshold) & (speed > speed_threshold),
            ends=speed <= speed_threshold,
        )
    return DataInstance(
        timestamp_np=speed_obj.timestamp_np.copy(),
        value_np=running.astype(np.float64),
        label="Accel Event",
    )


def compute_accel_results(
    signal_obj: DataInstance,
    distance_obj: DataInstance,
    target_dist: float = DEFAULT_TARGET_DIST_M,
    source_time_unit: Timescale | str = Timescale.MS,
    target_time_unit: Timescale | str = Timescale.S,
) -> list[AccelSegmentResult]:
    """Time every run over a distance.

    Parameters
    ----------
    signal_obj : DataInstance
        Above 0 in a run, as from :func:`detect_accel_event`.
    distance_obj : DataInstance
        Distance driven, at times of its own.
    target_dist : float
        Distance to cover, in the same unit, > 0.
    source_time_unit, target_time_unit : Timescale or str
        Unit of the series' times, and of the results.

    Returns
    -------
    list of AccelSegmentResult
        One for each run that covers the distance, in time order. The instant at which it is
        covered lies on the straight line between two samples.

    Raises
    ------
    ValueError
        If ``target_dist`` is not positive.
    """
    if not target_dist > 0:
        raise ValueError(f"target_dist is {target_dist}; expected a distance > 0.")
    if len(signal_obj) == 0 or len(distance_obj) == 0:
        return []
    signal, aligned = left_join_data_instances(signal_obj, distance_obj)
    times = (signal.timestamp_np - signal.timestamp_np[0]).astype(np.float64)
    results = []
    for start, stop in _runs_of_true(signal.value_np > 0):
        covered = aligned.value_np[start:stop] - aligned.value_np[start]
        taken = _time_to(times[start:stop] - times[start], covered, target_dist)
        if taken is None:
            continue
        began = convert_time(int(signal.timestamp_np[start]), source_time_unit, target_time_unit)
        results.append(
            AccelSegmentResult(
                start_time=began,
                time_to_dist=convert_time(taken, source_time_unit, target_time_unit),
                dist_reached=float(target_dist),
                timescale=Timescale(target_time_unit),
            )
        )
    return results


def accel_times(
    data: SingleRunData,
    wheel_speeds: Sequence[str] = (DEFAULT_WHEELSPEED_FR, DEFAULT_WHEELSPEED_FL),
    requested_torque: str = DEFAULT_REQUESTED_TORQUE,
    target_dist: float = DEFAULT_TARGET_DIST_M,
) -> list[AccelSegmentResult]:
    """Find and time the acceleration runs of a run, by the mean of two wheel speeds.

    Parameters
    ----------
    data : SingleRunData
        Run.
    wheel_speeds : sequence of str
        Names of the two front wheels' speeds.
    requested_torque : str
        Name of the torque that the driver asks for.
    target_dist : float
        Distance to cover: metres if the speeds are in m/s; otherwise a warning says so.

    Returns
    -------
    list of AccelSegmentResult
        Times in seconds.

    Raises
    ------
    KeyError
        If the run lacks one of the variables.
    """
    right, left = (data[name] for name in wheel_speeds)
    torque = data[requested_torque]
    _warn_if_not_metric(data, wheel_speeds)
    if len(right) == 0 or len(left) == 0:
        return []
    speed = apply_ufunc_left_join(right, left, lambda one, other: (one + other) / 2)
    distance = cumulative_integral(speed, data.timestamp_unit, label="Distance")
    event = detect_accel_event(torque, speed)
    return compute_accel_results(event, distance, target_dist, data.timestamp_unit)


def _warn_if_not_metric(data: SingleRunData, wheel_speeds: Sequence[str]) -> None:
    mph = [
        name
        for name in wheel_speeds
        if name + MPH_BACKUP_SUFFIX not in data and data[name].unit != "m/s"
    ]
    if mph:
        warnings.warn(
            f"{' and '.join(mph)} may be in mph: distances are metres only after the "
            "preprocessing step convert_wheelspeeds_to_m_per_s.",
            stacklevel=3,
        )


def _latched(begins: npt.NDArray[np.bool_], ends: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the state of a switch: what happened last, a begin or an end, holds."""
    # Place and kind in one number, so that one pass carries both along; 0 is nothing yet.
    happened = np.where(begins | ends, 2 * np.arange(1, len(begins) + 1) + begins, 0)
    state: npt.NDArray[np.bool_] = (np.maximum.accumulate(happened) & 1).astype(np.bool_)
    return state


def _runs_of_true(state: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(state, prepend=False, append=False))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _time_to(times: npt.NDArray[np.float64], covered: Values, target: float) -> float | None:
    """Return when ``covered``, which starts at 0, first reaches the target; None if never."""
    reached = covered >= target
    if not reached.any():
        return None
    after = int(np.argmax(reached))
    # A sample that is NaN has no part in the line to the target.
    before = int(np.flatnonzero(~np.isnan(covered[:after]))[-1])
    pair = [before, after]
    return float(np.interp(target, covered[pair], times[pair]))

"""Steps that put a run's raw channels right.

Each step is an object: called with a run it edits that run and returns it, called with
keywords it returns a copy of itself with other settings, and its settings are attributes::

    Analyzer("run.csv", preprocessing=[
        convert_wheelspeeds_to_m_per_s,
        correct_motor_data(gear_ratio=4.8),
    ])

What a step overwrites it keeps under another name. Where that name is taken already the step
was applied before, and it starts from the kept original: applying it twice is applying it once.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, overload

import numpy as np

from perda.core_data_structures.data_instance import DataInstance
from perda.core_data_structures.resampling import Times, Values, sample_at
from perda.core_data_structures.single_run_data import SingleRunData
from perda.units import in_to_m, mph_to_m_per_s

PreprocessingStep = Callable[[SingleRunData], SingleRunData]
"""From run to run; it may edit the run that it gets."""

DEFAULT_GEAR_RATIO = 5.6
"""Motor turns per wheel turn."""
DEFAULT_TIRE_RADIUS_IN = 7.85
"""Radius of a loaded tyre in inches."""
DEFAULT_STEERING_CALIBRATION = ((1.86, -97.0), (2.93, 0.0), (3.96, 97.0))
"""Points of sensor voltage [V] and steering wheel angle [deg]."""

DEFAULT_WHEELSPEED_FR = "pcm.wheelSpeeds.frontRight"
DEFAULT_WHEELSPEED_FL = "pcm.wheelSpeeds.frontLeft"
DEFAULT_WHEELSPEED_RR = "pcm.wheelSpeeds.backRight"
DEFAULT_WHEELSPEED_RL = "pcm.wheelSpeeds.backLeft"
DEFAULT_MOTOR_RPM = "pcm.moc.motor.angularSpeed"
DEFAULT_MOTOR_WHEELSPEED = "pcm.moc.motor.wheelSpeed"
DEFAULT_STEERING_RAW = "ludwig.steeringWheel.raw"
DEFAULT_STEERING_ANGLE = "ludwig.steeringWheel.angle"
DEFAULT_VECTORNAV_BODY_VEL_X = "pcm.vnav.velocityBody.x"
DEFAULT_VECTORNAV_BODY_VEL_Y = "pcm.vnav.velocityBody.y"
DEFAULT_VECTORNAV_BODY_VEL_Z = "pcm.vnav.velocityBody.z"
DEFAULT_VECTORNAV_YAW = "pcm.vnav.yawPitchRoll.yaw"
DEFAULT_VECTORNAV_NED_VEL_N = "velN"
DEFAULT_VECTORNAV_NED_VEL_E = "velE"
DEFAULT_VECTORNAV_NED_VEL_D = "velD"

_FEWEST_FOR_LINE = 2

MPH_BACKUP_SUFFIX = "_mph"
RAW_BACKUP_SUFFIX = "_raw"
ORIGINAL_BACKUP_SUFFIX = "_original"


def apply_preprocessing(data: SingleRunData, steps: Iterable[PreprocessingStep]) -> SingleRunData:
    """Apply steps in order.

    Parameters
    ----------
    data : SingleRunData
        Run; the steps of this module edit it.
    steps : iterable of callable
        From run to run.

    Returns
    -------
    SingleRunData
        What the last step returned; ``data`` if there are none.
    """
    for step in steps:
        data = step(data)
    return data


@dataclass(frozen=True)
class Step(ABC):
    """A step with its settings as attributes."""

    @overload
    def __call__(self, data: SingleRunData, **settings: Any) -> SingleRunData: ...
    @overload
    def __call__(self, **settings: Any) -> Self: ...
    # Any: the settings are the fields of the subclass.
    def __call__(self, data: SingleRunData | None = None, **settings: Any) -> SingleRunData | Self:
        """Apply the step to a run, or return a copy of it with other settings.

        Parameters
        ----------
        data : SingleRunData, optional
            Run to edit; if one of the step's variables is missing it stays as it is and a
            line is printed that names what is missing.
        **settings
            Settings to change, for this call or in the copy.

        Returns
        -------
        SingleRunData or Step
            The run, or without a run the copy.

        Raises
        ------
        TypeError
            If the step has no such setting.
        """
        step = dataclasses.replace(self, **settings)
        if data is None:
            return step
        missing = [name for name in step.needs() if name not in data]
        if missing:
            print(f"{step.name} skipped: missing {', '.join(missing)}")  # noqa: T201  # contract
        else:
            step.edit(data)
        return data

    @property
    def name(self) -> str:
        """Name of the step: that of its object in this module."""
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in type(self).__name__)[1:]

    @abstractmethod
    def needs(self) -> Sequence[str]:
        """Return the variables without which the step is skipped."""

    @abstractmethod
    def edit(self, data: SingleRunData) -> None:
        """Do the step's work; all variables that it needs are there."""


@dataclass(frozen=True)
class PatchNedVelocity(Step):
    """Turn velocities that were logged as north, east, down into forward, right, down.

    With yaw ψ clockwise from north: forward = n·cos ψ + e·sin ψ, right = -n·sin ψ + e·cos ψ
    (rotation about the down axis; Titterton and Weston, Strapdown Inertial Navigation
    Technology, ch. 3). Pitch and roll are left out, so down stays as it is.

    Attributes
    ----------
    body_vel_x, body_vel_y, body_vel_z : str
        Variables that hold north, east and down, and forward, right and down afterwards.
    yaw : str
        Heading in degrees; read at the velocities' times, across ±180° the short way.
    ned_vel_n, ned_vel_e, ned_vel_d : str
        Under which names the original is kept.
    """

    body_vel_x: str = DEFAULT_VECTORNAV_BODY_VEL_X
    body_vel_y: str = DEFAULT_VECTORNAV_BODY_VEL_Y
    body_vel_z: str = DEFAULT_VECTORNAV_BODY_VEL_Z
    yaw: str = DEFAULT_VECTORNAV_YAW
    ned_vel_n: str = DEFAULT_VECTORNAV_NED_VEL_N
    ned_vel_e: str = DEFAULT_VECTORNAV_NED_VEL_E
    ned_vel_d: str = DEFAULT_VECTORNAV_NED_VEL_D

    def needs(self) -> Sequence[str]:
        """Return the velocities and the yaw."""
        return self.body_vel_x, self.body_vel_y, self.body_vel_z, self.yaw

    def edit(self, data: SingleRunData) -> None:
        """Rotate x and y of the run."""
        north = _kept(data, self.body_vel_x, self.ned_vel_n, label="Velocity north [m/s]")
        east = _kept(data, self.body_vel_y, self.ned_vel_e, label="Velocity east [m/s]")
        _kept(data, self.body_vel_z, self.ned_vel_d, label="Velocity down [m/s]")
        yaw = data[self.yaw]
        turn = _heading(north.timestamp_np, yaw)
        e_there = _aligned(north.timestamp_np, east)
        forward = north.value_np * np.cos(turn) + e_there * np.sin(turn)
        turn = _heading(east.timestamp_np, yaw)
        n_there = _aligned(east.timestamp_np, north)
        right = -n_there * np.sin(turn) + east.value_np * np.cos(turn)
        _write(data, self.body_vel_x, north.timestamp_np, forward)
        _write(data, self.body_vel_y, east.timestamp_np, right)


@dataclass(frozen=True)
class ConvertWheelspeedsToMPerS(Step):
    """Convert the wheel speeds from miles per hour to metres per second.

    The originals are kept under ``<name>_mph``.

    Attributes
    ----------
    wheelspeed_fr, wheelspeed_fl, wheelspeed_rr, wheelspeed_rl : str
        Speeds of the front right, front left, rear right and rear left wheel.
    """

    wheelspeed_fr: str = DEFAULT_WHEELSPEED_FR
    wheelspeed_fl: str = DEFAULT_WHEELSPEED_FL
    wheelspeed_rr: str = DEFAULT_WHEELSPEED_RR
    wheelspeed_rl: str = DEFAULT_WHEELSPEED_RL

    @property
    def name(self) -> str:
        """Name of the step."""
        return "convert_wheelspeeds_to_m_per_s"

    def needs(self) -> Sequence[str]:
        """Return the four wheel speeds."""
        return self.wheelspeed_fr, self.wheelspeed_fl, self.wheelspeed_rr, self.wheelspeed_rl

    def edit(self, data: SingleRunData) -> None:
        """Convert the four speeds."""
        for wheel in self.needs():
            mph = _kept(data, wheel, wheel + MPH_BACKUP_SUFFIX)
            _write(data, wheel, mph.timestamp_np, mph_to_m_per_s(mph.value_np), unit="m/s")


@dataclass(frozen=True)
class CorrectMotorData(Step):
    """Turn the motor's sign round and compute the speed of the driven wheels from it.

    wheel speed [m/s] = rpm · 2π · radius / (60 · ratio). The originals are kept under
    ``<name>_raw``.

    Attributes
    ----------
    gear_ratio : float
        Motor turns per wheel turn, > 0.
    tire_radius_in : float
        Radius of the tyre in inches, > 0.
    motor_rpm : str
        Motor speed in revolutions per minute, negative when driving forward.
    motor_wheelspeed : str
        Where the wheel speed is written; added if the run has no such variable.
    """

    gear_ratio: float = DEFAULT_GEAR_RATIO
    tire_radius_in: float = DEFAULT_TIRE_RADIUS_IN
    motor_rpm: str = DEFAULT_MOTOR_RPM
    motor_wheelspeed: str = DEFAULT_MOTOR_WHEELSPEED

    def __post_init__(self) -> None:
        """Refuse sizes that no car has."""
        for name in ("gear_ratio", "tire_radius_in"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; expected a number > 0.")

    def needs(self) -> Sequence[str]:
        """Return the motor's speed."""
        return (self.motor_rpm,)

    def edit(self, data: SingleRunData) -> None:
        """Flip the motor's speed and write the wheels'."""
        raw = _kept(data, self.motor_rpm, self.motor_rpm + RAW_BACKUP_SUFFIX)
        if self.motor_wheelspeed in data:
            _kept(data, self.motor_wheelspeed, self.motor_wheelspeed + RAW_BACKUP_SUFFIX)
        rpm = -raw.value_np
        circumference = 2 * np.pi * in_to_m(self.tire_radius_in)
        speed = rpm * circumference / (60 * self.gear_ratio)
        _write(data, self.motor_rpm, raw.timestamp_np, rpm)
        _write(data, self.motor_wheelspeed, raw.timestamp_np, speed, unit="m/s")


@dataclass(frozen=True)
class CorrectSteeringAngle(Step):
    """Compute the steering angle from the sensor's voltage.

    A polynomial by least squares (:func:`numpy.polyfit`): through two points a line, from
    three on a parabola, which three points fix exactly. The original angle is kept under
    ``<name>_original``.

    Attributes
    ----------
    calibration : sequence of (float, float)
        Voltage and angle of the calibration's points, at least two of different voltage.
    steering_raw, steering_angle : str
        Voltage, and angle that is overwritten.
    """

    calibration: Sequence[tuple[float, float]] = DEFAULT_STEERING_CALIBRATION
    steering_raw: str = DEFAULT_STEERING_RAW
    steering_angle: str = DEFAULT_STEERING_ANGLE

    def __post_init__(self) -> None:
        """Refuse a calibration that fixes no line."""
        different = len({volts for volts, _ in self.calibration})
        if different < _FEWEST_FOR_LINE:
            raise ValueError(
                f"The steering calibration has {different} points of different voltage; "
                f"expected at least {_FEWEST_FOR_LINE}."
            )

    def needs(self) -> Sequence[str]:
        """Return voltage and angle."""
        return self.steering_raw, self.steering_angle

    def edit(self, data: SingleRunData) -> None:
        """Write the angle anew."""
        _kept(data, self.steering_angle, self.steering_angle + ORIGINAL_BACKUP_SUFFIX)
        volts, angles = np.transpose(np.asarray(self.calibration, dtype=np.float64))
        degree = min(len(np.unique(volts)) - 1, 2)
        raw = data[self.steering_raw]
        parabola = np.polyfit(volts, angles, degree)
        angle = np.asarray(np.polyval(parabola, raw.value_np), dtype=np.float64)
        _write(data, self.steering_angle, raw.timestamp_np, angle)


patch_ned_velocity = PatchNedVelocity()
convert_wheelspeeds_to_m_per_s = ConvertWheelspeedsToMPerS()
correct_motor_data = CorrectMotorData()
correct_steering_angle = CorrectSteeringAngle()


def _kept(data: SingleRunData, name: str, backup: str, label: str | None = None) -> DataInstance:
    """Return the original of a variable, kept under the backup's name from now on."""
    if backup not in data:
        original = data[name]
        kept_label = original.label if label is None else label
        data.add(backup, original.model_copy(update={"label": kept_label}))
    return data[backup]


def _write(
    data: SingleRunData, name: str, times: Times, values: Values, unit: str | None = None
) -> None:
    """Put samples in the place of a variable; label and unit stay but for a unit that is given."""
    label, old_unit = name, None
    if name in data:
        label, old_unit = data[name].label or name, data[name].unit
    if unit is not None and old_unit is not None:
        label = label.replace(f"[{old_unit}]", f"[{unit}]")
    data[name] = DataInstance(
        timestamp_np=times, value_np=values, label=label, unit=unit or old_unit
    )


def _aligned(times: Times, series: DataInstance) -> Values:
    if len(times) == 0 or len(series) == 0:
        return np.full(len(times), np.nan)
    return sample_at(times, series.timestamp_np, series.value_np)


def _heading(times: Times, yaw: DataInstance) -> Values:
    """Return the yaw in radians at other times."""
    known = ~np.isnan(yaw.value_np)
    # Halfway from 179° to -179° is 180°, not 0°.
    unwrapped = np.unwrap(yaw.value_np[known], period=360.0)
    continuous = DataInstance(timestamp_np=yaw.timestamp_np[known], value_np=unwrapped)
    radians: Values = np.radians(_aligned(times, continuous))
    return radians

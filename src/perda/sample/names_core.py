"""The variables every analysis starts from, the most important first."""

from __future__ import annotations

from perda.sample.variable import Variable, flag

_PLACES = (
    ("frontRight", "front_right", "front right"),
    ("frontLeft", "front_left", "front left"),
    ("backRight", "back_right", "back right"),
    ("backLeft", "back_left", "back left"),
)


def core_variables() -> list[Variable]:
    """Return the variables that stay when only a few are asked for."""
    return [
        *_first_look(),
        *_navigation(),
        *_pedals(),
        *_inertial(),
        *_states(),
        *_more_navigation(),
    ]


def _first_look() -> list[Variable]:
    pack, motor = "ams.pack", "pcm.moc.motor"
    wheels = [
        Variable(
            f"pcm.wheelSpeeds.{name}",
            f"Wheel speed {words} [mph]",
            "pcm.wheelSpeeds",
            100,
            f"wheel_{source}",
            noise=0.06,
            steps=100,
            deadband=0.5,
        )
        for name, source, words in _PLACES
    ]
    voltage = Variable(
        "ams.pack.voltage", "Pack voltage [V]", pack, 50, "pack_voltage", noise=0.12, steps=10
    )
    amperes = Variable(
        "ams.pack.current", "Pack current [A]", pack, 50, "pack_current", noise=0.15, steps=10
    )
    request = Variable(
        "pcm.moc.motor.requestedTorque",
        "Requested torque [Nm]",
        motor,
        100,
        "torque_request",
        noise=0.08,
        steps=10,
        deadband=0.5,
    )
    # Mounted facing the other way, the motor counts forward driving as negative.
    turning = Variable(
        "pcm.moc.motor.angularSpeed",
        "Motor angular speed [rpm]",
        motor,
        100,
        "motor_rpm",
        scale=-1,
        noise=3,
        deadband=20,
    )
    charge = Variable(
        "ams.pack.soc", "Pack state of charge [%]", "ams.soc", 10, "charge", steps=100
    )
    return [voltage, amperes, *wheels, request, turning, charge, *_rest_of_motor()]


def _rest_of_motor() -> list[Variable]:
    motor = "pcm.moc.motor"
    return [
        Variable(
            "pcm.moc.motor.torque",
            "Motor torque feedback [Nm]",
            motor,
            100,
            "torque",
            noise=0.5,
            steps=10,
            deadband=3,
        ),
        Variable(
            "pcm.moc.motor.wheelSpeed",
            "Wheel speed from the motor's angular speed [rpm]",
            motor,
            100,
            "motor_rpm",
            scale=-1 / 5.6,
            noise=0.6,
            steps=10,
            deadband=4,
        ),
    ]


def _navigation() -> list[Variable]:
    nav, axes = "pcm.vnav.nav", (("x", "north"), ("y", "east"), ("z", "down"))
    place = [
        Variable(
            f"pcm.vnav.posLla.{name}",
            f"Position {name} [deg]",
            nav,
            40,
            name,
            noise=2.5e-8,
            steps=1e7,
        )
        for name in ("latitude", "longitude")
    ]
    height = Variable(
        "pcm.vnav.posLla.altitude",
        "Position altitude [m]",
        nav,
        40,
        "altitude",
        noise=0.02,
        steps=100,
    )
    # The unit was set up to send north, east and down under the names of the body's axes.
    velocity = [
        Variable(
            f"pcm.vnav.velocityBody.{axis}",
            f"Velocity body {axis} [m/s]",
            "pcm.vnav.vel",
            50,
            f"velocity_{direction}",
            noise=0.015,
            steps=100,
        )
        for axis, direction in axes
    ]
    attitude = [
        Variable(
            f"pcm.vnav.yawPitchRoll.{name}",
            f"{name.capitalize()} [deg]",
            "pcm.vnav.att",
            50,
            name,
            noise=0.03,
            steps=100,
            wrap=name == "yaw",
        )
        for name in ("yaw", "pitch", "roll")
    ]
    return [*place, height, *velocity, *attitude]


def _pedals() -> list[Variable]:
    return [
        Variable(
            "ludwig.steeringWheel.raw",
            "Steering wheel sensor raw [V]",
            "ludwig.steering",
            100,
            "steering_raw",
            noise=0.0008,
            steps=1000,
        ),
        Variable(
            "ludwig.steeringWheel.angle",
            "Steering wheel angle [deg]",
            "ludwig.steering",
            100,
            "steering_uncorrected",
            noise=0.08,
            steps=10,
        ),
        Variable(
            "pcm.pedals.throttle",
            "Throttle pedal position [%]",
            "pcm.pedals",
            100,
            "throttle",
            noise=0.1,
            steps=10,
            deadband=0.6,
            low=0,
            high=100,
        ),
        Variable(
            "pcm.pedals.brake",
            "Brake pedal position [%]",
            "pcm.pedals",
            100,
            "brake_pedal",
            noise=0.1,
            steps=10,
            deadband=0.6,
            low=0,
            high=100,
        ),
        *[
            Variable(
                f"ludwig.brakePressure.{end}",
                f"Brake pressure {end} [bar]",
                "ludwig.brakes",
                100,
                f"pressure_{end}",
                noise=0.05,
                steps=100,
                deadband=0.3,
                low=0,
            )
            for end in ("front", "rear")
        ],
    ]


def _inertial() -> list[Variable]:
    acceleration = [
        Variable(
            f"pcm.vnav.accel.{axis}",
            f"Acceleration with gravity {axis} [m/s^2]",
            "pcm.vnav.imu",
            200,
            f"force_{axis}",
            noise=0.09,
            steps=100,
        )
        for axis in "xyz"
    ]
    rates = [
        Variable(
            f"pcm.vnav.angularRate.{axis}",
            f"Angular rate {axis} [deg/s]",
            "pcm.vnav.imu",
            200,
            f"rate_{axis}",
            noise=0.15,
            steps=100,
        )
        for axis in "xyz"
    ]
    return [*acceleration, *rates]


def _states() -> list[Variable]:
    return [
        Variable(
            "pcm.state",
            "PCM state (0 off, 1 precharge, 2 energised, 3 ready, 4 driving)",
            "pcm.state",
            20,
            "state",
            hold=True,
        ),
        flag("pcm.readyToDrive", "Ready to drive", "pcm.state", "ready", 20),
        flag("pcm.pedals.brakePressed", "Brake pressed", "pcm.state", "brake_pressed", 20),
        Variable("pcm.lap.number", "Lap number", "pcm.lap", 5, "lap", hold=True),
        Variable(
            "pcm.lap.distance",
            "Distance in the lap [m]",
            "pcm.lap",
            5,
            "lap_distance",
            steps=10,
            hold=True,
        ),
        Variable("pcm.odometer", "Distance driven [m]", "pcm.lap", 5, "distance", steps=10),
        flag("pcm.faults.any", "Any fault is active", "pcm.state", "glitch_0", 20),
    ]


def _more_navigation() -> list[Variable]:
    linear = [
        Variable(
            f"pcm.vnav.linearAccelBody.{axis}",
            f"Acceleration without gravity {axis} [m/s^2]",
            "pcm.vnav.lin",
            50,
            f"acceleration_{axis}",
            noise=0.05,
            steps=100,
        )
        for axis in "xyz"
    ]
    speed = Variable(
        "pcm.vnav.groundSpeed",
        "Speed over ground [m/s]",
        "pcm.vnav.vel",
        50,
        "speed",
        noise=0.015,
        steps=100,
        low=0,
        deadband=0.12,
    )
    return [
        *linear,
        speed,
        Variable(
            "pcm.vnav.satellites",
            "Satellites used",
            "pcm.vnav.fix",
            5,
            "satellites",
            noise=0.2,
        ),
        Variable(
            "pcm.vnav.positionUncertainty",
            "Position uncertainty [m]",
            "pcm.vnav.fix",
            5,
            "position_uncertainty",
            noise=0.01,
            steps=100,
        ),
        Variable("pcm.vnav.gnssFix", "GNSS fix (3 is 3D)", "pcm.vnav.fix", 5, "one", scale=3),
        Variable(
            "pcm.vnav.insStatus", "INS status (2 is aligned)", "pcm.vnav.fix", 5, "one", scale=2
        ),
        Variable(
            "pcm.vnav.gnss2.posLla.latitude",
            "Second antenna latitude, not fitted [deg]",
            "pcm.vnav.gnss2",
            5,
            silent=True,
        ),
    ]

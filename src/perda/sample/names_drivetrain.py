"""Variables of the motor controller (MOC) and of the powertrain control module (PCM)."""

from __future__ import annotations

from perda.sample.variable import Variable, counter, flag, supply, temperature

_MOTOR = (
    # name, description, source, scale, rate [Hz], noise, steps per unit
    ("moc.motor.power", "Motor mechanical power [kW]", "motor_power", 1, 50, 0.1, 10),
    ("moc.motor.torqueLimit", "Motor torque limit [Nm]", "torque_limit", 1, 20, 0, 10),
    ("moc.motor.efficiency", "Motor and inverter efficiency [%]", "efficiency", 1, 10, 0.2, 10),
    ("moc.dcBus.voltage", "Inverter DC bus voltage [V]", "link_voltage", 1, 50, 0.25, 10),
    ("moc.dcBus.current", "Inverter DC bus current [A]", "pack_current", 0.995, 50, 0.3, 10),
    ("moc.phase.rmsCurrent", "Phase current RMS [A]", "phase_rms", 1, 50, 0.4, 10),
    ("moc.phase.a", "Phase A current [A]", "phase_a", 1, 50, 0.6, 10),
    ("moc.phase.b", "Phase B current [A]", "phase_b", 1, 50, 0.6, 10),
    ("moc.phase.c", "Phase C current [A]", "phase_c", 1, 50, 0.6, 10),
    ("moc.foc.currentQ", "Quadrature current [A]", "current_q", 1, 50, 0.5, 10),
    ("moc.foc.currentD", "Direct current [A]", "current_d", 1, 50, 0.5, 10),
    ("moc.foc.requestedQ", "Requested quadrature current [A]", "current_q", 1, 50, 0, 10),
    ("moc.foc.requestedD", "Requested direct current [A]", "current_d", 1, 50, 0, 10),
    ("moc.foc.voltageQ", "Quadrature voltage [V]", "voltage_q", 1, 20, 0.4, 10),
    ("moc.foc.voltageD", "Direct voltage [V]", "voltage_d", 1, 20, 0.3, 10),
    ("moc.foc.modulation", "Modulation index [%]", "modulation", 1, 20, 0.1, 10),
    ("moc.rotor.angle", "Rotor electrical angle [deg]", "rotor_angle", 1, 50, 0, 10),
    (
        "moc.smo.angle",
        "Rotor angle of the sliding mode observer [deg]",
        "rotor_angle",
        1,
        20,
        2,
        10,
    ),
    ("moc.smo.speed", "Speed of the sliding mode observer [rpm]", "motor_rpm", -1, 20, 12, 1),
    ("moc.regen.torque", "Regenerative torque [Nm]", "regen", 1, 50, 0.1, 10),
)

_CONTROL = (
    ("traction.drivenSlip", "Slip of the driven wheels [%]", "drive_slip", 1, 20, 0.1, 100),
    (
        "traction.brakingSlip",
        "Slip of the front wheels in braking [%]",
        "brake_slip",
        1,
        50,
        0.1,
        100,
    ),
    ("traction.targetSlip", "Target slip [%]", "one", 8.5, 10, 0, 10),
    ("traction.torqueReduction", "Torque cut by traction control [Nm]", "zero", 1, 20, 0, 10),
    ("estimator.sideslip", "Estimated sideslip [deg]", "sideslip", 1, 50, 0.05, 100),
    ("estimator.speed", "Estimated speed [m/s]", "speed", 1, 50, 0.02, 100),
    ("estimator.downforce", "Estimated downforce [N]", "downforce", 1, 20, 4, 1),
    ("estimator.curvature", "Estimated curvature [1/m]", "curvature", 1, 50, 0.0004, 1e4),
    ("aero.airSpeed", "Pitot air speed [m/s]", "air_speed", 1, 20, 0.15, 100),
    ("pedals.throttle1.raw", "Throttle sensor 1 raw [V]", "throttle", 0.034, 50, 0.002, 1000),
    ("pedals.throttle2.raw", "Throttle sensor 2 raw [V]", "throttle", 0.017, 50, 0.002, 1000),
    ("pedals.brake.raw", "Brake pedal sensor raw [V]", "brake_pedal", 0.038, 50, 0.002, 1000),
    ("regen.request", "Requested regenerative torque [Nm]", "regen", 1, 50, 0, 10),
    ("launch.active", "Launch control active", "launch", 1, 10, 0, 1),
)

_MOC_FAULTS = (
    "overCurrent", "overVoltage", "underVoltage", "overTemperature", "motorOverTemperature",
    "desaturationA", "desaturationB", "desaturationC", "resolver", "currentSensor",
    "canTimeout", "overSpeed", "gateDriver", "eeprom", "watchdog",
)  # fmt: skip

_PCM_FAULTS = (
    "throttleImplausible", "throttleRange", "brakeImplausible", "pedalOverlap", "bspd", "imd",
    "ams", "wheelSpeedImplausible", "steeringRange", "vnavTimeout", "mocTimeout", "amsTimeout",
    "pduTimeout", "ludwigTimeout", "dashTimeout", "regenDisabled", "torqueDerated", "coolantHot",
)  # fmt: skip


def drivetrain_variables() -> list[Variable]:
    """Return motor control, temperatures, vehicle control and faults."""
    return [
        *_rows(_MOTOR),
        *_motor_temperatures(),
        *_rows(_CONTROL),
        *_wheel_sensors(),
        *_faults(),
        *_board(),
    ]


def _rows(table: tuple[tuple[str, str, str, float, float, float, float], ...]) -> list[Variable]:
    return [
        Variable(
            f"pcm.{name}",
            description,
            # Up to the last dot: what belongs together travels together.
            f"pcm.{name.rsplit('.', 1)[0]}",
            rate,
            source,
            scale,
            noise=noise,
            steps=steps,
            deadband=6 * noise if source in _STILL else 0.0,
            hold=source in _JUMPING,
        )
        for name, description, source, scale, rate, noise, steps in table
    ]


# Sensors that show an honest zero while the car stands.
_STILL = {"motor_power", "regen", "drive_slip", "brake_slip", "speed", "motor_rpm"}
_JUMPING = {"phase_a", "phase_b", "phase_c", "rotor_angle", "launch"}


def _motor_temperatures() -> list[Variable]:
    table = (
        ("motor.windingTemp", "Motor winding temperature", "temp_winding", 0),
        ("motor.windingTemp2", "Motor winding temperature 2", "temp_winding", -1.5),
        ("motor.bearingTemp", "Motor bearing temperature", "temp_coolant", 4),
        ("inverter.igbtTempA", "Inverter phase A temperature", "temp_inverter", 0.5),
        ("inverter.igbtTempB", "Inverter phase B temperature", "temp_inverter", 1.5),
        ("inverter.igbtTempC", "Inverter phase C temperature", "temp_inverter", 0.3),
        ("inverter.gateTemp", "Gate driver temperature", "temp_inverter", 3),
        ("inverter.boardTemp", "Inverter control board temperature", "temp_board", 4),
        ("inverter.capacitorTemp", "DC link capacitor temperature", "temp_inverter", 2),
    )
    coolant = (
        ("cooling.coolantIn", "Coolant temperature into the motor", "temp_coolant", -1.2),
        ("cooling.coolantOut", "Coolant temperature out of the motor", "temp_coolant", 1.4),
        ("cooling.radiatorOut", "Coolant temperature out of the radiator", "temp_coolant", -2.6),
        ("cooling.ambient", "Ambient temperature", "temp_ambient", 0),
    )
    return [
        *[temperature(f"pcm.moc.{n}", d, "pcm.moc.temps", s, 10, o, 0.3) for n, d, s, o in table],
        *[temperature(f"pcm.{n}", d, "pcm.cooling", s, 5, o, 0.2) for n, d, s, o in coolant],
        Variable(
            "pcm.cooling.flow",
            "Coolant flow [l/min]",
            "pcm.cooling",
            5,
            "pump_current",
            2.4,
            noise=0.05,
            steps=100,
        ),
        Variable(
            "pcm.cooling.fanDuty", "Radiator fan duty [%]", "pcm.cooling", 5, "fan_duty", steps=10
        ),
        Variable(
            "pcm.cooling.pumpDuty",
            "Coolant pump duty [%]",
            "pcm.cooling",
            5,
            "ready",
            70,
            12,
            steps=10,
        ),
    ]


def _wheel_sensors() -> list[Variable]:
    places = ("frontRight", "frontLeft", "backRight", "backLeft")
    sources = ("front_right", "front_left", "back_right", "back_left")
    speeds = [
        Variable(
            f"pcm.wheelSpeeds.{place}Rpm",
            f"Wheel revolutions {place} [rpm]",
            "pcm.wheelRpm",
            20,
            f"rpm_{source}",
            noise=0.8,
            steps=10,
            deadband=5,
        )
        for place, source in zip(places, sources, strict=True)
    ]
    checks = [
        flag(
            f"pcm.wheelSpeeds.{place}Valid",
            f"Wheel speed {place} is valid",
            "pcm.wheelValid",
            "one",
        )
        for place in places
    ]
    return [*speeds, *checks]


def _faults() -> list[Variable]:
    glitches = {"canTimeout": "glitch_0", "vnavTimeout": "glitch_0", "torqueDerated": "glitch_3"}
    return [
        *[
            flag(
                f"pcm.moc.flt.{n}",
                f"Motor controller fault: {n}",
                "pcm.moc.flt",
                glitches.get(n, "zero"),
            )
            for n in _MOC_FAULTS
        ],
        *[
            flag(f"pcm.flt.{n}", f"PCM fault: {n}", "pcm.flt", glitches.get(n, "zero"))
            for n in _PCM_FAULTS
        ],
        Variable(
            "pcm.moc.flt.code",
            "Motor controller fault code",
            "pcm.moc.flt",
            10,
            "glitch_0",
            17,
            hold=True,
        ),
        Variable(
            "pcm.moc.state", "Motor controller state", "pcm.moc.state", 20, "state", 2, hold=True
        ),
        flag("pcm.moc.enabled", "Motor controller enabled", "pcm.moc.state", "ready", 20),
        flag("pcm.moc.regen.active", "Regeneration enabled", "pcm.moc.state", "ready", 20),
        counter("pcm.moc.heartbeat", "Motor controller heartbeat", "pcm.moc.state", 20),
    ]


def _board() -> list[Variable]:
    return [
        temperature("pcm.board.temp", "PCM board temperature", "pcm.board", "temp_board", 1),
        supply("pcm.board.supply12V", "PCM 12 V supply", "pcm.board", 12),
        supply("pcm.board.supply5V", "PCM 5 V supply", "pcm.board", 5),
        supply("pcm.board.supply3V3", "PCM 3.3 V supply", "pcm.board", 3.3),
        Variable(
            "pcm.board.cpuLoad",
            "PCM processor load [%]",
            "pcm.board",
            2,
            "one",
            43,
            noise=2.5,
            steps=10,
        ),
        Variable("pcm.board.uptime", "PCM time since start [s]", "pcm.board", 1, "time", offset=40),
        counter("pcm.board.heartbeat", "PCM heartbeat", "pcm.board.alive", 10),
    ]

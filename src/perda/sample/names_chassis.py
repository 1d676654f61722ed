"""Variables of the chassis sensors (Ludwig), the dashboard, the power distribution and the bus."""

from __future__ import annotations

from perda.sample.variable import Variable, counter, current, flag, supply, temperature

_CORNERS = (
    ("frontRight", "front_right", "front right"),
    ("frontLeft", "front_left", "front left"),
    ("backRight", "back_right", "back right"),
    ("backLeft", "back_left", "back left"),
)

_CHANNELS = (
    # PDU channel, description, source, amperes per unit
    ("pcm", "PCM", "one", 0.6),
    ("ams", "AMS", "one", 0.9),
    ("ludwig", "Ludwig", "one", 0.4),
    ("dash", "Dashboard", "one", 1.1),
    ("vnav", "Navigation unit", "one", 0.3),
    ("moc", "Motor controller", "one", 1.4),
    ("radiatorFanLeft", "Left radiator fan", "fan_current", 0.25),
    ("radiatorFanRight", "Right radiator fan", "fan_current", 0.25),
    ("accumulatorFans", "Accumulator fans", "fan_current", 0.5),
    ("pumpMotor", "Motor coolant pump", "pump_current", 0.6),
    ("pumpInverter", "Inverter coolant pump", "pump_current", 0.4),
    ("brakeLight", "Brake light", "brake_light", 1.0),
    ("rtds", "Ready-to-drive sound (RTDS)", "buzzer", 1.8),
    ("tsal", "Tractive system active light", "energised", 0.5),
    ("shutdown", "Shutdown circuit", "one", 0.8),
    ("airs", "Contactor coils", "energised", 1.9),
    ("telemetry", "Telemetry radio", "one", 0.7),
    ("logger", "Data logger", "one", 0.5),
    ("camera", "Camera", "one", 0.6),
    ("bspd", "Brake system plausibility device (BSPD)", "one", 0.1),
    ("imd", "Insulation monitor", "one", 0.2),
    ("steering", "Steering wheel", "one", 0.3),
    ("spare1", "Spare 1", "zero", 0.0),
    ("spare2", "Spare 2", "zero", 0.0),
)

_BUTTONS = (
    ("start", "Start button pressed", "zero"),
    ("regenUp", "More regeneration pressed", "zero"),
    ("regenDown", "Less regeneration pressed", "zero"),
    ("launch", "Launch control pressed", "launch"),
    ("radio", "Radio pressed", "zero"),
    ("mark", "Mark pressed", "glitch_3"),
    ("screen", "Next screen pressed", "zero"),
    ("reset", "Reset pressed", "zero"),
)

_LIGHTS = (
    ("ams", "AMS light", "zero"),
    ("imd", "IMD light", "zero"),
    ("bspd", "BSPD light", "zero"),
    ("ready", "Ready-to-drive light", "ready"),
    ("energised", "High voltage light", "energised"),
    ("lowCharge", "Low charge light", "zero"),
    ("hot", "Temperature light", "zero"),
    ("fault", "Fault light", "glitch_0"),
)

_NODES = (
    "ams", "pcm", "pdu", "moc", "ludwig", "dash", "vnav", "lvbms", "ins", "logger", "telemetry",
    "steering", "frontSensors", "rearSensors",
)  # fmt: skip


def chassis_variables() -> list[Variable]:
    """Return suspension, brakes, tyres, dashboard, power distribution and bus health."""
    return [*_suspension(), *_heat(), *_ludwig(), *_dash(), *_pdu(), *_second_navigation(), *_bus()]


def _suspension() -> list[Variable]:
    return [
        *[
            Variable(
                f"ludwig.shockpot.{place}", f"Shock travel {words} [mm]", "ludwig.shockpot", 100,
                f"shock_{source}", noise=0.12, steps=100,
            )
            for place, source, words in _CORNERS
        ],
        *[
            Variable(
                f"ludwig.shockpot.{place}Raw", f"Shock potentiometer {words} raw [V]",
                "ludwig.shockpotRaw", 20, f"shock_{source}", scale=0.066, noise=0.008, steps=1000,
            )
            for place, source, words in _CORNERS
        ],
    ]  # fmt: skip


def _heat() -> list[Variable]:
    zones = (("inner", 4.5), ("middle", 1.0), ("outer", -3.5))
    tires = [
        temperature(
            f"ludwig.tireTemp.{place}.{zone}", f"Tire temperature {words} {zone}",
            "ludwig.tireTemp", f"temp_tire_{source}", 10, warmer, 0.5,
        )
        for place, source, words in _CORNERS
        for zone, warmer in zones
    ]  # fmt: skip
    discs = [
        temperature(
            f"ludwig.brakeTemp.{place}", f"Brake disc temperature {words}", "ludwig.brakeTemp",
            f"temp_brake_{'front' if place.startswith('front') else 'rear'}", 10, 0, 2.0,
        )
        for place, _, words in _CORNERS
    ]  # fmt: skip
    unfitted = Variable(
        "ludwig.brakeTemp.spare", "Spare brake disc probe, not fitted [°C]", "ludwig.spare", 10,
        silent=True,
    )  # fmt: skip
    pressures = [
        Variable(
            f"ludwig.tirePressure.{place}", f"Tire pressure {words} [kPa]", "ludwig.tirePressure",
            1, f"temp_tire_{source}", 0.28, 76, spread=0.6, noise=0.1, steps=10,
        )
        for place, source, words in _CORNERS
    ]  # fmt: skip
    return [*tires, *discs, *pressures, unfitted]


def _ludwig() -> list[Variable]:
    strain = [
        Variable(
            f"ludwig.pushrod.{place}", f"Pushrod force {words} [N]", "ludwig.pushrod", 20,
            f"shock_{source}", 46, -180, spread=15, noise=8,
        )
        for place, source, words in _CORNERS
    ]  # fmt: skip
    accelerometers = [
        Variable(
            f"ludwig.accel.{end}.{axis}", f"{end.capitalize()} accelerometer {axis} [m/s^2]",
            f"ludwig.accel.{end}", 20, f"force_{axis}", spread=0.05, noise=0.2, steps=10,
        )
        for end in ("front", "rear")
        for axis in "xyz"
    ]  # fmt: skip
    return [
        *strain,
        *accelerometers,
        flag("ludwig.brakeOverTravel", "Brake over-travel switch open", "ludwig.switches"),
        flag("ludwig.inertiaSwitch", "Inertia switch open", "ludwig.switches"),
        flag("ludwig.cockpitSwitch", "Cockpit shutdown button pressed", "ludwig.switches"),
        *_supplies("ludwig", "Ludwig"),
    ]


def _dash() -> list[Variable]:
    return [
        *[flag(f"dash.button.{n}", text, "dash.button", s, 20) for n, text, s in _BUTTONS],
        *[flag(f"dash.light.{n}", text, "dash.light", s) for n, text, s in _LIGHTS],
        flag("dash.rtds", "Ready-to-drive sound playing", "dash.rtds", "buzzer"),
        Variable("dash.regenLevel", "Regeneration level", "dash.settings", 1, "one", 3),
        Variable("dash.torqueMap", "Torque map", "dash.settings", 1, "one", 2),
        Variable("dash.driver", "Driver number", "dash.settings", 1, "one", 1),
        Variable("dash.screen", "Screen shown", "dash.settings", 1, "moving", hold=True),
        Variable("dash.brakeBias", "Brake bias to the front [%]", "dash.settings", 1, "one", 61),
        Variable("dash.tractionLevel", "Traction control level", "dash.settings", 1, "one", 4),
        Variable("dash.launchLevel", "Launch control level", "dash.settings", 1, "one", 2),
        Variable("dash.fanMode", "Fan mode", "dash.settings", 1, "one", 1),
        Variable("dash.pumpMode", "Pump mode", "dash.settings", 1, "one", 1),
        Variable("dash.brightness", "Screen brightness [%]", "dash.settings", 1, "one", 80),
        Variable("dash.speed", "Speed shown [mph]", "dash.shown", 10, "wheel_front_left", low=0),
        Variable("dash.soc", "State of charge shown [%]", "dash.shown", 2, "charge"),
        *_supplies("dash", "Dashboard"),
    ]


def _pdu() -> list[Variable]:
    channels = [
        variable
        for name, words, source, amperes in _CHANNELS
        for variable in (
            current(f"pdu.channel.{name}.current", f"{words} current", "pdu.current", source,
                    amperes, 10),
            flag(f"pdu.channel.{name}.on", f"{words} switched on", "pdu.on",
                 source if source in ("energised", "buzzer") else "one", 5),
            flag(f"pdu.flt.{name}", f"{words} fuse tripped", "pdu.flt", rate_hz=5),
        )
    ]  # fmt: skip
    loop = ("bspd", "imd", "ams", "inertia", "cockpit", "left", "right", "hvd", "interlock", "tsms")
    return [
        Variable("pdu.battery.voltage", "PDU input voltage [V]", "pdu.battery", 20, "lv_voltage",
                 noise=0.01, steps=100),
        current("pdu.battery.current", "PDU input current", "pdu.battery", "lv_current", 1.0, 20),
        *channels,
        *[flag(f"pdu.shutdown.{n}", f"Shutdown loop closed after {n}", "pdu.shutdown", "one", 20)
          for n in loop],
        flag("pdu.bspd.tripped", "BSPD tripped", "pdu.bspd", rate_hz=20),
        flag("pdu.brakeLight", "Brake light on", "pdu.bspd", "brake_pressed", 20),
        temperature("pdu.board.heatsinkTemp", "PDU heat sink temperature", "pdu.temps", "temp_pdu"),
        *_supplies("pdu", "PDU"),
    ]  # fmt: skip


def _second_navigation() -> list[Variable]:
    rows = (
        ("attitude.yaw", "Yaw of the spare INS [deg]", "yaw", 10, 0.2, 10),
        ("attitude.pitch", "Pitch of the spare INS [deg]", "pitch", 10, 0.1, 10),
        ("attitude.roll", "Roll of the spare INS [deg]", "roll", 10, 0.1, 10),
        ("position.latitude", "Latitude of the spare INS [deg]", "latitude", 5, 4e-6, 1e6),
        ("position.longitude", "Longitude of the spare INS [deg]", "longitude", 5, 5e-6, 1e6),
        ("position.altitude", "Altitude of the spare INS [m]", "altitude", 5, 0.6, 10),
        ("velocity.north", "North velocity of the spare INS [m/s]", "velocity_north", 10, 0.1, 10),
        ("velocity.east", "East velocity of the spare INS [m/s]", "velocity_east", 10, 0.1, 10),
        ("velocity.down", "Down velocity of the spare INS [m/s]", "velocity_down", 10, 0.1, 10),
        ("satellites", "Satellites used by the spare INS", "satellites", 1, 0.4, 1),
    )
    return [
        Variable(f"ins.{name}", text, f"ins.{name.split('.')[0]}", rate, source, noise=noise,
                 steps=steps, wrap=source == "yaw")
        for name, text, source, rate, noise, steps in rows
    ]  # fmt: skip


def _bus() -> list[Variable]:
    nodes = [
        variable
        for node in _NODES
        for variable in (
            counter(f"can.node.{node}.heartbeat", f"Heartbeat seen of {node}", "can.alive", 5),
            flag(f"can.node.{node}.lost", f"Heartbeat of {node} lost", "can.lost",
                 "glitch_0" if node == "vnav" else "zero", 5),
            Variable(f"can.node.{node}.errors", f"Bus errors of {node}", "can.errors", 1),
        )
    ]  # fmt: skip
    load = [
        Variable(f"can.bus{bus}.load", f"Load of bus {bus} [%]", "can.load", 2, "one", percent,
                 noise=1.2, steps=10)
        for bus, percent in ((1, 46), (2, 31), (3, 12))
    ]  # fmt: skip
    return [*load, *nodes]


def _supplies(node: str, words: str) -> list[Variable]:
    board = f"{node}.board"
    return [
        temperature(f"{board}.temp", f"{words} board temperature", board, "temp_board", 1),
        supply(f"{board}.supply12V", f"{words} 12 V supply", board, 12),
        supply(f"{board}.supply5V", f"{words} 5 V supply", board, 5),
        supply(f"{board}.supply3V3", f"{words} 3.3 V supply", board, 3.3),
        counter(f"{board}.heartbeat", f"{words} heartbeat", f"{board}.alive", 10),
    ]

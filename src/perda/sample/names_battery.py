"""Variables of the high-voltage accumulator (AMS) and of the low-voltage battery (LVBMS)."""

from __future__ import annotations

from perda.sample.variable import Variable, counter, current, flag, supply, temperature

SEGMENTS = 7
CELLS_PER_SEGMENT = 20
_PROBES_PER_SEGMENT = 8

_PACK = (
    # name, description, source, rate [Hz], noise, steps per unit
    ("pack.power", "Pack power [kW]", "pack_power", 50, 0.08, 10),
    ("pack.openCircuitVoltage", "Pack open circuit voltage [V]", "open_circuit", 10, 0.05, 10),
    ("pack.capacity", "Pack capacity [Ah]", "capacity", 1, 0, 100),
    ("pack.resistance", "Pack internal resistance [mOhm]", "pack_resistance", 1, 0.4, 10),
    ("pack.chargeUsed", "Charge used [Ah]", "charge_used", 10, 0, 1000),
    ("pack.energyUsed", "Energy used [kWh]", "energy_used", 10, 0, 1000),
    ("pack.dischargeLimit", "Discharge current limit [A]", "discharge_limit", 10, 0, 10),
    ("pack.chargeLimit", "Charge current limit [A]", "charge_limit", 10, 0, 10),
    ("tractive.linkVoltage", "Voltage behind the contactors [V]", "link_voltage", 20, 0.15, 10),
    ("mma.minCellVoltage", "Lowest cell voltage [V]", "cell_min", 20, 0.0004, 1000),
    ("mma.maxCellVoltage", "Highest cell voltage [V]", "cell_max", 20, 0.0004, 1000),
    ("mma.avgCellVoltage", "Mean cell voltage [V]", "cell_mean", 20, 0.0003, 1000),
    ("mma.minCellIndex", "Cell with the lowest voltage", "cell_min_index", 5, 0, 1),
    ("mma.maxCellIndex", "Cell with the highest voltage", "cell_max_index", 5, 0, 1),
)

_FLAGS = (
    ("airPositive", "Positive contactor closed", "energised"),
    ("airNegative", "Negative contactor closed", "energised"),
    ("precharge", "Precharge relay closed", "precharging"),
    ("tsActive", "Tractive system active", "energised"),
    ("imdOk", "Insulation monitor OK", "one"),
    ("shutdownClosed", "Shutdown circuit closed", "one"),
    ("balancing", "Balancing is allowed", "zero"),
    ("charging", "Charger connected", "zero"),
)

_FAULTS = (
    ("overVoltage", "Cell over voltage", "zero"),
    ("underVoltage", "Cell under voltage", "zero"),
    ("overTemperature", "Cell over temperature", "zero"),
    ("underTemperature", "Cell under temperature", "zero"),
    ("overCurrent", "Pack over current", "zero"),
    ("openWire", "Cell sense wire open", "zero"),
    ("probeOpen", "Temperature probe open", "zero"),
    ("commTimeout", "Segment communication timeout", "glitch_1"),
    ("pecError", "Packet error code mismatch", "glitch_2"),
    ("currentSensor", "Current sensor implausible", "zero"),
    ("contactorWelded", "Contactor welded", "zero"),
    ("prechargeTimeout", "Precharge timeout", "zero"),
    ("imd", "Insulation fault (IMD)", "zero"),
    ("watchdog", "AMS watchdog reset", "zero"),
    ("fuse", "Main fuse open", "zero"),
    ("fan", "Accumulator fan stalled", "glitch_3"),
)


def battery_variables() -> list[Variable]:
    """Return pack, faults, segments, cells and probes, then the low-voltage battery."""
    segments = range(SEGMENTS)
    return [
        *_pack(),
        *[v for segment in segments for v in _segment(segment)],
        *[v for segment in segments for v in _cells(segment)],
        *_low_voltage(),
    ]


def balancing_variables() -> list[Variable]:
    """Return one flag per cell: whether it is being discharged to match the others."""
    return [
        flag(
            f"ams.segment{segment}.cell{cell}.balancing",
            f"Segment {segment} cell {cell} is balancing",
            f"ams.segment{segment}.balance",
            rate_hz=1,
        )
        for segment in range(SEGMENTS)
        for cell in range(CELLS_PER_SEGMENT)
    ]


def _pack() -> list[Variable]:
    return [
        *[
            Variable(
                f"ams.{name}",
                description,
                f"ams.{name.split('.')[0]}",
                rate,
                source,
                noise=noise,
                steps=steps,
                hold=name.endswith("Index"),
            )
            for name, description, source, rate, noise, steps in _PACK
        ],
        *[flag(f"ams.state.{n}", text, "ams.state", source, 20) for n, text, source in _FLAGS],
        *[flag(f"ams.flt.{n}", text, "ams.flt", source, 10) for n, text, source in _FAULTS],
        *_insulation(),
        temperature(
            "ams.mma.avgTemp", "Mean cell temperature", "ams.mma", "temp_cells", 5, spread=0
        ),
        temperature(
            "ams.mma.maxTemp", "Highest cell temperature", "ams.mma", "temp_cells", 5, 2.4, 0
        ),
        temperature(
            "ams.mma.minTemp", "Lowest cell temperature", "ams.mma", "temp_cells", 5, -2.4, 0
        ),
        temperature("ams.board.temp", "AMS board temperature", "ams.board", "temp_board"),
        supply("ams.board.supply12V", "AMS 12 V supply", "ams.board", 12),
        supply("ams.board.supply5V", "AMS 5 V supply", "ams.board", 5),
        supply("ams.board.supply3V3", "AMS 3.3 V supply", "ams.board", 3.3),
        counter("ams.board.heartbeat", "AMS heartbeat", "ams.board.alive", 10),
    ]


def _insulation() -> list[Variable]:
    return [
        Variable(
            "ams.imd.resistance",
            "Insulation resistance (IMD) [kOhm]",
            "ams.imd",
            5,
            "energised",
            scale=-2200,
            offset=4900,
            noise=35,
        ),
        Variable(
            "ams.imd.frequency", "IMD output frequency [Hz]", "ams.imd", 5, "one", 10, steps=10
        ),
        Variable(
            "ams.imd.dutyCycle", "IMD duty cycle [%]", "ams.imd", 5, "one", 6, noise=0.1, steps=10
        ),
        *[
            Variable(
                f"ams.fan{fan}.speed",
                f"Accumulator fan {fan} speed [rpm]",
                "ams.fans",
                2,
                "fan_duty",
                52.0,
                noise=15,
            )
            for fan in (1, 2, 3, 4)
        ],
    ]


def _segment(segment: int) -> list[Variable]:
    name, message = f"ams.segment{segment}", f"ams.segment{segment}"
    probes = [
        temperature(
            f"{name}.temp{probe}",
            f"Segment {segment} temperature {probe}",
            f"{message}.temps",
            "temp_cells",
            2,
            # The middle of the pack is the warmest.
            offset=1.6 - 0.5 * abs(segment - SEGMENTS // 2),
            spread=0.6,
        )
        for probe in range(_PROBES_PER_SEGMENT)
    ]
    return [
        *probes,
        Variable(
            f"{name}.voltage",
            f"Segment {segment} voltage [V]",
            f"{message}.sum",
            20,
            "cell_mean",
            scale=CELLS_PER_SEGMENT,
            noise=0.004,
            steps=100,
        ),
        temperature(
            f"{name}.boardTemp", f"Segment {segment} board temperature", message, "temp_board"
        ),
        temperature(
            f"{name}.maxTemp",
            f"Segment {segment} highest temperature",
            f"{message}.temps",
            "temp_cells",
            2,
            offset=3.4 - 0.5 * abs(segment - SEGMENTS // 2),
            spread=0,
        ),
        supply(f"{name}.supply", f"Segment {segment} monitor supply", message, 5),
        supply(f"{name}.reference", f"Segment {segment} voltage reference", message, 3, 1),
        counter(f"{name}.frames", f"Segment {segment} frames received", message, 5),
        flag(f"{name}.commFault", f"Segment {segment} communication fault", message, "glitch_1", 5)
        if segment == 2
        else flag(
            f"{name}.commFault", f"Segment {segment} communication fault", message, rate_hz=5
        ),
    ]


def _cells(segment: int) -> list[Variable]:
    return [
        Variable(
            f"ams.segment{segment}.cell{cell}.voltage",
            f"Segment {segment} cell {cell} voltage [V]",
            f"ams.segment{segment}.cells",
            5,
            f"cell_{segment * CELLS_PER_SEGMENT + cell}",
            noise=0.0005,
            steps=1000,
        )
        for cell in range(CELLS_PER_SEGMENT)
    ]


def _low_voltage() -> list[Variable]:
    cells = [
        Variable(
            f"lvbms.cell{cell}.voltage",
            f"Low-voltage cell {cell} voltage [V]",
            "lvbms.cells",
            5,
            "lv_voltage",
            scale=1 / 4,
            spread=0.004,
            noise=0.001,
            steps=1000,
        )
        for cell in (1, 2, 3, 4)
    ]
    faults = ("overVoltage", "underVoltage", "overCurrent", "overTemperature", "shortCircuit")
    return [
        Variable(
            "lvbms.voltage",
            "Low-voltage battery voltage [V]",
            "lvbms",
            10,
            "lv_voltage",
            noise=0.01,
            steps=100,
        ),
        current("lvbms.current", "Low-voltage battery current", "lvbms", "lv_current", 1.0, 10),
        Variable("lvbms.soc", "Low-voltage state of charge [%]", "lvbms", 1, "lv_charge", steps=10),
        *cells,
        *[
            temperature(
                f"lvbms.temp{i}",
                f"Low-voltage battery temperature {i}",
                "lvbms.temps",
                "temp_board",
            )
            for i in (1, 2)
        ],
        *[flag(f"lvbms.flt.{n}", f"Low-voltage battery fault: {n}", "lvbms.flt") for n in faults],
        counter("lvbms.heartbeat", "LVBMS heartbeat", "lvbms.alive", 5),
    ]

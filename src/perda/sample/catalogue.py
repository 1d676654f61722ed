"""Which variables a sample log has."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from perda.errors import SettingsError
from perda.sample.names_battery import balancing_variables, battery_variables
from perda.sample.names_chassis import chassis_variables
from perda.sample.names_core import core_variables
from perda.sample.names_drivetrain import drivetrain_variables
from perda.sample.variable import Variable, supply, temperature

DEFAULT_VARIABLES = 832
"""As many as the car logs."""


def catalogue(variables: int = DEFAULT_VARIABLES) -> list[Variable]:
    """Return the ``variables`` most important variables of the car, distinct in name.

    Beyond the car's own come test modules with strain gauges and thermocouples, without end.

    Raises
    ------
    SettingsError
        If ``variables`` is less than 1.
    """
    if variables < 1:
        raise SettingsError(f"variables is {variables}: a log has at least one variable.")
    return list(islice(_all_variables(), variables))


def sample_names(variables: int = DEFAULT_VARIABLES, seed: int = 1) -> list[tuple[str, str]]:
    """Return name and description of each variable, as in the log, without simulating a run.

    Parameters
    ----------
    variables : int
        How many.
    seed : int
        As for ``write_sample_log``; names do not depend on it.
    """
    del seed
    return sorted((variable.name, variable.description) for variable in catalogue(variables))


def _all_variables() -> Iterator[Variable]:
    yield from core_variables()
    yield from drivetrain_variables()
    yield from chassis_variables()
    yield from battery_variables()
    yield from balancing_variables()
    for module in count(1):
        yield from _test_module(module)


def _test_module(module: int) -> list[Variable]:
    """Return the variables of a data acquisition module that is fitted for testing."""
    name, words = f"daq.module{module:02d}", f"test module {module}"
    # Twenty modules on one bus: with thousands of variables, few messages are faster to simulate.
    bus = f"daq.bus{(module - 1) // 20}"
    corner = ("front_left", "front_right", "back_left", "back_right")[module % 4]
    strain = [
        Variable(
            f"{name}.strain{channel}",
            f"Strain gauge {channel} of {words} [ustrain]",
            f"{bus}.strain",
            10,
            f"shock_{corner}",
            scale=9.0 + channel,
            spread=25,
            noise=3,
        )
        for channel in range(1, 9)
    ]
    thermocouples = [
        temperature(
            f"{name}.thermocouple{channel}",
            f"Thermocouple {channel} of {words}",
            f"{bus}.temps",
            "temp_inverter" if channel % 2 else "temp_coolant",
            2,
            spread=2.5,
        )
        for channel in range(1, 9)
    ]
    return [
        *strain,
        *thermocouples,
        supply(f"{name}.supply12V", f"12 V supply of {words}", f"{bus}.board", 12),
        supply(f"{name}.supply5V", f"5 V supply of {words}", f"{bus}.board", 5),
        temperature(f"{name}.boardTemp", f"Board temperature of {words}", bus, "temp_board", 1),
    ]

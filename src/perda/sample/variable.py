"""What one logged variable is: its name, its message on the bus, and how its sensor reads."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the log: a channel of the model as seen by a sensor.

    The logged value is ``source · scale + offset``, with noise, limited and rounded.

    Attributes
    ----------
    name, description : str
        As in the log's declaration; the description ends in the unit, when there is one.
    message : str
        Variables of one message and rate are sent together.
    rate_hz : float
        How often it is sent.
    source : str
        Channel of the model.
    scale, offset : float
        From the channel's unit to the variable's.
    spread : float
        Standard deviation of a constant deviation of this sensor.
    noise : float
        Standard deviation of the noise of each sample.
    steps : float
        Resolution: steps per unit, so that 100 means two decimals.
    deadband : float
        Readings closer to zero than this are zero.
    low, high : float
        Limits of the reading.
    hold : bool
        The value jumps (states, flags, counts) instead of changing steadily.
    wrap : bool
        An angle in degrees, logged from -180 up to 180.
    counts_to : int
        Not a sensor but a counter that starts again at this number.
    silent : bool
        Declared, but never sent.
    """

    name: str
    description: str
    message: str
    rate_hz: float
    source: str = "zero"
    scale: float = 1.0
    offset: float = 0.0
    spread: float = 0.0
    noise: float = 0.0
    steps: float = 1.0
    deadband: float = 0.0
    low: float = -inf
    high: float = inf
    hold: bool = False
    wrap: bool = False
    counts_to: int = 0
    silent: bool = False


def flag(
    name: str, description: str, message: str, source: str = "zero", rate_hz: float = 10
) -> Variable:
    """Return a variable that is 0 or 1."""
    return Variable(name, description, message, rate_hz, source, hold=True)


def counter(name: str, description: str, message: str, rate_hz: float = 5) -> Variable:
    """Return a variable that counts the messages it is sent in, modulo 256."""
    return Variable(name, description, message, rate_hz, counts_to=256)


def temperature(
    name: str,
    description: str,
    message: str,
    source: str,
    rate_hz: float = 2,
    offset: float = 0.0,
    spread: float = 0.8,
) -> Variable:
    """Return a temperature in degrees Celsius with one decimal."""
    return Variable(
        name,
        f"{description} [°C]",
        message,
        rate_hz,
        source,
        offset=offset,
        spread=spread,
        noise=0.12,
        steps=10,
    )


def supply(name: str, description: str, message: str, volts: float, rate_hz: float = 2) -> Variable:
    """Return a supply rail of a board, which sags and recovers with the low-voltage battery."""
    return Variable(
        name,
        f"{description} [V]",
        message,
        rate_hz,
        "lv_voltage",
        scale=volts / 13.6 if volts > 6 else 0.0,
        offset=0.0 if volts > 6 else volts,
        spread=0.004 * volts,
        noise=0.0015 * volts,
        steps=100,
    )


def current(
    name: str,
    description: str,
    message: str,
    source: str = "one",
    amperes: float = 1.0,
    rate_hz: float = 5,
) -> Variable:
    """Return a current of ``amperes`` per unit of its source."""
    return Variable(
        name,
        f"{description} [A]",
        message,
        rate_hz,
        source,
        scale=amperes,
        noise=0.012 + 0.01 * abs(amperes),
        steps=100,
        low=0.0,
    )

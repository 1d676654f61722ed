"""The words of names, descriptions and queries, and what a Formula SAE electric car calls things.

Short forms are spelled out on both sides (:data:`SPELLINGS`), parts of the car add the words
they stand for to the variables that carry their name (:data:`MEANINGS`), and what an engineer
says for something leads to the words that the car uses for it (:data:`SAYINGS`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

# camelCase, ALLCAPS followed by a word, digits apart from letters: "DCBus2" is DC, Bus, 2.
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_BRACKETED_UNIT = re.compile(r"\[[^\[\]]*\]\s*$")

SPELLINGS = {
    "accel": "acceleration",
    "acc": "acceleration",
    "alt": "altitude",
    "amp": "current",
    "ampere": "current",
    "avg": "average",
    "mean": "average",
    "back": "rear",
    "bat": "battery",
    "batt": "battery",
    "brk": "brake",
    "braking": "brake",
    "cmd": "requested",
    "commanded": "requested",
    "cool": "coolant",
    "cur": "current",
    "curr": "current",
    "dashboard": "dash",
    "demand": "requested",
    "desired": "requested",
    "disk": "disc",
    "dist": "distance",
    "energized": "energised",
    "err": "error",
    "est": "estimated",
    "flt": "fault",
    "freq": "frequency",
    "fuses": "fuse",
    "highest": "max",
    "maximum": "max",
    "lowest": "min",
    "minimum": "min",
    "hottest": "max",
    "coldest": "min",
    "inv": "inverter",
    "lat": "latitude",
    "lon": "longitude",
    "lng": "longitude",
    "mtr": "motor",
    "num": "number",
    "pos": "position",
    "pot": "potentiometer",
    "press": "pressure",
    "pwr": "power",
    "ref": "reference",
    "req": "requested",
    "request": "requested",
    "resist": "resistance",
    "regeneration": "regen",
    "regenerative": "regen",
    "seg": "segment",
    "sat": "satellite",
    "sig": "signal",
    "spd": "speed",
    "steer": "steering",
    "susp": "suspension",
    "temp": "temperature",
    "tmp": "temperature",
    "thr": "throttle",
    "tps": "throttle",
    "torq": "torque",
    "trq": "torque",
    "tq": "torque",
    "tyre": "tire",
    "uncert": "uncertainty",
    "vel": "velocity",
    "volt": "voltage",
    "whl": "wheel",
    "wheelspeed": "wheel speed",
}

# Words that belong to a part of the car, found under its abbreviation in a dotted name.
MEANINGS = {
    "air": "accumulator isolation relay contactor",
    "ams": "accumulator management system bms battery hv",
    "bms": "battery management system accumulator",
    "bspd": "brake system plausibility device",
    "battery": "accumulator",
    "can": "network bus",
    "dash": "dashboard driver display cockpit",
    "foc": "field oriented control",
    "gnss": "gps satellite navigation",
    "hvd": "high voltage disconnect",
    "igbt": "inverter transistor power stage",
    "imd": "insulation monitoring device isolation",
    "ins": "inertial navigation system imu gps",
    "lla": "gps latitude longitude altitude",
    "ludwig": "chassis sensor board",
    "lvbms": "low voltage lv battery management system glv",
    "mma": "min max average extreme",
    "moc": "motor controller inverter",
    "nav": "navigation gps imu",
    "pack": "accumulator battery hv tractive",
    "pcm": "powertrain control module vehicle controller",
    "pdu": "power distribution unit lv",
    "pedal": "driver input",
    "pump": "coolant",
    "regen": "regeneration recuperation brake",
    "rtds": "ready to drive sound buzzer",
    "shockpot": "shock damper suspension potentiometer travel",
    "smo": "sliding mode observer sensorless",
    "soc": "state charge",
    "tractive": "ts hv",
    "tsal": "tractive system active light",
    "tsms": "tractive system master switch",
    "vnav": "vectornav navigation gps imu ins",
}

# What is said, after SPELLINGS, and the words the car uses for it: the likeliest first.
SAYINGS: dict[str, tuple[str, ...]] = {
    "fl": ("front left",),
    "fr": ("front right",),
    "rl": ("rear left",),
    "bl": ("rear left",),
    "rr": ("rear right",),
    "br": ("rear right",),
    "lf": ("front left",),
    "rf": ("front right",),
    "accelerator": ("throttle",),
    "acceleration pedal": ("throttle pedal",),
    "gas": ("throttle",),
    "gas pedal": ("throttle pedal",),
    "app": ("throttle",),
    "accumulator": ("pack", "ams"),
    "battery": ("pack",),
    "hv": ("pack", "high voltage"),
    "high voltage": ("pack",),
    "traction battery": ("pack",),
    "tractive": ("pack",),
    "ts": ("tractive", "pack"),
    "lv": ("lvbms", "low voltage"),
    "lv battery": ("lvbms",),
    "glv": ("lvbms", "low voltage"),
    "low voltage": ("lvbms",),
    "bms": ("ams",),
    "vcu": ("pcm",),
    "ecu": ("pcm",),
    "inverter": ("moc",),
    "motor controller": ("moc", "inverter"),
    "motor temperature": ("motor winding temperature",),
    "motor hot": ("motor winding temperature",),
    "hot motor": ("motor winding temperature",),
    "motor rpm": ("motor angular speed",),
    "motor speed": ("motor angular speed",),
    "engine speed": ("motor angular speed",),
    "engine": ("motor",),
    "rpm": ("angular speed", "revolution"),
    "revs": ("angular speed", "revolution"),
    "soc": ("pack soc",),
    "state charge": ("pack soc",),
    "charge level": ("pack soc",),
    "battery percentage": ("pack soc",),
    "battery level": ("pack soc",),
    "battery temperature": ("max cell temperature",),
    "accumulator temperature": ("max cell temperature",),
    "pack temperature": ("max cell temperature",),
    "weakest cell": ("min cell voltage",),
    "strongest cell": ("max cell voltage",),
    "gps": ("posLla", "gnss"),
    "gps fix": ("gnss fix",),
    "gps position": ("posLla",),
    "gps speed": ("ground speed",),
    "gps satellite": ("vnav satellite",),
    "imu": ("vnav", "ins"),
    "heading": ("yaw",),
    "yaw rate": ("angularRate z",),
    "gyro z": ("angularRate z",),
    "pitch rate": ("angularRate y",),
    "gyro y": ("angularRate y",),
    "roll rate": ("angularRate x",),
    "gyro x": ("angularRate x",),
    "gyro": ("angularRate",),
    "gyroscope": ("angularRate",),
    "lateral acceleration": ("linear accel body y", "acceleration y"),
    "lateral g": ("linear accel body y", "acceleration y"),
    "longitudinal acceleration": ("linear accel body x", "acceleration x"),
    "longitudinal g": ("linear accel body x", "acceleration x"),
    "long acceleration": ("linear accel body x", "acceleration x"),
    "latitude acceleration": ("linear accel body y", "acceleration y"),
    "latitude g": ("linear accel body y", "acceleration y"),
    "long g": ("linear accel body x", "acceleration x"),
    "vertical acceleration": ("linear accel body z", "acceleration z"),
    "lateral": ("y",),
    "longitudinal": ("x",),
    "vertical": ("z",),
    "forward": ("x",),
    "vehicle speed": ("estimator speed", "ground speed"),
    "car speed": ("estimator speed", "ground speed"),
    "vehicle": ("estimator",),
    "side slip": ("sideslip",),
    "slip angle": ("sideslip",),
    "damper": ("shock",),
    "damper position": ("shock travel",),
    "suspension": ("shock",),
    "suspension travel": ("shock travel",),
    "suspension position": ("shock travel",),
    "rotor": ("disc",),
    "isolation": ("insulation",),
    "water": ("coolant",),
    "water temperature": ("coolant temperature",),
    "outside": ("ambient",),
    "air temperature": ("ambient temperature",),
    "motor current": ("phase rms current", "dc bus current"),
    "phase current": ("phase rms current",),
    "mileage": ("odometer",),
    "brake temperature": ("brake disc temperature",),
    "handwheel": ("steering wheel",),
    "steering": ("steering wheel",),
    "contactor": ("air", "contactor"),
    "relay": ("contactor",),
    "air plus": ("airPositive",),
    "air minus": ("airNegative",),
    "buzzer": ("rtds",),
    "r2d": ("ready to drive",),
    "rtd": ("ready to drive",),
    "sdc": ("shutdown",),
    "shutdown circuit": ("shutdown",),
    "emergency stop": ("shutdown button",),
    "dc link": ("dc bus", "dc link"),
    "bus voltage": ("dc bus voltage",),
    "iq": ("quadrature current",),
    "id": ("direct current",),
    "vq": ("quadrature voltage",),
    "vd": ("direct voltage",),
    "q current": ("quadrature current",),
    "d current": ("direct current",),
    "wind": ("air",),
    "tc": ("traction",),
    "ws": ("wheel speed",),
    "error": ("fault", "error"),
    "alarm": ("fault",),
    "hot": ("temperature",),
    "heat": ("temperature",),
    "height": ("altitude",),
    "rubber": ("tire",),
}

_FILLERS = """
an and are at by for from how in is it its many me much my of or show the to was what where
"""
_SUPPORTING = """
any balancing button channel error fault fitted frame fuse heartbeat implausible light limit load
lost node on over raw range received reserve shown spare supply timeout tripped under used valid
watchdog
"""

# Words that questions have and names do not.
FILLERS = frozenset(_FILLERS.split())

# A variable with one of these is about another one, and comes after it unless it is asked for.
SUPPORTING = frozenset(_SUPPORTING.split())


def split_words(text: str) -> list[str]:
    """Return the lower-case words of a dotted name, a description or a query.

    Parameters
    ----------
    text : str
        Split at everything that is no letter or digit, at camel case, and between letters and
        digits: ``"pcm.wheelSpeeds.frontRight"`` has pcm, wheel, speed, front, right.

    Returns
    -------
    list of str
        In order, with :data:`SPELLINGS` spelled out and plurals made singular.
    """
    return [word for piece in _PIECES.findall(text) for word in _spelled_out(piece)]


def numbered(words: Sequence[str]) -> list[str]:
    """Return each number joined to the word before it: segment 2 cell 7 has segment2, cell7."""
    pairs = pairwise(words)
    return [word + number for word, number in pairs if number.isdigit() and not word.isdigit()]


def without_unit(description: str) -> str:
    """Return a description without the unit in brackets at its end."""
    return _BRACKETED_UNIT.sub("", description)


def meant_by(word: str) -> list[str]:
    """Return the words that a part of the car stands for; none for any other word."""
    return split_words(MEANINGS[word]) if word in MEANINGS else []


def unit_words(description: str) -> list[str]:
    """Return the words of the unit that say something: ``rpm``, but not the s of ``m/s``."""
    unit = _BRACKETED_UNIT.search(description)
    return [word for word in split_words(unit.group()) if len(word) > 1] if unit else []


@lru_cache(maxsize=8192)
def _spelled_out(piece: str) -> tuple[str, ...]:
    word = _singular(piece.lower())
    return tuple(SPELLINGS.get(word, word).split())


def _singular(word: str) -> str:
    # "bus", "gnss", "bias" are no plurals, and neither is "rtds". Another wrong guess does no
    # harm, as names and queries both go through here.
    if word in MEANINGS or len(word) <= 3 or word.endswith(("ss", "us", "is", "as")):
        return word
    return word.removesuffix("s")

"""A reader of a few plain lines: slow, obviously right, and sharing no code with the real one."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

DIGITS = set("0123456789")
BLANKS = b" \t\r\x0b\x0c"


@dataclass
class Reference:
    """What a log holds: samples by id in time order, names, and the fate of every line."""

    samples: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    header: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    left_out: list[int] = field(default_factory=list)

    def count(self, what: str, line: int | None = None) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
        if line is not None:
            self.left_out.append(line)


def read(content: bytes, ts_offset: int = 0) -> Reference:
    log = Reference()
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    unfinished = lines.pop()
    declaring = True
    for number, line in enumerate(lines, 1):
        log.count("lines")
        text = line.strip(BLANKS)
        if number == 1 and text and not line.startswith(b"Value ") and not looks_like_sample(text):
            log.header = line.decode(errors="replace").rstrip("\r")
            log.count("header")
        elif declaring and line.startswith(b"Value "):
            declare(log, number, line)
        elif number == 1 and not text:
            log.count("blank")
        else:
            declaring = False
            take_sample(log, number, text, ts_offset)
    if unfinished:
        log.count("lines")
        log.count("truncated", len(lines) + 1)
    for series in log.samples.values():
        series.sort(key=lambda sample: sample[0])
    return log


def declare(log: Reference, number: int, line: bytes) -> None:
    text = line.decode(errors="replace").rstrip()[len("Value ") :]
    before, colon, id_text = text.rpartition(": ")
    var_id = whole_number(id_text)
    if b"\x00" in line:
        log.count("NUL", number)
        return
    if not colon or var_id is None or not 0 <= var_id < 2**31:
        log.count("bad declaration", number)
        return
    name, description = before.strip(), ""
    if "(" in name and ")" in name[name.rindex("(") :]:
        start = name.rindex("(")
        description, name = name[:start].strip(), name[start + 1 : name.index(")", start)].strip()
    if not name:
        log.count("bad declaration", number)
        return
    log.count("declarations")
    log.names.pop(var_id, None)
    log.names[var_id] = (name, description)


def take_sample(log: Reference, number: int, text: bytes, ts_offset: int) -> None:
    if not text:
        log.count("blank")
        return
    sample = parse_sample(text)
    if sample is None:
        log.count("NUL" if b"\x00" in text else "malformed", number)
        return
    time, var_id, value = sample
    if time + ts_offset >= 2**63:
        log.count("malformed", number)
    elif time + ts_offset < 0:
        log.count("negative", number)
    else:
        log.count("samples")
        log.samples.setdefault(var_id, []).append((time + ts_offset, value))


def looks_like_sample(text: bytes) -> bool:
    fields = text.decode(errors="replace").split(",")
    return (
        len(fields) == 3
        and whole_number(fields[0]) is not None
        and whole_number(fields[1]) is not None
        and decimal_number(fields[2]) is not None
    )


def parse_sample(text: bytes) -> tuple[int, int, float] | None:
    if not looks_like_sample(text):
        return None
    fields = text.decode().split(",")
    time, var_id, value = whole_number(fields[0]), whole_number(fields[1]), float(fields[2])
    assert time is not None
    assert var_id is not None
    overflowed = math.isinf(value) and "n" not in fields[2].lower()
    if overflowed or not -(2**63) <= time < 2**63 or not 0 <= var_id < 2**31:
        return None
    return time, var_id, value


def whole_number(text: str) -> int | None:
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits or not set(digits) <= DIGITS:
        return None
    significant = digits.lstrip("0") or "0"
    if len(significant) > 100:
        return 10**100  # beyond every range, and Python refuses to convert thousands of digits
    return -int(significant) if text[0] == "-" else int(significant)


def decimal_number(text: str) -> float | None:
    unsigned = text[1:] if text[:1] in ("+", "-") else text
    if unsigned.lower() in ("nan", "inf", "infinity"):
        return float(text)
    mantissa, letter, exponent = unsigned.replace("E", "e").partition("e")
    if letter and whole_number(exponent) is None:
        return None
    whole, _, fraction = mantissa.partition(".")
    if not (whole or fraction) or not set(whole + fraction) <= DIGITS:
        return None
    return float(text)

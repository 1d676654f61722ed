"""Requests and answers of the car's IPC server, as bytes; nothing here touches a socket.

Source: the car's protocol, as written down in ``docs/live.md``. All numbers are little endian.
"""

from __future__ import annotations

import math
import numbers
import struct

import numpy as np

from perda.live.codes import ResponseStatus, ValueType
from perda.live.errors import CDPProtocolError, CDPRequestError, CDPServerError

REQUEST_SIZE = 65
MAX_ACCESS_BYTES = 56
MAX_TIME_SECS = 2**32 - 1

_REQUEST = struct.Struct("<B56s8s")
_GET_BIT = 0x80
_RANGE_TYPE = 3
_VALUE = struct.Struct("<d")
# What carries no value may come as the bare status, or in the size of an answer that does.
_STATUS_SIZES = (1, 1 + _VALUE.size)


def encode_get(access_string: str, value_type: ValueType | int) -> bytes:
    """Return the request for a variable's present value.

    Parameters
    ----------
    access_string : str
        The variable; at most 56 bytes in UTF-8.
    value_type : ValueType or int
        How the car's software holds it.

    Returns
    -------
    bytes
        65 bytes.

    Raises
    ------
    CDPRequestError
        If an argument does not fit the protocol.
    """
    return _request(_GET_BIT | _type_bits(value_type), access_string, bytes(_VALUE.size))


def encode_set(access_string: str, value: float, value_type: ValueType | int) -> bytes:
    """Return the request that sets a variable (see :func:`encode_get`).

    Parameters
    ----------
    access_string, value_type
        As in :func:`encode_get`.
    value : float
        A number that a float64 holds exactly; 0 or 1 for a BOOL.
    """
    bits = _type_bits(value_type)
    return _request(bits, access_string, _VALUE.pack(_checked(value, ValueType(bits))))


def encode_range(access_string: str, time_secs: float) -> bytes:
    """Return the request for a variable's last seconds (see :func:`encode_get`).

    Parameters
    ----------
    access_string : str
        The variable; at most 56 bytes in UTF-8.
    time_secs : int
        Whole seconds, 1 to 2**32 − 1.
    """
    seconds = _whole_seconds(time_secs)
    return _request(_GET_BIT | _RANGE_TYPE, access_string, struct.pack("<II", seconds, 0))


def decode_get(answer: bytes, access_string: str) -> float:
    """Return the value in the answer to a get.

    Raises
    ------
    CDPServerError
        If the server answered with an error status.
    CDPProtocolError
        If the datagram is no answer to a get.
    """
    raise_error_status(answer, access_string)
    if len(answer) != 1 + _VALUE.size or answer[0] != ResponseStatus.GET_SUCCESS:
        raise CDPProtocolError(_unexpected(answer, "GET_SUCCESS and 8 bytes", access_string))
    value: float = _VALUE.unpack_from(answer, 1)[0]
    return value


def decode_set(answer: bytes, access_string: str) -> None:
    """Check the answer to a set; it raises as :func:`decode_get` does."""
    raise_error_status(answer, access_string)
    if len(answer) not in _STATUS_SIZES or answer[0] != ResponseStatus.SET_SUCCESS:
        raise CDPProtocolError(_unexpected(answer, "SET_SUCCESS alone", access_string))


def raise_error_status(answer: bytes, access_string: str) -> None:
    """Raise :class:`CDPServerError` if the datagram is an answer with an error status."""
    if len(answer) in _STATUS_SIZES and answer[0] in set(ResponseStatus):
        status = ResponseStatus(answer[0])
        if status.is_error:
            raise CDPServerError(status, access_string)


def _request(first: int, access_string: str, value: bytes) -> bytes:
    if not isinstance(access_string, str) or not access_string or "\0" in access_string:
        raise CDPRequestError(f"{access_string!r} is no access string: expected text without NUL.")
    try:
        name = access_string.encode()
    except UnicodeEncodeError as error:
        raise CDPRequestError(f"{access_string!r} is no access string: {error.reason}.") from error
    if len(name) > MAX_ACCESS_BYTES:
        raise CDPRequestError(
            f"The access string {access_string!r} has {len(name)} bytes; "
            f"the car's protocol has room for {MAX_ACCESS_BYTES}."
        )
    return _REQUEST.pack(first, name, value)


def _type_bits(value_type: ValueType | int) -> int:
    try:
        return ValueType(value_type).value
    except ValueError:
        known = ", ".join(f"ValueType.{one.name}" for one in ValueType)
        raise CDPRequestError(f"value_type is {value_type!r}; expected one of {known}.") from None


def _whole_seconds(time_secs: object) -> int:
    # Compared as a float, which rounds nothing in this span.
    seconds = _as_float(time_secs)
    if seconds is None or not 1 <= seconds <= MAX_TIME_SECS:
        raise CDPRequestError(f"time_secs is {time_secs!r}; expected 1 to {MAX_TIME_SECS} seconds.")
    if not seconds.is_integer():
        raise CDPRequestError(f"time_secs is {time_secs!r}; the car counts in whole seconds.")
    return int(seconds)


def _checked(value: object, value_type: ValueType) -> float:
    number = _as_float(value)
    if number is None:
        raise CDPRequestError(f"{value!r} cannot be set: expected a number.")
    if value_type is ValueType.BOOL and number not in (0.0, 1.0):
        raise CDPRequestError(f"{value!r} cannot be set as a BOOL: expected True or False.")
    if number != value and not math.isnan(number):
        raise CDPRequestError(f"{value!r} cannot be set: a float64 does not hold it exactly.")
    return number


def _as_float(value: object) -> float | None:
    if not isinstance(value, numbers.Real | np.bool_):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _unexpected(answer: bytes, expected: str, access_string: str) -> str:
    return (
        f"The answer to {access_string!r} has {len(answer)} bytes "
        f"and begins with {answer[:9].hex(' ') or 'nothing'}; expected {expected}."
    )

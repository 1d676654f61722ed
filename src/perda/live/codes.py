"""The numbers of the car's protocol that have a name."""

from __future__ import annotations

from enum import IntEnum


class ValueType(IntEnum):
    """How the car's software holds a variable."""

    NUMERIC = 0
    FLOAT = 1
    BOOL = 2


class ResponseStatus(IntEnum):
    """First byte of an answer."""

    GET_SUCCESS = 0
    SET_SUCCESS = 1
    COMM_ERROR = 2
    INVALID_ACCESS = 3
    INCORRECT_TYPE = 4
    DISCONNECTED = 5
    BADLY_FORMED = 6
    GET_RANGED_SUCCESS = 7

    @property
    def is_error(self) -> bool:
        """Whether the server could not do what was asked."""
        return self not in _SUCCESSES


_SUCCESSES = (
    ResponseStatus.GET_SUCCESS,
    ResponseStatus.SET_SUCCESS,
    ResponseStatus.GET_RANGED_SUCCESS,
)

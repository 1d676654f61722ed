"""What can go wrong between here and the car.

::

    PerdaError
    └── CDPException                             base of all of them
        ├── CDPProtocolError                     an answer that cannot be trusted
        │   └── CDPRequestError (ValueError)     a request that the protocol cannot carry
        ├── CDPServerError                       the server answered with an error status
        └── CDPConnectionError (ConnectionError) the server cannot be reached
            └── CDPTimeoutError (TimeoutError)   no usable answer before the deadline

A history that is whole but shorter than asked for is no error; it comes with a
:class:`ShortHistoryWarning`.
"""

from __future__ import annotations

from perda.errors import PerdaError
from perda.live.codes import ResponseStatus

_EXPLAINED = {
    ResponseStatus.COMM_ERROR: "it could not get the value from the part of the car that has it",
    ResponseStatus.INVALID_ACCESS: "it has no variable of that name",
    ResponseStatus.INCORRECT_TYPE: "the variable is of another type; try another ValueType",
    ResponseStatus.DISCONNECTED: "the part of the car that has it is not connected",
    ResponseStatus.BADLY_FORMED: "it could not read the request",
}


class CDPException(PerdaError):  # noqa: N818  # the name is part of the public interface
    """Base of all errors of the connection to the car."""


class CDPProtocolError(CDPException):
    """An answer that is damaged, has a hole or is not to the question, so cannot be trusted."""


class CDPRequestError(CDPProtocolError, ValueError):
    """A request that the protocol cannot carry; nothing was sent."""


class CDPServerError(CDPException):
    """The car's server answered with an error.

    Parameters
    ----------
    status : ResponseStatus or int
        Status byte of the answer.
    access_string : str, optional
        What was asked for.

    Attributes
    ----------
    status : ResponseStatus
        Status byte of the answer.
    """

    def __init__(self, status: ResponseStatus | int, access_string: str | None = None) -> None:
        self.status = ResponseStatus(status)
        asked = f" to {access_string!r}" if access_string else ""
        why = _EXPLAINED.get(self.status)
        super().__init__(
            f"The car's server answered {self.status.name} ({self.status.value}){asked}"
            + (f": {why}." if why else ".")
        )


class CDPConnectionError(CDPException, ConnectionError):
    """The car's server cannot be reached, or none was connected to."""


class CDPTimeoutError(CDPConnectionError, TimeoutError):
    """No usable answer came before the deadline."""


class ShortHistoryWarning(UserWarning):
    """A history is without holes, but shorter than was asked for."""

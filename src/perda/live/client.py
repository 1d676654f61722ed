"""The client of the car's IPC server: one question, one answer, never past the deadline."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self, TypeVar

from perda.core_data_structures.data_instance import DataInstance
from perda.live.channel import Channel, Channels, Deadline, resolve
from perda.live.codes import ValueType
from perda.live.errors import (
    CDPConnectionError,
    CDPProtocolError,
    CDPRequestError,
    CDPTimeoutError,
    ShortHistoryWarning,
)
from perda.live.history import History, decode_history
from perda.live.protocol import (
    decode_get,
    decode_set,
    encode_get,
    encode_range,
    encode_set,
    raise_error_status,
)

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 5001
DEFAULT_TIMEOUT_S = 5.0
DEFAULT_RANGE_TIMEOUT_S = 2.0

RESEND_AFTER_S = 1.0
# A history that is long enough counts as ended after this silence, at most.
QUIET_S = 0.25

Value = TypeVar("Value")


class CDPClient:
    """Reads and sets variables of the running car over UDP.

    The protocol neither numbers its requests nor says what an answer is to. So each request
    goes out from a port of its own, and a late answer to an earlier one is never taken.
    A client may be used by several threads.

    Parameters
    ----------
    timeout : float
        Seconds within which ``connect``, ``get`` and ``set`` have ended, with a value or an error.
    range_timeout : float
        The same for ``get_range``.

    Raises
    ------
    CDPRequestError
        If a timeout is not a positive number (it is a ``ValueError`` too).

    Examples
    --------
    >>> with CDPClient() as client:  # doctest: +SKIP
    ...     client.connect("192.168.1.10")
    ...     client.get("ams.pack.voltage", ValueType.FLOAT)
    """

    def __init__(
        self, timeout: float = DEFAULT_TIMEOUT_S, range_timeout: float = DEFAULT_RANGE_TIMEOUT_S
    ) -> None:
        self.timeout = _checked_timeout("timeout", timeout)
        self.range_timeout = _checked_timeout("range_timeout", range_timeout)
        self._channels: Channels | None = None
        self._where = ""

    def connect(self, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> Self:
        """Choose the server. UDP has no connection, so nothing is sent yet.

        Parameters
        ----------
        host : str
            Name or IP address.
        port : int
            UDP port.

        Returns
        -------
        CDPClient
            The client itself.

        Raises
        ------
        CDPConnectionError
            If the host is not known.
        CDPRequestError
            If the port is not one.
        """
        channels = Channels(resolve(host, port, self.timeout))
        self.disconnect()
        self._channels, self._where = channels, f"{host}:{port}"
        return self

    def disconnect(self) -> None:
        """Let go of the server; does nothing when there is none."""
        if self._channels is not None:
            self._channels.close()
        self._channels = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.disconnect()

    def get(self, access_string: str, value_type: ValueType | int) -> float:
        """Read a variable's present value.

        A lost question or answer is made good by asking again each second.

        Parameters
        ----------
        access_string : str
            The variable; at most 56 bytes.
        value_type : ValueType or int
            How the car's software holds it.

        Returns
        -------
        float
            The value; 0.0 or 1.0 for a BOOL.

        Raises
        ------
        CDPServerError
            If the server refuses, with its status.
        CDPTimeoutError
            If no answer came within ``timeout``.
        CDPConnectionError
            If the server cannot be reached.
        CDPProtocolError
            If only damaged answers came, or the arguments do not fit the protocol.
        """
        request = encode_get(access_string, value_type)
        return self._ask(request, access_string, lambda got: decode_get(got, access_string))

    def set(self, access_string: str, value: float, value_type: ValueType | int) -> None:
        """Set a variable. It is asked once only, so a timeout leaves open whether it was set.

        Parameters
        ----------
        access_string : str
            The variable; at most 56 bytes.
        value : float
            0 or 1 for a BOOL, else any number.
        value_type : ValueType or int
            How the car's software holds it.

        Raises
        ------
        CDPException
            As for :meth:`get`.
        """
        request = encode_set(access_string, value, value_type)
        self._ask(request, access_string, lambda got: decode_set(got, access_string), once=True)

    def get_range(self, access_string: str, time_secs: float) -> DataInstance:
        """Read a variable's last seconds.

        Parameters
        ----------
        access_string : str
            The variable; at most 56 bytes.
        time_secs : int
            How many seconds; whole ones.

        Returns
        -------
        DataInstance
            Times in milliseconds of the car's clock; never with a hole.

        Warns
        -----
        ShortHistoryWarning
            If the history is shorter than asked for: the car has no more, or its beginning or
            end was lost on the way, which the protocol does not tell apart.

        Raises
        ------
        CDPProtocolError
            If packets in the middle are missing, or belong to different answers.
        CDPException
            As for :meth:`get`, within ``range_timeout``.
        """
        request = encode_range(access_string, time_secs)
        deadline = Deadline(self.range_timeout)
        with self._open() as channel:
            channel.send(request, deadline.left())
            datagrams = _collect(channel, deadline, access_string, time_secs)
        if not datagrams:
            raise self._silence(access_string, self.range_timeout)
        history = decode_history(datagrams, access_string)
        if history.seconds < time_secs:
            warnings.warn(_short(history, access_string, time_secs), stacklevel=2)
        return _series(history, access_string)

    def _ask(
        self,
        request: bytes,
        access_string: str,
        read: Callable[[bytes], Value],
        *,
        once: bool = False,
    ) -> Value:
        deadline = Deadline(self.timeout)
        damaged: CDPProtocolError | None = None
        with self._open() as channel:
            for answer in _answers(channel, request, deadline, once=once):
                try:
                    return read(answer)
                except CDPProtocolError as error:
                    damaged = error  # a good one may follow, from a doubled or repeated request
        if damaged is not None:
            raise damaged
        raise self._silence(access_string, self.timeout, "; it may be set or not" if once else "")

    def _open(self) -> Channel:
        if self._channels is None:
            raise CDPConnectionError("Not connected to the car: call connect(host) first.")
        return self._channels.open()

    def _silence(self, access_string: str, waited_s: float, so: str = "") -> CDPTimeoutError:
        return CDPTimeoutError(
            f"The car's server at {self._where} did not answer to {access_string!r} "
            f"within {waited_s:g} s{so}."
        )


def get_value(
    access_string: str,
    value_type: ValueType | int = ValueType.FLOAT,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    timeout: float = DEFAULT_TIMEOUT_S,
) -> float:
    """Read one variable once (see :meth:`CDPClient.connect` and :meth:`CDPClient.get`)."""
    with CDPClient(timeout=timeout).connect(host, port) as client:
        return client.get(access_string, value_type)


def set_value(
    access_string: str,
    value: float,
    value_type: ValueType | int = ValueType.FLOAT,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    timeout: float = DEFAULT_TIMEOUT_S,
) -> None:
    """Set one variable once (see :meth:`CDPClient.connect` and :meth:`CDPClient.set`)."""
    with CDPClient(timeout=timeout).connect(host, port) as client:
        client.set(access_string, value, value_type)


def get_range_value(
    access_string: str,
    time_secs: float,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    range_timeout: float = DEFAULT_RANGE_TIMEOUT_S,
) -> DataInstance:
    """Read one variable's last seconds once (see :meth:`CDPClient.get_range`)."""
    with CDPClient(range_timeout=range_timeout).connect(host, port) as client:
        return client.get_range(access_string, time_secs)


def _answers(
    channel: Channel, request: bytes, deadline: Deadline, *, once: bool
) -> Iterator[bytes]:
    channel.send(request, deadline.left())
    while (left := deadline.left()) > 0:
        answer = channel.receive(left if once else min(left, RESEND_AFTER_S))
        if answer is not None:
            yield answer
        elif not once and deadline.left() > 0:
            channel.send(request, deadline.left())


def _collect(
    channel: Channel, deadline: Deadline, access_string: str, time_secs: float
) -> list[bytes]:
    # The protocol names no total: the end is a silence after enough, or the deadline.
    quiet = min(QUIET_S, deadline.seconds / 4)
    datagrams: list[bytes] = []
    news = False
    while (left := deadline.left()) > 0:
        datagram = channel.receive(min(left, quiet))
        if datagram is not None:
            raise_error_status(datagram, access_string)
            datagrams.append(datagram)
            news = True
        elif news and _long_enough(datagrams, access_string, time_secs):
            break
        else:
            news = False
    return datagrams


def _long_enough(datagrams: list[bytes], access_string: str, time_secs: float) -> bool:
    try:
        return decode_history(datagrams, access_string).seconds >= time_secs
    except CDPProtocolError:
        return False


def _short(history: History, access_string: str, time_secs: float) -> ShortHistoryWarning:
    return ShortHistoryWarning(
        f"The history of {access_string!r} is {history.seconds:g} s long, "
        f"{time_secs:g} s were asked for: the car has no more, or an end of it was lost."
    )


def _series(history: History, access_string: str) -> DataInstance:
    return DataInstance(
        timestamp_np=history.times_ms,
        value_np=history.values,
        label=access_string,
        cpp_name=access_string,
    )


def _checked_timeout(name: str, seconds: float) -> float:
    if not isinstance(seconds, int | float) or not 0 < seconds < math.inf:
        raise CDPRequestError(f"{name} is {seconds!r}; expected seconds above 0.")
    return float(seconds)

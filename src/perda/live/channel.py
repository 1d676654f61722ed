"""One question to the car on a port of its own, and the time it may take."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections import deque
from types import TracebackType
from typing import Any, Self

from perda.live.errors import CDPConnectionError, CDPRequestError, CDPTimeoutError

_MAX_DATAGRAM = 65536
_RECEIVE_BUFFER = 4 * 2**20  # a history arrives in one burst
_MAX_RETIRED = 32

# Any: the family's own tuple, which only the socket module reads.
Address = tuple[socket.AddressFamily, Any]


class Deadline:
    """The moment, some seconds from now, by which something must have ended."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left; 0 or less: it has passed."""
        return self._end - time.monotonic()


class Channels:
    """Opens a channel per question to one server.

    The protocol's answers do not say what they answer. So each question goes out from a port
    of its own, and the last ports stay taken for a while: a late or doubled answer to an
    earlier question then reaches nobody.

    Parameters
    ----------
    address : Address
        Of the server, from :func:`resolve`.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._retired: deque[socket.socket] = deque()
        self._lock = threading.Lock()

    def __del__(self) -> None:
        self.close()

    def open(self) -> Channel:
        """Return a new channel.

        Raises
        ------
        CDPConnectionError
            If the network is not there.
        """
        family, address = self._address
        try:
            sock = socket.socket(family, socket.SOCK_DGRAM)
        except OSError as error:
            raise CDPConnectionError(f"No UDP socket could be opened: {error}.") from error
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            # Connected, so that only the server's own datagrams arrive.
            sock.connect(address)
        except OSError as error:
            sock.close()
            raise self.unreachable(error) from error
        return Channel(sock, self)

    def retire(self, sock: socket.socket) -> None:
        """Keep a port taken, unread, until enough others came after it."""
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)
        with self._lock:
            self._retired.append(sock)
            oldest = self._retired.popleft() if len(self._retired) > _MAX_RETIRED else None
        if oldest is not None:
            oldest.close()

    def unreachable(self, error: OSError) -> CDPConnectionError:
        """Return the error that says what the operating system's one means here."""
        host, port = self._address[1][:2]
        if isinstance(error, ConnectionRefusedError | ConnectionResetError):
            return CDPConnectionError(
                f"Nothing listens at UDP port {port} of {host}: is the car's IPC server running?"
            )
        return CDPConnectionError(f"The car's server at {host}:{port} cannot be reached: {error}.")

    def close(self) -> None:
        """Give all ports back."""
        with self._lock:
            retired, self._retired = self._retired, deque()
        for sock in retired:
            sock.close()


class Channel:
    """A socket that speaks to one server about one question; use it in a ``with``."""

    def __init__(self, sock: socket.socket, channels: Channels) -> None:
        self._socket = sock
        self._channels = channels

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._channels.retire(self._socket)

    def send(self, datagram: bytes, wait: float) -> None:
        """Send a datagram within ``wait`` seconds.

        Raises
        ------
        CDPConnectionError
            If the network refuses it.
        """
        try:
            self._socket.settimeout(max(wait, 0.001))
            self._socket.send(datagram)
        except OSError as error:
            raise self._channels.unreachable(error) from error

    def receive(self, wait: float) -> bytes | None:
        """Return the next datagram, or None if none came within ``wait`` seconds.

        Raises
        ------
        CDPConnectionError
            If nothing listens at the server's port, or the network is gone.
        """
        try:
            self._socket.settimeout(max(wait, 0.001))
            return self._socket.recv(_MAX_DATAGRAM)
        except TimeoutError:
            return None
        except OSError as error:
            raise self._channels.unreachable(error) from error


def resolve(host: str, port: int, wait: float) -> Address:
    """Find the address of a host; IPv4 where it has one, as the car's server speaks that.

    Parameters
    ----------
    host : str
        Name or IP address.
    port : int
        UDP port, 1 to 65535.
    wait : float
        Seconds after which to give up.

    Raises
    ------
    CDPRequestError
        If the host or port cannot be one.
    CDPConnectionError
        If the name is not known.
    CDPTimeoutError
        If the name service does not answer in time.
    """
    if not isinstance(port, int) or not 1 <= port <= 65535:
        raise CDPRequestError(f"port is {port!r}; expected a number from 1 to 65535.")
    if not isinstance(host, str) or not host.strip() or "\0" in host:
        raise CDPRequestError(f"host is {host!r}; expected a name or an IP address.")
    answers: queue.SimpleQueue[list[Address] | OSError | UnicodeError] = queue.SimpleQueue()
    # getaddrinfo has no timeout of its own.
    threading.Thread(target=_look_up, args=(host, port, answers), daemon=True).start()
    try:
        found = answers.get(timeout=wait)
    except queue.Empty:
        raise CDPTimeoutError(f"The name {host!r} was not resolved in {wait:g} s.") from None
    if isinstance(found, Exception):
        raise CDPConnectionError(f"The host {host!r} is not known: {found}.") from found
    return min(found, key=lambda address: address[0] != socket.AF_INET)


def _look_up(
    host: str, port: int, answers: queue.SimpleQueue[list[Address] | OSError | UnicodeError]
) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        answers.put(error)
    else:
        answers.put([(family, address) for family, _, _, _, address in found])

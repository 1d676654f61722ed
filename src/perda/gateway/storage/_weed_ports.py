"""Chooses the ports of one embedded store, so that several can run on one machine."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack
from dataclasses import dataclass

from perda.errors import SettingsError, StoreError

LOOPBACK = "127.0.0.1"

# Below the range that systems give to outgoing connections, which could take a port
# between our look at it and the store's start.
_INNER = range(20_000, 32_000)
# The store's built-in worker dials its admin console's port plus 10,000. From here on that
# is no port at all, so the worker never runs jobs that nobody asked for.
_CONSOLE = range(61_001, 65_535)
_TRIES = 500


@dataclass(frozen=True)
class Ports:
    """Every port the store listens on; all on loopback but ``s3`` and ``s3_grpc``."""

    master: int
    master_grpc: int
    volume: int
    volume_grpc: int
    filer: int
    filer_grpc: int
    console: int
    console_grpc: int
    s3: int
    s3_grpc: int


def choose_ports(host: str, s3_port: int = 0) -> Ports:
    """Return ports that are free now.

    Parameters
    ----------
    host : str
        Address the S3 port will listen on.
    s3_port : int, optional
        The S3 port wanted; 0 for any.

    Raises
    ------
    SettingsError
        If ``s3_port`` is taken, or ``host`` is no address of this machine.
    StoreError
        If no free ports were found.
    """
    with ExitStack() as held:

        def free(among: range, at: str = LOOPBACK) -> int:
            for port in random.sample(among, min(_TRIES, len(among))):
                if _hold(held, at, port):
                    return port
            raise StoreError(f"No free port between {among.start} and {among.stop} on {at}.")

        _check_host(held, host)
        if s3_port and not _hold(held, host, s3_port):
            raise SettingsError(
                f"The store's S3 port {s3_port} on {host} is in use; "
                "choose another, or 0 for any free one."
            )
        return Ports(
            master=free(_INNER),
            master_grpc=free(_INNER),
            volume=free(_INNER),
            volume_grpc=free(_INNER),
            filer=free(_INNER),
            filer_grpc=free(_INNER),
            console=free(_CONSOLE),
            console_grpc=free(_INNER),
            s3=s3_port or free(_INNER, host),
            s3_grpc=free(_INNER, host),
        )


def loopback_of(host: str) -> str:
    """Return the address at which this machine itself reaches what listens on ``host``."""
    if host in {"", "0.0.0.0"}:  # noqa: S104 (compared, not bound)
        return LOOPBACK
    return "::1" if host == "::" else host


def _check_host(held: ExitStack, host: str) -> None:
    try:
        held.enter_context(_bound(host, 0))
    except OSError as error:
        raise SettingsError(
            f"The store cannot listen on {host!r}: {error.strerror}; "
            "expected an address of this machine."
        ) from error


def _hold(held: ExitStack, host: str, port: int) -> bool:
    try:
        held.enter_context(_bound(host, port))
    except OSError:
        return False
    return True


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Connections of a store that has just ended do not stand in the way.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener

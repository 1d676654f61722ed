"""Tries the server the way a client uses it: with issued keys, at the store's public address."""

from __future__ import annotations

import secrets
import socket

import psutil

from perda.errors import PerdaError, StoreError
from perda.gateway.address import store_endpoint
from perda.gateway.launch import RunningServer
from perda.gateway.models import Role
from perda.gateway.sessions import Principal
from perda.gateway.settings import Settings
from perda.gateway.storage.s3 import S3Store


def check_store_address(server: RunningServer) -> str:
    """Put an object into the store, fetch it through the public address, remove it.

    Returns
    -------
    str
        The address that was tried.

    Raises
    ------
    PerdaError
        If the object does not come back from there.
    """
    services = server.services
    endpoint = store_endpoint(
        services.settings, services.store_port(), _own_address(services.settings)
    )
    opened = services.sessions.open(Role.VIEWER)
    caller = services.sessions.find(opened.token)
    try:
        if caller is not None:
            _fetch_through(endpoint, server, caller)
    except StoreError as error:
        raise PerdaError(
            f"The store does not answer at {endpoint}, the address clients get: {error} "
            "Set PERDA_S3_PUBLIC_URL or --host to an address that leads here."
        ) from error
    finally:
        if caller is not None:
            services.sessions.end(caller)
            services.readers.sync()
    return endpoint


def _fetch_through(endpoint: str, server: RunningServer, caller: Principal) -> None:
    store = server.services.store
    issued = server.services.readers.issue(caller)
    if issued is None:
        raise PerdaError("The check's own session ended; try again.")
    content = secrets.token_bytes(1024)
    path = server.services.uploads.staging / "check"
    key = f".perda/check-{secrets.token_hex(8)}"
    path.write_bytes(content)
    try:
        store.put_file(key, path)
        reader = S3Store(endpoint, issued[0], store.bucket_name)
        if b"".join(reader.read(key)) != content:
            raise PerdaError(f"The store at {endpoint} gave back other bytes than were stored.")
    finally:
        store.delete(key)
        path.unlink()


def _own_address(settings: Settings) -> str:
    """Return an address under which other machines may reach this one."""
    if not settings.listens_everywhere:
        return settings.host
    addresses = [
        item.address
        for items in psutil.net_if_addrs().values()
        for item in items
        if item.family == socket.AF_INET and not item.address.startswith("127.")
    ]
    return addresses[0] if addresses else "127.0.0.1"

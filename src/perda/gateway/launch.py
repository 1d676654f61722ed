"""Starts the data server, part by part, and stops what was started in reverse order."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn
from fastapi import FastAPI

from perda._files import write_private
from perda.errors import PerdaError, SettingsError
from perda.gateway.address import host_part
from perda.gateway.app import create_app
from perda.gateway.datadir import DataDir
from perda.gateway.db import Database
from perda.gateway.models import Role
from perda.gateway.passwords import Accounts
from perda.gateway.protocol import DeadlineH11Protocol
from perda.gateway.services import Services, build_services
from perda.gateway.settings import Settings
from perda.gateway.staging import sweep_staging
from perda.gateway.storage.seaweed import EmbeddedStore
from perda.gateway.storage.secrets import load_or_create
from perda.gateway.sweeper import sweeping

BUCKET = "perda-logs"

Announce = Callable[[str], None]

_GRACE_S = 3  # what a call in progress gets to finish when the server stops
_JOIN_S = 6.0
_KEEP_ALIVE_S = 60
_UNREAD_S = 60
_BACKLOG = 2048

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunningServer:
    """A data server that answers at ``url``."""

    url: str
    services: Services
    thread: threading.Thread


def serve(settings: Settings, announce: Announce) -> None:
    """Run the data server until SIGINT or SIGTERM, then stop everything.

    Parameters
    ----------
    settings : Settings
        Checked settings.
    announce : callable
        Gets each line meant for the person who started the server; the last of the start
        is ``perda is ready at http://HOST:PORT``.

    Raises
    ------
    PerdaError
        If the server cannot start (nothing is left running), or its HTTP part dies.
    """
    with _stop_on_signals() as stop, running_server(settings, announce) as server:
        announce(f"perda is ready at {server.url}")
        stop.armed = False
        while not stop.asked.wait(0.5):
            if not server.thread.is_alive():
                raise PerdaError("The HTTP server stopped unexpectedly; the log says why.")


@contextmanager
def running_server(settings: Settings, announce: Announce) -> Iterator[RunningServer]:
    """Start all parts, yield the running server, and stop all parts.

    Raises
    ------
    PerdaError
        If a part cannot start; those before it are stopped.
    """
    place = DataDir(settings.data_dir)
    with ExitStack() as parts:
        parts.enter_context(place.create_and_lock())
        listener = parts.enter_context(_listen(settings.host, settings.port))
        sweep_staging(place.staging)
        database = Database(place.database)
        parts.callback(database.close)
        database.migrate()
        store = parts.enter_context(_running_store(settings, place))
        services = build_services(
            settings, database, store.store, store.set_readers, lambda: store.port
        )
        _prepare_passwords(services.accounts, settings, announce)
        _warn_about_plain_http(settings, announce)
        parts.enter_context(sweeping(services))
        thread = parts.enter_context(_serving(create_app(services), settings, listener))
        port = listener.getsockname()[1]
        yield RunningServer(f"http://{host_part(settings.host)}:{port}", services, thread)


class _Stop:
    """Whether someone asked to stop; while the server starts, asking interrupts it."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.armed = True

    def handle(self, number: int, _: FrameType | None) -> None:
        self.asked.set()
        if self.armed:
            self.armed = False  # a second signal must not interrupt the cleaning up
            raise KeyboardInterrupt(signal.Signals(number).name)


@contextmanager
def _stop_on_signals() -> Iterator[_Stop]:
    stop = _Stop()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
        numbers.append(signal.SIGHUP)  # the terminal was closed
    before = {number: signal.signal(number, stop.handle) for number in numbers}
    try:
        yield stop
    except KeyboardInterrupt as interrupt:
        _log.info("stopped by %s while starting", interrupt)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only then; with it,
    # every answer waits 40 ms for the client's delayed acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by every connection (tcp(7)): one whose client takes none of its answer for
        # so long, or has vanished, is closed.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_S * 1000)
        try:
            listener.bind((host, port))
            # Two sockets may both bind with SO_REUSEADDR; only one of them may listen.
            listener.listen(_BACKLOG)
        except OSError as error:
            raise SettingsError(
                f"Cannot listen on {host_part(host)}:{port}: {error.strerror}; "
                "choose another --port (0 picks a free one) or --host."
            ) from None
        yield listener


@contextmanager
def _running_store(settings: Settings, place: DataDir) -> Iterator[EmbeddedStore]:
    store = EmbeddedStore(
        place.store,
        load_or_create(place.store_secrets),
        bucket_name=BUCKET,
        host=settings.host,
        s3_port=settings.s3_port or _kept_port(place, settings.host),
    )
    try:
        store.start()
        write_private(place.store_port, f"{store.port}\n")
        yield store
    finally:
        store.stop()


def _kept_port(place: DataDir, host: str) -> int:
    """Return the store's last port if it is still free, else 0."""
    try:
        port = int(place.store_port.read_text())
        with _listen(host, port):
            return port
    except (OSError, ValueError, SettingsError):  # first start, or someone else has the port
        return 0


def _prepare_passwords(accounts: Accounts, settings: Settings, announce: Announce) -> None:
    chosen = {Role.ADMIN: settings.admin_password, Role.VIEWER: settings.viewer_password}
    made = accounts.create_missing(chosen)
    for role, password in made.items():
        announce(f"{role} password (shown only now): {password}")
    for role, wanted in chosen.items():
        if wanted is not None and accounts.role_of(wanted) is not role:
            announce(
                f"Note: PERDA_{role.upper()}_PASSWORD is not the {role} password in use; it counts "
                f"on first start only. To change it: perda admin set-password {role}"
            )


def _warn_about_plain_http(settings: Settings, announce: Announce) -> None:
    if settings.listens_beyond_loopback:
        announce(
            f"WARNING: plain http on {settings.host}: passwords and logs travel unencrypted. "
            "Use it on a network you trust, or behind a proxy with TLS (docs/server.md)."
        )


@contextmanager
def _serving(
    app: FastAPI, settings: Settings, listener: socket.socket
) -> Iterator[threading.Thread]:
    """Run uvicorn in a thread of its own: signals stay with us, and order of stopping too."""
    server = uvicorn.Server(_uvicorn_config(app, settings))
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="http", daemon=True
    )
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            if not thread.is_alive():
                raise PerdaError("The HTTP server could not start; the log says why.")
        yield thread
    finally:
        server.should_exit = True
        thread.join(_JOIN_S)


def _uvicorn_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=DeadlineH11Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )

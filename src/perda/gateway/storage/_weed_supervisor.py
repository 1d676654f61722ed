"""The thread that keeps a SeaweedFS server running."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from perda.errors import PerdaError, StoreError
from perda.gateway.storage._weed_process import WeedPlace
from perda.gateway.storage._weed_server import WeedServer
from perda.gateway.storage.s3 import S3Store

_LOOK_S = 0.2
_PING_EVERY_S = 5.0
_PINGS_MISSED = 4
_BACKOFF_S = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
_STEADY_S = 60.0  # a server up for this long has recovered
_LOG_LIMIT = 8 << 20
_START_TRIES = 4

Make = Callable[[threading.Event], tuple[WeedServer, S3Store]]

_log = logging.getLogger(__name__)


class Supervisor:
    """Starts a server, starts it again whenever it dies or hangs, and stops it.

    Everything is done in one thread, because the server dies with the thread that started
    it (see ``_bound_exec``).

    Parameters
    ----------
    make : callable
        Returns a new, not yet started server that gives up starting when the given event is
        set, and its bucket; called again when its ports turn out taken.
    place : WeedPlace
        Where it runs.
    """

    def __init__(self, make: Make, place: WeedPlace) -> None:
        self.restarts = 0
        self.ended_cleanly = False
        self._make = make
        self._place = place
        self._server: WeedServer | None = None
        self._store: S3Store | None = None
        self._failure: Exception | None = None
        self._up = threading.Event()
        self._stop = threading.Event()
        self._backoff = _Backoff()
        self._thread = threading.Thread(target=self._run, name="store-supervisor", daemon=True)

    @property
    def running(self) -> bool:
        """Whether there is a server to look after."""
        return self._thread.is_alive() and self._up.is_set()

    @property
    def pids(self) -> list[int]:
        """The server's process ids."""
        return [] if self._server is None else self._server.pids

    def reload(self) -> None:
        """Make the server read its identities again."""
        if self._server is not None:
            self._server.reload()

    def start(self) -> None:
        """Return when the server is up.

        Raises
        ------
        StoreError
            If it cannot start; nothing is left running.
        """
        self._thread.start()
        self._up.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """Return when the server and the thread have ended."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._first_start()
            self._up.set()
            self._watch()
        except Exception as error:
            if self._up.is_set():
                _log.exception("the store's supervisor failed; the store stops")
            self._failure = error
        finally:
            if self._server is not None:
                self.ended_cleanly = self._server.stop()
            self._up.set()

    def _first_start(self) -> None:
        for left in reversed(range(_START_TRIES)):
            self._server, self._store = self._make(self._stop)
            try:
                self._server.start()
            except StoreError:
                # Another program may have been faster to take a port that was free.
                self._server.stop()
                if not left or self._stop.is_set() or not self._ports_were_taken():
                    raise
            else:
                return

    def _ports_were_taken(self) -> bool:
        said = self._place.log_tail()
        return "address already in use" in said or "is not available" in said

    def _watch(self) -> None:
        missed, next_ping = 0, time.monotonic() + _PING_EVERY_S
        while not self._stop.wait(_LOOK_S):
            if time.monotonic() >= next_ping:
                missed = 0 if self._answers() else missed + 1
                next_ping = time.monotonic() + _PING_EVERY_S
                self._shorten_log()
            if not self._running.alive or missed >= _PINGS_MISSED:
                self._bring_back(hangs=missed >= _PINGS_MISSED)
                missed, next_ping = 0, time.monotonic() + _PING_EVERY_S

    @property
    def _running(self) -> WeedServer:
        assert self._server is not None  # noqa: S101 (set before the watch begins)
        return self._server

    def _answers(self) -> bool:
        assert self._store is not None  # noqa: S101 (set together with the server)
        try:
            self._store.ping()
        except StoreError as error:
            _log.warning("the object store does not answer: %s", error)
            return False
        return True

    def _bring_back(self, *, hangs: bool) -> None:
        if hangs:
            _log.warning("the object store hangs and is ended")
            self._running.stop()
        while not self._stop.wait(self._backoff.next_wait()):
            self.restarts += 1
            _log.warning("the object store has ended; starting it again (%s)", self.restarts)
            try:
                self._running.start()
            except PerdaError as error:
                if not self._stop.is_set():
                    _log.warning("the object store did not start: %s", error)
                self._running.stop()
            else:
                _log.warning("the object store is up again")
                return

    def _shorten_log(self) -> None:
        """Keep one old log; weed appends, so its file can be emptied under it."""
        log = self._place.log
        if log.stat().st_size > _LOG_LIMIT:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)


class _Backoff:
    """How long to wait before the next start: longer with each one that soon follows another."""

    def __init__(self) -> None:
        self._starts = 0
        self._last = -_STEADY_S

    def next_wait(self) -> float:
        now = time.monotonic()
        self._starts = 0 if now - self._last > _STEADY_S else self._starts + 1
        self._last = now
        return _BACKOFF_S[min(self._starts, len(_BACKOFF_S) - 1)]

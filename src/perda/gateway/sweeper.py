"""Keeps house while the server runs: ends what has run out, and follows changes in SQL."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from perda.errors import StoreError
from perda.gateway.services import Services

# `perda admin set-password` changes rows from another process; its keys end within this time.
SWEEP_INTERVAL_S = 5.0

_log = logging.getLogger(__name__)


@contextmanager
def sweeping(services: Services, interval_s: float = SWEEP_INTERVAL_S) -> Iterator[None]:
    """Sweep once now (which restores the issued S3 keys), then every ``interval_s``."""
    _sweep(services)
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(interval_s):
            try:
                _sweep(services)
            except (StoreError, SQLAlchemyError):
                _log.exception("sweeping failed; it is tried again in %s s", interval_s)

    thread = threading.Thread(target=run, name="sweeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _sweep(services: Services) -> None:
    services.sessions.sweep()
    services.readers.sweep()

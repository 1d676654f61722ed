"""What a running server is made of, handed to every route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from starlette.requests import Request

from perda.gateway.clock import Clock, utc_now
from perda.gateway.datadir import DataDir
from perda.gateway.db import Database
from perda.gateway.lanes import Lanes
from perda.gateway.passwords import Accounts
from perda.gateway.readers import Publish, ReaderKeys
from perda.gateway.sessions import Sessions
from perda.gateway.settings import Settings
from perda.gateway.storage.base import ObjectStore
from perda.gateway.throttle import LoginThrottle
from perda.gateway.uploads import Uploads


@dataclass(frozen=True)
class Services:
    """The parts of a running server."""

    settings: Settings
    database: Database
    store: ObjectStore
    accounts: Accounts
    sessions: Sessions
    readers: ReaderKeys
    uploads: Uploads
    throttle: LoginThrottle
    store_port: Callable[[], int]
    lanes: Lanes = field(default_factory=Lanes)


def build_services(
    settings: Settings,
    database: Database,
    store: ObjectStore,
    publish_readers: Publish,
    store_port: Callable[[], int],
    clock: Clock = utc_now,
) -> Services:
    """Put the parts together.

    Parameters
    ----------
    settings : Settings
        The server's settings.
    database : Database
        Opened and migrated.
    store : ObjectStore
        Where logs lie.
    publish_readers : callable
        Makes exactly the given key pairs valid readers of the store.
    store_port : callable
        Returns the port at which clients reach the store.
    clock : callable, optional
        Returns the current time.
    """
    return Services(
        settings=settings,
        database=database,
        store=store,
        accounts=Accounts(database, clock),
        sessions=Sessions(
            database,
            clock,
            idle=timedelta(days=settings.session_idle_days),
            longest=timedelta(days=settings.session_max_days),
        ),
        readers=ReaderKeys(database, clock, settings.key_life, publish_readers),
        uploads=Uploads(database, store, clock, DataDir(settings.data_dir).staging),
        throttle=LoginThrottle(clock),
        store_port=store_port,
    )


def services_of(request: Request) -> Services:
    """Return the services of the application that got this request."""
    return cast("Services", request.app.state.services)  # app.state is untyped by design

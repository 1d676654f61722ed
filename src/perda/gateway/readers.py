"""Read-only S3 key pairs, one per session: kept in SQL, made valid in the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from perda.gateway.clock import Clock
from perda.gateway.db import Database
from perda.gateway.models import ReaderKeyRow, Role, SessionRow
from perda.gateway.sessions import Principal
from perda.gateway.storage.base import KeyPair
from perda.gateway.storage.secrets import new_key_pair

# The store reads all of them at each change: 2000 take it some 0.2 s. A script that logs in
# again and again must not make that grow for the seven days that a pair lives.
MAX_PAIRS_PER_ROLE = 2000

Publish = Callable[[Collection[KeyPair]], None]


class ReaderKeys:
    """Issues key pairs and keeps the store's readers equal to the rows in SQL.

    Only the process that supervises the store has one of these; others change the rows.
    """

    def __init__(self, database: Database, clock: Clock, life: timedelta, publish: Publish) -> None:
        self._database = database
        self._clock = clock
        self._life = life
        self._publish = publish
        self._lock = threading.Lock()
        self._in_effect: dict[str, str] | None = None

    def issue(self, principal: Principal) -> tuple[KeyPair, datetime] | None:
        """Return the session's key pair, valid now and for a whole life from now.

        The same pair is returned to a session that asks again. None if the session has
        ended in the meantime. When a role has more than 2000 pairs, those end that were not
        asked for the longest.
        """
        expires_at = self._clock() + self._life
        with self._database.write() as session:
            if session.get(SessionRow, principal.session) is None:
                return None
            row = session.scalar(
                select(ReaderKeyRow).where(ReaderKeyRow.session == principal.session)
            )
            if row is None:
                row = _new_row(principal)
                session.add(row)
            row.expires_at = expires_at
            _drop_oldest(session, principal.role)
            pair = KeyPair(row.access_key, row.secret_key)
        self.sync()
        return pair, expires_at

    def sweep(self) -> None:
        """Remove keys that have run out, and make the store follow the rows."""
        with self._database.write() as session:
            session.execute(delete(ReaderKeyRow).where(ReaderKeyRow.expires_at <= self._clock()))
        self.sync()

    def sync(self) -> None:
        """Make the store accept exactly the keys in SQL; returns when that is so."""
        with self._lock:
            wanted = self._valid_pairs()
            if wanted != self._in_effect:
                self._publish([KeyPair(access, secret) for access, secret in wanted.items()])
                self._in_effect = wanted

    def _valid_pairs(self) -> dict[str, str]:
        valid = select(ReaderKeyRow).where(ReaderKeyRow.expires_at > self._clock())
        with self._database.read() as session:
            rows = session.scalars(valid.order_by(ReaderKeyRow.access_key))
            return {row.access_key: row.secret_key for row in rows}


def _drop_oldest(session: Session, role: Role) -> None:
    newest_first = (
        select(ReaderKeyRow.access_key)
        .where(ReaderKeyRow.role == role)
        .order_by(ReaderKeyRow.expires_at.desc())
    )
    surplus = session.scalars(newest_first.offset(MAX_PAIRS_PER_ROLE)).all()
    session.execute(delete(ReaderKeyRow).where(ReaderKeyRow.access_key.in_(surplus)))


def _new_row(principal: Principal) -> ReaderKeyRow:
    pair = new_key_pair()
    return ReaderKeyRow(
        access_key=pair.access_key,
        secret_key=pair.secret_key,
        session=principal.session,
        role=principal.role,
    )

"""Sessions: an opaque token for the client, its SHA-256 and its limits for us."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_

from perda.gateway.clock import Clock
from perda.gateway.db import Database
from perda.gateway.models import ReaderKeyRow, Role, SessionRow

_TOKEN_BYTES = 32
# Noting the last use at every call would make every read a write to disk.
_NOTE_USE_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Principal:
    """Who is calling: the session and what it may do."""

    session: str
    role: Role


@dataclass(frozen=True)
class NewSession:
    """A session just opened; the token is told once and never stored."""

    token: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True)
class Sessions:
    """Opens, finds and ends sessions.

    A session ends ``idle`` after its last use, and in any case ``longest`` after login.
    """

    database: Database
    clock: Clock
    idle: timedelta
    longest: timedelta

    def open(self, role: Role) -> NewSession:
        """Start a session with a fresh 256-bit token."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self.clock()
        row = SessionRow(
            token_sha256=_digest(token),
            role=role,
            created_at=now,
            last_used_at=now,
            expires_at=now + self.longest,
        )
        with self.database.write() as session:
            session.add(row)
        return NewSession(token, role, row.expires_at)

    def find(self, token: str) -> Principal | None:
        """Return who holds this token, or None if there is no such session any more."""
        now = self.clock()
        with self.database.read() as session:
            row = session.get(SessionRow, _digest(token))
        if row is None or row.expires_at <= now or row.last_used_at + self.idle <= now:
            return None
        if now - row.last_used_at > _NOTE_USE_AFTER:
            self._note_use(row.token_sha256, now)
        return Principal(row.token_sha256, row.role)

    def end(self, principal: Principal) -> None:
        """End a session together with its S3 key."""
        with self.database.write() as session:
            session.execute(delete(ReaderKeyRow).where(ReaderKeyRow.session == principal.session))
            session.execute(delete(SessionRow).where(SessionRow.token_sha256 == principal.session))

    def sweep(self) -> None:
        """Remove sessions that have run out; their S3 keys live to their own end."""
        now = self.clock()
        over = or_(SessionRow.expires_at <= now, SessionRow.last_used_at <= now - self.idle)
        with self.database.write() as session:
            session.execute(delete(SessionRow).where(over))

    def _note_use(self, digest: str, now: datetime) -> None:
        with self.database.write() as session:
            row = session.get(SessionRow, digest)
            if row is not None:
                row.last_used_at = now


def _digest(token: str) -> str:
    # A plain hash is enough: the token has 256 random bits, so there is nothing to guess.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

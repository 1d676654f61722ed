"""Passwords: one for each role; the password given decides the role."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from perda.errors import SettingsError
from perda.gateway.clock import Clock
from perda.gateway.db import Database
from perda.gateway.models import AccountRow, ReaderKeyRow, Role, SessionRow
from perda.gateway.settings import check_password

# argon2-cffi's defaults: argon2id, RFC 9106's second choice (64 MiB, 3 passes, 4 lanes).
_HASHER = PasswordHasher()


@dataclass(frozen=True)
class Accounts:
    """The passwords of the two roles, in the database as argon2id hashes."""

    database: Database
    clock: Clock
    _hasher: PasswordHasher = field(default=_HASHER, repr=False)

    def role_of(self, password: str) -> Role | None:
        """Return the role whose password this is, or None.

        Both hashes are always tried, so that the time taken says nothing. It takes some
        50 ms and 64 MiB per role: call it from a few threads at most.
        """
        hashes = self._hashes()
        matching = [role for role in Role if self._matches(hashes.get(role), password)]
        return Role.ADMIN if Role.ADMIN in matching else next(iter(matching), None)

    def create_missing(self, chosen: Mapping[Role, str | None]) -> dict[Role, str]:
        """Give every role without a password the chosen one, or a new one.

        Returns
        -------
        dict of Role to str
            The passwords that were made here and are known to nobody yet.
        """
        made: dict[Role, str] = {}
        for role in Role:
            if role in self._hashes():
                continue
            password = chosen.get(role)
            if password is None:
                password = made[role] = secrets.token_urlsafe(15)
            self.set_password(role, password)
        return made

    def set_password(self, role: Role, password: str) -> None:
        """Change a role's password; ends all its sessions and their S3 keys.

        Raises
        ------
        SettingsError
            If the password is too short or too long, or is the other role's.
        """
        check_password(password, f"The {role} password")
        other = Role.VIEWER if role is Role.ADMIN else Role.ADMIN
        if self._matches(self._hashes().get(other), password):
            raise SettingsError(
                f"The {role} password is the same as the {other} password; expected another, "
                "because the password decides the role."
            )
        hashed = self._hasher.hash(_encoded(password))
        with self.database.write() as session:
            session.merge(AccountRow(role=role, password_hash=hashed, changed_at=self.clock()))
            _end_sessions(session, role)

    def _hashes(self) -> dict[Role, str]:
        with self.database.read() as session:
            return {row.role: row.password_hash for row in session.scalars(select(AccountRow))}

    def _matches(self, hashed: str | None, password: str) -> bool:
        try:
            return hashed is not None and self._hasher.verify(hashed, _encoded(password))
        except (VerificationError, InvalidHashError):
            return False


def _encoded(password: str) -> bytes:
    # JSON can carry half of a surrogate pair; such a password is wrong, not a crash.
    return password.encode("utf-8", "surrogatepass")


def _end_sessions(session: Session, role: Role) -> None:
    session.execute(delete(ReaderKeyRow).where(ReaderKeyRow.role == role))
    session.execute(delete(SessionRow).where(SessionRow.role == role))

"""The tables of the data server.

Keys are compared byte by byte (SQLite does; PostgreSQL is told to by the "C" collation).
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    DateTime,
    Double,
    Enum,
    ForeignKey,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Role(StrEnum):
    """What a session may do: a viewer reads, an admin also writes."""

    VIEWER = "viewer"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Say whether this role may do everything that ``other`` may."""
        return self is Role.ADMIN or self is other


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database (SQLite keeps no time zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; a time without a zone is a mistake of ours."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC time."""
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC)


KEY = String(1024).with_variant(String(1024, collation="C"), "postgresql")
ROLE = Enum(
    Role,
    name="role",
    native_enum=False,
    length=16,
    create_constraint=True,
    values_callable=lambda roles: [role.value for role in roles],
)


class Base(DeclarativeBase):
    """Base of all tables; constraints are named so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class AccountRow(Base):
    """One role's password."""

    __tablename__ = "accounts"

    role: Mapped[Role] = mapped_column(ROLE, primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(256))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionRow(Base):
    """One login. The token itself is known to the client alone."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[Role] = mapped_column(ROLE)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReaderKeyRow(Base):
    """A read-only S3 key pair, one per session.

    It outlives a session that merely ran out (a notebook reads on), hence the nullable
    session; a logout or a changed password removes it. The secret must be kept readable:
    the store's own configuration needs it.
    """

    __tablename__ = "reader_keys"

    access_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    secret_key: Mapped[str] = mapped_column(String(128))
    session: Mapped[str | None] = mapped_column(
        ForeignKey("sessions.token_sha256", ondelete="SET NULL"), unique=True
    )
    role: Mapped[Role] = mapped_column(ROLE)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LogRow(Base):
    """A log that was uploaded through this server and verified in the store."""

    __tablename__ = "logs"

    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    etag: Mapped[str] = mapped_column(String(128))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MetadataRow(Base):
    """What people wrote about a log, wherever the log came from."""

    __tablename__ = "log_metadata"

    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    folder: Mapped[str] = mapped_column(KEY, index=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    tags: Mapped[list[TagRow]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="TagRow.position"
    )
    strings: Mapped[list[StringRow]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="StringRow.name"
    )
    numbers: Mapped[list[NumberRow]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="NumberRow.name"
    )


class TagRow(Base):
    """One tag of a log."""

    __tablename__ = "log_tags"

    key: Mapped[str] = mapped_column(
        KEY, ForeignKey("log_metadata.key", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(KEY, primary_key=True, index=True)
    position: Mapped[int]


class StringRow(Base):
    """One named text about a log."""

    __tablename__ = "log_strings"

    key: Mapped[str] = mapped_column(
        KEY, ForeignKey("log_metadata.key", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(KEY, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class NumberRow(Base):
    """One named number about a log; never NaN or infinite."""

    __tablename__ = "log_numbers"

    key: Mapped[str] = mapped_column(
        KEY, ForeignKey("log_metadata.key", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(KEY, primary_key=True)
    value: Mapped[float] = mapped_column(Double)

"""First tables: accounts, sessions, S3 keys, logs and their metadata."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.String(1024).with_variant(sa.String(1024, collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _make_accounts()
    _make_logs()
    _make_metadata()


def _role() -> sa.Enum:
    return sa.Enum(
        "viewer", "admin", name="role", native_enum=False, create_constraint=True, length=16
    )


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("role", _role(), primary_key=True),
        sa.Column("password_hash", sa.String(256), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("role", _role(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
    )
    op.create_table(
        "reader_keys",
        sa.Column("access_key", sa.String(64), primary_key=True),
        sa.Column("secret_key", sa.String(128), nullable=False),
        sa.Column(
            "session",
            sa.String(64),
            sa.ForeignKey("sessions.token_sha256", ondelete="SET NULL"),
            unique=True,
        ),
        sa.Column("role", _role(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
    )


def _make_logs() -> None:
    op.create_table(
        "logs",
        sa.Column("key", KEY, primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False, index=True),
        sa.Column("etag", sa.String(128), nullable=False),
        sa.Column("uploaded_at", TIME, nullable=False),
    )


def _make_metadata() -> None:
    op.create_table(
        "log_metadata",
        sa.Column("key", KEY, primary_key=True),
        sa.Column("folder", KEY, nullable=False, index=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
    )
    _make_child(
        "log_tags",
        sa.Column("tag", KEY, primary_key=True, index=True),
        sa.Column("position", sa.Integer(), nullable=False),
    )
    _make_child(
        "log_strings",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    _make_child(
        "log_numbers",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("value", sa.Double(), nullable=False),
    )


def _make_child(table: str, name: sa.Column[str], value: sa.Column[object]) -> None:
    owner = sa.ForeignKey("log_metadata.key", ondelete="CASCADE")
    op.create_table(table, sa.Column("key", KEY, owner, primary_key=True), name, value)

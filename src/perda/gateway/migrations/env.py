"""Run migrations on the connection that ``perda.gateway.db`` hands over."""

from __future__ import annotations

from alembic import context

from perda.gateway.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()

"""What people have written about logs: read and replace it."""

from __future__ import annotations

from sqlalchemy import select

from perda._wire import LogMetadata, MetadataUpdate
from perda.gateway.clock import Clock, utc_now
from perda.gateway.db import Database
from perda.gateway.models import MetadataRow, NumberRow, StringRow, TagRow


def metadata_of(database: Database, key: str) -> LogMetadata | None:
    """Return a log's metadata, or None if nobody has written any."""
    with database.read() as session:
        row = session.get(MetadataRow, key)
        return None if row is None else _shown(row)


def metadata_in_folder(database: Database, folder: str) -> list[LogMetadata]:
    """Return the metadata of the logs directly in ``folder`` (``""`` or ending in ``/``)."""
    inside = select(MetadataRow).where(MetadataRow.folder == folder).order_by(MetadataRow.key)
    with database.read() as session:
        return [_shown(row) for row in session.scalars(inside)]


def replace_metadata(
    database: Database, key: str, update: MetadataUpdate, clock: Clock = utc_now
) -> LogMetadata:
    """Write the whole of a log's metadata in place of what was there."""
    tags = list(dict.fromkeys(update.tags))  # each once, in the order given
    with database.write() as session:
        old = session.get(MetadataRow, key)
        if old is not None:
            session.delete(old)
            session.flush()
        row = MetadataRow(
            key=key,
            folder=key[: key.rfind("/") + 1],
            title=update.title,
            description=update.description,
            changed_at=clock(),
            tags=[TagRow(tag=tag, position=index) for index, tag in enumerate(tags)],
            strings=[
                StringRow(name=name, value=text) for name, text in update.string_metadata.items()
            ],
            numbers=[
                NumberRow(name=name, value=number)
                for name, number in update.numeric_metadata.items()
            ],
        )
        session.add(row)
        return _shown(row)


def _shown(row: MetadataRow) -> LogMetadata:
    return LogMetadata(
        log_key=row.key,
        title=row.title,
        description=row.description,
        tags=[item.tag for item in row.tags],
        string_metadata={item.name: item.value for item in row.strings},
        numeric_metadata={item.name: item.value for item in row.numbers},
    )

"""What lies under a prefix, as people see it."""

from __future__ import annotations

from datetime import UTC

from perda._keys import is_servable
from perda._wire import ListedEntry
from perda.gateway.storage.base import ObjectInfo, ObjectStore


def list_entries(store: ObjectStore, prefix: str) -> list[ListedEntry]:
    """Return the direct children of ``prefix``: folders, then files, each by name.

    What no call would serve (reserved, or a key that is refused) is left out. A marker
    object, whose key ends in ``/``, is a folder and never a file.
    """
    listing = store.list_children(prefix)
    folders = sorted(folder for folder in listing.folders if is_servable(folder.removesuffix("/")))
    files = sorted((item for item in listing.objects if is_servable(item.key)), key=_key)
    return [_folder(key) for key in folders] + [_file(item) for item in files]


def _key(item: ObjectInfo) -> str:
    return item.key


def _folder(key: str) -> ListedEntry:
    return ListedEntry(key=key, name=key.removesuffix("/").rpartition("/")[2], is_folder=True)


def _file(item: ObjectInfo) -> ListedEntry:
    return ListedEntry(
        key=item.key,
        name=item.key.rpartition("/")[2],
        is_folder=False,
        size=item.size,
        last_modified=item.last_modified.astimezone(UTC),
    )

"""The object store behind the data server: one interface, its S3 client, the embedded server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perda._lazy import lazy_names

if TYPE_CHECKING:
    from perda.gateway.storage.base import KeyPair as KeyPair
    from perda.gateway.storage.base import Listing as Listing
    from perda.gateway.storage.base import ObjectInfo as ObjectInfo
    from perda.gateway.storage.base import ObjectStore as ObjectStore
    from perda.gateway.storage.s3 import S3Store as S3Store
    from perda.gateway.storage.seaweed import EmbeddedStore as EmbeddedStore

__all__ = ["EmbeddedStore", "KeyPair", "Listing", "ObjectInfo", "ObjectStore", "S3Store"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "perda.gateway.storage.base": ["KeyPair", "Listing", "ObjectInfo", "ObjectStore"],
        "perda.gateway.storage.s3": ["S3Store"],
        "perda.gateway.storage.seaweed": ["EmbeddedStore"],
    },
)

"""Titles, descriptions, tags and values of logs."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from perda._keys import check_prefix
from perda._wire import API, LogMetadata, MetadataPageRequest, MetadataUpdate
from perda.gateway.deps import LogKey, ServicesOf
from perda.gateway.metadata import metadata_in_folder, metadata_of, replace_metadata
from perda.gateway.models import Role
from perda.gateway.policy import PolicyRoute, open_to
from perda.gateway.problems import Problem

router = APIRouter(prefix=f"{API}/metadata", tags=["metadata"], route_class=PolicyRoute)


@router.post("/page")
@open_to(Role.VIEWER)
def read_page(body: MetadataPageRequest, services: ServicesOf) -> list[LogMetadata]:
    """Return the metadata of the direct children of a prefix that have any."""
    return metadata_in_folder(services.database, check_prefix(body.path))


@router.get("/{key:key}")
@open_to(Role.VIEWER)
def read_metadata(key: LogKey, services: ServicesOf) -> LogMetadata:
    """Return one log's metadata."""
    found = metadata_of(services.database, key)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no metadata for {key!r}.")
    return found


@router.put("/{key:key}")
@open_to(Role.ADMIN)
def write_metadata(key: LogKey, body: MetadataUpdate, services: ServicesOf) -> LogMetadata:
    """Replace the whole of one log's metadata; the log must be in the store."""
    services.store.head(key)
    return replace_metadata(services.database, key, body)

"""What is in the bucket, and keys to read it with."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from perda._keys import check_prefix
from perda._wire import API, CredentialsAnswer, ListedEntry, ListRequest
from perda.gateway.address import store_endpoint
from perda.gateway.auth import session_ended
from perda.gateway.deps import Caller, ServicesOf
from perda.gateway.listing import list_entries
from perda.gateway.models import Role
from perda.gateway.policy import PolicyRoute, open_to

router = APIRouter(prefix=f"{API}/s3", tags=["s3"], route_class=PolicyRoute)

_REGION = "us-east-1"  # what S3 clients assume when none is set


@router.post("/list")
@open_to(Role.VIEWER)
def list_logs(body: ListRequest, services: ServicesOf) -> list[ListedEntry]:
    """Return all direct children of a prefix: folders, then files, each by name."""
    return list_entries(services.store, check_prefix(body.prefix))


@router.post("/credentials")
@open_to(Role.VIEWER)
def issue_credentials(request: Request, caller: Caller, services: ServicesOf) -> CredentialsAnswer:
    """Return keys that can list and read the bucket and do nothing else, until they expire."""
    endpoint = store_endpoint(
        services.settings, services.store_port(), request.headers.get("host", "")
    )
    issued = services.readers.issue(caller)
    if issued is None:
        raise session_ended()
    pair, expires_at = issued
    return CredentialsAnswer(
        access_key=pair.access_key,
        secret_key=pair.secret_key,
        bucket_name=services.store.bucket_name,
        endpoint=endpoint,
        expires_at=expires_at,
        region=_REGION,
    )

"""Makes boto3 clients for one endpoint, whatever AWS configuration this machine has."""

from __future__ import annotations

import ipaddress
import os
import threading
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from perda.gateway.storage.base import KeyPair

if TYPE_CHECKING:
    from botocore.config import Config

_CONNECT_TIMEOUT_S = 5.0
_CONNECTIONS = 32

# Making clients from one session is not thread-safe; using them is.
_making = threading.Lock()


def make_client(endpoint: str, keys: KeyPair, region: str, *, tries: int, timeout_s: float) -> Any:
    """Return a boto3 S3 client; boto3 has no types of its own, so it is ``Any``.

    Parameters
    ----------
    endpoint : str
        URL of the S3 server.
    keys : KeyPair
        Whom to sign as.
    region : str
        Region to sign for.
    tries : int
        How often a call is tried before it fails.
    timeout_s : float
        How long one try waits for bytes.
    """
    with _making:
        return _session().client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            config=_config(endpoint, tries, timeout_s),
        )


@lru_cache(maxsize=1)
def _session() -> Any:
    import boto3
    import botocore.session

    # A stray AWS_PROFILE or ~/.aws/config must not stop or redirect the data server.
    nothing: dict[str, tuple[None, None, str | None, None]] = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    core = botocore.session.Session(session_vars=nothing)
    parsers = core.get_component("response_parser_factory")
    parsers.set_parser_defaults(timestamp_parser=_parse_timestamp)
    return boto3.session.Session(botocore_session=core)


def _parse_timestamp(text: str) -> datetime:
    # botocore's own way takes two thirds of the time of a long listing.
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # in a header: RFC 9110's form
        return parsedate_to_datetime(text)


def _config(endpoint: str, tries: int, timeout_s: float) -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=min(_CONNECT_TIMEOUT_S, timeout_s),
        read_timeout=timeout_s,
        retries={"mode": "standard", "total_max_attempts": tries},
        max_pool_connections=_CONNECTIONS,
        s3={"addressing_style": "path"},
        signature_version="s3v4",
        # Newer checksums are refused by many S3 servers that are not AWS.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        # An empty dict keeps HTTP_PROXY away from what is on this machine.
        proxies={} if _is_loopback(endpoint) else None,
    )


def _is_loopback(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

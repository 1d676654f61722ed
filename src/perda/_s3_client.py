"""Makes boto3 clients for one endpoint, whatever AWS configuration this machine has."""

from __future__ import annotations

import os
import threading
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from perda._addresses import is_loopback

_CONNECT_TIMEOUT_S = 5.0
_DEFAULT_REGION = "us-east-1"  # only AWS itself cares

# Making clients from one session is not thread-safe; using them is.
_making = threading.Lock()


def make_client(
    endpoint: str,
    access_key: str,
    secret_key: str,
    region: str | None = None,
    *,
    tries: int,
    timeout_s: float,
    **more: object,
) -> Any:
    """Return a boto3 S3 client, path-style; boto3 has no types of its own, so it is ``Any``.

    Parameters
    ----------
    endpoint : str
        URL of the S3 server.
    access_key, secret_key : str
        Whom to sign as.
    region : str, optional
        Region to sign for.
    tries : int
        How often a call is tried before it fails.
    timeout_s : float
        How long one try waits for bytes.
    **more
        Further settings of ``botocore.config.Config``.

    Raises
    ------
    ValueError
        If ``endpoint`` is no address.
    """
    from botocore.config import Config

    config = Config(
        connect_timeout=min(_CONNECT_TIMEOUT_S, timeout_s),
        read_timeout=timeout_s,
        retries={"mode": "standard", "total_max_attempts": tries},
        s3={"addressing_style": "path"},
        signature_version="s3v4",
        # An empty dict keeps HTTP_PROXY away from what is on this machine.
        proxies={} if is_loopback(endpoint) else None,
        **more,
    )
    with _making:
        return _session().client(
            "s3",
            endpoint_url=endpoint,
            region_name=region or _DEFAULT_REGION,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=config,
        )


@lru_cache(maxsize=1)
def _session() -> Any:
    import boto3
    import botocore.session

    # A stray AWS_PROFILE or ~/.aws/config must not stop or redirect us.
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

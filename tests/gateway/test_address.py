from __future__ import annotations

from pathlib import Path

import pytest

from perda.gateway.address import store_endpoint
from perda.gateway.problems import Problem
from perda.gateway.settings import Settings


def endpoint(host_header: str = "", *, host: str = "127.0.0.1", url: str | None = None) -> str:
    settings = Settings(data_dir=Path("/d"), host=host, s3_public_url=url)
    return store_endpoint(settings, 8333, host_header)


def test_the_public_address_goes_first() -> None:
    assert endpoint("x", host="0.0.0.0", url="https://s3.example") == "https://s3.example"


def test_the_address_listened_on_is_the_stores_too() -> None:
    assert endpoint("tunnel.example:1", host="192.168.1.5") == "http://192.168.1.5:8333"
    assert endpoint(host="::1") == "http://[::1]:8333"


@pytest.mark.parametrize(
    ("host_header", "expected"),
    [
        ("pit-laptop:8000", "http://pit-laptop:8333"),
        ("pit-laptop", "http://pit-laptop:8333"),
        ("192.168.1.5:8000", "http://192.168.1.5:8333"),
        ("[fe80::1]:8000", "http://[fe80::1]:8333"),
        ("[fe80::1]", "http://[fe80::1]:8333"),
    ],
)
def test_listening_everywhere_the_clients_own_name_for_us_counts(
    host_header: str, expected: str
) -> None:
    assert endpoint(host_header, host="0.0.0.0") == expected


@pytest.mark.parametrize("host_header", ["", "user@evil", "a/b", "a b", "[::1", "x#y", ":80"])
def test_a_host_header_that_is_no_host_is_refused(host_header: str) -> None:
    with pytest.raises(Problem, match="Host header"):
        endpoint(host_header, host="0.0.0.0")

"""The one class between the client and the network, with the network swapped."""

from __future__ import annotations

import httpx
import pytest

from perda.errors import ServerConnectionError
from perda.server.transport import BACKOFF_S, Transport


@pytest.fixture
def waits():
    return []


def make_transport(waits, answers):
    """A transport whose tries get these answers (or errors) one after the other."""
    rest = iter(answers)

    def handle(request):
        answer = next(rest)
        if isinstance(answer, Exception):
            raise answer
        return answer

    network = httpx.MockTransport(handle)
    return Transport("http://server:1", network=network, sleep=waits.append)


def test_broken_connections_are_tried_again_with_growing_waits(waits):
    broken = [httpx.ConnectError("refused"), httpx.RemoteProtocolError("cut")]
    transport = make_transport(waits, [*broken, httpx.Response(200)])

    assert transport.send("GET", "/health").status_code == 200
    assert waits == list(BACKOFF_S)


def test_the_servers_own_wait_is_kept_to(waits):
    busy = httpx.Response(503, headers={"Retry-After": "7"})
    transport = make_transport(waits, [busy, httpx.Response(200)])

    transport.send("GET", "/health")

    assert waits == [7.0]


def test_a_date_as_retry_after_counts_as_none(waits):
    busy = httpx.Response(503, headers={"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"})
    transport = make_transport(waits, [busy, httpx.Response(200)])

    transport.send("GET", "/health")

    assert waits == [BACKOFF_S[0]]


def test_a_timeout_has_waited_enough(waits):
    transport = make_transport(waits, [httpx.ReadTimeout("slow")])

    with pytest.raises(ServerConnectionError, match="in time"):
        transport.send("GET", "/health")

    assert waits == []


def test_an_upload_is_sent_once(waits):
    transport = make_transport(waits, [httpx.ReadError("cut"), httpx.Response(201)])

    with pytest.raises(ServerConnectionError, match="broke off PUT"):
        transport.upload("/logs/a.csv", iter([b"x"]), {}, params={}, timeout_s=1)

"""What a stranger on this machine, or outside it, can do without a key: nothing."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import boto3
import httpx
import psutil
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from perda.gateway.storage.base import KeyPair
from perda.gateway.storage.s3 import S3Store

# The start of any HTTP/2 connection, RFC 9113 section 3.4, with an empty SETTINGS frame.
HTTP2_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])

REFUSED = {400, 401, 403, 404, 405}


@pytest.fixture
def ports(embedded) -> dict[str, int]:
    return json.loads((embedded.log_path.parent / "ports.json").read_text())


@pytest.fixture
def url(ports):
    return lambda part, path: f"http://127.0.0.1:{ports[part]}{path}"


@pytest.fixture
def key(embedded, folder, put) -> str:
    put(embedded.store, folder + "a.csv", b"kept")
    return folder + "a.csv"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_s3_without_a_signature_is_refused(embedded, key, method):
    answer = httpx.request(method, f"{embedded.loopback_endpoint}/perda-logs/{key}", content=b"x")

    assert answer.status_code in REFUSED
    assert b"".join(embedded.store.read(key)) == b"kept"


def test_unsigned_s3_listing_is_refused(embedded):
    client = boto3.client(
        "s3",
        endpoint_url=embedded.loopback_endpoint,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED),
    )

    with pytest.raises(ClientError, match="AccessDenied"):
        client.list_objects_v2(Bucket="perda-logs")
    client.close()


@pytest.mark.parametrize("call", ["get_object", "put_object"])
def test_a_presigned_url_of_an_unknown_key_is_refused(embedded, key, call):
    intruder = S3Store(embedded.loopback_endpoint, KeyPair("NOBODY", "guess"), "perda-logs")
    url = intruder._client.generate_presigned_url(call, {"Bucket": "perda-logs", "Key": key})
    method = "GET" if call == "get_object" else "PUT"

    assert httpx.request(method, url, content=b"x").status_code in REFUSED


def test_a_presigned_url_for_reading_does_not_write(embedded, key):
    url = embedded.store._client.generate_presigned_url(
        "get_object", {"Bucket": "perda-logs", "Key": key}
    )

    assert httpx.get(url).content == b"kept"
    assert httpx.put(url, content=b"x").status_code in REFUSED
    assert httpx.delete(url).status_code in REFUSED
    assert b"".join(embedded.store.read(key)) == b"kept"


@pytest.mark.parametrize(
    "path",
    [
        "/dir/assign",
        "/dir/lookup?fileId=1,0123456789",
        "/dir/status",
        "/vol/grow?count=1",
        "/vol/vacuum",
        "/col/delete?collection=perda-logs",
        "/submit",
    ],
)
def test_the_master_answers_nobody(url, path):
    assert httpx.get(url("master", path)).status_code == 404
    assert httpx.post(url("master", path)).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/buckets/", "/buckets/perda-logs/new", "/etc/iam/x"])
def test_the_filer_answers_nobody(url, method, path):
    assert httpx.request(method, url("filer", path), content=b"x").status_code in REFUSED


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/1,0123456789", "/2,01637037d6", "/delete?fid=1,01637037d6"])
def test_the_volume_server_wants_a_token_for_data(url, method, path):
    assert httpx.request(method, url("volume", path), content=b"x").status_code in REFUSED


@pytest.mark.parametrize("path", ["/", "/api/config", "/admin", "/api/users", "/login"])
def test_the_admin_console_is_off(url, path):
    assert httpx.get(url("console", path)).status_code in REFUSED


@pytest.mark.parametrize(
    "part", ["master_grpc", "volume_grpc", "filer_grpc", "console_grpc", "s3_grpc"]
)
def test_grpc_ports_answer_nobody_without_the_stores_certificate(ports, part):
    with socket.create_connection(("127.0.0.1", ports[part]), timeout=5) as connection:
        assert _answer_in_clear(connection) == b""


@pytest.mark.parametrize("part", ["master", "volume", "filer", "admin"])
def test_grpc_sockets_answer_nobody_either(ports, part):
    port = ports["console_grpc" if part == "admin" else f"{part}_grpc"]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(f"/tmp/seaweedfs-{part}-grpc-{port}.sock")
        assert _answer_in_clear(connection) == b""


def test_only_s3_listens_beyond_loopback_when_it_should(own_store, ports):
    server = own_store(host="0.0.0.0")

    own_ports = json.loads((server.log_path.parent / "ports.json").read_text())
    outside = {
        connection.laddr.port
        for pid in server.pids
        for connection in psutil.Process(pid).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
        and connection.laddr.ip not in {"127.0.0.1", "::ffff:127.0.0.1"}
    }
    assert outside == {own_ports["s3"], own_ports["s3_grpc"]}
    assert server.loopback_endpoint == f"http://127.0.0.1:{server.port}"
    server.store.ping()
    for address in _own_addresses():
        assert httpx.get(f"http://{address}:{server.port}/perda-logs/").status_code == 403
        with socket.create_connection((address, own_ports["s3_grpc"]), timeout=5) as connection:
            assert _answer_in_clear(connection) == b""


def test_on_loopback_nothing_listens_beyond_it(embedded):
    listening = {
        connection.laddr.ip
        for pid in embedded.pids
        for connection in psutil.Process(pid).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }

    assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}


def test_the_server_sees_none_of_our_environment(embedded):
    for pid in embedded.pids:
        seen = psutil.Process(pid).environ()
        assert seen.keys() - {"LC_CTYPE"} == {"HOME", "TMPDIR", "PATH", "GOMEMLIMIT"}
        assert Path(seen["HOME"]) == embedded.log_path.parent


def _answer_in_clear(connection: socket.socket) -> bytes:
    try:
        connection.sendall(HTTP2_HELLO)
        return connection.recv(100)
    except ConnectionError:
        return b""


def _own_addresses() -> set[str]:
    return {
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family == socket.AF_INET
    }

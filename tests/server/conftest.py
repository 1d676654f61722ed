"""A data server that offers the contract only, and a store that can be told to misbehave."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest

from perda.server import ServerClient

LOG = b"""PER Log: Thu Jun 11 17:06:37 2026 v2.0
Value Pack voltage (ams.pack.voltage): 8598
Value ams.pack.current: 8599
72,8598,583.25
114,8599,-3.5
172,8598,583.5
"""
PASSWORD = "correct horse"

# Answers one request in place of the server's own behaviour.
Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Seen:
    """One request as it arrived: raw path, headers, body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Listener:
    """A server on a free loopback port that remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answers: dict[str, list[Answer]] = {}  # path: what the next requests get instead
        self.date = ""  # of all answers; "": the time it is
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def date_time_string(self, timestamp: float | None = None) -> str:
                return outer.date or super().date_time_string(timestamp)

            def log_message(self, *args: object) -> None:
                pass

            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                seen = Seen(self.command, self.path, dict(self.headers.items()), body)
                outer.seen.append(seen)
                queue = outer.answers.get(urlsplit(self.path).path)
                if queue:
                    (queue.pop(0) if len(queue) > 1 else queue[0])(self)
                else:
                    outer.answer(self, seen)

            def __getattr__(self, name: str) -> object:  # do_GET, do_POST, ...
                if name.startswith("do_"):
                    return self.handle_one
                raise AttributeError(name)

        class Server(ThreadingHTTPServer):
            def handle_error(self, *args: object) -> None:
                pass  # a client that was made to hang up is no news

        self._http = Server(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def answer(self, handler: BaseHTTPRequestHandler, seen: Seen) -> None:
        raise NotImplementedError

    def asked(self, method: str, path: str = "") -> list[Seen]:
        return [one for one in self.seen if one.method == method and path in one.path]

    def stop(self) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes = b"",
    *,
    kind: str = "application/json",
    length: int | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in (headers or {}).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)
    if length is not None and length != len(body):
        handler.close_connection = True


def problem(status: int, detail: str, **headers: str) -> Answer:
    body = json.dumps({"type": "about:blank", "title": "T", "status": status, "detail": detail})
    return lambda handler: send(
        handler, status, body.encode(), kind="application/problem+json", headers=headers
    )


class FakeStore(Listener):
    """HEAD and GET of one S3 bucket, without checking signatures."""

    bucket = "logs"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.knows_if_match = True
        self.after_head: Callable[[], None] = lambda: None
        super().__init__()

    def put(self, key: str, content: bytes) -> None:
        self.objects[f"/{self.bucket}/{key}"] = content

    def answer(self, handler: BaseHTTPRequestHandler, seen: Seen) -> None:
        content = self.objects.get(unquote(urlsplit(seen.path).path))
        if "list-type" in seen.path:
            send(handler, 200, b"<ListBucketResult></ListBucketResult>", kind="application/xml")
        elif content is None:
            body = b"<Error><Code>NoSuchKey</Code><Message>no</Message></Error>"
            send(handler, 404, body, kind="application/xml")
        else:
            self.deliver(handler, seen, content)

    def deliver(self, handler: BaseHTTPRequestHandler, seen: Seen, content: bytes) -> None:
        etag = self.etag(content)
        if self.knows_if_match and seen.headers.get("If-Match", etag) != etag:
            body = b"<Error><Code>PreconditionFailed</Code></Error>"
            return send(handler, 412, body, kind="application/xml")
        send(handler, 200, content, kind="text/csv", headers={"ETag": etag})
        if seen.method == "HEAD":
            self.after_head()
        return None

    @staticmethod
    def etag(content: bytes) -> str:
        return f'"{hashlib.md5(content).hexdigest()}"'


@dataclass
class Listed:
    """What the server lists for one prefix."""

    entries: list[dict[str, object]] = field(default_factory=list)
    metadata: list[dict[str, object]] = field(default_factory=list)


class FakeServer(Listener):
    """The first table of the protocol and nothing else."""

    new_listed = Listed

    def __init__(self, store: FakeStore) -> None:
        self.store = store
        self.listed: dict[str, Listed] = {}
        self.endpoint = store.url
        self.sessions = 0
        self.session_ended = False
        super().__init__()

    def answer(self, handler: BaseHTTPRequestHandler, seen: Seen) -> None:
        calls = {
            "/api/v1/auth/login": self.login,
            "/api/v1/s3/list": self.list,
            "/api/v1/s3/credentials": self.credentials,
            "/api/v1/metadata/page": self.page,
        }
        call = calls.get(seen.path)
        if call is None:
            problem(404, "There is no such call.")(handler)
        elif call != self.login and not self.has_session(seen):
            problem(401, "Log in first.")(handler)
        else:
            call(handler, json.loads(seen.body))

    def has_session(self, seen: Seen) -> bool:
        return not self.session_ended and "sid=s" in seen.headers.get("Cookie", "")

    def login(self, handler: BaseHTTPRequestHandler, body: dict[str, str]) -> None:
        if body["password"] != PASSWORD:
            return problem(401, "The password is wrong.")(handler)
        self.sessions += 1
        self.session_ended = False
        cookie = f"sid=s{self.sessions}; HttpOnly; Path=/; SameSite=Lax"
        return send(handler, 200, b"{}", headers={"Set-Cookie": cookie})

    def list(self, handler: BaseHTTPRequestHandler, body: dict[str, str]) -> None:
        listed = self.listed.get(body["prefix"], Listed())
        send(handler, 200, json.dumps(listed.entries).encode())

    def page(self, handler: BaseHTTPRequestHandler, body: dict[str, str]) -> None:
        listed = self.listed.get(body["path"], Listed())
        send(handler, 200, json.dumps(listed.metadata).encode())

    def credentials(self, handler: BaseHTTPRequestHandler, body: dict[str, str]) -> None:
        answer = {
            "access_key": "access",
            "secret_key": f"secret{len(self.asked('POST', 'credentials'))}",
            "bucket_name": self.store.bucket,
            "endpoint": self.endpoint,
        }
        send(handler, 200, json.dumps(answer).encode())


@pytest.fixture
def store() -> Iterator[FakeStore]:
    one = FakeStore()
    yield one
    one.stop()


@pytest.fixture
def server(store: FakeStore) -> Iterator[FakeServer]:
    one = FakeServer(store)
    yield one
    one.stop()


@pytest.fixture
def client(server: FakeServer) -> Iterator[ServerClient]:
    """A client without a cache that is logged in."""
    with ServerClient(server.url, progress=False, timeout_s=2) as one:
        one.login(PASSWORD)
        yield one


@pytest.fixture
def log_bytes() -> bytes:
    return LOG


@pytest.fixture
def password() -> str:
    return PASSWORD


@pytest.fixture
def answer() -> type[Answers]:
    return Answers


class Answers:
    """Builders of answers that tests put into ``server.answers`` and ``store.answers``."""

    problem = staticmethod(problem)

    @staticmethod
    def of(status: int, body: bytes, kind: str = "application/json", **headers: str) -> Answer:
        return lambda handler: send(handler, status, body, kind=kind, headers=headers)

    @staticmethod
    def cut(body: bytes, length: int, **headers: str) -> Answer:
        """Announce ``length`` bytes, send fewer, close."""
        return lambda handler: send(handler, 200, body, length=length, headers=headers)

    @staticmethod
    def stall(store: FakeStore, content: bytes) -> Answer:
        """Begin to send, then say nothing until the test ends."""

        def begin(handler: BaseHTTPRequestHandler) -> None:
            headers = {"ETag": store.etag(content)}
            send(handler, 200, content[:20], length=len(content), headers=headers)
            handler.wfile.flush()
            store.released.wait(20)

        return begin

    @staticmethod
    def silence(listener: Listener) -> Answer:
        """Say nothing until the test ends."""

        def wait(handler: BaseHTTPRequestHandler) -> None:
            listener.released.wait(20)
            handler.close_connection = True

        return wait

    @staticmethod
    def usual(listener: Listener) -> Answer:
        """Answer as if nothing were wrong (the rest of a list of answers)."""
        return lambda handler: listener.answer(handler, listener.seen[-1])

    @staticmethod
    def hangup() -> Answer:
        def close(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True

        return close

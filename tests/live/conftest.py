"""A small stand-in for the car's IPC server, written from the protocol and not from our client."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from perda.live import CDPClient

Answers = Sequence[bytes | float]  # datagrams, and pauses in seconds between them
Behaviour = Callable[[bytes], Answers]


class Car:
    """Answers each request with what ``behaviour`` makes of it; keeps the requests."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.requests: list[bytes] = []
        self.behaviour: Behaviour = lambda request: []
        self.intrusion: bytes | None = None  # sent from another port before the answers
        self._threads = [threading.Thread(target=self._serve)]
        self._closed = threading.Event()
        self._threads[0].start()

    def answers(self, *datagrams: bytes | float) -> None:
        self.behaviour = lambda request: datagrams

    def scripted(self, *answers: Answers) -> None:
        """Answer the first request with the first answers, and so on."""
        left = list(answers)
        self.behaviour = lambda request: left.pop(0) if left else []

    def close(self) -> None:
        self._closed.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.port))
        for thread in self._threads:
            thread.join(5)
        self.socket.close()

    def _serve(self) -> None:
        while not self._closed.is_set():
            request, address = self.socket.recvfrom(2048)
            if self._closed.is_set():
                return
            self.requests.append(request)
            answer = threading.Thread(target=self._answer, args=(request, address))
            self._threads.append(answer)
            answer.start()

    def _answer(self, request: bytes, address: Any) -> None:
        if self.intrusion is not None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.sendto(self.intrusion, address)
        for one in self.behaviour(request):
            if isinstance(one, bytes):
                self.socket.sendto(one, address)
            elif self._closed.wait(one):
                return


@pytest.fixture
def car() -> Iterator[Car]:
    car = Car()
    yield car
    car.close()


@pytest.fixture
def client(car: Car) -> Iterator[CDPClient]:
    with CDPClient(timeout=0.3, range_timeout=0.4) as client:
        client.connect("127.0.0.1", car.port)
        yield client


@pytest.fixture
def value_answer() -> Callable[[float], bytes]:
    return lambda value: b"\x00" + struct.pack("<d", value)


@pytest.fixture(scope="session")
def packet() -> Callable[..., bytes]:
    """Return a builder of one packet of a history."""

    def build(
        begin: int,
        values: Sequence[float],
        *,
        index: int = 0,
        answer_id: int = 77,
        code: str = "d",
        number: int = 10,
        interval: int = 100,
        status: bytes = b"\x07",
    ) -> bytes:
        end = begin + len(values) - 1
        head = struct.pack("<IIIIBI", answer_id, index, begin, end, number, interval)
        return status + head + struct.pack(f"<{len(values)}{code}", *values)

    return build


@pytest.fixture
def took() -> Callable[[], float]:
    """Return a stopwatch that started with the test."""
    start = time.monotonic()
    return lambda: time.monotonic() - start

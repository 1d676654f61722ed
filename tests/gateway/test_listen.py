from __future__ import annotations

import socket
import sys

import pytest

from perda.gateway import launch


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT is Linux's")
def test_a_client_that_does_not_read_its_answer_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(launch, "_UNREAD_S", 1)
    with launch._listen("127.0.0.1", 0) as listener, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(listener.getsockname())
        connection, _ = listener.accept()
        connection.settimeout(20)
        with connection, pytest.raises(OSError, match="Connection timed out"):
            connection.sendall(bytes(100 << 20))

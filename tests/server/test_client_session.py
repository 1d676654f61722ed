"""Logging in, staying in, and being thrown out."""

from __future__ import annotations

import socket
import time

import pytest

from perda.errors import (
    LoginRefusedError,
    NotLoggedInError,
    ServerAnswerError,
    ServerConnectionError,
    SettingsError,
)
from perda.server import ServerClient


def test_the_right_password_opens_a_session_kept_as_a_cookie(server, password):
    client = ServerClient(server.url)

    client.login(password)

    assert client.list_logs() == []
    assert server.asked("POST", "list")[0].headers["Cookie"] == "sid=s1"


def test_a_wrong_password_is_a_connection_error_with_status_and_reason(server):
    client = ServerClient(server.url)

    with pytest.raises(LoginRefusedError, match=r"401.*password is wrong") as caught:
        client.login("guess")

    assert isinstance(caught.value, ConnectionError)


def test_a_wrong_password_leaves_the_earlier_session_in_place(client):
    with pytest.raises(LoginRefusedError):
        client.login("guess")

    assert client.list_logs() == []


def test_too_many_tries_say_how_long_to_wait(server, answer):
    server.answers["/api/v1/auth/login"] = [
        answer.problem(429, "Too many tries.", Retry_After="17")
    ]

    with pytest.raises(LoginRefusedError, match=r"429.*17 s"):
        ServerClient(server.url).login("guess")


def test_an_unreachable_server_is_a_connection_error_that_names_it():
    with socket.socket() as taken:  # bound but not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        with pytest.raises(ConnectionError, match=f"Cannot reach the server at {url}"):
            ServerClient(url).login("password")


def test_a_silent_server_times_out(server, answer):
    server.answers["/api/v1/auth/login"] = [answer.silence(server)]
    began = time.monotonic()

    with pytest.raises(ServerConnectionError, match="in time"):
        ServerClient(server.url, timeout_s=0.3).login("password")

    assert time.monotonic() - began < 5


def test_a_web_site_does_not_pass_for_a_data_server(server, answer):
    page = answer.of(200, b"<html>Welcome</html>", kind="text/html")
    server.answers["/api/v1/auth/login"] = [page]

    with pytest.raises(ServerAnswerError, match="web page"):
        ServerClient(server.url).login("password")


def test_without_a_session_the_error_says_to_log_in(server):
    with pytest.raises(NotLoggedInError, match="perda login"):
        ServerClient(server.url).list_logs()


def test_a_session_that_ended_says_so_and_a_new_login_helps(server, client, password):
    server.session_ended = True

    with pytest.raises(NotLoggedInError, match="session has ended"):
        client.list_logs()
    client.login(password)

    assert client.list_logs() == []


def test_a_session_goes_on_in_another_client(server, client):
    other = ServerClient.from_session(client.session_state())

    assert other.list_logs() == []
    assert server.asked("POST", "list")[0].headers["Cookie"] == "sid=s1"


def test_a_new_login_replaces_a_continued_sessions_cookie(server, client, password):
    other = ServerClient.from_session(client.session_state())

    other.login(password)
    other.list_logs()

    assert server.asked("POST", "list")[0].headers["Cookie"] == "sid=s2"


def test_the_sessions_cookie_stays_out_of_reprs(client):
    assert "s1" not in repr(client.session_state())


def test_logout_forgets_the_session_even_if_the_server_knows_no_such_call(client):
    client.logout()

    with pytest.raises(NotLoggedInError):
        client.list_logs()


def test_a_redirect_is_refused_and_nothing_is_sent_to_its_target(server, store, answer, client):
    moved = answer.of(307, b"", Location=f"{store.url}/api/v1/s3/list")
    server.answers["/api/v1/s3/list"] = [moved]

    with pytest.raises(ServerAnswerError, match="redirects to"):
        client.list_logs()

    assert store.seen == []


def test_what_a_server_says_stays_on_one_line_and_does_not_steer_the_terminal(
    server, answer, client
):
    said = "no\n\x1b[2Jperda: all is well\u202e" + "x" * 5000
    server.answers["/api/v1/s3/list"] = [answer.problem(500, said)]

    with pytest.raises(ServerAnswerError, match=r"no  \[2Jperda: all is well x") as caught:
        client.list_logs()

    assert len(str(caught.value)) < 1200


def test_a_busy_server_is_asked_again(server, answer, client):
    server.answers["/api/v1/s3/list"] = [
        answer.problem(503, "Starting.", Retry_After="0"),
        answer.hangup(),
        answer.usual(server),
    ]

    assert client.list_logs() == []
    assert len(server.asked("POST", "list")) == 3


def test_a_server_that_stays_busy_is_given_up_on(server, answer, client):
    server.answers["/api/v1/s3/list"] = [answer.problem(503, "Starting.", Retry_After="0")]

    with pytest.raises(ServerAnswerError, match="Starting") as caught:
        client.list_logs()

    assert caught.value.status == 503
    assert len(server.asked("POST", "list")) == 3


def test_a_server_that_wants_a_long_wait_is_not_waited_for(server, answer, client):
    server.answers["/api/v1/s3/list"] = [answer.problem(503, "Later.", Retry_After="3600")]

    with pytest.raises(ServerAnswerError, match="Later"):
        client.list_logs()

    assert len(server.asked("POST", "list")) == 1


def test_an_error_of_the_server_is_not_tried_again_and_tells_its_detail(server, answer, client):
    server.answers["/api/v1/s3/list"] = [answer.problem(500, "The database is gone.")]

    with pytest.raises(ServerAnswerError, match=r"500 .*The database is gone"):
        client.list_logs()

    assert len(server.asked("POST", "list")) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>hello</html>", "text/html"),
        (b"", "application/json"),
        (b'{"entries": []}', "application/json"),
        (b'[{"key": "a"}]', "application/json"),
        (b"\xff\xfe", "application/octet-stream"),
    ],
)
def test_an_answer_that_is_not_the_protocols_names_the_call(server, answer, client, body, kind):
    server.answers["/api/v1/s3/list"] = [answer.of(200, body, kind=kind)]

    with pytest.raises(ServerAnswerError, match=r"/api/v1/s3/list.*not what a perda server sends"):
        client.list_logs()


@pytest.mark.parametrize(
    "url", ["{url}/", " {url} ", "127.0.0.1:{port}", "http://127.0.0.1:{port}//"]
)
def test_every_spelling_of_an_address_reaches_the_server(server, password, url):
    port = server.url.rpartition(":")[2]

    client = ServerClient(url.format(url=server.url, port=port))
    client.login(password)

    assert client.url == server.url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "data.example",
        "ftp://data.example",
        "http://",
        "http://me:pw@data.example",
        "http://h/?q",
    ],
)
def test_what_is_no_address_is_refused_at_once(url):
    with pytest.raises(SettingsError, match="server address"):
        ServerClient(url)

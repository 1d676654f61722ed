"""Uploads: digested first, sent once, compared with what the server says it stored."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time

import pytest

from perda.errors import (
    InvalidMetadataError,
    LocalFileError,
    LogExistsError,
    NotLoggedInError,
    ServerAnswerError,
    ServerConnectionError,
)
from perda.server.upload import answer_timeout_s

KEY = "REV 11/#1 a+b 100% ü.csv"
PATH = "/api/v1/logs/REV%2011/%231%20a%2Bb%20100%25%20%C3%BC.csv"


@pytest.fixture
def log_file(tmp_path, log_bytes):
    path = tmp_path / "run.csv"
    path.write_bytes(log_bytes)
    return path


@pytest.fixture
def stored_answer(answer, log_bytes):
    """What a server says that stored the log."""
    body = {"key": KEY, "size": len(log_bytes), "sha256": hashlib.sha256(log_bytes).hexdigest()}
    return answer.of(201, json.dumps(body).encode())


def test_the_file_is_put_under_the_exact_key_with_length_and_digest(
    server, client, log_file, log_bytes, stored_answer
):
    server.answers[PATH] = [stored_answer]

    stored = client.upload(log_file, KEY)

    (put,) = server.asked("PUT")
    digest = hashlib.sha256(log_bytes)
    assert put.path == PATH
    assert put.body == log_bytes
    assert put.headers["Content-Length"] == str(len(log_bytes))
    assert put.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert stored.sha256 == digest.hexdigest()


def test_overwriting_is_asked_for_in_the_query(server, client, log_file, stored_answer):
    server.answers[PATH] = [stored_answer]

    client.upload(log_file, KEY, overwrite=True)

    assert server.asked("PUT")[0].path == f"{PATH}?overwrite=true"


def test_metadata_follows_the_log(server, client, log_file, stored_answer, answer):
    server.answers[PATH] = [stored_answer]
    server.answers[PATH.replace("logs", "metadata")] = [answer.of(200, b"{}")]

    client.upload(
        log_file,
        KEY,
        title="Shakedown",
        tags=["dry"],
        string_metadata={"driver": "Ada"},
        numeric_metadata={"laps": 3},
    )

    assert json.loads(server.asked("PUT", "metadata")[0].body) == {
        "title": "Shakedown",
        "description": "",
        "tags": ["dry"],
        "string_metadata": {"driver": "Ada"},
        "numeric_metadata": {"laps": 3.0},
    }


def test_a_failure_of_the_metadata_says_that_the_log_is_stored(
    server, client, log_file, stored_answer, answer
):
    server.answers[PATH] = [stored_answer]
    server.answers[PATH.replace("logs", "metadata")] = [answer.problem(500, "No table.")]

    with pytest.raises(ServerAnswerError, match=r"is stored, but not its title.*No table"):
        client.upload(log_file, KEY, title="Shakedown")


def test_a_taken_key_is_noticed_before_the_bytes_are_sent(server, client, log_file):
    listed = server.listed.setdefault("REV 11/", server.new_listed())
    listed.entries = [{"key": KEY, "name": "x", "isFolder": False, "size": 1, "lastModified": None}]

    with pytest.raises(LogExistsError, match="taken"):
        client.upload(log_file, KEY)

    assert server.asked("PUT") == []


def test_the_servers_word_that_a_key_is_taken_counts(server, client, log_file, answer):
    server.answers[PATH] = [answer.problem(409, "Another log is there.")]

    with pytest.raises(LogExistsError, match=r"409: Another log is there") as caught:
        client.upload(log_file, KEY)

    assert caught.value.status == 409


def test_a_contract_only_server_is_said_to_take_no_uploads(client, log_file):
    with pytest.raises(ServerAnswerError, match="takes no uploads"):
        client.upload(log_file, KEY)


def test_a_larger_log_is_waited_for_longer(
    server, client, log_file, log_bytes, stored_answer, monkeypatch
):
    def answer_late(handler):
        time.sleep(0.6)
        stored_answer(handler)

    server.answers[PATH] = [answer_late]
    monkeypatch.setattr("perda.server.upload._ANSWER_TIMEOUT_S", 0.1)
    with pytest.raises(ServerConnectionError, match="in time"):
        client.upload(log_file, KEY)

    monkeypatch.setattr("perda.server.upload._SLOWEST_BYTES_PER_S", len(log_bytes) / 5)

    assert client.upload(log_file, KEY).size == len(log_bytes)


def test_the_wait_for_an_answer_covers_slow_disks_and_has_an_end():
    assert answer_timeout_s(0) >= 600
    assert answer_timeout_s(20 << 30) > 4 * (20 << 30) / 20e6
    assert answer_timeout_s(1 << 50) <= 6 * 3600


def test_without_a_session_no_bytes_are_sent(server, client, log_file):
    server.session_ended = True

    with pytest.raises(NotLoggedInError):
        client.upload(log_file, KEY)

    assert server.asked("PUT") == []


def test_a_server_that_stored_other_bytes_is_not_believed(server, client, log_file, answer):
    body = {"key": KEY, "size": 3, "sha256": "0" * 64}
    server.answers[PATH] = [answer.of(201, json.dumps(body).encode())]

    with pytest.raises(ServerAnswerError, match="other bytes"):
        client.upload(log_file, KEY)


def test_a_missing_file_is_one_clear_error(server, client, tmp_path):
    with pytest.raises(LocalFileError, match=r"Cannot read .*none.csv: No such file"):
        client.upload(tmp_path / "none.csv", KEY)


def test_a_file_that_shrinks_meanwhile_is_one_clear_error(server, client, log_file, answer):
    server.answers["/api/v1/s3/list"] = [  # asked after the digest, before the bytes go out
        lambda handler: (os.truncate(log_file, 10), answer.of(200, b"[]")(handler))
    ]

    with pytest.raises(LocalFileError, match="became shorter"):
        client.upload(log_file, KEY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "t" * 201},
        {"tags": [""]},
        {"string_metadata": {"": "x"}},
        {"numeric_metadata": {"laps": float("nan")}},
        {"title": "\ud800"},
    ],
)
def test_metadata_that_cannot_be_stored_is_refused_before_anything_is_sent(
    server, client, log_file, wrong
):
    asked = len(server.seen)

    with pytest.raises(InvalidMetadataError, match="cannot be stored"):
        client.upload(log_file, KEY, **wrong)

    assert len(server.seen) == asked

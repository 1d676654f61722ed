"""``perda doctor``."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from perda.cli import main

pytestmark = pytest.mark.usefixtures("workplace")


def perda(*arguments, stdin=None):
    return CliRunner().invoke(main, arguments, input=stdin)


def test_doctor_without_a_server_checks_this_machine():
    result = perda("doctor")

    assert result.exit_code == 0
    assert states(result)["perda"] == states(result)["cache"] == "ok"
    assert states(result)["session"] == states(result)["server"] == "warn"


def test_doctor_finds_all_well_with_a_contract_only_server(logged_in):
    result = perda("doctor")

    found = states(result)
    assert result.exit_code == 0, result.output
    for name in ("session", "server", "clock", "login", "version", "store"):
        assert found[name] == "ok", result.output
    assert "contract only" in result.output


def test_doctor_reads_the_health_of_a_full_server(server, fakes):
    body = b'{"status": "failing", "database": "ok", "store": "failing"}'
    retry = {"Retry-After": "0"}
    server.answers["/api/v1/health"] = [fakes.Answers.of(503, body, **retry)]

    result = perda("doctor", server.url)

    assert result.exit_code == 1
    assert "fail  health   database ok, store failing" in result.output


def test_doctor_on_an_unreachable_server_fails():
    result = perda("doctor", "http://127.0.0.1:9")

    assert result.exit_code == 1
    assert states(result)["server"] == "fail"


def test_doctor_says_when_the_session_has_ended(logged_in):
    logged_in.session_ended = True

    result = perda("doctor")

    assert result.exit_code == 1
    assert states(result)["login"] == "fail"
    assert f"perda login {logged_in.url}" in result.output


def test_doctor_says_when_the_stores_address_leads_nowhere(logged_in):
    logged_in.endpoint = "http://127.0.0.1:9"

    result = perda("doctor")

    assert result.exit_code == 1
    assert states(result)["store"] == "fail"
    assert "PERDA_S3_PUBLIC_URL" in result.output


def test_doctor_notices_a_clock_that_is_off(logged_in):
    logged_in.date = "Thu, 01 Jan 2015 00:00:00 GMT"

    result = perda("doctor")

    assert result.exit_code == 1
    assert "ahead of the server's" in result.output


@pytest.mark.skipif(os.name == "nt", reason="permissions of this kind are POSIX's")
def test_doctor_notices_a_session_that_others_can_read(logged_in, tmp_path):
    (tmp_path / "config" / "session.json").chmod(0o644)

    result = perda("doctor")

    assert result.exit_code == 1
    assert "chmod 600" in result.output


def test_doctor_notices_a_cache_that_cannot_be_used(monkeypatch, tmp_path):
    blocker = tmp_path / "file"
    blocker.touch()
    monkeypatch.setenv("PERDA_CACHE_DIR", str(blocker))

    result = perda("doctor")

    assert result.exit_code == 1
    assert states(result)["cache"] == "fail"


def states(result):
    """The state of each check, by its name, from doctor's table."""
    lines = [line.split() for line in result.output.splitlines() if line[:1].isalpha()]
    return {words[1]: words[0] for words in lines}

"""Listings: what the server lists, joined with what people wrote."""

from __future__ import annotations

import pytest

from perda.errors import InvalidKeyError, LogNotFoundError, ServerAnswerError

FOLDER = {"key": "REV 11/b/", "name": "b", "isFolder": True, "size": None, "lastModified": None}
FILE = {
    "key": "REV 11/a.csv",
    "name": "a.csv",
    "isFolder": False,
    "size": 3_500_000,
    "lastModified": "2026-04-01T12:00:00+00:00",
}
METADATA = {
    "log_key": "REV 11/a.csv",
    "title": "Shakedown",
    "description": "",
    "tags": ["dry"],
    "string_metadata": {},
    "numeric_metadata": {},
}


@pytest.fixture
def listed(server):
    """A folder and a log under 'REV 11/', with metadata of the log and of one that is gone."""
    here = server.listed.setdefault("REV 11/", type(server).new_listed())
    here.entries = [FOLDER, FILE]
    here.metadata = [METADATA | {"log_key": "REV 11/gone.csv", "title": "Gone"}, METADATA]
    return here


@pytest.mark.parametrize("prefix", ["REV 11/", "REV 11"])
def test_entries_come_in_the_servers_order_with_their_metadata(client, listed, prefix):
    folder, log = client.list_logs(prefix)

    assert (folder.key, folder.is_folder, folder.size, folder.title) == (
        "REV 11/b/",
        True,
        None,
        "",
    )
    assert (log.key, log.size, log.title, log.tags) == (
        "REV 11/a.csv",
        3_500_000,
        "Shakedown",
        ["dry"],
    )
    assert log.last_modified.isoformat() == "2026-04-01T12:00:00+00:00"


def test_print_logs_prints_the_entries_between_rules_and_counts_them(client, listed, capsys):
    client.print_logs("REV 11/")

    assert capsys.readouterr().out == (
        'Logs under "REV 11/"\n'
        "========================================\n"
        "[DIR]  b/\n"
        "[FILE] a.csv\n"
        '  title: "Shakedown"\n'
        "  tags: [dry]\n"
        "  size: 3.3 MB\n"
        "  modified: 2026-04-01 12:00:00+00:00\n"
        "========================================\n"
        "1 folders, 1 files\n"
    )


def test_an_empty_folder_prints_no_entries(client, capsys):
    client.print_logs()

    rule = "=" * 40
    assert capsys.readouterr().out == f'Logs under ""\n{rule}\n{rule}\n0 folders, 0 files\n'


@pytest.mark.parametrize("prefix", ["../", "a/../b", "/", "a//b", "a\\b", "a\nb", ".perda/x"])
def test_a_prefix_that_no_bucket_holds_is_not_sent(server, client, prefix):
    with pytest.raises(InvalidKeyError):
        client.list_logs(prefix)

    assert server.asked("POST", "list") == []


def test_failing_metadata_fails_the_listing(server, client, answer):
    server.answers["/api/v1/metadata/page"] = [answer.problem(500, "The table is gone.")]

    with pytest.raises(ServerAnswerError, match="table is gone"):
        client.list_logs()


def test_a_contract_only_server_has_no_version(client):
    assert client.version() is None


def test_the_version_of_a_full_server(server, client, answer):
    server.answers["/api/v1/version"] = [answer.of(200, b'{"version": "9", "capabilities": []}')]

    assert client.version().version == "9"


def test_health_is_told_also_when_it_is_bad(server, client, answer):
    body = b'{"status": "failing", "database": "ok", "store": "failing"}'
    server.answers["/api/v1/health"] = [answer.of(503, body, **{"Retry-After": "0"})]

    assert client.health().store == "failing"


def test_metadata_is_asked_for_by_the_exact_key(server, client, answer):
    path = "/api/v1/metadata/R%201/%23a%2Bb%25%20%C3%BC.csv"
    body = b'{"log_key": "R 1/#a+b% \xc3\xbc.csv", "title": "Found"}'
    server.answers[path] = [answer.of(200, body)]

    assert client.get_metadata("R 1/#a+b% ü.csv").title == "Found"


def test_a_log_without_metadata_is_not_found(client):
    with pytest.raises(LogNotFoundError, match=r"'a.csv'"):
        client.get_metadata("a.csv")

"""The commands that speak to a data server: login, logout, ls, push, pull, open_log."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner

from perda.cli import main
from perda.cli._session import open_log
from perda.errors import LocalFileError, LogFormatError, LogNotFoundError

KEY = "REV 11/2026-04-01/test.csv"
ENTRY = {
    "key": "REV 11/test.csv",
    "name": "test.csv",
    "isFolder": False,
    "size": 1_048_576,
    "lastModified": "2026-04-01T12:00:00Z",
}

pytestmark = pytest.mark.usefixtures("workplace")


def perda(*arguments, stdin=None):
    return CliRunner().invoke(main, arguments, input=stdin)


def test_login_keeps_the_session_for_its_owner_alone_and_never_the_password(
    server, fakes, tmp_path
):
    result = perda("login", f"{server.url}/", "--password-stdin", stdin=f"{fakes.PASSWORD}\n")

    assert result.exit_code == 0, result.output
    assert f"Logged in to {server.url}." in result.output
    (path,) = (tmp_path / "config").iterdir()
    assert fakes.PASSWORD not in path.read_text()
    assert "s1" in path.read_text()
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_login_asks_for_the_password_without_showing_it(server, fakes):
    result = perda("login", server.url, stdin=f"{fakes.PASSWORD}\n")

    assert result.exit_code == 0, result.output
    assert f"Password for {server.url}" in result.output
    assert fakes.PASSWORD not in result.output


def test_a_refused_login_is_one_line_exit_2_and_keeps_nothing(server, tmp_path):
    result = perda("login", server.url, "--password-stdin", stdin="guess")

    assert result.exit_code == 2
    assert result.stderr.startswith("perda: ")
    assert "401: The password is wrong." in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize("stdin", ["", "\n", b"\xff\xfe"])
def test_no_password_on_standard_input_is_said(server, stdin):
    result = perda("login", server.url, "--password-stdin", stdin=stdin)

    assert result.exit_code == 2
    assert "standard input" in result.stderr
    assert server.seen == []


def test_a_wrong_address_is_one_line():
    result = perda("login", "data.example", "--password-stdin", stdin="x")

    assert result.exit_code == 2
    assert "server address" in result.stderr


def test_logout_ends_the_session_here_and_tells_the_server(logged_in, tmp_path):
    result = perda("logout")

    assert result.exit_code == 0
    assert list((tmp_path / "config").iterdir()) == []
    assert logged_in.asked("POST", "/api/v1/auth/logout")[0].headers["Cookie"] == "sid=s1"
    assert perda("ls").exit_code == 2


def test_logout_without_a_session_is_no_error():
    assert perda("logout").exit_code == 0


def test_logout_works_when_the_server_is_gone(logged_in, tmp_path):
    path = tmp_path / "config" / "session.json"
    state = json.loads(path.read_text()) | {"url": "http://127.0.0.1:9"}
    path.write_text(json.dumps(state))

    result = perda("logout")

    assert result.exit_code == 0
    assert "could not be told" in result.stderr
    assert not path.exists()


@pytest.mark.parametrize("command", [("ls",), ("push", __file__, "a.csv"), ("pull", "a.csv")])
def test_without_a_login_every_command_says_how_to_log_in(command):
    result = perda(*command)

    assert result.exit_code == 2
    assert "perda login URL" in result.stderr


def test_a_damaged_session_file_is_one_line(logged_in, tmp_path):
    (tmp_path / "config" / "session.json").write_text("{")

    result = perda("ls")

    assert result.exit_code == 2
    assert "damaged" in result.stderr


def test_ls_prints_what_print_logs_prints(logged_in):
    listed = logged_in.listed.setdefault("REV 11/", logged_in.new_listed())
    listed.entries = [ENTRY]

    result = perda("ls", "REV 11")

    rule = "=" * 40
    assert result.output == (
        f'Logs under "REV 11"\n{rule}\n[FILE] test.csv\n  size: 1.0 MB\n'
        f"  modified: 2026-04-01 12:00:00+00:00\n{rule}\n0 folders, 1 files\n"
    )


def test_ls_for_scripts_is_json(logged_in):
    listed = logged_in.listed.setdefault("", logged_in.new_listed())
    listed.entries = [ENTRY]

    (entry,) = json.loads(perda("ls", "--json").output)

    assert (entry["key"], entry["size"], entry["is_folder"]) == (
        "REV 11/test.csv",
        1_048_576,
        False,
    )


def accept_uploads(server, fakes, key_path):
    body = {
        "key": "the key",
        "size": len(fakes.LOG),
        "sha256": hashlib.sha256(fakes.LOG).hexdigest(),
    }
    answers = fakes.Answers
    server.answers[f"/api/v1/logs/{key_path}"] = [answers.of(201, json.dumps(body).encode())]
    server.answers[f"/api/v1/metadata/{key_path}"] = [answers.of(200, b"{}")]


def test_push_to_a_folder_adds_the_files_name_and_sends_the_metadata(logged_in, fakes, workplace):
    (workplace / "run 1.csv").write_bytes(fakes.LOG)
    accept_uploads(logged_in, fakes, "REV%2011/run%201.csv")

    result = perda(
        *("push", "run 1.csv", "REV 11/", "--title", "Shakedown", "--tag", "dry", "--tag", "wet"),
        *("--meta", "driver=Ada", "--meta", "laps=12", "--meta", "temp=-1.5e1", "--meta", "x=nan"),
        *("--meta", "big=1e999", "--meta", "version=1_0", "--meta", "note=a=b"),
    )

    assert result.exit_code == 0, result.output
    assert hashlib.sha256(fakes.LOG).hexdigest() in result.output
    assert logged_in.asked("PUT", "/logs/")[0].body == fakes.LOG
    assert json.loads(logged_in.asked("PUT", "/metadata/")[0].body) == {
        "title": "Shakedown",
        "description": "",
        "tags": ["dry", "wet"],
        "string_metadata": {
            "driver": "Ada",
            "x": "nan",
            "big": "1e999",
            "version": "1_0",
            "note": "a=b",
        },
        "numeric_metadata": {"laps": 12.0, "temp": -15.0},
    }


def test_push_to_a_taken_key_names_the_option(logged_in, fakes, workplace):
    (workplace / "run.csv").write_bytes(fakes.LOG)
    taken = fakes.Answers.problem(409, "Another log is there.")
    logged_in.answers["/api/v1/logs/run.csv"] = [taken]

    result = perda("push", "run.csv", "run.csv")

    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    assert "--overwrite" not in perda("push", "run.csv", "run.csv", "--overwrite").stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("../x.csv",), "'..'"),
        ((".perda/x.csv",), "reserved"),
        (("x.csv", "--meta", "driver"), "NAME=VALUE"),
        (("x.csv", "--meta", "=Ada"), "NAME=VALUE"),
        (("x.csv", "--meta", "a=1", "--meta", "a=b"), "twice"),
        (("x.csv", "--tag", ""), "tags"),
    ],
)
def test_push_refuses_what_cannot_be_stored_before_sending(
    logged_in, fakes, workplace, arguments, said
):
    (workplace / "run.csv").write_bytes(fakes.LOG)

    result = perda("push", "run.csv", *arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert logged_in.asked("PUT") == []


def test_pull_writes_the_log_under_its_own_name_and_never_over_a_file(logged_in, fakes, workplace):
    assert perda("pull", KEY).exit_code == 0
    assert (workplace / "test.csv").read_bytes() == fakes.LOG

    (workplace / "test.csv").write_text("mine")
    refused = perda("pull", KEY)
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert (workplace / "test.csv").read_text() == "mine"

    assert perda("pull", KEY, "--force").exit_code == 0
    assert (workplace / "test.csv").read_bytes() == fakes.LOG


def test_pull_into_a_directory_or_a_named_file(logged_in, fakes, workplace):
    (workplace / "logs").mkdir()

    assert perda("pull", KEY, "-o", "logs").exit_code == 0
    assert perda("pull", KEY, "-o", "other.csv").exit_code == 0

    assert (workplace / "logs" / "test.csv").read_bytes() == fakes.LOG
    assert (workplace / "other.csv").read_bytes() == fakes.LOG


def test_pull_into_a_directory_that_is_not_there_says_so(logged_in, workplace):
    result = perda("pull", KEY, "-o", "logs/")

    assert result.exit_code == 2
    assert "There is no directory logs/" in result.stderr
    assert list(workplace.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_pull_of_a_key_too_long_for_a_file_name_says_to_name_the_file(
    logged_in, fakes, store, workplace
):
    store.put("x" * 300, fakes.LOG)

    refused = perda("pull", "x" * 300)
    assert refused.exit_code == 2
    assert "name the file with -o" in refused.stderr

    assert perda("pull", "x" * 300, "-o", "run.csv").exit_code == 0
    assert (workplace / "run.csv").read_bytes() == fakes.LOG


def test_pull_replaces_no_device_or_pipe(logged_in, workplace):
    os.mkfifo(workplace / "pipe")

    result = perda("pull", KEY, "-o", "pipe", "--force")

    assert result.exit_code == 2
    assert "no ordinary file" in result.stderr
    assert (workplace / "pipe").is_fifo()


@pytest.mark.parametrize("key", ["../../x", "/etc/x", "a/..", "a\\..\\x", "a/\x1b"])
def test_pull_refuses_keys_that_no_bucket_holds(logged_in, workplace, tmp_path, key):
    before = sorted(tmp_path.rglob("*"))

    result = perda("pull", key)

    assert result.exit_code == 2
    assert "key" in result.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_pull_of_what_is_not_there_leaves_nothing(logged_in, workplace):
    result = perda("pull", "none.csv")

    assert result.exit_code == 2
    assert "none.csv" in result.stderr
    assert list(workplace.iterdir()) == []


def test_open_log_prefers_a_file(logged_in, fakes, workplace):
    (workplace / "run.csv").write_bytes(fakes.LOG)

    run = open_log("run.csv")

    assert run.data["ams.pack.voltage"].value_np.tolist() == [583.25, 583.5]
    assert logged_in.asked("POST", "credentials") == []


def test_open_log_takes_a_key_from_the_server_and_keeps_it(logged_in, store, tmp_path):
    for _ in range(2):
        assert len(open_log(KEY).data["ams.pack.voltage"]) == 2

    assert len(store.asked("GET")) == 1
    assert len(list((tmp_path / "cache").rglob("*.csv"))) == 1


def test_open_log_takes_a_key_too_long_for_a_file_name(logged_in, fakes, store):
    store.put("x" * 300, fakes.LOG)

    assert open_log("x" * 300).data["ams.pack.voltage"].value_np.tolist() == [583.25, 583.5]


def test_open_log_names_both_places_when_neither_has_it(logged_in):
    with pytest.raises(LogNotFoundError, match=r"no file 'none.csv' here, and the server at http"):
        open_log("none.csv")
    with pytest.raises(LocalFileError, match=r"no file '../none.csv' here, and no server"):
        open_log("../none.csv")


def test_open_log_without_a_session_names_both_places():
    with pytest.raises(LocalFileError, match=r"no file 'none.csv' here.*perda login"):
        open_log("none.csv")


def test_open_log_says_what_is_wrong_with_a_file_that_is_no_log(workplace):
    (workplace / "empty.csv").touch()

    with pytest.raises(LogFormatError):
        open_log("empty.csv")


@pytest.mark.parametrize("command", ["login", "logout", "ls", "push", "pull", "doctor"])
def test_every_help_shows_an_example(command):
    result = perda(command, "--help")

    assert result.exit_code == 0
    assert f"  perda {command}" in result.output.partition("Example")[2]


def test_help_of_a_command_stays_light():
    code = (
        "import sys; from perda.cli import main\n"
        "try: main(['ls', '--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('boto3', 'plotly', 'scipy', 'polars') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"

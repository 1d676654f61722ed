"""How an entry of a listing reads."""

from __future__ import annotations

from perda.server import LogEntry, S3Credentials


def test_a_folder_is_one_line():
    entry = LogEntry(key="REV 11/", name="REV 11", is_folder=True)

    assert str(entry) == "[DIR]  REV 11/"


def test_a_log_without_metadata_is_its_name():
    assert str(LogEntry(key="a.csv", name="a.csv", is_folder=False)) == "[FILE] a.csv"


def test_every_present_field_has_its_line():
    entry = LogEntry(
        key="a.csv",
        name="a.csv",
        is_folder=False,
        size=12_897_485,
        last_modified="2026-04-01T12:00:00Z",
        title="First run",
        description="d" * 81,
        tags=["dry", "endurance"],
        string_metadata={"driver": "Ada"},
        numeric_metadata={"laps": 22.0},
    )

    assert str(entry).splitlines() == [
        "[FILE] a.csv",
        '  title: "First run"',
        "  tags: [dry, endurance]",
        "  size: 12.3 MB",
        "  modified: 2026-04-01 12:00:00+00:00",
        f'  desc: "{"d" * 80}..."',
        "  driver: Ada",
        "  laps: 22.0",
    ]


def test_a_description_of_80_characters_is_whole():
    entry = LogEntry(key="a", name="a", is_folder=False, description="d" * 80)

    assert str(entry).endswith(f'desc: "{"d" * 80}"')


def test_text_written_by_others_cannot_break_lines_or_steer_the_terminal():
    entry = LogEntry(key="a", name="a\x1b[31m", is_folder=False, title="one\ntwo\u2028three")

    assert str(entry) == '[FILE] a [31m\n  title: "one two three"'


def test_secrets_stay_out_of_reprs():
    keys = S3Credentials(
        access_key="access", secret_key="hidden", bucket_name="logs", endpoint="http://h"
    )

    assert "hidden" not in repr(keys)

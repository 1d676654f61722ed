from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from perda.gateway.launch import RunningServer

HOSTILE = [
    "a//b",
    "/a",
    "../a",
    "a/../b",
    "a/./b",
    ".",
    "a\\b",
    "a\nb",
    "a\x00b",
    "a\x7fb",
    ".perda/x",
    "x" * 1025,
]


def listed(client: httpx.Client, prefix: str) -> list[dict[str, object]]:
    answer = client.post("/api/v1/s3/list", json={"prefix": prefix})
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, object]] = answer.json()
    return entries


def test_folders_come_first_then_files_each_by_name(
    viewer: httpx.Client, store_files: Callable[..., None], folder: str
) -> None:
    store_files(f"{folder}b.csv", f"{folder}a.csv", f"{folder}z/1.csv", f"{folder}y/x/2.csv")
    entries = listed(viewer, folder)
    assert [entry["name"] for entry in entries] == ["y", "z", "a.csv", "b.csv"]
    assert entries[0] == {
        "key": f"{folder}y/",
        "name": "y",
        "isFolder": True,
        "size": None,
        "lastModified": None,
    }
    assert (entries[2]["key"], entries[2]["isFolder"]) == (f"{folder}a.csv", False)
    assert entries[2]["size"] == len(b"content")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", str(entries[2]["lastModified"]))


def test_a_missing_last_slash_is_added(
    viewer: httpx.Client, store_files: Callable[..., None], folder: str
) -> None:
    store_files(f"{folder}a.csv")
    assert listed(viewer, folder.removesuffix("/")) == listed(viewer, folder)


def test_the_root_lists_top_folders(
    viewer: httpx.Client, store_files: Callable[..., None], folder: str
) -> None:
    store_files(f"{folder}a.csv", ".perda/hidden")
    keys = [entry["key"] for entry in listed(viewer, "")]
    assert folder in keys
    assert not any(str(key).startswith(".perda") for key in keys)


def test_an_unknown_folder_is_empty(viewer: httpx.Client, folder: str) -> None:
    assert listed(viewer, folder) == []


@pytest.mark.parametrize(
    "name",
    ["two  words.csv", "a#b.csv", "a+b.csv", "100%.csv", "%41.csv", "a?b=c.csv", "a&b.csv",
     "\u00fcber.csv", "u\u0308ber.csv", "\u8eca\u8f09.csv", "\U0001f3ce.csv", "'q\".csv",
     " lead.csv", "trail ", "*.csv", "~.csv", "a;b=c,d.csv", "<b>.csv", "..csv", "a..b"],
)  # fmt: skip
def test_any_character_of_a_name_comes_back_exactly(
    viewer: httpx.Client, store_files: Callable[..., None], folder: str, name: str
) -> None:
    store_files(f"{folder}{name}", f"{folder}{name} folder/x")
    assert [entry["key"] for entry in listed(viewer, folder)] == [
        f"{folder}{name} folder/",
        f"{folder}{name}",
    ]


@pytest.mark.parametrize("prefix", [key for key in HOSTILE if key != "/a"] + ["/", "a//"])
def test_a_hostile_prefix_is_422_in_every_call_that_takes_one(
    viewer: httpx.Client, prefix: str
) -> None:
    for path, field in (("/api/v1/s3/list", "prefix"), ("/api/v1/metadata/page", "path")):
        answer = viewer.post(path, json={field: prefix})
        assert answer.status_code == 422, path
        assert answer.headers["content-type"] == "application/problem+json"


def test_1200_keys_are_all_listed(
    viewer: httpx.Client, server: RunningServer, tmp_path: Path, folder: str
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    path = tmp_path / "object"
    path.write_bytes(b"x")
    keys = [f"{folder}{number:04}.csv" for number in range(1200)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: server.services.store.put_file(key, path), keys))
    started = time.monotonic()
    assert [entry["key"] for entry in listed(viewer, folder)] == keys
    assert time.monotonic() - started < 5

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

PathOf = Callable[[str, str], str]

FULL = {
    "title": "Endurance \U0001f3ce",
    "description": "Two lines\nof text",
    "tags": ["wet", "Driver A", "\u00fcben"],
    "string_metadata": {"driver": "Ada", "tyres": ""},
    "numeric_metadata": {"laps": 22.0, "temperature": -3.25},
}


def test_metadata_comes_back_as_written(
    admin: httpx.Client,
    viewer: httpx.Client,
    store_files: Callable[..., None],
    path_of: PathOf,
    folder: str,
) -> None:
    key = f"{folder}a b#+%41?.csv"
    store_files(key)
    written = admin.put(path_of("metadata", key), json=FULL)
    assert written.status_code == 200
    assert written.json() == {"log_key": key, **FULL}
    assert viewer.get(path_of("metadata", key)).json() == {"log_key": key, **FULL}


def test_writing_replaces_the_whole(
    admin: httpx.Client, store_files: Callable[..., None], path_of: PathOf, folder: str
) -> None:
    key = f"{folder}a.csv"
    store_files(key)
    admin.put(path_of("metadata", key), json=FULL)
    admin.put(path_of("metadata", key), json={"tags": ["dry", "wet", "dry"]})
    assert admin.get(path_of("metadata", key)).json() == {
        "log_key": key,
        "title": "",
        "description": "",
        "tags": ["dry", "wet"],
        "string_metadata": {},
        "numeric_metadata": {},
    }


def test_a_page_has_the_direct_children_that_have_metadata(
    admin: httpx.Client,
    viewer: httpx.Client,
    store_files: Callable[..., None],
    path_of: PathOf,
    folder: str,
) -> None:
    keys = [f"{folder}b.csv", f"{folder}a.csv", f"{folder}sub/c.csv"]
    store_files(*keys, f"{folder}bare.csv")
    for key in keys:
        admin.put(path_of("metadata", key), json={"title": key})
    for path in (folder, folder.removesuffix("/")):
        page = viewer.post("/api/v1/metadata/page", json={"path": path}).json()
        assert [item["log_key"] for item in page] == [f"{folder}a.csv", f"{folder}b.csv"]
    root = viewer.post("/api/v1/metadata/page", json={"path": ""}).json()
    assert not any("/" in item["log_key"] for item in root)


def test_names_that_look_alike_are_kept_apart(
    admin: httpx.Client, store_files: Callable[..., None], path_of: PathOf, folder: str
) -> None:
    keys = [f"{folder}run.csv", f"{folder}RUN.csv", f"{folder}r_n.csv", f"{folder}r%.csv"]
    store_files(*keys)
    for key in keys:
        admin.put(path_of("metadata", key), json={"title": key})
    assert [admin.get(path_of("metadata", key)).json()["title"] for key in keys] == keys


def test_an_unknown_key_is_404(
    admin: httpx.Client, store_files: Callable[..., None], path_of: PathOf, folder: str
) -> None:
    path = path_of("metadata", f"{folder}none.csv")
    assert admin.get(path).status_code == 404
    assert admin.put(path, json={"title": "x"}).status_code == 404
    assert admin.get(path).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        '{"numeric_metadata": {"x": NaN}}',
        '{"numeric_metadata": {"x": Infinity}}',
        '{"numeric_metadata": {"x": 1e999}}',
        '{"numeric_metadata": {"x": null}}',
        '{"numeric_metadata": {"x": 1' + "0" * 400 + "}}",
        '{"title": null}',
        '{"title": "\\ud800"}',
        '{"description": "\\u0000"}',
        '{"tags": ["\\u0000"]}',
        '{"tags": [""]}',
        '{"tags": "wet"}',
        '{"titel": "a typing error"}',
        '{"title": "' + "x" * 201 + '"}',
        "[]",
    ],
)
def test_what_is_no_metadata_is_422_and_changes_nothing(
    admin: httpx.Client, store_files: Callable[..., None], path_of: PathOf, folder: str, body: str
) -> None:
    key = f"{folder}a.csv"
    store_files(key)
    answer = admin.put(
        path_of("metadata", key), content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert json.loads(answer.text)["detail"]
    assert admin.get(path_of("metadata", key)).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["a//b", "%2e%2e/a", "a/%2E%2E/b", "a/%2e/b", "a%5Cb", "a%0Ab", "a%00b", "%7f", ".perda/x",
     "%2Eperda%2Fx", "a%FFb", "%ED%A0%80", "x" * 1025, "", "folder/", "folder%2F", "%2Fa", "a%0A"],
)  # fmt: skip
@pytest.mark.parametrize("noun", ["metadata", "logs"])
def test_a_hostile_key_is_422_in_every_call(admin: httpx.Client, noun: str, path: str) -> None:
    # A raw target: the client must not tidy the path up before it is sent.
    url = admin.base_url.copy_with(raw_path=f"/api/v1/{noun}/{path}".encode())
    answer = admin.put(url, json={})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_wrong_is_said_in_words(
    admin: httpx.Client, store_files: Callable[..., None], path_of: PathOf, folder: str
) -> None:
    store_files(f"{folder}a.csv")
    path = path_of("metadata", f"{folder}a.csv")
    too_long = admin.put(path, json={"title": "x" * 201}).json()["detail"]
    assert too_long == "title: String should have at most 200 characters"
    assert "NUL" in admin.put(path, json={"title": "\0"}).json()["detail"]


def test_an_encoded_slash_is_a_slash_and_a_double_encoding_is_not(
    admin: httpx.Client, store_files: Callable[..., None], path_of: PathOf, folder: str
) -> None:
    store_files(f"{folder}sub/a.csv", f"{folder}sub%2Fa.csv")
    admin.put(path_of("metadata", f"{folder}sub/a.csv"), json={"title": "slash"})
    admin.put(path_of("metadata", f"{folder}sub%2Fa.csv"), json={"title": "percent"})
    start = path_of("metadata", folder)
    assert admin.get(f"{start}sub%2Fa.csv").json()["title"] == "slash"
    assert admin.get(f"{start}sub%252Fa.csv").json()["title"] == "percent"

"""What every object store must do, whichever server is behind it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from perda.errors import (
    ObjectExistsError,
    ObjectNotFoundError,
    StoreError,
    StoreUnavailableError,
)
from perda.gateway.storage.base import KeyPair, Listing
from perda.gateway.storage.s3 import S3Store

AWKWARD_NAMES = [
    "two words.csv",
    "grün–日本 é.csv",
    "e\u0301.csv",  # decomposed: not the same key as é
    "a#b.csv",
    "a+b.csv",
    "100%.csv",
    "a%20b.csv",
    "a%2Fb.csv",
    "q?x=1&y=2.csv",
    "quote'\".csv",
    "<tag>.csv",
    "semi;colon:at@equals=.csv",
    "~tilde*star!(paren)[bracket]{brace}|pipe^caret`tick.csv",
    " leading and trailing .csv ",
    ".hidden.csv",
    "x" * 1000,
]


class TestObjectStore:
    def test_a_stored_file_comes_back_byte_for_byte(self, store, folder, put):
        content = bytes(range(256)) * 5000

        put(store, folder + "a.bin", content)

        assert b"".join(store.read(folder + "a.bin", chunk_size=1000)) == content

    def test_put_tells_what_head_tells(self, store, folder, tmp_path):
        path = tmp_path / "a.csv"
        path.write_bytes(b"12345")

        stored = store.put_file(folder + "a.csv", path)

        assert stored == store.head(folder + "a.csv")
        assert (stored.key, stored.size) == (folder + "a.csv", 5)
        assert stored.etag
        assert '"' not in stored.etag
        assert stored.last_modified.tzinfo is UTC
        assert abs(datetime.now(UTC) - stored.last_modified) < timedelta(minutes=1)

    def test_an_empty_file_is_an_object(self, store, folder, put):
        put(store, folder + "empty.csv", b"")

        assert store.head(folder + "empty.csv").size == 0
        assert b"".join(store.read(folder + "empty.csv")) == b""

    @pytest.mark.parametrize("name", AWKWARD_NAMES)
    def test_a_key_is_kept_exactly(self, store, folder, put, name):
        put(store, folder + name, name.encode())

        assert b"".join(store.read(folder + name)) == name.encode()
        assert [found.key for found in store.list_children(folder).objects] == [folder + name]

    @pytest.mark.parametrize("name", AWKWARD_NAMES)
    def test_a_folder_name_is_kept_exactly(self, store, folder, put, name):
        put(store, f"{folder}{name}/a.csv")

        assert store.list_children(folder).folders == [f"{folder}{name}/"]
        assert [found.key for found in store.list_children(f"{folder}{name}/").objects] == [
            f"{folder}{name}/a.csv"
        ]

    def test_a_large_file_goes_up_in_parts_and_comes_back_whole(self, store, folder, put):
        content = b"".join(number.to_bytes(4) for number in range(6_000_000))

        put(store, folder + "large.bin", content)

        assert store.head(folder + "large.bin").size == len(content)
        assert b"".join(store.read(folder + "large.bin")) == content

    @pytest.mark.parametrize("size", [10, 20 << 20])
    def test_an_object_is_not_overwritten_unless_asked(self, store, folder, put, size):
        put(store, folder + "a.csv", b"first")

        with pytest.raises(ObjectExistsError, match=r"a\.csv"):
            put(store, folder + "a.csv", b"2" * size)

        assert b"".join(store.read(folder + "a.csv")) == b"first"

    @pytest.mark.parametrize("size", [10, 20 << 20])
    def test_an_object_is_overwritten_when_asked(self, store, folder, put, size):
        put(store, folder + "a.csv", b"first")
        before = store.head(folder + "a.csv").etag

        put(store, folder + "a.csv", b"2" * size, overwrite=True)

        assert store.head(folder + "a.csv").etag != before
        assert b"".join(store.read(folder + "a.csv")) == b"2" * size

    def test_listing_shows_direct_children_only(self, store, folder, put):
        for name in ("b.csv", "a.csv", "sub/c.csv", "sub/deep/d.csv", "other/e.csv"):
            put(store, folder + name)

        listing = store.list_children(folder)

        assert listing.folders == [folder + "other/", folder + "sub/"]
        assert sorted(found.key for found in listing.objects) == [
            folder + "a.csv",
            folder + "b.csv",
        ]

    def test_the_root_lists_too(self, connect, put):
        store = connect("root-listing")
        store.create_bucket()
        put(store, "top.csv")
        put(store, "REV 11/a.csv")

        listing = store.list_children("")

        assert listing.folders == ["REV 11/"]
        assert [found.key for found in listing.objects] == ["top.csv"]

    def test_listing_a_prefix_without_objects_is_empty(self, store, folder):
        assert store.list_children(folder) == Listing()

    def test_a_folder_marker_is_a_folder_and_never_a_file(self, store, folder):
        # The way S3 browsers make folders; perda itself does not.
        for marker in (folder, folder + "new/"):
            store._client.put_object(Bucket=store.bucket_name, Key=marker, Body=b"")

        assert store.list_children(folder) == Listing([folder + "new/"], [])

    def test_a_file_and_a_folder_may_have_the_same_name(self, store, folder, put):
        put(store, folder + "run", b"file")
        put(store, folder + "run/a.csv", b"inside")

        listing = store.list_children(folder)

        assert listing.folders == [folder + "run/"]
        assert [found.key for found in listing.objects] == [folder + "run"]
        assert b"".join(store.read(folder + "run")) == b"file"

    def test_a_listing_has_all_pages(self, store, folder, put):
        names = [f"{folder}{number:04} +#é.csv" for number in range(1205)]
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda key: put(store, key), names))

        assert sorted(found.key for found in store.list_children(folder).objects) == names

    def test_a_deleted_object_is_gone(self, store, folder, put):
        put(store, folder + "a.csv")

        store.delete(folder + "a.csv")

        assert store.list_children(folder).objects == []
        with pytest.raises(ObjectNotFoundError):
            store.head(folder + "a.csv")

    def test_deleting_what_is_not_there_is_no_error(self, store, folder):
        store.delete(folder + "never.csv")

        assert store.list_children(folder).objects == []

    def test_a_missing_object_is_named(self, store, folder):
        with pytest.raises(ObjectNotFoundError, match=r"never\.csv"):
            store.head(folder + "never.csv")
        with pytest.raises(ObjectNotFoundError, match=r"never\.csv"):
            store.read(folder + "never.csv")

    def test_of_many_racing_writers_exactly_one_wins(self, store, folder, put):
        together = threading.Barrier(8)

        def write(number: int) -> bytes | None:
            content = str(number).encode()
            together.wait()
            try:
                put(store, folder + "race.csv", content)
            except ObjectExistsError:
                return None
            return content

        with ThreadPoolExecutor(8) as pool:
            winners = [content for content in pool.map(write, range(8)) if content]

        assert len(winners) == 1
        assert b"".join(store.read(folder + "race.csv")) == winners[0]

    def test_a_reader_that_stops_early_leaves_the_connection_usable(self, store, folder, put):
        put(store, folder + "a.bin", b"z" * (4 << 20))

        for _ in range(40):  # more than the pool has connections
            reader = store.read(folder + "a.bin", chunk_size=1024)
            next(reader)
            reader.close()

        assert store.head(folder + "a.bin").size == 4 << 20

    def test_making_a_bucket_twice_is_no_error(self, store):
        store.create_bucket()

        assert store.list_children("nothing here/").objects == []

    def test_a_wrong_secret_is_refused_and_said(self, store, folder):
        intruder = S3Store(store.endpoint, KeyPair("NOBODY", "wrong"), store.bucket_name)

        with pytest.raises(StoreError, match="refused the key"):
            intruder.list_children(folder)

    def test_a_missing_bucket_does_not_answer_the_ping(self, connect):
        with pytest.raises(StoreUnavailableError, match="never-made"):
            connect("never-made").ping()


class TestS3StoreAlone:
    def test_no_server_is_said_with_its_address(self, free_port):
        store = S3Store(f"http://127.0.0.1:{free_port}", KeyPair("a", "b"), "logs", tries=1)

        with pytest.raises(StoreUnavailableError, match=f"127.0.0.1:{free_port}/logs"):
            store.ping()

    def test_the_machines_aws_and_proxy_settings_do_not_matter(
        self, embedded, store_secrets, monkeypatch, tmp_path
    ):
        monkeypatch.setenv("AWS_PROFILE", "not-there")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

        store = S3Store(embedded.loopback_endpoint, store_secrets.admin, "perda-logs")

        assert store.list_children("nothing here/").objects == []

    def test_a_file_that_is_not_there_is_an_os_error(self, store, folder, tmp_path):
        with pytest.raises(FileNotFoundError):
            store.put_file(folder + "a.csv", tmp_path / "none.csv")

    def test_a_secret_is_not_in_the_repr(self):
        assert "hush" not in repr(KeyPair("AK", "hush"))

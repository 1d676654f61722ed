"""What a reader's keys can do, with plain boto3 on a machine without AWS settings."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from perda.gateway.storage.base import KeyPair
from perda.gateway.storage.s3 import S3Store
from perda.gateway.storage.secrets import new_key_pair

REFUSED = {"AccessDenied", "InvalidAccessKeyId", "403", "NotImplemented", "MethodNotAllowed"}
REFUSALS = {400, 403, 404, 405}


@pytest.fixture
def plain_client(embedded, monkeypatch):
    """Clients as any script makes them: no region, no token, nothing configured."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    made = []

    def make(pair: KeyPair, service: str = "s3"):
        client = boto3.client(
            service,
            endpoint_url=embedded.loopback_endpoint,
            aws_access_key_id=pair.access_key,
            aws_secret_access_key=pair.secret_key,
            **({} if service == "s3" else {"region_name": "us-east-1"}),
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def reader(embedded, plain_client):
    pair = new_key_pair()
    embedded.set_readers([pair])
    return plain_client(pair)


@pytest.fixture
def key(embedded, folder, put):
    name = folder + "log +#%é.csv"
    put(embedded.store, name, b"0123456789")
    return name


@pytest.fixture
def other_bucket(embedded, store_secrets, put):
    other = S3Store(embedded.loopback_endpoint, store_secrets.admin, "other-bucket")
    other.create_bucket()
    if not other.list_children("").objects:
        put(other, "secret.csv")
    yield other.bucket_name
    other.close()


class TestReader:
    def test_lists(self, reader, key, folder):
        found = reader.list_objects_v2(Bucket="perda-logs", Prefix=folder)

        assert [item["Key"] for item in found["Contents"]] == [key]

    def test_reads_head_ranges_and_whole_files(self, reader, key, tmp_path):
        head = reader.head_object(Bucket="perda-logs", Key=key)
        part = reader.get_object(Bucket="perda-logs", Key=key, Range="bytes=2-4")
        reader.download_file("perda-logs", key, str(tmp_path / "down"))

        assert head["ContentLength"] == 10
        assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert part["Body"].read() == b"234"
        assert (tmp_path / "down").read_bytes() == b"0123456789"

    @pytest.mark.parametrize(
        ("call", "options"),
        [
            ("put_object", {"Key": "new.csv", "Body": b"x"}),
            ("put_object", {"Key": "{key}", "Body": b"x"}),
            ("delete_object", {"Key": "{key}"}),
            ("delete_objects", {"Delete": {"Objects": [{"Key": "{key}"}]}}),
            ("copy_object", {"Key": "new.csv", "CopySource": "perda-logs/{key}"}),
            ("create_multipart_upload", {"Key": "new.csv"}),
            ("put_object_tagging", {"Key": "{key}", "Tagging": {"TagSet": []}}),
            ("put_object_acl", {"Key": "{key}", "ACL": "public-read"}),
            ("put_bucket_acl", {"ACL": "public-read"}),
            ("put_bucket_policy", {"Policy": "{{}}"}),
            ("delete_bucket_policy", {}),
            ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
            ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": []}}),
            ("put_bucket_cors", {"CORSConfiguration": {"CORSRules": []}}),
            ("delete_bucket", {}),
        ],
    )
    def test_changes_nothing(self, embedded, reader, key, folder, call, options):
        filled = _fill(options, key)

        answer = _refusal(lambda: getattr(reader, call)(Bucket="perda-logs", **filled))
        if call == "delete_objects":  # refuses each key in an answer of 200
            answer = answer or _errors_of_delete_objects(reader, key)

        assert answer in REFUSED
        assert [found.key for found in embedded.store.list_children(folder).objects] == [key]
        assert b"".join(embedded.store.read(key)) == b"0123456789"

    @pytest.mark.parametrize(
        ("call", "options"),
        [
            ("list_objects_v2", {}),
            ("get_object", {"Key": "secret.csv"}),
            ("head_object", {"Key": "secret.csv"}),
            ("put_object", {"Key": "new.csv", "Body": b"x"}),
            ("delete_object", {"Key": "secret.csv"}),
        ],
    )
    def test_has_no_part_in_other_buckets(self, reader, other_bucket, call, options):
        assert _refusal(lambda: getattr(reader, call)(Bucket=other_bucket, **options)) in REFUSED

    def test_makes_no_bucket_and_sees_no_other(self, reader, other_bucket):
        assert _refusal(lambda: reader.create_bucket(Bucket="mine")) in REFUSED
        try:
            names = [bucket["Name"] for bucket in reader.list_buckets()["Buckets"]]
        except ClientError:
            names = []
        assert other_bucket not in names

    @pytest.mark.parametrize(
        ("service", "call", "options"),
        [
            ("iam", "create_user", {"UserName": "me"}),
            ("iam", "create_access_key", {"UserName": "admin"}),
            ("iam", "list_users", {}),
            (
                "sts",
                "assume_role",
                {"RoleArn": "arn:aws:iam::000000000000:role/x", "RoleSessionName": "xx"},
            ),
        ],
    )
    def test_gets_no_other_identity(self, embedded, plain_client, service, call, options):
        pair = new_key_pair()
        embedded.set_readers([pair])
        client = plain_client(pair, service)

        # The answer to calls that are switched off has no body to parse.
        with pytest.raises((ClientError, ResponseParserError)) as caught:
            getattr(client, call)(**options)

        assert not isinstance(caught.value, ClientError) or _status(caught.value) in REFUSALS


class TestSetReaders:
    def test_is_in_effect_when_it_returns(self, embedded, folder):
        pairs = [new_key_pair() for _ in range(3)]
        stores = [
            S3Store(embedded.loopback_endpoint, pair, "perda-logs", tries=1) for pair in pairs
        ]

        for wanted in ({0}, {0, 1}, {1}, {2}, set(), {0, 1, 2}):
            embedded.set_readers([pairs[number] for number in wanted])

            assert {number for number in range(3) if _can_read(stores[number])} == wanted

    def test_keeps_the_admin_key(self, embedded):
        embedded.set_readers([])

        assert embedded.store.list_children("nothing here/").objects == []

    def test_takes_thousands_of_readers(self, embedded):
        pairs = [new_key_pair() for _ in range(3000)]

        embedded.set_readers(pairs)

        last = S3Store(embedded.loopback_endpoint, pairs[-1], "perda-logs", tries=1)
        assert _can_read(last)
        embedded.set_readers(pairs[:-1])
        assert not _can_read(last)

    def test_may_be_called_from_many_threads(self, embedded):
        pairs = [new_key_pair() for _ in range(6)]

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda pair: embedded.set_readers([pair]), pairs))

        valid = [
            pair
            for pair in pairs
            if _can_read(S3Store(embedded.loopback_endpoint, pair, "perda-logs", tries=1))
        ]
        assert len(valid) == 1

    def test_does_not_disturb_readers_at_work(self, embedded, folder, put):
        put(embedded.store, folder + "a.bin", b"x" * (8 << 20))
        pair = new_key_pair()
        embedded.set_readers([pair])
        reader = S3Store(embedded.loopback_endpoint, pair, "perda-logs", tries=1)
        done = threading.Event()

        def change() -> None:
            while not done.is_set():
                embedded.set_readers([pair, new_key_pair()])

        with ThreadPoolExecutor(1) as pool:
            changing = pool.submit(change)
            until = time.monotonic() + 1
            try:
                while time.monotonic() < until:
                    assert sum(map(len, reader.read(folder + "a.bin"))) == 8 << 20
            finally:
                done.set()
            changing.result()


def _can_read(store: S3Store) -> bool:
    try:
        store._client.list_objects_v2(Bucket=store.bucket_name, MaxKeys=1)
    except ClientError as error:
        if error.response["Error"]["Code"] not in REFUSED:
            raise
        return False
    return True


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


def _refusal(call) -> str | None:
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def _errors_of_delete_objects(client, key: str) -> str | None:
    answer = client.delete_objects(Bucket="perda-logs", Delete={"Objects": [{"Key": key}]})
    return next((item["Code"] for item in answer.get("Errors", [])), None)


def _fill(options, key: str):
    if isinstance(options, str):
        return options.format(key=key)
    if isinstance(options, dict):
        return {name: _fill(value, key) for name, value in options.items()}
    if isinstance(options, list):
        return [_fill(value, key) for value in options]
    return options

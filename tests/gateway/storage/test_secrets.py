"""The file with the store's secrets."""

from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from perda.errors import SettingsError
from perda.gateway.storage.secrets import load_or_create, new_key_pair, rotate_admin_key


@pytest.fixture
def path(tmp_path):
    return tmp_path / "secrets.json"


def test_secrets_are_made_once_and_then_stay(path):
    assert load_or_create(path) == load_or_create(path)


def test_two_stores_share_no_secret(tmp_path):
    one, two = load_or_create(tmp_path / "1.json"), load_or_create(tmp_path / "2.json")

    values = [{secrets.admin.secret_key, *vars(secrets).values()} for secrets in (one, two)]
    assert values[0].isdisjoint(values[1])


def test_only_the_owner_can_read_the_file_whatever_the_umask(path):
    before = os.umask(0)
    try:
        load_or_create(path)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_start_together_agree(path):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: load_or_create(path), range(8)))

    assert all(secrets == found[0] for secrets in found)


def test_rotating_replaces_the_admin_key_and_nothing_else(path):
    before = load_or_create(path)

    after = rotate_admin_key(path)

    assert after == load_or_create(path)
    assert after.admin.access_key != before.admin.access_key
    assert after.admin.secret_key != before.admin.secret_key
    assert {**vars(after), "admin": None} == {**vars(before), "admin": None}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_others_can_read_is_refused(path):
    load_or_create(path)
    path.chmod(0o640)

    with pytest.raises(SettingsError, match="chmod 600"):
        load_or_create(path)


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"admin": 3}', "\x00\xff"])
def test_a_damaged_file_is_refused_and_kept(path, damage):
    load_or_create(path)
    path.write_text(damage)

    with pytest.raises(SettingsError, match="damaged"):
        load_or_create(path)

    assert path.read_text() == damage


def test_the_message_about_damage_tells_no_secret(path):
    secrets = load_or_create(path)
    content = json.loads(path.read_text())
    content["sts_signing_key"] = [content["sts_signing_key"]]
    path.write_text(json.dumps(content))

    with pytest.raises(SettingsError) as caught:
        load_or_create(path)

    assert secrets.sts_signing_key not in str(caught.value)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SettingsError, match="nowhere"):
        load_or_create(tmp_path / "nowhere" / "secrets.json")


def test_secrets_stay_out_of_the_repr(path):
    secrets = load_or_create(path)

    assert secrets.admin.secret_key not in repr(secrets)
    assert secrets.volume_write_key not in repr(secrets)


def test_key_pairs_have_the_usual_shape():
    pair = new_key_pair()

    assert len(pair.access_key) == 20
    assert pair.access_key.isalnum()
    assert len(pair.secret_key) == 40

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from perda.errors import SettingsError
from perda.gateway.db import Database
from perda.gateway.models import AccountRow, ReaderKeyRow, Role, SessionRow
from perda.gateway.passwords import Accounts
from perda.gateway.readers import ReaderKeys
from perda.gateway.sessions import Principal, Sessions
from perda.gateway.storage.base import KeyPair


@pytest.fixture
def sessions(database: Database, clock: Any) -> Sessions:
    return Sessions(database, clock, idle=timedelta(days=7), longest=timedelta(days=30))


@pytest.fixture
def accounts(database: Database, clock: Any) -> Accounts:
    accounts = Accounts(database, clock)
    accounts.create_missing({Role.ADMIN: "admin password", Role.VIEWER: "viewer password"})
    return accounts


@pytest.fixture
def readers(database: Database, clock: Any, published: Any) -> ReaderKeys:
    return ReaderKeys(database, clock, timedelta(days=7), published)


def test_only_a_hash_of_the_token_is_stored(database: Database, sessions: Sessions) -> None:
    opened = sessions.open(Role.VIEWER)
    assert len(opened.token) >= 43  # 256 bits
    with database.read() as session:
        row = session.scalars(select(SessionRow)).one()
    assert opened.token not in repr(vars(row))


def test_a_session_ends_when_it_is_not_used(sessions: Sessions, clock: Any) -> None:
    opened = sessions.open(Role.VIEWER)
    clock.advance(days=6)
    assert sessions.find(opened.token) is not None
    clock.advance(days=6)
    assert sessions.find(opened.token) is not None
    clock.advance(days=7)
    assert sessions.find(opened.token) is None


def test_a_session_ends_however_much_it_is_used(sessions: Sessions, clock: Any) -> None:
    opened = sessions.open(Role.VIEWER)
    for _ in range(29):
        clock.advance(days=1)
        assert sessions.find(opened.token) is not None
    clock.advance(days=1)
    assert sessions.find(opened.token) is None


def test_a_made_up_token_is_nobody(sessions: Sessions) -> None:
    sessions.open(Role.ADMIN)
    assert sessions.find("x" * 43) is None
    assert sessions.find("\ud800") is None


def test_the_password_decides_the_role(accounts: Accounts) -> None:
    assert accounts.role_of("admin password") is Role.ADMIN
    assert accounts.role_of("viewer password") is Role.VIEWER
    assert accounts.role_of("Admin password") is None
    assert accounts.role_of("") is None
    assert accounts.role_of("\ud800") is None


def test_passwords_are_kept_as_argon2id(accounts: Accounts, database: Database) -> None:
    with database.read() as session:
        rows = session.scalars(select(AccountRow)).all()
    assert {row.password_hash[:10] for row in rows} == {"$argon2id$"}


def test_passwords_that_are_missing_are_made_once(database: Database, clock: Any) -> None:
    accounts = Accounts(database, clock)
    made = accounts.create_missing({Role.ADMIN: "admin password"})
    assert set(made) == {Role.VIEWER}
    assert accounts.role_of(made[Role.VIEWER]) is Role.VIEWER
    assert accounts.create_missing({Role.ADMIN: "another one"}) == {}
    assert accounts.role_of("another one") is None


def test_one_password_for_both_roles_is_refused(accounts: Accounts) -> None:
    with pytest.raises(SettingsError, match="same as the admin password"):
        accounts.set_password(Role.VIEWER, "admin password")


def test_a_new_password_ends_that_roles_sessions_and_keys_only(
    accounts: Accounts, sessions: Sessions, readers: ReaderKeys, published: Any
) -> None:
    viewer, admin = sessions.open(Role.VIEWER), sessions.open(Role.ADMIN)
    for opened in (viewer, admin):
        caller = sessions.find(opened.token)
        assert caller is not None
        readers.issue(caller)
    accounts.set_password(Role.VIEWER, "viewer password 2")
    readers.sweep()
    assert sessions.find(viewer.token) is None
    assert sessions.find(admin.token) is not None
    assert len(published.readers) == 1


def test_a_session_gets_the_same_key_again_with_a_whole_life(
    sessions: Sessions, readers: ReaderKeys, clock: Any, published: Any
) -> None:
    caller = sessions.find(sessions.open(Role.VIEWER).token)
    assert caller is not None
    first = readers.issue(caller)
    clock.advance(days=3)
    second = readers.issue(caller)
    assert first is not None
    assert second is not None
    assert second[0] == first[0]
    assert second[1] == clock() + timedelta(days=7)
    assert published.readers == [first[0]]
    assert published.calls == 1


def test_a_key_outlives_an_idle_session_but_not_its_own_end(
    sessions: Sessions, readers: ReaderKeys, clock: Any, published: Any
) -> None:
    caller = sessions.find(sessions.open(Role.VIEWER).token)
    assert caller is not None
    clock.advance(days=6)
    readers.issue(caller)
    clock.advance(days=2)
    sessions.sweep()
    readers.sweep()
    assert len(published.readers) == 1
    clock.advance(days=5)
    readers.sweep()
    assert published.readers == []


def test_a_session_that_ended_gets_no_key(
    sessions: Sessions, readers: ReaderKeys, database: Database
) -> None:
    caller = sessions.find(sessions.open(Role.VIEWER).token)
    assert caller is not None
    sessions.end(caller)
    assert readers.issue(caller) is None
    with database.read() as session:
        assert session.scalars(select(ReaderKeyRow)).all() == []


def test_above_a_number_of_keys_a_roles_oldest_end(
    sessions: Sessions,
    readers: ReaderKeys,
    clock: Any,
    published: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("perda.gateway.readers.MAX_PAIRS_PER_ROLE", 3)
    issued = []
    for role in [Role.ADMIN, *[Role.VIEWER] * 3]:
        issued.append(ask_for_key(sessions, readers, role))
        clock.advance(minutes=1)
    first_viewer = issued[1][0]
    readers.issue(first_viewer)  # asked for again: no longer the oldest
    clock.advance(minutes=1)
    newest = ask_for_key(sessions, readers, Role.VIEWER)
    kept = [issued[0][1], issued[1][1], issued[3][1], newest[1]]
    assert {pair.access_key for pair in published.readers} == {pair.access_key for pair in kept}


def ask_for_key(sessions: Sessions, readers: ReaderKeys, role: Role) -> tuple[Principal, KeyPair]:
    caller = sessions.find(sessions.open(role).token)
    assert caller is not None
    issued = readers.issue(caller)
    assert issued is not None
    return caller, issued[0]


def test_keys_in_sql_are_restored_by_the_next_process(
    sessions: Sessions, readers: ReaderKeys, database: Database, clock: Any, published: Any
) -> None:
    caller = sessions.find(sessions.open(Role.VIEWER).token)
    assert caller is not None
    readers.issue(caller)
    published.readers = []
    ReaderKeys(database, clock, timedelta(days=7), published).sweep()
    assert len(published.readers) == 1

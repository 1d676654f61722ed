from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from perda.gateway.models import Role
from perda.gateway.services import Services


def test_login_sets_a_cookie_that_scripts_of_a_page_cannot_read(
    anonymous: httpx.Client, passwords: dict[str, str]
) -> None:
    answer = anonymous.post("/api/v1/auth/login", json={"password": passwords["viewer"]})
    assert answer.status_code == 200
    assert answer.json()["role"] == "viewer"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("perda_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie  # plain http: such a cookie would never come back
    assert answer.headers["cache-control"] == "no-store"
    assert anonymous.get("/api/v1/version").status_code == 200


def test_the_token_also_works_as_bearer(viewer: httpx.Client, anonymous: httpx.Client) -> None:
    token = viewer.cookies["perda_session"]
    answer = anonymous.get("/api/v1/version", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("password", ["wrong", "", "\u00e9", "the viewer's password "])
def test_a_wrong_password_is_401_without_a_cookie(anonymous: httpx.Client, password: str) -> None:
    import json

    answer = anonymous.post(
        "/api/v1/auth/login",
        content=json.dumps({"password": password}),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The password is wrong."
    assert "set-cookie" not in answer.headers


def test_every_login_is_a_session_of_its_own(
    log_in: Callable[[str], httpx.Client], passwords: dict[str, str]
) -> None:
    first, second = (log_in(passwords["viewer"]) for _ in range(2))
    assert first.cookies["perda_session"] != second.cookies["perda_session"]
    assert first.post("/api/v1/auth/logout").status_code == 204
    assert first.get("/api/v1/version").status_code == 401
    assert second.get("/api/v1/version").status_code == 200


def test_guessing_is_answered_with_429_and_ends_by_itself(
    in_process: Callable[[], httpx.AsyncClient], services: Services, clock: Any
) -> None:
    services.accounts.create_missing({Role.ADMIN: "right password"})

    async def scenario() -> None:
        async with in_process() as client:
            guesses = [await login(client, f"guess {number}") for number in range(12)]
            assert [answer.status_code for answer in guesses] == [401] * 10 + [429] * 2
            wait_s = int(guesses[-1].headers["retry-after"])
            assert 0 < wait_s <= 6
            assert str(wait_s) in guesses[-1].json()["detail"]
            assert (await login(client, "right password")).status_code == 429
            clock.advance(seconds=wait_s)
            assert (await login(client, "right password")).status_code == 200
            assert (await login(client, "right password")).status_code == 200

    anyio.run(scenario)


def test_guesses_at_the_same_time_are_counted_one_by_one(
    in_process: Callable[[], httpx.AsyncClient], services: Services
) -> None:
    services.accounts.create_missing({Role.ADMIN: "right password"})
    codes: list[int] = []

    async def guess(client: httpx.AsyncClient) -> None:
        codes.append((await login(client, "wrong password")).status_code)

    async def scenario() -> None:
        async with in_process() as client, anyio.create_task_group() as group:
            for _ in range(30):
                group.start_soon(guess, client)

    anyio.run(scenario)
    assert sorted(codes) == [401] * 10 + [429] * 20


def test_many_people_may_log_in_at_the_same_moment_from_one_address(
    in_process: Callable[[], httpx.AsyncClient], services: Services
) -> None:
    services.accounts.create_missing({Role.ADMIN: "right password"})
    codes: list[int] = []

    async def come_in(client: httpx.AsyncClient) -> None:
        codes.append((await login(client, "right password")).status_code)

    async def scenario() -> None:
        async with in_process() as client, anyio.create_task_group() as group:
            for _ in range(24):
                group.start_soon(come_in, client)

    anyio.run(scenario)
    assert codes == [200] * 24


def test_the_cookie_is_secure_behind_https(
    in_process: Callable[[], httpx.AsyncClient], services: Services
) -> None:
    services.accounts.create_missing({Role.ADMIN: "right password"})

    async def scenario() -> str:
        async with in_process() as client:
            client.base_url = httpx.URL("https://perda.test")
            return (await login(client, "right password")).headers["set-cookie"]

    assert "Secure" in anyio.run(scenario)


async def login(client: httpx.AsyncClient, password: str) -> httpx.Response:
    return await client.post("/api/v1/auth/login", json={"password": password})

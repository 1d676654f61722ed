from __future__ import annotations

from typing import Any

from perda.gateway.throttle import LoginThrottle, Rate

PER_ADDRESS = Rate(burst=3, per_second=0.1)
TOGETHER = Rate(burst=5, per_second=1.0)


def throttle_with(clock: Any) -> LoginThrottle:
    return LoginThrottle(clock, PER_ADDRESS, TOGETHER)


def test_an_address_that_guesses_must_wait_but_is_never_locked_out(clock: Any) -> None:
    throttle = throttle_with(clock)
    assert [throttle.wait_before_try("1.2.3.4") for _ in range(4)] == [0, 0, 0, 10]
    clock.advance(seconds=10)
    assert throttle.wait_before_try("1.2.3.4") == 0


def test_a_right_password_costs_nothing(clock: Any) -> None:
    throttle = throttle_with(clock)
    for _ in range(50):
        assert throttle.wait_before_try("1.2.3.4") == 0
        throttle.right_password("1.2.3.4")


def test_guessing_from_many_addresses_is_slowed_down_too(clock: Any) -> None:
    throttle = throttle_with(clock)
    waits = [throttle.wait_before_try(f"10.0.0.{host}") for host in range(6)]
    assert waits == [0, 0, 0, 0, 0, 1]


def test_guessers_elsewhere_do_not_keep_out_who_has_logged_in_before(clock: Any) -> None:
    throttle = throttle_with(clock)
    throttle.wait_before_try("192.168.1.7")
    throttle.right_password("192.168.1.7")
    for host in range(20):
        throttle.wait_before_try(f"10.0.0.{host}")
    assert throttle.wait_before_try("10.0.1.1") > 0
    assert throttle.wait_before_try("192.168.1.7") == 0


def test_addresses_of_one_ipv6_network_count_as_one(clock: Any) -> None:
    throttle = throttle_with(clock)
    waits = [throttle.wait_before_try(f"2001:db8::{host}") for host in range(4)]
    assert waits == [0, 0, 0, 10]


def test_ipv4_clients_of_a_server_on_ipv6_count_each_for_themselves(clock: Any) -> None:
    throttle = throttle_with(clock)
    waits = [throttle.wait_before_try(f"::ffff:192.0.2.{host}") for host in range(4)]
    assert waits == [0, 0, 0, 0]
    assert [throttle.wait_before_try("192.0.2.1") for _ in range(2)] == [0, 1]


def test_a_clock_that_goes_back_does_no_harm(clock: Any) -> None:
    throttle = throttle_with(clock)
    for _ in range(3):
        throttle.wait_before_try("1.2.3.4")
    clock.advance(hours=-5)
    assert throttle.wait_before_try("1.2.3.4") == 10
    clock.advance(seconds=10)
    assert throttle.wait_before_try("1.2.3.4") == 0

from __future__ import annotations

import hashlib

import pytest

from perda._digest import format_repr_digest, parse_repr_digest

SHA256 = hashlib.sha256(b"log").hexdigest()


def test_a_digest_survives_the_header() -> None:
    assert parse_repr_digest(format_repr_digest(SHA256)) == SHA256


def test_other_algorithms_beside_it_are_ignored() -> None:
    header = f"sha-512=:AAAA:, {format_repr_digest(SHA256)}"
    assert parse_repr_digest(header) == SHA256


@pytest.mark.parametrize(
    "header",
    ["", "sha-256", "sha-256=abc", "sha-256=::", "sha-256=:AAAA:", "sha-256=:!!!!:", "md5=:AAAA:",
     f"{format_repr_digest(SHA256)}, {format_repr_digest(SHA256)}", SHA256,
     "sha-256=:" + "A" * 43 + ":"],
)  # fmt: skip
def test_a_malformed_digest_is_refused(header: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the message is the header itself
        parse_repr_digest(header)

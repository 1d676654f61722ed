from __future__ import annotations

from pathlib import Path

import pytest

from perda.errors import SettingsError
from perda.gateway.settings import load_settings


def test_options_go_before_the_environment_and_the_environment_before_defaults() -> None:
    environ = {"PERDA_DATA_DIR": "/from/env", "PERDA_PORT": "9000", "PERDA_KEY_DAYS": "30"}
    settings = load_settings(environ, {"data_dir": "/from/option", "host": None})
    assert settings.data_dir == Path("/from/option")
    assert (settings.host, settings.port, settings.key_days) == ("127.0.0.1", 9000, 30)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PERDA_HOST", "example.org"),
        ("PERDA_PORT", "65536"),
        ("PERDA_PORT", "-1"),
        ("PERDA_PORT", "eighty"),
        ("PERDA_PORT", "80.5"),
        ("PERDA_S3_PUBLIC_URL", "store.example.org:8333"),
        ("PERDA_S3_PUBLIC_URL", "http://store.example.org/bucket"),
        ("PERDA_S3_PUBLIC_URL", "http://store:99999"),
        ("PERDA_KEY_DAYS", "6.9"),
        ("PERDA_KEY_DAYS", "nan"),
        ("PERDA_KEY_DAYS", "inf"),
        ("PERDA_SESSION_IDLE_DAYS", "0"),
        ("PERDA_MAX_UPLOAD_BYTES", "0"),
        ("PERDA_MAX_UPLOAD_BYTES", "1e9"),
        ("PERDA_TRUSTED_PROXIES", "proxy"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_expected(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"PERDA_DATA_DIR": "/d", variable: value})
    message = str(caught.value)
    assert variable in message
    assert repr(value) in message
    assert "expected" in message
    assert "\n" not in message


def test_a_wrong_option_is_named_as_an_option() -> None:
    with pytest.raises(SettingsError, match=r"--port is '99999'"):
        load_settings({}, {"data_dir": "/d", "port": "99999"})


def test_a_password_never_shows_in_errors_or_repr() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"PERDA_DATA_DIR": "/d", "PERDA_ADMIN_PASSWORD": "s3cret"})
    assert "PERDA_ADMIN_PASSWORD has 6 characters" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    settings = load_settings({"PERDA_DATA_DIR": "/d", "PERDA_ADMIN_PASSWORD": "long s3cret"})
    assert "s3cret" not in repr(settings)


def test_equal_passwords_are_refused() -> None:
    both = {"PERDA_ADMIN_PASSWORD": "same-same", "PERDA_VIEWER_PASSWORD": "same-same"}
    with pytest.raises(SettingsError, match="decides the role"):
        load_settings({"PERDA_DATA_DIR": "/d", **both})


def test_the_data_directory_must_be_given() -> None:
    with pytest.raises(SettingsError, match="--data-dir"):
        load_settings({})


def test_a_longest_life_below_the_idle_limit_is_refused() -> None:
    with pytest.raises(SettingsError, match="PERDA_SESSION_MAX_DAYS is 1"):
        load_settings({"PERDA_DATA_DIR": "/d", "PERDA_SESSION_MAX_DAYS": "1"})

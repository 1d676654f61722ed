"""The server and store of the client's own tests, for commands that speak to them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

KEY = "REV 11/2026-04-01/test.csv"


@pytest.fixture(scope="session")
def fakes():
    """The contract-only server and the store of the client's own tests."""
    path = Path(__file__).parents[1] / "server" / "conftest.py"
    spec = importlib.util.spec_from_file_location("fakes_of_the_client_tests", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def store(fakes):
    one = fakes.FakeStore()
    one.put(KEY, fakes.LOG)
    yield one
    one.stop()


@pytest.fixture
def server(fakes, store):
    one = fakes.FakeServer(store)
    yield one
    one.stop()


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """Settings, cache and current directory of this test's own."""
    monkeypatch.setenv("PERDA_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("PERDA_CACHE_DIR", str(tmp_path / "cache"))
    directory = tmp_path / "here"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def logged_in(server, fakes, workplace):
    """The server, with a session of it remembered."""
    from perda.cli._session import write_session
    from perda.server import ServerClient

    with ServerClient(server.url, progress=False) as client:
        client.login(fakes.PASSWORD)
        write_session(client.session_state())
    return server

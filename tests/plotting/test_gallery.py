from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def gallery():
    spec = importlib.util.spec_from_file_location("gallery_build", DOCS / "gallery_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_every_figure_and_its_code(gallery):
    page = (DOCS / "gallery.md").read_text()

    assert re.findall(r"gallery/([\w-]+)\.png", page) == list(gallery.FIGURES)
    shown = re.findall(r":pyobject: (\w+)", page)
    assert shown == [make.__name__ for make in gallery.FIGURES.values()]


def test_every_figure_of_the_gallery_can_be_made(gallery, tmp_path, caplog):
    from perda.analyzer import Analyzer
    from perda.sample import write_sample_log

    log = write_sample_log(tmp_path / "run.csv", minutes=0.5, seed=1).path
    data = Analyzer(log, verbose=0).data

    for name, make in gallery.FIGURES.items():
        assert len(make(data).data) > 0, name
    assert caplog.text == ""

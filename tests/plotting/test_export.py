from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image

from perda.errors import MissingExtraError
from perda.plotting import LayoutConfig, plot_single_axis
from perda.plotting.export import write_figure


def test_a_png_is_drawn_without_browser_or_network(make_series, tmp_path):
    figure = plot_single_axis(
        make_series(range(100), np.sin(np.arange(100) / 5)),
        layout_config=LayoutConfig(width=400, height=300),
    )

    picture = Image.open(write_figure(figure, tmp_path / "figure.png", scale=1)).convert("RGB")

    assert picture.size == (400, 300)
    colors = {color for _, color in picture.getcolors(400 * 300)}
    assert (0x00, 0x72, 0xB2) in colors  # the first trace's blue


def test_a_page_brings_its_script_along(make_series, tmp_path):
    page = write_figure(plot_single_axis(make_series()), tmp_path / "figure.html").read_text()

    assert "Power" in page
    assert not re.search(r'<script[^>]+src="http', page)


def test_another_ending_is_refused(make_series, tmp_path):
    with pytest.raises(ValueError, match=r"figure\.pdf.*\.html or \.png"):
        write_figure(plot_single_axis(make_series()), tmp_path / "figure.pdf")


def test_a_missing_renderer_says_how_to_get_it(make_series, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(MissingExtraError, match=r'pip install "perda\[png\]"'):
        write_figure(plot_single_axis(make_series()), tmp_path / "figure.png")

"""Points coloured by a value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from perda.plotting.plotting_constants import FontConfig
from perda.plotting.style import tick_size

# Viridis without its pale end, which vanishes on white. Source: Smith & van der Walt, "A better
# default colormap for matplotlib" (SciPy 2015); it stays ordered for colour-blind readers.
COLORSCALE = (
    (0.0, "#440154"),
    (0.25, "#3e4a89"),
    (0.5, "#26828e"),
    (0.75, "#35b779"),
    (1.0, "#b5de2b"),
)

MOST_MARKERS = 6_000
"""Points with a colour each are the slowest thing a browser draws: above, every n-th is shown."""


def marker_stride(count: int) -> slice:
    """Return which of ``count`` points get a coloured marker."""
    return slice(None, None, max(1, math.ceil(count / MOST_MARKERS)))


# Any: plotly's attributes are free-form.
def colored_markers(
    values: npt.NDArray[np.float64], label: str, size: float, font_config: FontConfig
) -> dict[str, Any]:
    """Return the settings of points coloured by ``values``, with a scale at the right.

    The scale ends at the 1st and 99th percentile, so that a single wild sample does not leave
    all others in one colour. Few points are drawn larger than ``size``, up to twice.
    """
    known = values[np.isfinite(values)]
    ends = np.percentile(known, [1, 99]) if len(known) else (0.0, 1.0)
    return {
        "color": values,
        "size": size * min(2.0, max(1.0, (1500 / max(1, len(values))) ** 0.5)),
        "colorscale": [list(stop) for stop in COLORSCALE],
        "cmin": float(ends[0]),
        "cmax": float(ends[1]),
        "colorbar": {
            "title": {"text": label, "side": "right", "font": {"size": font_config.medium}},
            "tickfont": {"size": tick_size(font_config)},
            "thickness": 14,
            "outlinewidth": 0,
            "ticks": "outside",
        },
    }

"""What the car's sensors would see: every physical channel, from the run's model."""

from __future__ import annotations

import numpy as np

from perda.sample.channels_electrical import electrical_channels
from perda.sample.channels_mechanical import mechanical_channels
from perda.sample.model import RunModel
from perda.sample.view import Channels, view_rows


def channels(model: RunModel, rows: slice) -> Channels:
    """Return all channels for some rows of the run, each of shape (rows,)."""
    view = view_rows(model, rows)
    constant: Channels = {"zero": np.zeros_like(view.time), "time": view.time}
    return constant | mechanical_channels(view) | electrical_channels(view)

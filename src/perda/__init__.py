"""perda: racing telemetry, from the car's log to the answer.

The package itself imports nothing, so that ``import perda`` and ``perda --help``
stay fast; users import from the subpackages, for example
``from perda.analyzer import Analyzer`` and ``from perda.server import ServerClient``.
"""

__version__ = "0.1.0"

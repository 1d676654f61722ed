"""Reading and writing logs; one module per format behind one :func:`read_log`."""

from perda.formats.read_log import read_log

__all__ = ["read_log"]

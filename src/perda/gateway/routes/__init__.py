"""The calls of the protocol, one file per noun."""

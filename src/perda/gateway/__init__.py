"""The data server: logs go in over HTTP, lie in an object store, and are listed and described.

Nothing is imported here, so that ``import perda.gateway`` stays light; start with
:mod:`perda.gateway.launch` (the running server) or :mod:`perda.gateway.app` (the application).
"""

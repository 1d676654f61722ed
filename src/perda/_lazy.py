"""Names of a package that are imported when first used (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence


def lazy_names(
    package: str, names_by_module: Mapping[str, Sequence[str]], modules: Sequence[str] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return a package's ``__getattr__`` and ``__dir__``.

    Parameters
    ----------
    package : str
        The package's ``__name__``.
    names_by_module : mapping of str to sequence of str
        Which names come from which module.
    modules : sequence of str
        Names that are modules of the package itself.

    Returns
    -------
    tuple of callable
        ``__getattr__``, which imports the module of a name and remembers the name, and
        ``__dir__``, which lists them all.
    """
    home = {name: module for module, names in names_by_module.items() for name in names}

    def get(name: str) -> object:
        if name in modules:
            return importlib.import_module(f"{package}.{name}")
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(home[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    def listing() -> list[str]:
        return sorted({*vars(sys.modules[package]), *home, *modules})

    return get, listing

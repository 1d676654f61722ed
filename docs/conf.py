"""Settings of the documentation."""

import perda

project = "perda"
copyright = "2026, the perda authors"
version = release = perda.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
]
napoleon_google_docstring = False
napoleon_use_ivar = True
autosummary_generate = True
autodoc_typehints = "none"
autodoc_default_options = {"members": True, "show-inheritance": True}
myst_heading_anchors = 3
html_theme = "furo"
html_title = "perda"
exclude_patterns = ["_build"]

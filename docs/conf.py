"""How Sphinx builds the documentation: ``tox -e docs``."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from api_text import api_text
from figures import draw_figures, write_tables

project = "pytest-fakesecrets"
author = "The pytest-fakesecrets developers"
copyright = author  # noqa: A001 - the name that Sphinx reads
release = version = version_of(project)

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_llms_txt",
]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True}
# Types that are imported for type checkers alone stay as they are written.
suppress_warnings = ["sphinx_autodoc_typehints.guarded_import"]

# A prompt is not part of what is copied.
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = project
html_static_path = ["assets"]
html_css_files = ["site.css"]
html_show_sphinx = False

llms_txt_summary = (
    "A pytest plugin that gives every test its own AWS Secrets Manager, in the process: "
    "fixtures, markers, faults, rotation and a clock, for code that calls boto3."
)

exclude_patterns = ["_generated"]
draw_figures(Path(__file__).parent / "_static")
write_tables(Path(__file__).parent / "_generated")


def setup(app: Any) -> None:
    """Have the text for assistants hold what autodoc puts into the HTML."""
    app.connect("build-finished", _write_api_text, priority=900)


def _write_api_text(app: Any, error: Exception | None) -> None:
    if error is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    text = f"# Classes: the reference as text\n\n{api_text()}\n"
    (folder / "_sources" / "reference" / "classes.md.txt").write_text(text)
    with (folder / "llms-full.txt").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{text}")

"""What completion shows of the public classes is what the documentation describes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import pytest_fakesecrets

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "classes.md"
DIRECTIVE = re.compile(
    r"^\.\. auto(?:class|exception):: pytest_fakesecrets\.(?P<name>\w+)\n"
    r"(?:   :exclude-members: (?P<excluded>.*)\n)?",
    re.MULTILINE,
)
DOCUMENTED = {
    match["name"]: set((match["excluded"] or "").split(", ")) - {""}
    for match in DIRECTIVE.finditer(PAGE.read_text(encoding="utf-8"))
}
CLASSES = [
    getattr(pytest_fakesecrets, name) for name in pytest_fakesecrets.__all__ if name[0] != "_"
]
# Of Python's own collections and exceptions, which Python documents.
INHERITED = {*dir(Mapping), *dir(Sequence), *dir(Exception), "add_note"}


def members(kind):
    """Return the public members of a class that are its own."""
    return sorted(name for name in dir(kind) if name[0] != "_" and name not in INHERITED)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_public_member_is_documented(kind):
    """The reference shows each class; its members say what they do, or the class does."""
    of_class = inspect.getdoc(kind) or ""
    shown = set(members(kind)) - DOCUMENTED[kind.__name__]
    silent = [name for name in shown if not inspect.getdoc(getattr(kind, name))]
    hidden = [name for name in DOCUMENTED[kind.__name__] if f" {name}:" not in of_class]

    assert [] == silent
    assert [] == hidden

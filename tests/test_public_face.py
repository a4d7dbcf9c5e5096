"""What completion shows of the public classes is what the documentation describes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import pytest_fakesecrets

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
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
    """The README names each member, and has no member that is only for the package itself."""
    unnamed = [name for name in members(kind) if not re.search(rf"\b{name}\b", README)]

    assert [] == unnamed

"""The reference of the classes as text, for readers that do not render HTML."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest_fakesecrets


def api_text() -> str:
    """Return each public class with its members, their signatures and docstrings, as Markdown."""
    names = [name for name in pytest_fakesecrets.__all__ if not name.startswith("_")]
    return "\n\n".join(_of_class(name, getattr(pytest_fakesecrets, name)) for name in names)


def _of_class(name: str, kind: type) -> str:
    parts = [f"## {name}", _described(name, kind)]
    parts += [_described(f"{name}.{member}", value) for member, value in _members(kind)]
    return "\n\n".join(parts)


def _members(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the public members that a class has itself, in the order of the source."""
    for name, value in vars(kind).items():
        if not name.startswith("_") and inspect.getdoc(value) and _is_described(value):
            yield name, value


def _is_described(value: object) -> bool:
    return isinstance(value, property) or inspect.isfunction(value)


def _described(name: str, value: Any) -> str:
    signature = ""
    if not isinstance(value, property):
        try:
            signature = str(inspect.signature(value))
        except ValueError:  # exceptions of Python's own making
            signature = "(...)"
    return f"`{name}{signature}`\n\n{inspect.getdoc(value)}"

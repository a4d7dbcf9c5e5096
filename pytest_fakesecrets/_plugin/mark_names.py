"""Which marks of a suite are meant for this plugin."""

# Of ten public suites with a mark named "secrets", nine mean one of their own.

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import pytest

from .options import is_any_ini_set

Node = pytest.Item | pytest.Collector

NAME: Final = "fake_secrets"
SHORT_NAME: Final = "secrets"
_SECRETS: Final = (
    "(*seeds, region=None, account=None, file=(), allow_real_calls=False, leaks=None, "
    "unused_faults=None, enforce_policies=None, principal=None): "
    "give the test a fake AWS Secrets Manager with these secrets (dicts of names to values, "
    "Secret objects; files relative to the test's). Several marks add up; the closest wins for "
    "the same secret. allow_real_calls=True lets the test reach the real AWS instead."
)
_SHORT_LINE: Final = f"{SHORT_NAME}{_SECRETS}"
_ERRORS: Final = (
    "secrets_errors(*operations, only=None, exclude=(), also=()): run the test once for each error "
    "that AWS documents for the operations (GetSecretValue by default), already injected; the "
    "fixture secrets_error tells which. only= takes some of them, exclude= leaves some out, also= "
    "adds others, such as ThrottlingException or ReadTimeoutError."
)
_IS_SHORT_NAME_OURS: Final = pytest.StashKey[bool]()
_DO_BARE_MARKS_COUNT: Final = pytest.StashKey[bool]()


def add_markers(config: pytest.Config) -> None:
    """Declare the marks, as ``pytest --markers`` shows them.

    The short name is not declared where the suite has a mark of this name.
    """
    config.addinivalue_line("markers", f"{NAME}{_SECRETS}")
    if not is_short_name_taken(config):
        config.addinivalue_line("markers", _SHORT_LINE)
    config.addinivalue_line("markers", _ERRORS)


def is_short_name_taken(config: pytest.Config) -> bool:
    """Tell whether the suite has registered a mark ``secrets`` of its own."""
    lines = (line for line in config.getini("markers") if line != _SHORT_LINE)
    return SHORT_NAME in (line.partition(":")[0].partition("(")[0].strip() for line in lines)


def decide(config: pytest.Config, items: Iterable[pytest.Item], fixtures: frozenset[str]) -> None:
    """Decide which marks count, now that all tests are known.

    A mark ``secrets`` without arguments has another meaning in a suite that does not use the
    plugin otherwise.

    :param fixtures: the names of the plugin's fixtures.
    """
    config.stash[_IS_SHORT_NAME_OURS] = not is_short_name_taken(config)
    config.stash[_DO_BARE_MARKS_COUNT] = False
    config.stash[_DO_BARE_MARKS_COUNT] = is_any_ini_set(config) or any(
        _uses_plugin(item, fixtures) for item in items
    )


def marks_of(node: Node) -> Iterator[tuple[Any, pytest.Mark]]:
    """Return the marks that are meant for the plugin, closest first, each with what it is on."""
    for holder, mark in node.iter_markers_with_node():
        if mark.name == NAME or (mark.name == SHORT_NAME and _is_ours(mark, node.config.stash)):
            yield holder, mark


def is_marked(node: Node) -> bool:
    """Tell whether a test has a mark that is meant for the plugin."""
    return any(True for _ in marks_of(node))


def _uses_plugin(item: pytest.Item, fixtures: frozenset[str]) -> bool:
    return (
        not fixtures.isdisjoint(getattr(item, "fixturenames", ()))
        or item.get_closest_marker("secrets_errors") is not None
        or is_marked(item)
    )


def _is_ours(mark: pytest.Mark, stash: pytest.Stash) -> bool:
    has_arguments = bool(mark.args or mark.kwargs)
    return stash.get(_IS_SHORT_NAME_OURS, True) and (
        has_arguments or stash.get(_DO_BARE_MARKS_COUNT, True)
    )

"""``FakeSecrets(...)`` as a decorator of functions and classes."""

from __future__ import annotations

import functools
import inspect
import unittest
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from .._errors import HIDE_MISUSE, UsageError

__tracebackhide__ = HIDE_MISUSE

Surround = Callable[[], AbstractContextManager[Any]]


def decorate(target: Any, surround: Surround) -> Any:
    """Have each call of a function, or of each test of a class, run within a context manager.

    :param surround: makes a context manager of its own for each call.
    :raises UsageError: for what is neither a function nor a class.
    """
    if isinstance(target, type):
        return _decorate_class(target, surround)
    if inspect.iscoroutinefunction(target):
        return _decorate_coroutine_function(target, surround)
    if inspect.isroutine(target) and not (
        inspect.isgeneratorfunction(target) or inspect.isasyncgenfunction(target)
    ):
        return _decorate_function(target, surround)
    raise UsageError(
        f"FakeSecrets(...) cannot decorate {target!r}. It decorates functions, async functions and "
        "classes; in a generator, such as a fixture, use it as a context manager."
    )


def _decorate_function(target: Callable[..., Any], surround: Surround) -> Callable[..., Any]:
    @functools.wraps(target)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        with surround():
            return target(*args, **kwargs)

    return decorated


def _decorate_coroutine_function(
    target: Callable[..., Any], surround: Surround
) -> Callable[..., Any]:
    @functools.wraps(target)
    async def decorated(*args: Any, **kwargs: Any) -> Any:
        with surround():
            return await target(*args, **kwargs)

    return decorated


def _decorate_class(target: type, surround: Surround) -> type:
    if issubclass(target, unittest.TestCase):
        _surround_set_up(target, surround)
        return target
    tests = [
        name
        for name, member in inspect.getmembers(target, inspect.isfunction)
        if name.startswith("test")
    ]
    if not tests:
        raise UsageError(
            f"{target.__name__} has no method whose name begins with test, so FakeSecrets(...) "
            "would do nothing for it. Decorate the functions that are to run with the fake."
        )
    for name in tests:
        setattr(target, name, decorate(getattr(target, name), surround))
    return target


def _surround_set_up(target: Any, surround: Surround) -> None:
    """Begin before setUp and end after tearDown, as both may make calls."""
    original = target.setUp

    @functools.wraps(original)
    def set_up(self: unittest.TestCase) -> None:
        context = surround()
        context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        original(self)

    target.setUp = set_up

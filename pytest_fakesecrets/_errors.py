"""What a test author did wrong."""

from __future__ import annotations

from collections.abc import Iterable
from operator import methodcaller
from typing import Final


class UsageError(Exception):
    """The test author asked the fake for something it cannot do; says what, and the remedy."""


class RealCallError(UsageError):
    """A call of Secrets Manager was about to leave the process, and no test had said it may."""


class FakeSecretsWarning(UserWarning):
    """What pytest-fakesecrets was asked to warn of."""


# What a module names __tracebackhide__ for pytest: a misuse ends at the test's own line.
HIDE_MISUSE: Final = methodcaller("errisinstance", UsageError)


class NoSuchSecretError(UsageError, KeyError):  # what a mapping raises, with a message
    """A fake has no secret of the name that the test asked for."""

    # KeyError would show the message quoted.
    __str__ = Exception.__str__


class UnsupportedError(UsageError, NotImplementedError):  # so that either class catches it
    """The code under test used a part of Secrets Manager that the fake does not support."""


# Where users import them from; a longer name would take the room of the text in pytest's summary.
for _public in (UsageError, RealCallError, FakeSecretsWarning, NoSuchSecretError, UnsupportedError):
    _public.__module__ = "pytest_fakesecrets"


def unknown_choice(
    what: str, given: object, choices: Iterable[str], *, meant: str | None = None
) -> UsageError:
    """Return a usage error that names the input, its nearest right spelling and the choices.

    :param meant: what is known to be meant, though it is spelt otherwise.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - loading the plugin needs no difflib

    among = sorted(choices)
    near = [meant] if meant else get_close_matches(str(given), among, n=1)
    hint = f"; did you mean {near[0]}?" if near else "."
    return UsageError(f"{given} is not {what}{hint} Choose one of: {', '.join(among)}.")

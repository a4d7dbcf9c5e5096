"""Messages for members and arguments that a public class does not have."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from types import FunctionType
from typing import Any, Final, TypeVar

from ._errors import UsageError, unknown_choice

Kind = TypeVar("Kind", bound=type)

# What people write first, where no letters lead from it to the argument that they mean.
_MEANT: Final[Mapping[str, str]] = {
    "SecretBinary": "value",
    "SecretId": "secret",
    "SecretString": "value",
    "count": "times",
    "role": "principal",
    "user": "principal",
}


class _NoSuchMemberError(UsageError, AttributeError):  # what hasattr() and getattr() expect
    """A test asked an object for a member that it does not have."""


class _WrongArgumentsError(UsageError, TypeError):
    """A test called a method with arguments that it does not take."""


for _kind in (_NoSuchMemberError, _WrongArgumentsError):
    _kind.__module__, _kind.__qualname__ = UsageError.__module__, UsageError.__qualname__


def guided(instead: Mapping[str, str]) -> Callable[[Kind], Kind]:
    """Have a public class answer a wrong member, or wrong arguments, with the right ones.

    :param instead: members that people try first, each with what to write.
    """

    def decorate(kind: Kind) -> Kind:
        def no_member(self: object, name: str) -> Any:
            raise _no_member(self, name, instead)

        setattr(kind, "__getattr__", no_member)  # noqa: B010 - type checkers are not to know it
        for name, member in list(vars(kind).items()):
            if isinstance(member, FunctionType) and (name == "__init__" or name[0] != "_"):
                setattr(kind, name, _checked(kind.__name__, member))
        return kind

    return decorate


def _no_member(owner: object, name: str, instead: Mapping[str, str]) -> AttributeError:
    kind = type(owner).__name__
    if name.startswith("_"):
        return AttributeError(f"{kind!r} object has no attribute {name!r}", name=name, obj=owner)
    if name in instead:
        return _NoSuchMemberError(f"{kind} has no {name}. {instead[name]}")
    members = [member for member in dir(type(owner)) if member[0] != "_"]
    return _NoSuchMemberError(str(unknown_choice(f"a member of {kind}", name, members)))


def _checked(kind: str, method: FunctionType) -> Callable[..., Any]:
    """Return a method that answers arguments that Python cannot bind with those that there are."""

    @wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            return method(*args, **kwargs)
        except TypeError as error:
            began = error.__traceback__ is not None and error.__traceback__.tb_next is not None
            if began:
                raise
            refusal = _refusal(kind, method, kwargs, str(error))
        raise refusal

    return checked


def _refusal(
    kind: str, method: FunctionType, given: Mapping[str, object], reason: str
) -> _WrongArgumentsError:
    name = kind if method.__name__ == "__init__" else method.__name__
    parameters = list(inspect.signature(method).parameters.values())[1:]
    names = [parameter.name for parameter in parameters]
    unknown = [argument for argument in given if argument not in names]
    if unknown:
        meant = _MEANT.get(unknown[0])
        known = [meant for meant in (meant,) if meant in names]
        what = f"an argument of {name}()"
        return _WrongArgumentsError(
            str(unknown_choice(what, unknown[0], names, meant=known[0] if known else None))
        )
    shown = inspect.Signature(
        [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    )
    return _WrongArgumentsError(f"{reason}. Call it as {name}{shown}.")

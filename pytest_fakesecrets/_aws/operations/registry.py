"""Which operations there are: each is registered where its function is written."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ..._errors import UnsupportedError
from ..errors import ServiceError
from ..protocol.requests import Request
from .context import Context, Response

_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_TOKEN: Final = "You must provide a ClientRequestToken value. We recommend a UUID-type value."


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    :ivar function: answers, given a context and the members of the request in snake case.
    :ivar members: those that it supports, in snake case.
    :ivar reads: whether it shows the state of secrets and changes nothing but the day of the read.
    :ivar missing_token: the error where ClientRequestToken is missing; None where it is not needed.
    """

    name: str
    function: Callable[..., Response]
    members: frozenset[str]
    reads: bool
    missing_token: str | None

    def run(self, context: Context, request: Request) -> Response:
        """Carry the operation out.

        :raises ServiceError: as AWS answers.
        """
        if self.missing_token is not None and "ClientRequestToken" not in request.members:
            raise ServiceError(self.missing_token, _NO_TOKEN)
        if "SecretId" not in request.members:
            context.authorize(request.members.get("Name"))
        named = {snake_case(member): value for member, value in request.members.items()}
        return self.function(context, **named)


OPERATIONS: Final[dict[str, Operation]] = {}


def operation(
    name: str, *, reads: bool = False, missing_token: str | None = None
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Register a function as an operation of AWS.

    Its keyword parameters are the members of the request, in snake case.

    :param name: AWS's name, such as ``GetSecretValue``.
    :param reads: whether it shows the state of secrets, so that it may show an old one.
    :param missing_token: the code of the error for a request without ClientRequestToken.
    """

    def register(function: Callable[..., Response]) -> Callable[..., Response]:
        parameters = inspect.signature(function).parameters.values()
        members = frozenset(
            parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY
        )
        OPERATIONS[name] = Operation(name, function, members, reads, missing_token)
        return function

    return register


def reading_operations() -> list[str]:
    """Return the operations that show the state of secrets."""
    return [operation.name for operation in OPERATIONS.values() if operation.reads]


def refuse_unsupported(name: str, members: Iterable[str]) -> None:
    """Refuse an operation, or a member of one, that is not supported.

    :raises UnsupportedError: which is not an answer of AWS, so that no ``except ClientError`` of
        the code under test hides it.
    """
    known = OPERATIONS.get(name)
    if known is None:
        message = (
            f"{name} is not supported. Supported are: {', '.join(sorted(OPERATIONS))}. "
            "To add it, write a function with @operation in pytest_fakesecrets/_aws/operations/; "
            "CONTRIBUTING.md shows how."
        )
        raise UnsupportedError(message)
    for member in members:
        if snake_case(member) not in known.members:
            message = (
                f"The member {member} of {name} is not supported: it is newer than this "
                "version of pytest-fakesecrets. Update it, or leave the member out."
            )
            raise UnsupportedError(message)


@functools.cache
def snake_case(member: str) -> str:
    """Return AWS's member name as Python spells it: SecretId is secret_id."""
    return _CAPITAL.sub("_", member).lower()

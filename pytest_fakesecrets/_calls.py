"""The log of the calls that the code under test made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, overload

from ._caller import Caller
from ._errors import HIDE_MISUSE, ServiceError, UsageError, unknown_choice
from ._model import operations
from ._secret import Value

__tracebackhide__ = HIDE_MISUSE

_SENSITIVE: Final = frozenset({"SecretString", "SecretBinary", "RandomPassword", "RotationToken"})


class Masked:
    """A secret value in the log: it equals what was sent, and does not show it.

    No ``str``, as pytest prints the differences of strings.

    :ivar value: what was sent, str or bytes.
    """

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "'***'" if isinstance(self.value, str) else "b'***'"

    def __eq__(self, other: object) -> bool:
        return self.value == (other.value if isinstance(other, Masked) else other)

    def __hash__(self) -> int:
        return hash(self.value)


@dataclass(slots=True, kw_only=True)
class Call:
    """One request that the code under test made, with its outcome.

    ``call.parameters`` is what was sent, by AWS's member names, with secret values masked
    (:class:`Masked`).

    :ivar operation: AWS's name, such as ``GetSecretValue``.
    :ivar sent: the parameters as they were sent, for the service.
    :ivar region: the Region of the client.
    :ivar account: the account of the caller.
    :ivar attempts: how often botocore sent it; more than one where it retried.
    :ivar error: the code of the error that the last attempt met, None for success.
    :ivar at: when it was made, by the fake's clock.
    """

    operation: str
    sent: Mapping[str, Any] = field(repr=False, compare=False)
    parameters: Mapping[str, Any] = field(init=False)
    region: str
    account: str = field(init=False)
    caller: Caller = field(repr=False, compare=False)
    attempts: int = 0
    error: str | None = None
    at: datetime | None = None
    identities: set[str] = field(default_factory=set, repr=False, compare=False)
    malformed: ServiceError | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.account = self.caller.account
        self.parameters = _masked(self.sent)
        self.identities.update(_secret_ids(self.parameters))

    @property
    def principal(self) -> str:
        """The ARN of the caller, or the name of a service; the account's root by default."""
        return self.caller.principal

    @property
    def outcome(self) -> str:
        """The error code that the code under test saw, or ``OK``."""
        return self.error or "OK"

    def is_about(self, secret: str) -> bool:
        """Tell whether the call named a secret, be it by name or by ARN."""
        return secret in self.identities


class CallLog(Sequence[Call]):
    """All calls that reached a fake, oldest first."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def __repr__(self) -> str:
        listed = ", ".join(map(_summary, self))
        return f"<CallLog of {': '.join(filter(None, [str(len(self)), listed]))}>"

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | Sequence[Call]:
        return self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._calls))

    @property
    def last(self) -> Call:
        """The latest call.

        :raises UsageError: where none was made.
        """
        if not self._calls:
            message = "No call was made, so there is no last one. Look at len(fake.calls) first."
            raise UsageError(message)
        return self._calls[-1]

    def of(self, operation: str | None = None, *, secret: str | None = None) -> list[Call]:
        """Return the calls of one operation, about one secret, or both.

        :param operation: AWS's name, such as ``GetSecretValue``; any by default.
        :param secret: a name or an ARN; any by default.
        :raises UsageError: for an operation that Secrets Manager does not have.
        """
        check_operation(operation)
        return [
            call
            for call in self
            if operation in (None, call.operation) and (secret is None or call.is_about(secret))
        ]

    def count(self, operation: str | None = None, *, secret: str | None = None) -> int:
        """Return how many calls :meth:`of` finds; the attempts of one call count once."""
        return len(self.of(operation, secret=secret))

    def record(self, call: Call) -> None:
        """Write a new call down."""
        self._calls.append(call)

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()


def check_operation(operation: str | None) -> None:
    """Refuse an operation that Secrets Manager does not have."""
    if operation is not None and operation not in operations():
        what = "an operation of Secrets Manager"
        raise unknown_choice(what, operation, operations())


def _masked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Masked(value) if name in _SENSITIVE else value for name, value in parameters.items()
    }


def _secret_ids(parameters: Mapping[str, Any]) -> list[str]:
    single = (parameters.get("SecretId"), parameters.get("Name"))
    return [name for name in single if name] + list(parameters.get("SecretIdList") or ())


def _summary(call: Call) -> str:
    named = " ".join(_secret_ids(call.parameters))
    retried = f" after {call.attempts} attempts" if call.attempts > 1 else ""
    return f"{call.operation}({named}) {call.outcome}{retried}"

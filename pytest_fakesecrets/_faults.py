"""Outcomes that a test decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._calls import check_operation
from ._errors import (
    DEFAULT_MESSAGES,
    HIDE_MISUSE,
    MODELLED_ERRORS,
    ServiceError,
    UsageError,
    unknown_choice,
)
from ._model import errors_of

if TYPE_CHECKING:
    from ._calls import Call


__tracebackhide__ = HIDE_MISUSE


class Fault:
    """An error that a test asked for. Returned by :meth:`Faults.add`.

    :ivar hits: how many attempts it has failed so far.
    """

    def __init__(
        self,
        error: ServiceError,
        *,
        operation: str | None,
        secret: str | None,
        times: int | None,
    ) -> None:
        self.error = error
        self.operation = operation
        self.secret = secret
        self.hits = 0
        self._times = times
        self._cancelled = False

    def __repr__(self) -> str:
        where = f"{self.operation or 'any operation'} of {self.secret or 'any secret'}"
        left = "" if self._times is None else f", {self._times - self.hits} times more"
        return f"<Fault {self.error.code} on {where}{left}, {self.hits} hits>"

    @property
    def armed(self) -> bool:
        """Whether it can still fail a call."""
        return not self._cancelled and (self._times is None or self.hits < self._times)

    def cancel(self) -> None:
        """Let calls pass again."""
        self._cancelled = True

    def strikes(self, call: Call) -> bool:
        """Tell whether the fault fails this call; count it when it does."""
        meant = (
            self.armed
            and self.operation in (None, call.operation)
            and (self.secret is None or call.is_about(self.secret))
            and _can_raise(call.operation, self.error.code)
        )
        self.hits += meant
        return meant


class Faults:
    """The faults of one fake; the earliest that applies to a call decides."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def __repr__(self) -> str:
        return f"<Faults {self._faults}>"

    def add(
        self,
        error: str,
        *,
        operation: str | None = None,
        secret: str | None = None,
        times: int | None = None,
        message: str | None = None,
    ) -> Fault:
        """Make calls fail with an error of AWS, before they have any effect.

        :param error: AWS's code: one of the service's own, such as ``InternalServiceError``, or of
            the framework in front of it, such as ``ThrottlingException``.
        :param operation: AWS's name; by default every operation that documents the error.
        :param secret: a name or an ARN; any secret by default.
        :param times: how many attempts fail; botocore retries some errors, and each retry is an
            attempt. By default all, until :meth:`Fault.cancel`.
        :param message: the text; AWS's own by default.
        :return: a handle with ``.hits`` and ``.cancel()``.
        :raises UsageError: for a code that Secrets Manager, or the operation, does not have.
        """
        _check(error, operation, times)
        fault = Fault(ServiceError(error, message), operation=operation, secret=secret, times=times)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def strike(self, call: Call) -> None:
        """Fail a call for which a fault is armed.

        :raises ServiceError: the fault's error.
        """
        for fault in self._faults:
            if fault.strikes(call):
                raise fault.error


def check_error(error: str) -> None:
    """Refuse an error code that no call to Secrets Manager can meet."""
    if error not in DEFAULT_MESSAGES:
        what = "an error of Secrets Manager"
        raise unknown_choice(what, error, DEFAULT_MESSAGES)


def _check(error: str, operation: str | None, times: int | None) -> None:
    check_error(error)
    check_operation(operation)
    if operation is not None and not _can_raise(operation, error):
        raise unknown_choice(f"an error of {operation}", error, errors_of(operation))
    if times is not None and (not isinstance(times, int) or times < 1):
        message = f"times={times!r} is not a number of attempts. Give 1 or more, or None for all."
        raise UsageError(message)


def _can_raise(operation: str, error: str) -> bool:
    return error not in MODELLED_ERRORS or error in errors_of(operation)

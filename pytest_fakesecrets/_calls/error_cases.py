"""The errors that tests are run with, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .._aws.api_model import check_operation, errors_of, exception_of
from .._aws.errors import DEFAULT_MESSAGES
from .._codes import CONNECTION_ERRORS
from .._errors import HIDE_MISUSE, UsageError, unknown_choice
from .effects import can_raise

__tracebackhide__ = HIDE_MISUSE


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """The error of one run of a test, or of one turn of a loop.

    :ivar code: AWS's error code, such as ``DecryptionFailure``, or the name of botocore's
        exception, such as ``ReadTimeoutError``.
    :ivar operation: the operation that it is injected into.
    """

    code: str
    operation: str

    @property
    def exception(self) -> type[Exception]:
        """What boto3 raises: botocore's exception of that name, ClientError for AWS's codes."""
        return exception_of(self.code)


def errors_to_inject(
    operations: Iterable[str],
    *,
    only: Iterable[str] | None,
    exclude: Iterable[str],
    also: Iterable[str],
) -> list[ErrorCase]:
    """Return the documented errors of operations, narrowed and widened.

    :raises UsageError: for what is not an operation, or not an error of it.
    """
    named = tuple(operations) or ("GetSecretValue",)
    for operation in named:
        check_operation(operation)
    names = tuple(dict.fromkeys(named))
    wanted, further = _several("only", only), _several("also", also) or ()
    unwanted = _several("exclude", exclude) or ()
    if wanted is not None and unwanted:
        raise UsageError("only= and exclude= cannot be given together.")
    documented = {operation: errors_of(operation) for operation in names}
    for code in (*(wanted or ()), *unwanted):
        if not any(code in codes for codes in documented.values()):
            choices = {code for codes in documented.values() for code in codes}
            raise unknown_choice(f"a documented error of {' or '.join(names)}", code, choices)
    for code in further:
        check_error(code)
        if not any(can_raise(operation, code) for operation in names):
            choices = {code for codes in documented.values() for code in codes}
            raise unknown_choice(f"an error of {' or '.join(names)}", code, choices)
    return [
        ErrorCase(code, operation)
        for operation in names
        for code in dict.fromkeys(
            (
                *(
                    code
                    for code in documented[operation]
                    if code not in unwanted and (wanted is None or code in wanted)
                ),
                *(code for code in further if can_raise(operation, code)),
            )
        )
    ]


def check_error(error: str) -> None:
    """Refuse an error that Secrets Manager and botocore do not have."""
    if error not in DEFAULT_MESSAGES and error not in CONNECTION_ERRORS:
        choices = (*DEFAULT_MESSAGES, *CONNECTION_ERRORS)
        raise unknown_choice("an error of Secrets Manager", error, choices)


def _several(name: str, codes: Iterable[str] | None) -> tuple[str, ...] | None:
    if isinstance(codes, str):
        raise UsageError(f"{name}={codes!r} is one string. Give a list.")
    if codes is not None and not isinstance(codes, Iterable):
        raise UsageError(f"{name}={codes!r} is not a list of error codes.")
    return None if codes is None else tuple(codes)

"""The markers as functions, whose arguments type checkers and editors know."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar, overload

import pytest

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from ._codes import ConnectionErrorName, ErrorCode, OperationName
    from ._fake.seeds import Seed
    from ._plugin.options import Level

__all__ = ["secrets", "secrets_errors"]

Test = TypeVar("Test", bound="Callable[..., object] | type")


@overload
def secrets(test: Test, /) -> Test: ...


@overload
def secrets(
    *seeds: Seed,
    region: str | None = None,
    account: str | None = None,
    file: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
    allow_real_calls: bool | None = None,
    leaks: Level | None = None,
    unused_faults: Level | None = None,
    enforce_policies: bool | None = None,
    principal: str | None = None,
) -> pytest.MarkDecorator: ...


def secrets(  # noqa: PLR0913 - all by keyword
    *seeds: Any,
    region: str | None = None,
    account: str | None = None,
    file: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None = None,
    allow_real_calls: bool | None = None,
    leaks: Level | None = None,
    unused_faults: Level | None = None,
    enforce_policies: bool | None = None,
    principal: str | None = None,
) -> Any:
    """Return ``@pytest.mark.fake_secrets(...)``: give the test a fake AWS Secrets Manager.

    It is the same as ``@pytest.mark.secrets(...)``, also in a suite with another mark of that name.

    Several marks add up; the closest wins for the same secret, and for the other options.

    :param seeds: dicts of names to values, and :class:`Secret` objects.
    :param region: the Region that is meant where a client, or a seed, names none.
    :param account: the account that callers act as, twelve digits.
    :param file: one file of secrets, or several; relative to the file of the test.
    :param allow_real_calls: True lets the test reach the real AWS instead.
    :param leaks: ``off``, ``warn`` or ``error``, for a test that shows the value of a secret.
    :param unused_faults: the same, for a test that adds a fault which applies to no call.
    :param enforce_policies: False has resource policies refuse nobody.
    :param principal: the ARN of the user, role or session that callers act as, or a service.
    """
    options = {
        "region": region,
        "account": account,
        "file": file,
        "allow_real_calls": allow_real_calls,
        "leaks": leaks,
        "unused_faults": unused_faults,
        "enforce_policies": enforce_policies,
        "principal": principal,
    }
    if _is_test(seeds):
        return pytest.mark.fake_secrets(*seeds)
    # with_args: a mark that is called with a function alone takes it for the test.
    return pytest.mark.fake_secrets.with_args(*seeds, **_given(options))


@overload
def secrets_errors(test: Test, /) -> Test: ...


@overload
def secrets_errors(
    *operations: OperationName | str,
    only: Iterable[ErrorCode | str] | None = None,
    exclude: Iterable[ErrorCode | str] | None = None,
    also: Iterable[ErrorCode | ConnectionErrorName | str] | None = None,
) -> pytest.MarkDecorator: ...


def secrets_errors(
    *operations: Any,
    only: Iterable[ErrorCode | str] | None = None,
    exclude: Iterable[ErrorCode | str] | None = None,
    also: Iterable[ErrorCode | ConnectionErrorName | str] | None = None,
) -> Any:
    """Return ``@pytest.mark.secrets_errors(...)``: run the test once per documented error.

    :param operations: AWS's names; ``GetSecretValue`` by default.
    :param only: some of the documented codes instead of all.
    :param exclude: documented codes to leave out.
    :param also: further codes, or exceptions of botocore's, such as ``ReadTimeoutError``.
    """
    if _is_test(operations):
        return pytest.mark.secrets_errors(*operations)
    given = _given({"only": only, "exclude": exclude, "also": also})
    return pytest.mark.secrets_errors.with_args(*operations, **given)


def _is_test(arguments: tuple[object, ...]) -> bool:
    """Tell whether a mark stands above a test without parentheses, as those of pytest may."""
    return len(arguments) == 1 and isinstance(arguments[0], (FunctionType, type))


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}

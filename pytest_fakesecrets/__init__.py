"""A fake AWS Secrets Manager for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._access import Denial
    from ._calls import Call, CallLog, Masked
    from ._clock import Clock
    from ._codes import ErrorCodes
    from ._errors import FakeSecretsWarning, NotImitatedError, RealCallError, UsageError
    from ._fake import FakeSecrets, SecretView, VersionView
    from ._faults import Fault, Faults, InjectedError
    from ._kms import Kms
    from ._rotor import RotationRun, RotationStep
    from ._seeds import Secret, Version

    __version__: str

__all__ = [
    "Call",
    "CallLog",
    "Clock",
    "Denial",
    "ErrorCodes",
    "FakeSecrets",
    "FakeSecretsWarning",
    "Fault",
    "Faults",
    "InjectedError",
    "Kms",
    "Masked",
    "NotImitatedError",
    "RealCallError",
    "RotationRun",
    "RotationStep",
    "Secret",
    "SecretView",
    "UsageError",
    "Version",
    "VersionView",
    "__version__",
]

_HOMES = {
    "Call": "_calls",
    "CallLog": "_calls",
    "Clock": "_clock",
    "Denial": "_access",
    "ErrorCodes": "_codes",
    "FakeSecrets": "_fake",
    "FakeSecretsWarning": "_errors",
    "Fault": "_faults",
    "Faults": "_faults",
    "InjectedError": "_faults",
    "Kms": "_kms",
    "Masked": "_calls",
    "NotImitatedError": "_errors",
    "RealCallError": "_errors",
    "RotationRun": "_rotor",
    "RotationStep": "_rotor",
    "Secret": "_seeds",
    "SecretView": "_fake",
    "UsageError": "_errors",
    "Version": "_seeds",
    "VersionView": "_fake",
}


def __getattr__(name: str) -> object:
    # Lazy: pytest imports this package in every run, also where no test uses a fake, and
    # botocore takes a good part of a second.
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - rarely wanted, slow to import

        return version("pytest-fakesecrets")
    if name in _HOMES:
        from importlib import import_module  # noqa: PLC0415 - see above

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__

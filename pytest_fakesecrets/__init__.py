"""A fake AWS Secrets Manager for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._aws.authorization import Denial
    from ._aws.rotation.runner import RotationRun, RotationRuns, RotationStep
    from ._calls.call import Call, Masked
    from ._calls.error_cases import ErrorCase
    from ._calls.faults import Fault, Faults
    from ._calls.log import CallLog
    from ._clock import Clock
    from ._errors import (
        FakeSecretsWarning,
        NoSuchSecretError,
        RealCallError,
        UnsupportedError,
        UsageError,
    )
    from ._fake.fake import FakeSecrets
    from ._fake.kms import Kms
    from ._fake.seeds import Secret, Version
    from ._fake.view import SecretView, VersionView
    from ._server.running import Server

    __version__: str

__all__ = [
    "Call",
    "CallLog",
    "Clock",
    "Denial",
    "ErrorCase",
    "FakeSecrets",
    "FakeSecretsWarning",
    "Fault",
    "Faults",
    "Kms",
    "Masked",
    "NoSuchSecretError",
    "RealCallError",
    "RotationRun",
    "RotationRuns",
    "RotationStep",
    "Secret",
    "SecretView",
    "Server",
    "UnsupportedError",
    "UsageError",
    "Version",
    "VersionView",
    "__version__",
]
_HOMES = {
    "Call": "_calls.call",
    "CallLog": "_calls.log",
    "Clock": "_clock",
    "Denial": "_aws.authorization",
    "FakeSecrets": "_fake.fake",
    "FakeSecretsWarning": "_errors",
    "Fault": "_calls.faults",
    "Faults": "_calls.faults",
    "ErrorCase": "_calls.error_cases",
    "Kms": "_fake.kms",
    "Masked": "_calls.call",
    "NoSuchSecretError": "_errors",
    "UnsupportedError": "_errors",
    "RealCallError": "_errors",
    "RotationRun": "_aws.rotation.runner",
    "RotationRuns": "_aws.rotation.runner",
    "RotationStep": "_aws.rotation.runner",
    "Secret": "_fake.seeds",
    "SecretView": "_fake.view",
    "Server": "_server.running",
    "UsageError": "_errors",
    "Version": "_fake.seeds",
    "VersionView": "_fake.view",
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

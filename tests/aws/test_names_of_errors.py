from __future__ import annotations

import functools

import pytest

ROTATION = "arn:aws:lambda:us-east-1:123456789012:function:rotate"


class WrittenError(ValueError):
    """An error that a module names."""


def local_error():
    """Return a class that a function names."""

    class LocalError(KeyError):
        pass

    return LocalError


def made_class(*bases, **members):
    """Return a class whose name the source code does not have."""
    return type("hunter2", bases, members)


ERRORS = {
    "of Python": (ValueError, "ValueError"),
    "of a module": (WrittenError, "WrittenError"),
    "of a function": (local_error(), "LocalError"),
    "made": (made_class(RuntimeError), "RuntimeError"),
    "made from one of a module": (made_class(WrittenError), "WrittenError"),
    "made from one that was made": (made_class(made_class(KeyError)), "KeyError"),
    "made in no module": (made_class(TypeError, __module__="hunter2.missing"), "TypeError"),
}


@pytest.mark.parametrize(("kind", "name"), ERRORS.values(), ids=ERRORS)
def test_an_error_is_called_what_the_source_code_calls_it(fake_secrets, secrets_client, kind, name):
    """A report names the class of what was raised, or its nearest base that is written down.

    A class that was made at run time may have the value of a secret for its name.
    """

    def handler(event, context):
        raise kind

    fake_secrets.add("db", "hunter2")
    fake_secrets.rotation_lambda("rotate", handler)

    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=ROTATION)

    assert f"createSecret {name} at test_names_of_errors.py:" in str(fake_secrets)
    assert "hunter2" not in str(fake_secrets)


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "DecryptionFailure"])
def test_an_error_of_aws_is_called_by_its_code(fake_secrets, secrets_client, code):
    """The classes that a client makes for the errors of the model have names of AWS's."""

    def handler(event, context):
        raise getattr(secrets_client.exceptions, code)({}, "GetSecretValue")

    fake_secrets.add("db", "v")
    fake_secrets.rotation_lambda("rotate", handler)

    secrets_client.rotate_secret(SecretId="db", RotationLambdaARN=ROTATION)

    assert f"createSecret {code} at test_names_of_errors.py:" in str(fake_secrets)


@pytest.mark.parametrize(
    ("when", "name"),
    [
        pytest.param(functools.partial(bool), "partial", id="of a library"),
        pytest.param("hunter2".startswith, "builtin_function_or_method", id="of Python"),
        pytest.param(made_class(object, __call__=bool)(), "object", id="made"),
    ],
)
def test_what_is_no_function_is_called_by_its_kind(fake_secrets, when, name):
    """A fault shows the class of a predicate that the source code does not name."""
    fault = fake_secrets.faults.error("InternalFailure", when=when)

    assert f"when={name}, " in repr(fault)
    assert "hunter2" not in repr(fault)

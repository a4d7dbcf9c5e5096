from __future__ import annotations

from typing import get_args

import boto3
import botocore
import botocore.exceptions
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from pytest_fakesecrets import FakeSecrets
from pytest_fakesecrets._aws.api_model import errors_of, operations
from pytest_fakesecrets._aws.errors import DEFAULT_MESSAGES, FRAMEWORK_ERRORS, MODELLED_ERRORS
from pytest_fakesecrets._aws.operations.registry import OPERATIONS
from pytest_fakesecrets._codes import (
    ConnectionErrorName,
    ErrorCode,
    LostResponseName,
    OperationName,
)

NAMES = {"codes": ErrorCode, "operations": OperationName, "connections": ConnectionErrorName}
NEWEST = (1, 44)


def modelled():
    """Return the codes of all errors in botocore's model."""
    return {code for operation in operations() for code in errors_of(operation)}


def test_the_codes_are_those_that_can_be_injected():
    """The type of a code and the messages speak of the same codes."""
    assert set(DEFAULT_MESSAGES) == set(get_args(ErrorCode))


def test_the_codes_are_those_of_the_model():
    """All errors of botocore's model have their code; the others are the framework's."""
    assert modelled() <= set(MODELLED_ERRORS)
    assert set() == modelled() & set(FRAMEWORK_ERRORS)
    if tuple(map(int, botocore.__version__.split(".")[:2])) >= NEWEST:
        assert set(MODELLED_ERRORS) == modelled()


def test_the_operations_are_those_that_are_supported():
    """The type of an operation's name has all that the fake supports, and thus botocore's."""
    assert set(OPERATIONS) == set(get_args(OperationName))
    assert operations() <= set(get_args(OperationName))


@pytest.mark.parametrize("kind", NAMES)
def test_names_are_unique(kind):
    """Each name stands there once."""
    names = get_args(NAMES[kind])

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", get_args(ConnectionErrorName))
def test_connection_errors_are_botocore_s(name):
    """Each is an exception of botocore's own, and none that a ClientError would catch."""
    kind = getattr(botocore.exceptions, name)

    assert issubclass(kind, BotoCoreError)
    assert not issubclass(kind, ClientError)


def test_a_lost_response_meets_a_connection_error():
    """What a client meets when a response is lost, it may also meet without any effect."""
    assert set(get_args(LostResponseName)) < set(get_args(ConnectionErrorName))


@pytest.mark.parametrize("code", DEFAULT_MESSAGES)
def test_codes_and_exceptions_are_two_things(code):
    """No code of AWS is the name of an exception of botocore's, so that neither hides the other."""
    assert not hasattr(botocore.exceptions, code)


@pytest.mark.parametrize("code", MODELLED_ERRORS)
def test_every_code_of_the_model_is_a_class_of_the_client(code):
    """What `except client.exceptions.X` names is what a fault of that code raises."""
    if code not in modelled():
        pytest.skip("this botocore has no such error")
    operation = next(name for name in sorted(operations()) if code in errors_of(name))
    with FakeSecrets() as fake:
        client = fake.client()

        assert code == getattr(client.exceptions, code).__name__
        assert repr(fake.faults.error(code, operation=operation)).startswith(f"<Fault {code} ")


def test_a_misspelt_class_of_the_client():
    """Botocore knows no class of a misspelt code either, so that a wrong handler fails."""
    with FakeSecrets():
        exceptions = boto3.client("secretsmanager").exceptions

        with pytest.raises(AttributeError, match="DecryptionFailureException"):
            exceptions.DecryptionFailureException  # noqa: B018 - the access is what fails

from __future__ import annotations

import functools
import inspect

import botocore
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from support import refusal

from pytest_fakesecrets import UnsupportedError, UsageError
from pytest_fakesecrets._aws.api_model import service_model
from pytest_fakesecrets._aws.errors import MODELLED_ERRORS
from pytest_fakesecrets._aws.operations.registry import OPERATIONS, refuse_unsupported, snake_case

# The first botocore whose model has everything that the table has.
COMPLETE_SINCE = (1, 44)
BOTOCORE = tuple(map(int, botocore.__version__.split(".")[:2]))
MODEL = service_model()
KNOWN = sorted(set(OPERATIONS) & set(MODEL.operation_names))
REPLICA = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-a1b2c3"
REQUIRED = {
    "AddReplicaRegions": [{"Region": "eu-west-1"}],
    "CrossAccountReplicaARN": REPLICA,
    "RemoveReplicaRegions": ["eu-west-1"],
    "ResourcePolicy": "{}",
    "SecretId": "a",
}

complete = pytest.mark.skipif(
    BOTOCORE < COMPLETE_SINCE, reason="this botocore is older than the table of operations"
)


def shape(operation):
    """Return the shape of an operation's request."""
    return MODEL.operation_model(operation).input_shape


def parameters(operation):
    """Return the parameters of the function that answers an operation."""
    return list(inspect.signature(OPERATIONS[operation].function).parameters.values())


def snaked(names):
    """Return AWS's names as Python spells them."""
    return {snake_case(name) for name in names}


@complete
def test_the_table_names_operations_of_the_model():
    """Every operation of the table is one that AWS has."""
    assert set(OPERATIONS) <= set(MODEL.operation_names)


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_function_is_named_like_its_operation(operation):
    """GetSecretValue is answered by get_secret_value."""
    assert snake_case(operation) == OPERATIONS[operation].function.__name__


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_members_are_keyword_only(operation):
    """A function takes the context by position, and everything else by name."""
    context, *rest = parameters(operation)

    assert ("context", context.POSITIONAL_OR_KEYWORD) == (context.name, context.kind)
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in rest)
    assert {parameter.name for parameter in rest} == OPERATIONS[operation].members


@pytest.mark.parametrize("operation", KNOWN)
def test_no_member_is_forgotten(operation):
    """Every member of the installed botocore's model is a parameter."""
    assert snaked(shape(operation).members) <= OPERATIONS[operation].members


@complete
@pytest.mark.parametrize("operation", KNOWN)
def test_no_member_is_invented(operation):
    """Every parameter is a member of the model."""
    assert snaked(shape(operation).members) == OPERATIONS[operation].members


@pytest.mark.parametrize("operation", KNOWN)
def test_required_members_have_no_default(operation):
    """What AWS requires, and the token that botocore fills in, must be given; nothing else."""
    tokens = [
        name
        for name, member in shape(operation).members.items()
        if member.metadata.get("idempotencyToken")
    ]

    wanted = {
        parameter.name
        for parameter in parameters(operation)[1:]
        if parameter.default is parameter.empty
    }

    assert snaked([*shape(operation).required_members, *tokens]) == wanted


def test_every_operation_is_supported():
    """No operation of the installed botocore is missing from the table."""
    assert set(MODEL.operation_names) <= set(OPERATIONS)


def test_an_operation_outside_the_table_is_refused(secrets_client, monkeypatch):
    """An operation that AWS adds is refused by name, with what there is and where to add it."""
    operation = "RestoreSecret"
    monkeypatch.delitem(OPERATIONS, operation)

    with pytest.raises(UnsupportedError) as caught:
        secrets_client.restore_secret(SecretId="a")

    message = (
        f"{operation} is not supported. Supported are: {', '.join(sorted(OPERATIONS))}. To add it, "
        "write a function with @operation in pytest_fakesecrets/_aws/operations/; "
        "CONTRIBUTING.md shows how."
    )
    assert message == str(caught.value)


def test_a_refusal_is_no_error_of_aws():
    """What is not supported is a misuse that no `except ClientError` of the code hides."""
    assert issubclass(UnsupportedError, NotImplementedError)
    assert issubclass(UnsupportedError, UsageError)
    assert not issubclass(UnsupportedError, (ClientError, BotoCoreError))


def test_an_unknown_member_is_refused():
    """A member that AWS has added since is refused by name, and never swallowed."""
    with pytest.raises(UnsupportedError) as caught:
        refuse_unsupported("GetSecretValue", {"SecretId": "a", "VersionColour": "red"})

    message = (
        "The member VersionColour of GetSecretValue is not supported: it is newer than this "
        "version of pytest-fakesecrets. Update it, or leave the member out."
    )
    assert message == str(caught.value)


@pytest.mark.parametrize(
    ("operation", "given", "on"),
    [
        ("ListSecrets", {}, ""),
        ("CreateSecret", {"Name": "a"}, " on resource: a"),
        ("DescribeSecret", {"SecretId": "a"}, " on resource: a"),
    ],
)
def test_a_refusal_says_what_the_request_names(fake_secrets, secrets_client, operation, given, on):
    """A permission is asked for once, on the secret that the request names, old or new."""
    denial = fake_secrets.deny(operation)

    message = refusal(getattr(secrets_client, snake_case(operation)), **given)[1]

    assert f"secretsmanager:{operation}{on} because no" in message
    assert 1 == denial.hits


def test_the_modelled_errors_are_the_models():
    """The error codes of the service are the exceptions of botocore's model."""
    assert sorted(shape.name for shape in MODEL.error_shapes) == sorted(MODELLED_ERRORS)


@pytest.mark.parametrize("operation", KNOWN)
def test_documented_errors_are_classes_of_the_client(fake_secrets, secrets_client, operation):
    """Each error that the model documents for an operation arrives as botocore's own class."""
    needed = {**REQUIRED, "Name": "a", "Tags": [], "TagKeys": [], "VersionStage": "x"}
    given = {name: needed[name] for name in shape(operation).required_members}
    codes = [error.name for error in MODEL.operation_model(operation).error_shapes]
    met = {}
    for code in codes:
        fault = fake_secrets.faults.error(code, operation=operation)
        with pytest.raises(getattr(secrets_client.exceptions, code)) as caught:
            getattr(secrets_client, snake_case(operation))(**given)
        fault.cancel()
        met[caught.value.response["Error"]["Code"]] = caught.value.response["Message"]

    assert {code: MODELLED_ERRORS[code] for code in codes} == met


# Those that read, write or move what a staging label is on.
OF_A_LABEL = {
    *("BatchGetSecretValue", "CreateSecret", "GetSecretValue", "PutSecretValue", "UpdateSecret"),
    "UpdateSecretVersionStage",
}
OF_NO_SECRET = {"GetRandomPassword", "ListSecrets"}


def is_refused(fault, message, **reach):
    """Tell whether a fault is refused, with this message."""
    try:
        fault(**reach)
    except UsageError as error:
        assert message == str(error)  # noqa: PT017 - what else it may be
        return True
    return False


@pytest.mark.parametrize("operation", KNOWN)
def test_what_an_operation_is_about(fake_secrets, operation):
    """A fault may be about a staging label, or a secret, where requests or answers tell of one."""
    fault = functools.partial(fake_secrets.faults.error, "InternalFailure", operation=operation)
    no_label = (
        f"{operation} has no staging label, so a fault of it cannot be about 'blue'. "
        "Leave version_stage= out."
    )
    no_secret = (
        f"{operation} has no parameter that names a secret, so a fault of it cannot be about "
        "'db'. Leave secret= out."
    )

    assert (operation not in OF_A_LABEL) == is_refused(fault, no_label, version_stage="blue")
    assert (operation in OF_NO_SECRET) == is_refused(fault, no_secret, secret="db")

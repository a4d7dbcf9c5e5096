from __future__ import annotations

import contextlib

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError, SSLError
from botocore.session import Session
from support import client_that_gives_up, outcome

from pytest_fakesecrets import ErrorCase, FakeSecrets, Fault, UsageError
from pytest_fakesecrets._calls.fault_rules import Selection
from pytest_fakesecrets._calls.hooks import Hooks
from pytest_fakesecrets._fake.fake import pipeline_of

ERRORS_OF_GET_SECRET_VALUE = {
    "DecryptionFailure": (
        400,
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    ),
    "InternalServiceError": (500, "An error occurred on the server side."),
    "InvalidParameterException": (400, "The parameter name or value is invalid."),
    "InvalidRequestException": (
        400,
        "A parameter value is not valid for the current state of the resource.",
    ),
    "ResourceNotFoundException": (400, "Secrets Manager can't find the specified secret."),
}
FRAMEWORK_ERRORS = {
    "AccessDeniedException": (
        400,
        (
            "User: arn:aws:iam::123456789012:root is not authorized to perform: "
            "secretsmanager:GetSecretValue on resource: a because no identity-based policy "
            "allows the secretsmanager:GetSecretValue action"
        ),
    ),
    "ExpiredTokenException": (400, "The security token included in the request is expired"),
    "IncompleteSignatureException": (
        400,
        "The request signature does not conform to AWS standards.",
    ),
    "InternalFailure": (500, ""),
    "InvalidSignatureException": (
        400,
        (
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. "
            "Consult the service documentation for details."
        ),
    ),
    "MissingAuthenticationTokenException": (400, "Missing Authentication Token"),
    "SerializationException": (400, ""),
    "ThrottlingException": (400, "Rate exceeded"),
    "UnknownOperationException": (400, ""),
    "UnrecognizedClientException": (
        400,
        "The security token included in the request is invalid.",
    ),
    "ValidationException": (
        400,
        (
            "Invalid name. Must be a valid name containing alphanumeric characters, "
            "or any of the following: -/_+=.@!"
        ),
    ),
}
ALL_ERRORS = (
    "AccessDeniedException, ConnectTimeoutError, ConnectionClosedError, DecryptionFailure, "
    "EncryptionFailure, EndpointConnectionError, ExpiredTokenException, "
    "IncompleteSignatureException, InternalFailure, InternalServiceError, "
    "InvalidNextTokenException, InvalidParameterException, InvalidRequestException, "
    "InvalidSignatureException, LimitExceededException, MalformedPolicyDocumentException, "
    "MissingAuthenticationTokenException, PreconditionNotMetException, PublicPolicyException, "
    "ReadTimeoutError, ResourceExistsException, ResourceNotFoundException, SSLError, "
    "SerializationException, ThrottlingException, UnknownOperationException, "
    "UnrecognizedClientException, ValidationException"
)


@pytest.fixture
def client(fake_secrets, impatient):
    """Return a client that repeats nothing, with two secrets to ask for."""
    fake_secrets.add("a", "v")
    fake_secrets.add("b", "w")
    return impatient


@pytest.fixture(scope="module")
def impatient():
    """Return a client that repeats nothing."""
    return Session().create_client(
        "secretsmanager", "us-east-1", config=Config(retries={"max_attempts": 0})
    )


def code(call, **parameters):
    """Make a call; return the code of the error that it meets, OK for none."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "OK"


def test_each_documented_error_is_boto3_s_own(fake_secrets, client):
    """The five documented errors of GetSecretValue arrive as client.exceptions.X, word for word."""
    seen = {}
    for error in ERRORS_OF_GET_SECRET_VALUE:
        fault = fake_secrets.faults.error(error, operation="GetSecretValue")
        with pytest.raises(getattr(client.exceptions, error)) as caught:
            client.get_secret_value(SecretId="a")
        fault.cancel()
        response = caught.value.response
        assert error == response["Error"]["Code"]
        assert response["Error"]["Message"] == response["Message"]
        seen[error] = (response["ResponseMetadata"]["HTTPStatusCode"], response["Message"])

    assert ERRORS_OF_GET_SECRET_VALUE == seen


@pytest.mark.parametrize("error", FRAMEWORK_ERRORS)
def test_each_error_of_the_framework(fake_secrets, client, error):
    """An error of the framework in front of the service arrives as a plain ClientError."""
    fake_secrets.faults.error(error)
    with pytest.raises(ClientError) as caught:
        client.get_secret_value(SecretId="a")
    response = caught.value.response

    assert ClientError is type(caught.value)
    assert error == response["Error"]["Code"]
    assert (
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"]["Message"],
    ) == FRAMEWORK_ERRORS[error]
    assert "Message" not in response


def test_errors_that_only_other_operations_have(fake_secrets, client):
    """An error of PutSecretValue's arrives there as client.exceptions.X."""
    fake_secrets.faults.error("EncryptionFailure")

    with pytest.raises(client.exceptions.EncryptionFailure):
        client.put_secret_value(SecretId="a", SecretString="x")


def test_without_an_operation_only_those_that_document_it(fake_secrets, client):
    """A fault without an operation hits those whose documentation has the error."""
    fault = fake_secrets.faults.error("DecryptionFailure")

    assert "DecryptionFailure" == code(client.get_secret_value, SecretId="a")
    assert "OK" == code(client.describe_secret, SecretId="a")
    assert "OK" == code(client.list_secrets)
    assert "DecryptionFailure" == code(client.create_secret, Name="c", SecretString="x")
    assert 2 == fault.hits


def test_an_error_of_the_framework_hits_every_operation(fake_secrets, client):
    """A fault of the framework without an operation hits all operations."""
    fault = fake_secrets.faults.error("ThrottlingException")
    seen = {
        code(client.get_secret_value, SecretId="a"),
        code(client.describe_secret, SecretId="a"),
        code(client.list_secrets),
        code(client.get_random_password),
    }

    assert {"ThrottlingException"} == seen
    assert 4 == fault.hits


def test_one_operation(fake_secrets, client):
    """A fault of one operation leaves the others alone."""
    fault = fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue")

    assert "OK" == code(client.describe_secret, SecretId="a")
    assert "InternalServiceError" == code(client.get_secret_value, SecretId="a")
    assert 1 == fault.hits


@pytest.mark.parametrize("called", ["name", "arn"])
@pytest.mark.parametrize("asked", ["name", "arn", "partial"])
def test_one_secret(fake_secrets, client, called, asked):
    """A fault of one secret hits it by whatever name, and no other secret."""
    arn = fake_secrets["a"].arn
    forms = {"name": "a", "arn": arn, "partial": arn[:-7]}
    fake_secrets.faults.error("InternalServiceError", secret=forms[called])

    assert "InternalServiceError" == code(client.get_secret_value, SecretId=forms[asked])
    assert "OK" == code(client.get_secret_value, SecretId="b")
    assert "OK" == code(client.list_secrets)


def test_a_secret_that_does_not_exist_yet(fake_secrets, client):
    """A fault may be for a secret that is to be created."""
    fake_secrets.faults.error("LimitExceededException", secret="c")

    assert "LimitExceededException" == code(client.create_secret, Name="c", SecretString="x")
    assert "OK" == code(client.create_secret, Name="d", SecretString="x")


def test_times(fake_secrets, client):
    """A fault for some attempts lets the next one pass."""
    fault = fake_secrets.faults.error("InternalServiceError", operation="GetSecretValue", times=2)
    seen = [
        (fault.state == "active", fault.hits, code(client.get_secret_value, SecretId="a"))
        for _ in range(3)
    ]

    assert [
        (True, 0, "InternalServiceError"),
        (True, 1, "InternalServiceError"),
        (False, 2, "OK"),
    ] == seen
    assert 2 == fault.hits


def test_times_counts_attempts(fake_secrets, secrets_client):
    """Each retry of botocore's is an attempt that a fault fails."""
    fake_secrets.add("a", "v")
    fault = fake_secrets.faults.error("InternalServiceError", times=2)
    answer = secrets_client.get_secret_value(SecretId="a")

    assert "v" == answer["SecretString"]
    assert 2 == answer["ResponseMetadata"]["RetryAttempts"] == fault.hits


def test_times_counts_what_is_hit(fake_secrets, client):
    """A call that a fault is not meant for does not use it up."""
    fault = fake_secrets.faults.error("InternalServiceError", secret="a", times=1)
    client.get_secret_value(SecretId="b")
    client.list_secrets()

    assert 0 == fault.hits
    assert "InternalServiceError" == code(client.get_secret_value, SecretId="a")


def test_cancel(fake_secrets, client):
    """A fault that was cancelled hits no more, and keeps its count."""
    fault = fake_secrets.faults.error("InternalServiceError")
    code(client.get_secret_value, SecretId="a")
    fault.cancel()

    assert "OK" == code(client.get_secret_value, SecretId="a")
    assert 1 == fault.hits
    assert fault.state != "active"


@pytest.mark.parametrize(
    "message", ["Try again later.", "", "Größe"], ids=["text", "empty", "beyond ASCII"]
)
@pytest.mark.parametrize(
    "error", ["InternalServiceError", "ThrottlingException", "AccessDeniedException"]
)
def test_message(fake_secrets, client, error, message):
    """The test's own text takes the place of AWS's."""
    fake_secrets.faults.error(error, message=message)
    with pytest.raises(ClientError) as caught:
        client.get_secret_value(SecretId="a")

    assert message == caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("method", "parameters", "refused"),
    [
        ("list_secrets", {}, "ListSecrets"),
        ("describe_secret", {"SecretId": "a"}, "DescribeSecret on resource: a"),
        ("create_secret", {"Name": "c"}, "CreateSecret on resource: c"),
    ],
    ids=["no secret", "secret", "new secret"],
)
def test_who_may_not_do_what(fake_secrets, client, method, parameters, refused):
    """An injected denial names the caller, the action and the secret, as IAM's own does."""
    fake_secrets.faults.error("AccessDeniedException")
    reader = fake_secrets.acting_as(principal="arn:aws:iam::123456789012:user/reader")
    with reader, pytest.raises(ClientError) as caught:
        getattr(client, method)(**parameters)

    action = refused.partition(" ")[0]
    assert (
        "User: arn:aws:iam::123456789012:user/reader is not authorized to perform: "
        f"secretsmanager:{refused} because no identity-based policy allows the "
        f"secretsmanager:{action} action"
    ) == caught.value.response["Error"]["Message"]


def test_the_earliest_fault_decides(fake_secrets, client):
    """Of several faults for a call the earliest that is still armed hits, and it alone."""
    first = fake_secrets.faults.error("InternalServiceError", times=1)
    second = fake_secrets.faults.error("ThrottlingException")

    assert "InternalServiceError" == code(client.get_secret_value, SecretId="a")
    assert (1, 0) == (first.hits, second.hits)
    assert "ThrottlingException" == code(client.get_secret_value, SecretId="a")
    assert (1, 1) == (first.hits, second.hits)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("create_secret", {"Name": "c", "SecretString": "x"}),
        ("put_secret_value", {"SecretId": "a", "SecretString": "x"}),
        ("update_secret", {"SecretId": "a", "Description": "x"}),
        ("delete_secret", {"SecretId": "a"}),
        ("tag_resource", {"SecretId": "a", "Tags": [{"Key": "k", "Value": "v"}]}),
        ("get_secret_value", {"SecretId": "a"}),
    ],
    ids=["create", "put", "update", "delete", "tag", "get"],
)
def test_a_fault_comes_before_any_effect(fake_secrets, client, method, parameters):
    """A call that a fault fails changes nothing."""
    fake_secrets.faults.error("InternalServiceError")
    before = fake_secrets.snapshot()

    assert "InternalServiceError" == code(getattr(client, method), **parameters)
    assert before == fake_secrets.snapshot()


def test_a_batch_meets_faults_as_one_call(fake_secrets, client):
    """A fault of BatchGetSecretValue fails the call as a whole."""
    if not hasattr(client, "batch_get_secret_value"):
        pytest.skip("this botocore has no BatchGetSecretValue")
    fake_secrets.faults.error("InternalServiceError", operation="BatchGetSecretValue")

    assert "InternalServiceError" == code(client.batch_get_secret_value, SecretIdList=["a", "b"])


def test_clear(fake_secrets, client):
    """After clear() no fault is left, and others may be added."""
    fake_secrets.faults.error("InternalServiceError")
    fake_secrets.faults.clear()

    assert "OK" == code(client.get_secret_value, SecretId="a")
    fake_secrets.faults.error("ThrottlingException")
    assert "ThrottlingException" == code(client.get_secret_value, SecretId="a")


def test_faults_of_one_fake_stay_there(fake_secrets, client):
    """A fault of an outer fake does not reach into one inside it."""
    fake_secrets.faults.error("InternalServiceError")
    with FakeSecrets():
        assert "OK" == code(client.get_secret_value, SecretId="a")

    assert "InternalServiceError" == code(client.get_secret_value, SecretId="a")


GET_ERRORS = ", ".join(ERRORS_OF_GET_SECRET_VALUE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"error": "DecryptionFailureException"},
            (
                "DecryptionFailureException is not an error of Secrets Manager; "
                f"did you mean DecryptionFailure? Choose one of: {ALL_ERRORS}."
            ),
        ),
        (
            {"error": "ResourceNotFound"},
            (
                "ResourceNotFound is not an error of Secrets Manager; "
                f"did you mean ResourceNotFoundException? Choose one of: {ALL_ERRORS}."
            ),
        ),
        (
            {"error": "Qwxz"},
            f"Qwxz is not an error of Secrets Manager. Choose one of: {ALL_ERRORS}.",
        ),
        (
            {"error": "EncryptionFailure", "operation": "GetSecretValue"},
            (
                "EncryptionFailure is not an error of GetSecretValue; "
                f"did you mean DecryptionFailure? Choose one of: {GET_ERRORS}."
            ),
        ),
        (
            {"error": "PublicPolicyException", "operation": "GetRandomPassword"},
            (
                "PublicPolicyException is not an error of GetRandomPassword. Choose one of: "
                "InternalServiceError, InvalidParameterException, InvalidRequestException."
            ),
        ),
        (
            {"error": "ThrottlingException", "times": 0},
            "times=0 is not a number of attempts. Give 1 or more, or None for all.",
        ),
        (
            {"error": "ThrottlingException", "times": -1},
            "times=-1 is not a number of attempts. Give 1 or more, or None for all.",
        ),
        (
            {"error": "ThrottlingException", "times": "2"},
            "times='2' is not a number of attempts. Give 1 or more, or None for all.",
        ),
        (
            {"error": "ThrottlingException", "times": 1.5},
            "times=1.5 is not a number of attempts. Give 1 or more, or None for all.",
        ),
    ],
    ids=[
        "invented code",
        "shortened code",
        "foreign code",
        "error of another operation",
        "far error of another operation",
        "times 0",
        "times negative",
        "times text",
        "times a fraction",
    ],
)
def test_refusals(arguments, message):
    """A fault that could never strike is refused with the nearest right choice and all others."""
    faults = FakeSecrets().faults
    with pytest.raises(UsageError) as caught:
        faults.error(**arguments)

    assert message == str(caught.value)
    assert "<Faults []>" == repr(faults)


@pytest.mark.parametrize("error", ["ThrottlingException", "InternalServiceError", "SSLError"])
def test_unknown_operation_is_refused(error):
    """An operation that Secrets Manager does not have is refused, whatever the error."""
    with pytest.raises(UsageError) as caught:
        FakeSecrets().faults.error(error, operation="GetSecret")

    assert str(caught.value).startswith(
        "GetSecret is not an operation of Secrets Manager; did you mean GetSecretValue? "
        "Choose one of: "
    )


def test_repr(fake_secrets, client):
    """A fault shows what it fails and how often it did."""
    one = fake_secrets.faults.error("ThrottlingException")
    other = fake_secrets.faults.error(
        "InternalServiceError", operation="GetSecretValue", secret="b", times=3
    )
    code(client.get_secret_value, SecretId="a")
    one.cancel()
    code(client.get_secret_value, SecretId="b")

    assert isinstance(one, Fault)
    assert "<Fault ThrottlingException on any operation of any secret, 1 hits>" == repr(one)
    assert "<Fault InternalServiceError on GetSecretValue of b, 2 times more, 1 hits>" == repr(
        other
    )
    assert f"<Faults [{one!r}, {other!r}]>" == repr(fake_secrets.faults)


def test_clear_cancels(fake_secrets):
    """A fault that was forgotten knows that it strikes no more."""
    fault = fake_secrets.faults.delay(5)
    assert "active" == fault.state
    fake_secrets.faults.clear()

    assert "cancelled" == fault.state


def test_a_fault_in_a_block(fake_secrets, client):
    """A fault is armed until its block ends."""
    with fake_secrets.faults.error("ThrottlingException") as fault:
        during = code(client.get_secret_value, SecretId="a")

    assert ("ThrottlingException", "OK") == (during, code(client.get_secret_value, SecretId="a"))
    assert (1, "cancelled") == (fault.hits, fault.state)


def test_a_block_that_raises(fake_secrets, client):
    """A fault ends with its block also where the block raises, and the exception goes on."""
    faults = fake_secrets.faults
    with pytest.raises(ZeroDivisionError), faults.error("ThrottlingException") as fault:
        _ = 1 / 0

    assert "cancelled" == fault.state
    assert "OK" == code(client.get_secret_value, SecretId="a")


def test_blocks_within_each_other(fake_secrets, client):
    """Each block ends its own fault."""
    faults, seen = fake_secrets.faults, []
    with faults.error("ThrottlingException"):
        with faults.error("InternalServiceError", operation="DescribeSecret"):
            seen += [code(client.describe_secret, SecretId="a")]
        with faults.error("DecryptionFailure", times=1):
            seen += [code(client.get_secret_value, SecretId="a")]
    seen += [code(client.get_secret_value, SecretId="a")]

    assert ["ThrottlingException", "ThrottlingException", "OK"] == seen


def test_a_block_of_a_cancelled_fault_is_refused(fake_secrets):
    """A fault that was cancelled cannot be armed again."""
    fault = fake_secrets.faults.error("ThrottlingException", operation="ListSecrets")
    fault.cancel()
    with pytest.raises(UsageError) as caught, fault:
        pytest.fail("The block was entered.")

    assert (
        "<Fault ThrottlingException on ListSecrets of any secret, 0 hits> was cancelled, "
        "and cannot become active again. Add a new one."
    ) == str(caught.value)


def test_states(fake_secrets, client):
    """A fault is armed, then exhausted; one that is cancelled stays so."""
    fault = fake_secrets.faults.error("ThrottlingException", times=1)
    states = [fault.state]
    code(client.get_secret_value, SecretId="a")
    states += [fault.state]
    fault.cancel()

    assert ["active", "exhausted", "cancelled"] == [*states, fault.state]


def test_each_documented_error_in_turn(fake_secrets, client):
    """A loop over each_error() meets those of GetSecretValue, one at a time, and no other call."""
    seen = []
    for injected in fake_secrets.faults.each_error():
        with pytest.raises(injected.exception):
            client.get_secret_value(SecretId="a")
        seen.append((injected.operation, injected.code))
        assert injected.code == code(client.get_secret_value, SecretId="b")
        assert "OK" == code(client.describe_secret, SecretId="a")

    assert [("GetSecretValue", error) for error in ERRORS_OF_GET_SECRET_VALUE] == sorted(seen)
    assert "OK" == code(client.get_secret_value, SecretId="a")


def test_each_of_several_operations(fake_secrets):
    """Codes are narrowed and widened, each operation has those that it can meet, and none twice."""
    each = fake_secrets.faults.each_error(
        "GetSecretValue",
        "PutSecretValue",
        "GetSecretValue",
        only=["DecryptionFailure", "EncryptionFailure"],
        also=["ThrottlingException", "ReadTimeoutError", "LimitExceededException"],
    )

    assert [
        ("GetSecretValue", "DecryptionFailure"),
        ("GetSecretValue", "ThrottlingException"),
        ("GetSecretValue", "ReadTimeoutError"),
        ("PutSecretValue", "EncryptionFailure"),
        ("PutSecretValue", "DecryptionFailure"),
        ("PutSecretValue", "ThrottlingException"),
        ("PutSecretValue", "ReadTimeoutError"),
        ("PutSecretValue", "LimitExceededException"),
    ] == [(injected.operation, injected.code) for injected in each]


def test_each_but_some(fake_secrets):
    """Some codes may be left out, and a further one that is documented comes once."""
    each = fake_secrets.faults.each_error(
        exclude=["DecryptionFailure", "InternalServiceError"],
        also=["InvalidRequestException", "ThrottlingException"],
    )

    assert [
        "InvalidParameterException",
        "InvalidRequestException",
        "ResourceNotFoundException",
        "ThrottlingException",
    ] == sorted(injected.code for injected in each)


def test_each_of_none(fake_secrets):
    """Without documented errors only the further ones are met."""
    each = fake_secrets.faults.each_error(only=[], also=["SSLError"])

    assert ["SSLError"] == [injected.code for injected in each]


def test_a_loop_that_ends_early(fake_secrets, client):
    """An error is injected no longer than its turn lasts, however it ends."""
    for _ in fake_secrets.faults.each_error():
        break
    with contextlib.suppress(ZeroDivisionError):
        for _ in fake_secrets.faults.each_error():
            _ = 1 / 0

    assert "OK" == code(client.get_secret_value, SecretId="a")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DecryptionFailure", ClientError),
        ("ThrottlingException", ClientError),
        ("ReadTimeoutError", ReadTimeoutError),
        ("EndpointConnectionError", EndpointConnectionError),
    ],
)
def test_the_exception_of_an_injected_error(name, expected):
    """An injected error says which exception boto3 raises for it."""
    assert expected is ErrorCase(name, "GetSecretValue").exception


def test_what_a_hook_decides(fake_secrets, client):
    """A hook may decide an outcome, as far as no fault does."""
    hits = fake_secrets.faults.error("InternalServiceError", times=1)
    pipeline_of(fake_secrets).connect(
        Hooks(
            decide_fault=lambda call: (
                "SSLError" if call.operation == "ListSecrets" else "ThrottlingException"
            )
        )
    )

    assert "InternalServiceError" == code(client.get_secret_value, SecretId="a")
    assert "ThrottlingException" == code(client.get_secret_value, SecretId="a")
    with pytest.raises(SSLError):
        client.list_secrets()
    assert 1 == hits.hits


def test_what_a_hook_decides_wrongly(fake_secrets, client):
    """A hook that names an error which the operation does not have is refused."""
    pipeline_of(fake_secrets).connect(Hooks(decide_fault=lambda _: "EncryptionFailure"))

    with pytest.raises(UsageError, match="EncryptionFailure is not an error of GetSecretValue"):
        client.get_secret_value(SecretId="a")
    assert "UsageError" == fake_secrets.calls.last.outcome


def test_a_fault_is_the_one_that_iteration_shows(fake_secrets):
    """A fault equals itself wherever it comes from, and can be cancelled there."""
    first, second = (fake_secrets.faults.error("ThrottlingException") for _ in range(2))

    assert [first, second] == list(fake_secrets.faults)
    assert first != second
    assert {first, second} == set(fake_secrets.faults)
    assert 2 == len(fake_secrets.faults)
    assert first != "ThrottlingException"
    for fault in fake_secrets.faults:
        fault.cancel()
    assert {"cancelled"} == {fault.state for fault in fake_secrets.faults}


def test_a_fault_costs_only_calls_that_it_could_apply_to(fake_secrets, secrets_client, monkeypatch):
    """Of many faults, a call asks those of its operation and its secrets, and no exhausted one."""
    asked = []
    original = Selection.matches

    def matches(selection, call):
        asked.append(str(selection))
        return original(selection, call)

    monkeypatch.setattr(Selection, "matches", matches)
    fake_secrets.add({"a": "v", "b": "w"})
    for number in range(50):
        fake_secrets.faults.error("ThrottlingException", secret=f"other-{number}")
        fake_secrets.faults.error("ThrottlingException", operation="PutSecretValue")
    for _ in range(20):
        fake_secrets.faults.delay(1, secret="a", times=1)
        secrets_client.get_secret_value(SecretId="a")
    fake_secrets.faults.delay(1, operation="GetSecretValue", secret=fake_secrets["a"].arn)
    asked.clear()

    secrets_client.get_secret_value(SecretId="a")
    assert [f"GetSecretValue of {fake_secrets['a'].arn}"] == asked

    secrets_client.get_secret_value(SecretId="b")
    assert 1 == len(asked)


def test_faults_are_asked_in_the_order_in_which_they_were_added(fake_secrets, secrets_client):
    """However precisely each says what it is for, the first one decides."""
    fake_secrets.add("a", "v")
    expected = {
        "InternalServiceError": {"secret": "a"},
        "DecryptionFailure": {},
        "AccessDeniedException": {"operation": "GetSecretValue"},
        "ThrottlingException": {"secret": "a"},
    }
    for code, options in expected.items():
        fake_secrets.faults.error(code, times=1, **options)
    client = client_that_gives_up()

    codes = [outcome(client.get_secret_value, SecretId="a") for _ in range(5)]

    assert [*expected, "OK"] == codes

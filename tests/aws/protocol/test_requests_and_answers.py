from __future__ import annotations

import base64
import json
from datetime import datetime, timezone

import pytest

from pytest_fakesecrets._aws.errors import ServiceError, denial_of
from pytest_fakesecrets._aws.protocol import answers
from pytest_fakesecrets._aws.protocol.requests import read_request

MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        pytest.param("GetSecretValue", b'{"SecretId": "a"}', {"SecretId": "a"}, id="string"),
        pytest.param("ListSecrets", b'{"MaxResults": 5}', {"MaxResults": 5}, id="integer"),
        pytest.param(
            "DeleteSecret", b'{"RecoveryWindowInDays": 7}', {"RecoveryWindowInDays": 7}, id="long"
        ),
        pytest.param(
            "GetRandomPassword", b'{"IncludeSpace": false}', {"IncludeSpace": False}, id="boolean"
        ),
        pytest.param(
            "CreateSecret", b'{"SecretBinary": "AAEC"}', {"SecretBinary": b"\0\1\2"}, id="blob"
        ),
        pytest.param(
            "CreateSecret", b'{"SecretBinary": ""}', {"SecretBinary": b""}, id="empty blob"
        ),
        pytest.param(
            "PutSecretValue",
            b'{"VersionStages": ["A", "B"]}',
            {"VersionStages": ["A", "B"]},
            id="list",
        ),
        pytest.param(
            "PutSecretValue", b'{"VersionStages": []}', {"VersionStages": []}, id="no elements"
        ),
        pytest.param(
            "TagResource",
            b'{"Tags": [{"Key": "k", "Value": "v"}]}',
            {"Tags": [{"Key": "k", "Value": "v"}]},
            id="list of structures",
        ),
        pytest.param(
            "GetSecretValue",
            '{"SecretId": "p\u00e4ss/\U0001f511"}'.encode(),
            {"SecretId": "p\u00e4ss/\U0001f511"},
            id="UTF-8",
        ),
        pytest.param(
            "PutSecretValue",
            b'{"SecretString": "\\ud83d"}',
            {"SecretString": "\ud83d"},
            id="half a character of UTF-16",
        ),
        pytest.param("GetSecretValue", b'{"SecretId": null}', {}, id="null"),
        pytest.param(
            "PutSecretValue",
            b'{"VersionStages": [null, "A", null]}',
            {"VersionStages": ["A"]},
            id="null in a list",
        ),
        pytest.param(
            "TagResource", b'{"Tags": [{"Key": null}]}', {"Tags": [{}]}, id="null in a structure"
        ),
        pytest.param("GetSecretValue", b'{"Colour": "red"}', {}, id="unknown member"),
        pytest.param("GetSecretValue", b'{"secretId": "a"}', {}, id="member in lower case"),
        pytest.param(
            "TagResource",
            b'{"Tags": [{"Key": "k", "Colour": 1}]}',
            {"Tags": [{"Key": "k"}]},
            id="unknown member of a structure",
        ),
        pytest.param("GetSecretValue", b"{}", {}, id="no members"),
        pytest.param("GetSecretValue", b"", {}, id="empty body"),
    ],
)
def test_decode_reads_a_request(operation, body, expected):
    """A request is read by its shape; nulls and members unknown to AWS are left out."""
    request = read_request(operation, body)

    assert expected == request.members
    assert request.error is None or "SerializationException" != request.error.code


@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        pytest.param(
            "GetSecretValue",
            b'{"SecretId": 5}',
            "NUMBER_VALUE can not be converted to a String",
            id="number for a string",
        ),
        pytest.param(
            "GetSecretValue",
            b'{"SecretId": 1.5}',
            "NUMBER_VALUE can not be converted to a String",
            id="fraction for a string",
        ),
        pytest.param(
            "GetSecretValue",
            b'{"SecretId": true}',
            "TRUE_VALUE can not be converted to a String",
            id="true for a string",
        ),
        pytest.param(
            "GetSecretValue",
            b'{"SecretId": false}',
            "FALSE_VALUE can not be converted to a String",
            id="false for a string",
        ),
        pytest.param(
            "GetSecretValue",
            b'{"SecretId": ["a"]}',
            "Start of list found where not expected",
            id="list for a string",
        ),
        pytest.param(
            "GetSecretValue",
            b'{"SecretId": {"a": "b"}}',
            "Start of structure or map found where not expected.",
            id="structure for a string",
        ),
        pytest.param(
            "ListSecrets",
            b'{"MaxResults": "5"}',
            "STRING_VALUE can not be converted to an Integer",
            id="string for an integer",
        ),
        pytest.param(
            "ListSecrets",
            b'{"MaxResults": true}',
            "TRUE_VALUE can not be converted to an Integer",
            id="true for an integer",
        ),
        pytest.param(
            "DeleteSecret",
            b'{"RecoveryWindowInDays": "7"}',
            "STRING_VALUE can not be converted to a Long",
            id="string for a long",
        ),
        pytest.param(
            "DeleteSecret",
            b'{"RecoveryWindowInDays": false}',
            "FALSE_VALUE can not be converted to a Long",
            id="false for a long",
        ),
        pytest.param(
            "GetRandomPassword",
            b'{"IncludeSpace": "yes"}',
            "STRING_VALUE can not be converted to a Boolean",
            id="string for a boolean",
        ),
        pytest.param(
            "GetRandomPassword",
            b'{"IncludeSpace": 1}',
            "NUMBER_VALUE can not be converted to a Boolean",
            id="number for a boolean",
        ),
        pytest.param(
            "PutSecretValue",
            b'{"VersionStages": "A"}',
            "STRING_VALUE can not be converted to a Collection",
            id="string for a list",
        ),
        pytest.param(
            "PutSecretValue",
            b'{"VersionStages": {"A": "B"}}',
            "Start of structure or map found where not expected.",
            id="structure for a list",
        ),
        pytest.param(
            "PutSecretValue",
            b'{"VersionStages": [1]}',
            "NUMBER_VALUE can not be converted to a String",
            id="number in a list of strings",
        ),
        pytest.param(
            "TagResource",
            b'{"Tags": [["Key", "k"]]}',
            "Start of list found where not expected",
            id="list for a structure",
        ),
        pytest.param(
            "TagResource",
            b'{"Tags": [{"Key": 1}]}',
            "NUMBER_VALUE can not be converted to a String",
            id="number in a structure",
        ),
        pytest.param(
            "GetSecretValue",
            b"[]",
            "Start of list found where not expected",
            id="list for a request",
        ),
        pytest.param("CreateSecret", b'{"SecretBinary": "A"}', "", id="base64 cut short"),
        pytest.param(
            "CreateSecret", b'{"SecretBinary": "AA\\u0000A"}', "", id="no base64 character"
        ),
        pytest.param("CreateSecret", b'{"SecretBinary": "AA!EC"}', "", id="stray character"),
        pytest.param("CreateSecret", b'{"SecretBinary": "\\u00e9"}', "", id="no ASCII in base64"),
        pytest.param("CreateSecret", b'{"SecretBinary": 5}', "", id="number for a blob"),
        pytest.param("GetSecretValue", b'{"SecretId": ', "", id="JSON cut short"),
        pytest.param("GetSecretValue", b"SecretId=a", "", id="no JSON"),
        pytest.param("GetSecretValue", b"[" * 100_000, "", id="deep JSON"),
        pytest.param("GetSecretValue", b"\xff\xfe", "", id="no UTF-8"),
    ],
)
def test_decode_refuses_what_is_no_request(operation, body, message):
    """What is not JSON, or of a wrong JSON type, is answered with a SerializationException."""
    error = read_request(operation, body).error

    assert ("SerializationException", message, 400) == (error.code, error.message, error.status)


@pytest.mark.parametrize(
    ("operation", "response", "expected"),
    [
        pytest.param("GetSecretValue", {"Name": "a"}, {"Name": "a"}, id="string"),
        pytest.param(
            "GetSecretValue", {"Name": "a", "SecretString": None}, {"Name": "a"}, id="null"
        ),
        pytest.param(
            "GetSecretValue", {"SecretString": ""}, {"SecretString": ""}, id="empty string"
        ),
        pytest.param("ListSecrets", {"SecretList": []}, {"SecretList": []}, id="empty list"),
        pytest.param(
            "ListSecrets",
            {"SecretList": [{"Name": "a", "Description": None}]},
            {"SecretList": [{"Name": "a"}]},
            id="null in a structure of a list",
        ),
        pytest.param(
            "GetSecretValue", {"SecretBinary": b"\0\1\2"}, {"SecretBinary": "AAEC"}, id="blob"
        ),
        pytest.param(
            "GetSecretValue",
            {"CreatedDate": MOMENT},
            {"CreatedDate": 1772600767},
            id="whole seconds",
        ),
        pytest.param(
            "GetSecretValue",
            {"CreatedDate": datetime(2018, 4, 11, 20, 52, 25, 713_000, tzinfo=timezone.utc)},
            {"CreatedDate": 1523479945.713},
            id="milliseconds",
        ),
        pytest.param(
            "GetSecretValue",
            {"CreatedDate": datetime(2026, 3, 4, 5, 6, 7, 123_456, tzinfo=timezone.utc)},
            {"CreatedDate": 1772600767.123},
            id="microseconds",
        ),
        pytest.param(
            "ListSecretVersionIds",
            {"Versions": [{"CreatedDate": MOMENT}]},
            {"Versions": [{"CreatedDate": 1772600767}]},
            id="date in a list",
        ),
    ],
)
def test_encode_writes_an_answer(operation, response, expected):
    """An answer is JSON without nulls, its dates numbers with at most three decimals."""
    body = answers.encode(operation, response)

    assert expected == json.loads(body)


@pytest.mark.parametrize("operation", ["TagResource", "UntagResource"])
def test_encode_of_no_output_is_no_body(operation):
    """An operation without output answers with an empty body, not with an empty object."""
    body = answers.encode(operation, {})

    assert body == b""


@pytest.mark.parametrize("value", [b"", b"\0", b"\xff" * 300, bytes(range(256))])
def test_encoded_blobs_are_plain_base64(value):
    """A blob goes out as one line of the standard alphabet."""
    body = answers.encode("GetSecretValue", {"SecretBinary": value})

    assert base64.standard_b64encode(value).decode() == json.loads(body)["SecretBinary"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(
            ServiceError(
                "InvalidRequestException",
                "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
            ),
            b'{"__type":"InvalidRequestException","Message":"You must provide a '
            b'ClientRequestToken value. We recommend a UUID-type value."}',
            id="recorded from the service",
        ),
        pytest.param(
            ServiceError("UnrecognizedClientException"),
            b'{"__type":"UnrecognizedClientException","message":"The security token included in '
            b'the request is invalid."}',
            id="recorded from the framework",
        ),
        pytest.param(
            ServiceError(
                "ValidationException",
                "1 validation error detected: Value null at 'secretId' failed to satisfy "
                "constraint: Member must not be null",
            ),
            b'{"__type":"ValidationException","message":"1 validation error detected: Value null '
            b"at 'secretId' failed to satisfy constraint: Member must not be null\"}",
            id="validation",
        ),
        pytest.param(
            denial_of("rds.amazonaws.com", "secretsmanager:ListSecrets", None),
            b'{"__type":"AccessDeniedException","message":"User: rds.amazonaws.com is not '
            b"authorized to perform: secretsmanager:ListSecrets because no identity-based policy "
            b'allows the secretsmanager:ListSecrets action"}',
            id="refusal by IAM",
        ),
        pytest.param(
            ServiceError("AccessDeniedException"),
            b'{"__type":"AccessDeniedException","Message":"Access to KMS is not allowed"}',
            id="refusal about KMS",
        ),
    ],
)
def test_encode_error_is_the_body_that_aws_sends(error, expected):
    """The body of an error is compact JSON, with a bare ``__type`` first, as recorded from AWS."""
    body = answers.encode_error(error)

    assert expected == body


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("DecryptionFailure", "Message"),
        ("EncryptionFailure", "Message"),
        ("InternalServiceError", "Message"),
        ("InvalidNextTokenException", "Message"),
        ("InvalidParameterException", "Message"),
        ("InvalidRequestException", "Message"),
        ("LimitExceededException", "Message"),
        ("ResourceExistsException", "Message"),
        ("ResourceNotFoundException", "Message"),
        ("AccessDeniedException", "Message"),
        ("ExpiredTokenException", "message"),
        ("IncompleteSignatureException", "message"),
        ("InternalFailure", "message"),
        ("InvalidSignatureException", "message"),
        ("MissingAuthenticationTokenException", "message"),
        ("SerializationException", "message"),
        ("ThrottlingException", "message"),
        ("UnknownOperationException", "message"),
        ("UnrecognizedClientException", "message"),
        ("ValidationException", "message"),
    ],
)
def test_encode_error_spells_message_by_who_raises_it(code, key):
    """The service writes ``Message``, the framework in front of it ``message``."""
    body = answers.encode_error(ServiceError(code, "Why not."))

    assert {"__type": code, key: "Why not."} == json.loads(body)


@pytest.mark.parametrize(
    ("body", "length"),
    [
        pytest.param(b"", "0", id="empty"),
        pytest.param(b'{"Name":"a"}', "12", id="ASCII"),
        pytest.param("{\u00e4}".encode(), "4", id="bytes, not characters"),
    ],
)
def test_headers_are_those_of_aws(body, length):
    """A body goes out with its id, type, length in bytes, and date."""
    headers = answers.headers(body, "5c6a9d0e-0000-4000-8000-000000000001", MOMENT)

    assert {
        "x-amzn-RequestId": "5c6a9d0e-0000-4000-8000-000000000001",
        "Content-Type": "application/x-amz-json-1.1",
        "Content-Length": length,
        "Date": "Wed, 04 Mar 2026 05:06:07 GMT",
    } == headers


def test_what_decode_reads_is_what_botocore_writes(secrets_client, fake_secrets):
    """Every kind of member of a request arrives as the code under test gave it."""
    secrets_client.create_secret(
        Name="all/kinds",
        ClientRequestToken="a" * 32,
        Description="p\u00e4ss",
        SecretBinary=b"\0\xff",
        Tags=[{"Key": "k", "Value": ""}],
    )

    assert {
        "Name": "all/kinds",
        "ClientRequestToken": "a" * 32,
        "Description": "p\u00e4ss",
        "SecretBinary": b"\0\xff",
        "Tags": [{"Key": "k", "Value": ""}],
    } == fake_secrets.calls.last.parameters
